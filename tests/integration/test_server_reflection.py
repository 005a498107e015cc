"""A client that is not ours: it knows the address, and learns everything else from the server's reflection."""

from __future__ import annotations

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from loopback_server import RunningServer, running_server


async def ask(channel: grpc.aio.Channel, **fields: str) -> reflection_pb2.ServerReflectionResponse:
    async def one() -> object:
        yield reflection_pb2.ServerReflectionRequest(**fields)

    call = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(one())
    async for response in call:
        return response
    raise AssertionError("reflection gave no answer")


async def pool_of(channel: grpc.aio.Channel, symbol: str) -> descriptor_pool.DescriptorPool:
    """Fetch the file of a symbol and all that it imports."""
    files: dict[str, descriptor_pb2.FileDescriptorProto] = {}
    answer = await ask(channel, file_containing_symbol=symbol)
    waiting = list(answer.file_descriptor_response.file_descriptor_proto)
    while waiting:
        file = descriptor_pb2.FileDescriptorProto.FromString(waiting.pop())
        files[file.name] = file
        for name in file.dependency:
            if name not in files:
                found = await ask(channel, file_by_filename=name)
                waiting.extend(found.file_descriptor_response.file_descriptor_proto)
    pool = descriptor_pool.DescriptorPool()

    def add(name: str) -> None:
        for dependency in files[name].dependency:
            add(dependency)
        pool.Add(files[name])

    for name in list(files):
        add(name)
    return pool


async def test_reflection_lists_our_services_and_health(running: RunningServer) -> None:
    answer = await ask(running.channel, list_services="")
    names = {service.name for service in answer.list_services_response.service}
    assert names == {
        "tarjimon.v1.TranslationService",
        "tarjimon.v1.SummarizationService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


async def test_a_client_made_from_reflection_alone_translates(running: RunningServer) -> None:
    pool = await pool_of(running.channel, "tarjimon.v1.TranslationService")
    method = pool.FindServiceByName("tarjimon.v1.TranslationService").methods_by_name["TranslateText"]
    request_class = message_factory.GetMessageClass(method.input_type)
    response_class = message_factory.GetMessageClass(method.output_type)
    request = json_format.ParseDict({"texts": ["salom\ndunyo"], "targetLanguages": ["ru"]}, request_class())
    call = running.channel.unary_unary(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=request_class.SerializeToString,
        response_deserializer=response_class.FromString,
    )
    answer = json_format.MessageToDict(await call(request))
    translation = answer["texts"][0]["translations"][0]
    assert translation["text"] == "[ru] salom\n[ru] dunyo"
    assert [segment["status"] for segment in translation["segments"]] == ["SEGMENT_STATUS_TRANSLATED"] * 2


async def test_reflection_can_be_switched_off() -> None:
    async for running in running_server(server={"reflection": False}):
        await running.server.warm_up()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await ask(running.channel, list_services="")
        assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED

"""Who may call what: every method with no, wrong, expired and other clients' credentials, over real TLS."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from certificates import Authority
from fake_application import FakeApplication

from tarjimon.client import ClientOptions, TarjimonClient, tls_credentials
from tarjimon.config import Settings
from tarjimon.errors import (
    ConfigError,
    PermissionDeniedError,
    QuotaExceededError,
    RemoteError,
    TarjimonError,
    UnauthenticatedError,
)
from tarjimon.server import TarjimonServer
from tarjimon.server.clients import ClientBook, key_hash, new_key
from tarjimon.server.quotas import Quotas

jwt = pytest.importorskip("jwt", reason="PyJWT is not installed")

TEXT = "Salom, dunyo."


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@asynccontextmanager
async def serving(security: dict[str, Any], **server: Any) -> AsyncIterator[str]:
    settings = Settings.model_validate({"server": {"port": 0, **server}, "security": security})
    running = TarjimonServer(settings, FakeApplication(settings))
    port = await running.bind()
    await running.warm_up()
    try:
        yield f"localhost:{port}"
    finally:
        await running.drain(2)


def clients_file(folder: Path, *tables: str) -> Path:
    file = folder / "clients.toml"
    file.write_text("\n".join(f"[[client]]\n{table}" for table in tables))
    return file


async def every_method(client: TarjimonClient) -> dict[str, type[TarjimonError] | None]:
    """Each method's outcome: None, or the error's class."""

    async def stream() -> None:
        async for _ in client.stream_translate([("a", TEXT)], targets=["ru"]):
            pass

    calls = {
        "TranslateText": lambda: client.translate([TEXT], targets=["ru"]),
        "StreamTranslate": stream,
        "DetectLanguage": lambda: client.detect([TEXT]),
        "ListModels": client.models,
        "Summarize": lambda: client.summarize(TEXT, targets=["ru"]),
    }
    outcome: dict[str, type[TarjimonError] | None] = {}
    for name, call in calls.items():
        try:
            await call()  # type: ignore[no-untyped-call]
            outcome[name] = None
        except TarjimonError as error:
            outcome[name] = type(error)
    return outcome


async def test_every_method_wants_a_valid_key(tmp_path: Path, authority: Authority) -> None:
    server = authority.sign("server")
    key, hashed = new_key()
    other, _ = new_key()
    clients = clients_file(
        tmp_path,
        f'name = "newsroom"\nkey_sha256 = "{hashed}"',
        f'name = "reader"\nkey_sha256 = "{key_hash("trj_reader")}"\nmethods = ["DetectLanguage", "ListModels"]',
    )
    security = {"certificate": server.certificate, "private_key": server.key, "clients": clients}
    tls = tls_credentials(authority.certificate)
    async with serving(security) as address:

        async def outcome(**credentials: str) -> dict[str, type[TarjimonError] | None]:
            async with TarjimonClient(
                address, ClientOptions(timeout=10, credentials=tls, **credentials)
            ) as c:
                return await every_method(c)

        assert set((await outcome(api_key=key)).values()) == {None}
        assert set((await outcome(token=key)).values()) == {None}
        for wrong in ({}, {"api_key": other}, {"api_key": ""}, {"api_key": hashed}, {"token": "nonsense"}):
            assert set((await outcome(**wrong)).values()) == {UnauthenticatedError}
        assert await outcome(api_key="trj_reader") == {
            "TranslateText": PermissionDeniedError,
            "StreamTranslate": PermissionDeniedError,
            "DetectLanguage": None,
            "ListModels": None,
            "Summarize": PermissionDeniedError,
        }


async def test_tokens_are_checked_in_every_part(tmp_path: Path, authority: Authority) -> None:
    from cryptography.hazmat.primitives.asymmetric import ed25519
    from jwt.algorithms import OKPAlgorithm

    private, stranger = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
    public = json.loads(OKPAlgorithm.to_jwk(private.public_key()))
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [{**public, "kid": "one", "alg": "EdDSA", "use": "sig"}]}))
    server = authority.sign("server")
    now = int(time.time())
    claims = {"sub": "desk", "aud": "tarjimon", "iss": "press", "exp": now + 60}

    def token(key: Any = private, **changes: Any) -> str:
        made = {k: v for k, v in {**claims, **changes}.items() if v is not None}
        return jwt.encode(made, key, algorithm="EdDSA", headers={"kid": "one"})

    security = {
        "certificate": server.certificate,
        "private_key": server.key,
        "key_set": keys,
        "token_issuer": "press",
    }
    tls = tls_credentials(authority.certificate)
    async with serving(security) as address:

        async def outcome(value: str) -> dict[str, type[TarjimonError] | None]:
            async with TarjimonClient(address, ClientOptions(timeout=10, credentials=tls, token=value)) as c:
                return await every_method(c)

        assert set((await outcome(token())).values()) == {None}
        unsigned = jwt.encode(claims, None, algorithm="none")
        symmetric = jwt.encode(claims, "x" * 40, algorithm="HS256", headers={"kid": "one"})
        for bad in (
            token(exp=now - 60),
            token(exp=None),
            token(sub=None),
            token(aud="another"),
            token(iss="another"),
            token(stranger),
            unsigned,
            symmetric,
            token()[:-4] + "AAAA",
        ):
            assert set((await outcome(bad)).values()) == {UnauthenticatedError}
        scoped = await outcome(token(scope="tarjimon.Summarize openid"))
        assert scoped["Summarize"] is None
        assert scoped["TranslateText"] is PermissionDeniedError


async def test_mutual_tls_knows_the_client_by_its_certificate(tmp_path: Path, authority: Authority) -> None:
    server, desk, unknown = (authority.sign(name) for name in ("server", "desk.example", "unknown.example"))
    stranger = Authority(tmp_path / "..", "another authority").sign("desk.example.forged")
    clients = clients_file(tmp_path, 'name = "desk"\ncertificate = "desk.example"')
    security = {
        "certificate": server.certificate,
        "private_key": server.key,
        "client_authority": authority.certificate,
        "clients": clients,
    }
    async with serving(security) as address:

        async def outcome(certificate: Path | None, key: Path | None) -> set[type[TarjimonError] | None]:
            tls = tls_credentials(authority.certificate, certificate, key)
            async with TarjimonClient(address, ClientOptions(timeout=5, credentials=tls)) as c:
                return set((await every_method(c)).values())

        assert await outcome(desk.certificate, desk.key) == {None}
        assert await outcome(unknown.certificate, unknown.key) == {UnauthenticatedError}
        assert None not in await outcome(None, None)
        assert None not in await outcome(stranger.certificate, stranger.key)


async def test_a_client_that_does_not_trust_the_server_does_not_talk_to_it(
    tmp_path: Path, authority: Authority
) -> None:
    server = authority.sign("server")
    other = Authority(tmp_path, "unrelated authority")
    async with serving({"certificate": server.certificate, "private_key": server.key}) as address:
        options = ClientOptions(timeout=3, credentials=tls_credentials(other.certificate))
        async with TarjimonClient(address, options) as client:
            with pytest.raises((RemoteError, TarjimonError)):
                await client.models()


async def test_quotas_are_each_clients_own(tmp_path: Path) -> None:
    clients = clients_file(
        tmp_path,
        f'name = "small"\nkey_sha256 = "{key_hash("trj_small")}"\ncharacters_per_minute = 100',
        f'name = "large"\nkey_sha256 = "{key_hash("trj_large")}"',
    )
    async with serving({"clients": clients}) as address:
        local = address.replace("localhost", "127.0.0.1")
        async with TarjimonClient(local, ClientOptions(timeout=3, api_key="trj_small")) as small:
            await small.translate(["x" * 100], targets=["ru"])
            with pytest.raises(QuotaExceededError) as caught:
                await small.translate(["x" * 50], targets=["ru"])
        assert 0 < caught.value.retry_after <= 30
        async with TarjimonClient(local, ClientOptions(timeout=10, api_key="trj_large")) as large:
            await large.translate(["x" * 5000], targets=["ru"])


def test_a_bucket_fills_evenly_and_a_large_call_is_paid_off() -> None:
    from tarjimon.server.clients import Client
    from tarjimon.v1.translation_service_pb2 import TranslateTextRequest

    now = [0.0]
    quotas = Quotas(lambda: now[0])
    client = Client("c", characters_per_minute=60)

    def charge(size: int) -> None:
        quotas.charge(client, TranslateTextRequest(texts=["x" * size]))

    charge(60)
    with pytest.raises(QuotaExceededError) as caught:
        charge(10)
    assert caught.value.retry_after == pytest.approx(10)
    now[0] = 10.0
    charge(10)
    now[0] = 70.0
    charge(120)  # larger than a minute's quota, with a full bucket
    now[0] = 130.0
    with pytest.raises(QuotaExceededError):
        charge(1)
    now[0] = 131.0
    charge(1)


def test_concurrent_calls_are_counted_and_let_go() -> None:
    from tarjimon.server.clients import Client

    quotas = Quotas()
    client = Client("c", concurrent_calls=1)
    with quotas.call(client, "/s/M"), pytest.raises(QuotaExceededError), quotas.call(client, "/s/M"):
        pass
    with quotas.call(client, "/s/M"):
        pass


async def test_secrets_are_in_no_log_line_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    key, hashed = new_key()
    wrong, _ = new_key()
    clients = clients_file(tmp_path, f'name = "desk"\nkey_sha256 = "{hashed}"')
    messages = []
    async with serving({"clients": clients}) as address:
        local = address.replace("localhost", "127.0.0.1")
        for value in (key, wrong):
            async with TarjimonClient(local, ClientOptions(timeout=5, api_key=value)) as client:
                try:
                    await client.translate([TEXT], targets=["ru"])
                except TarjimonError as error:
                    messages.append(f"{error.message} {error.metadata}")
    written = caplog.text + " ".join(messages) + repr(ClientOptions(api_key=key))
    assert "client=desk" in written
    for secret in (key, wrong, hashed, TEXT):
        assert secret not in written


async def test_reflection_is_off_where_clients_need_credentials(tmp_path: Path) -> None:
    clients = clients_file(tmp_path, f'name = "desk"\nkey_sha256 = "{key_hash("trj_x")}"')
    for security, expected in (({}, None), ({"clients": clients}, grpc.StatusCode.UNIMPLEMENTED)):
        async with serving(security) as address, grpc.aio.insecure_channel(address) as channel:
            call = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")(
                iter([b"\x3a\x00"])
            )
            try:
                await asyncio.wait_for(call.read(), 5)
                found = None
            except grpc.aio.AioRpcError as error:
                found = error.code()
            assert found == expected
            call.cancel()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[client]]\nname = "a b"', "client 1: name"),
        ('[[client]]\nname = "a"\nkey_sha256 = "trj_plain"', "tarjimon keys new a"),
        ('[[client]]\nname = "a"\n[[client]]\nname = "a"', "client 2: .*twice"),
        ('[[client]]\nname = "a"\ncharacters_per_minute = 0', "characters_per_minute"),
        ('[[client]]\nname = "a"\nkey = "x"', "key is not known"),
        ("nonsense", "TOML"),
    ],
)
def test_a_wrong_file_of_clients_is_named_with_the_entry(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "clients.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=words):
        ClientBook(file)


def test_half_of_a_tls_configuration_is_refused(authority: Authority) -> None:
    server = authority.sign("server")
    for security in ({"certificate": server.certificate}, {"private_key": server.key}):
        with pytest.raises(ConfigError, match="TLS needs both"):
            TarjimonServer(broken := Settings.model_validate({"security": security}), FakeApplication(broken))


async def test_credentials_never_travel_to_another_machine_in_plain_text() -> None:
    with pytest.raises(ConfigError, match="unencrypted"):
        async with TarjimonClient("press.example:50051", ClientOptions(api_key="trj_x")):
            pass


async def test_an_address_that_others_reach_needs_tls_and_clients(
    tmp_path: Path, authority: Authority
) -> None:
    server = authority.sign("server")
    tls = {"certificate": server.certificate, "private_key": server.key}
    clients = clients_file(tmp_path, f'name = "desk"\nkey_sha256 = "{key_hash("trj_x")}"')
    for security in ({}, tls, {"clients": clients}):
        with pytest.raises(ConfigError, match="other machines can reach"):
            async with serving(security, host="0.0.0.0"):
                pass
    async with serving({**tls, "clients": clients}, host="0.0.0.0") as address:
        options = ClientOptions(
            timeout=5, credentials=tls_credentials(authority.certificate), api_key="trj_x"
        )
        async with TarjimonClient(address, options) as client:
            assert await client.models()

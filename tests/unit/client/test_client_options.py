"""The service config that is shipped with the client says what gRPC understands."""

from __future__ import annotations

import json

from tarjimon.client.options import service_config
from tarjimon.v1 import summarization_service_pb2, translation_service_pb2


def test_every_service_is_retried_on_what_passes_by_itself_and_nothing_else() -> None:
    config = json.loads(service_config())
    [method] = config["methodConfig"]
    services = {
        service.full_name
        for file in (translation_service_pb2.DESCRIPTOR, summarization_service_pb2.DESCRIPTOR)
        for service in file.services_by_name.values()
    }
    assert {name["service"] for name in method["name"]} == services
    policy = method["retryPolicy"]
    assert policy["retryableStatusCodes"] == ["UNAVAILABLE", "RESOURCE_EXHAUSTED"]
    assert 2 <= policy["maxAttempts"] <= 5  # gRFC A6: more is cut to five

"""The settings of deploy/ in a real server, asked as the cluster's probes ask."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from test_server_embedded import ServeProcess

from tarjimon.client import ClientOptions, TarjimonClient
from tarjimon.client.options import tls_credentials
from tarjimon.errors import TarjimonError

pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")

KUBERNETES = Path(__file__).parents[2] / "deploy" / "kubernetes"


@contextmanager
def serving(settings: str, folder: Path) -> Iterator[ServeProcess]:
    """A server with a settings file of deploy/, its ports moved out of the way."""
    file = folder / "tarjimon.toml"
    file.write_text(settings.replace("port = 9464", "port = 0"), encoding="utf-8")
    process = ServeProcess(folder, "--config", str(file), "--log-json")
    try:
        yield process
        assert process.stop() == 0, process.log()
    finally:
        process.close()


async def test_the_base_answers_the_kubelets_probe(tmp_path: Path) -> None:
    with serving((KUBERNETES / "base" / "tarjimon.toml").read_text(encoding="utf-8"), tmp_path) as server:
        async with grpc.aio.insecure_channel(server.address) as channel:
            stub = health_pb2_grpc.HealthStub(channel)
            async with asyncio.timeout(60):
                while True:
                    answer = await stub.Check(health_pb2.HealthCheckRequest())
                    if answer.status == health_pb2.HealthCheckResponse.SERVING:
                        break
                    await asyncio.sleep(0.05)


async def test_the_secured_overlay_answers_its_own_probe_and_nobody_else(tmp_path: Path) -> None:
    certificates = pytest.importorskip("certificates", reason="cryptography is not installed")
    authority = certificates.Authority(tmp_path)
    signed = authority.sign("server")
    overlay = KUBERNETES / "secured"
    settings = (overlay / "tarjimon.toml").read_text(encoding="utf-8")
    for mounted, here in (
        ("/etc/tarjimon-tls/tls.crt", signed.certificate),
        ("/etc/tarjimon-tls/tls.key", signed.key),
        ("/etc/tarjimon-clients/clients.toml", overlay / "clients.toml"),
    ):
        assert mounted in settings
        settings = settings.replace(mounted, str(here))
    with serving(settings, tmp_path) as server:
        address = server.address.replace("127.0.0.1", "localhost")
        [probe, *_] = re.findall(r'command: \["tarjimon", (.*)\]', (overlay / "deployment.yaml").read_text())
        words = [word.strip('"') for word in probe.split(", ")]
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "tarjimon", *words[:-1], address, "--wait", "60"],
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("TARJIMON_")},
                "TARJIMON_TLS_CA": str(authority.certificate),
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr
        options = ClientOptions(credentials=tls_credentials(authority.certificate), api_key="guessed")
        async with TarjimonClient(address, options) as client:
            with pytest.raises(TarjimonError, match="credentials"):
                await client.translate(["Salom"], source="uz", targets=["ru"])

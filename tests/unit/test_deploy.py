"""The files of deploy/ fit the program: settings, ports, probes, users, times, and each other."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarjimon.cli.readings import Reading, fetch, page_of
from tarjimon.client import TarjimonClient
from tarjimon.config import Settings, load_settings
from tarjimon.domain import Lane
from tarjimon.errors import TarjimonError
from tarjimon.pipeline.application import Application
from tarjimon.server import TarjimonServer
from tarjimon.server.clients import ClientBook

yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BASE = DEPLOY / "kubernetes" / "base"
SECURED = DEPLOY / "kubernetes" / "secured"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UID = int(re.findall(r"^USER (\d+)$", DOCKERFILE, re.M)[0])
CONTAINERS_ENVIRONMENT = dict(re.findall(r"(TARJIMON_\w+)=(\S+)", DOCKERFILE))


@pytest.fixture(autouse=True)
def _as_in_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TARJIMON_CONFIG", raising=False)
    for name, value in CONTAINERS_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def documents(folder: Path) -> list[dict[str, Any]]:
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    return [doc for name in listed for doc in yaml.safe_load_all((folder / name).read_text())]


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [doc for doc in documents(BASE) if doc["kind"] == kind]


def pod() -> dict[str, Any]:
    [deployment] = of_kind("Deployment")
    return dict(deployment["spec"]["template"]["spec"])


def container() -> dict[str, Any]:
    [only] = pod()["containers"]
    return dict(only)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def memory(quantity: str) -> int:
    [(number, unit)] = re.findall(r"(\d+)(Mi|Gi|m|g)", quantity)
    return int(number) * {"Mi": 2**20, "Gi": 2**30, "m": 2**20, "g": 2**30}[unit]


def settings_of(file: Path) -> Settings:
    return load_settings(file)


@pytest.mark.parametrize("file", sorted(DEPLOY.rglob("tarjimon.toml")), ids=lambda p: p.parent.name)
def test_settings_are_known_and_reachable(file: Path) -> None:
    settings = settings_of(file)
    assert settings.server.host == settings.metrics.host == "0.0.0.0"
    assert (settings.server.port, settings.metrics.port) == (50051, 9464)
    guarded = bool(settings.security.certificate and settings.security.clients)
    asked = settings.server.insecure_public or file.parent.name == "compose"  # there, the image's CMD asks
    assert guarded != asked
    assert '"--insecure-public"' in DOCKERFILE


def test_all_settings_files_drain_and_size_alike() -> None:
    found = {
        (s.server.drain_seconds, s.models.memory_bytes)
        for s in map(settings_of, DEPLOY.rglob("*/tarjimon.toml"))
    }
    assert len(found) == 1


def test_the_image_has_what_the_settings_need() -> None:
    extras = re.findall(r"pip install --no-cache-dir '\.\[([\w,]+)\]'", DOCKERFILE)
    assert len(extras) == DOCKERFILE.count("pip install --no-cache-dir")
    assert all({"metrics", "auth"} <= set(names.split(",")) for names in extras)
    known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {"metrics", "auth"} <= set(known)
    assert set(re.findall(r"^USER (\S+)$", DOCKERFILE, re.M)) == {str(UID)}
    assert UID > 0
    assert all(
        "50051" in ports and "9464" in ports for ports in re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.M)
    )


def test_compose() -> None:
    service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["tarjimon"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["user"] == f"{UID}:{UID}"
    assert "/tmp" in service["tmpfs"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])  # no TLS
    mounts = {entry.split(":")[1]: entry.split(":")[0] for entry in service["volumes"]}
    settings = settings_of(DEPLOY / mounts[service["environment"]["TARJIMON_CONFIG"]])
    assert str(settings.models.cache) in mounts
    published = {int(port.split(":")[-1]) for port in service["ports"]}
    assert published == {settings.server.port, settings.metrics.port}
    assert int(service["stop_grace_period"].rstrip("s")) >= settings.server.drain_seconds + 5
    assert memory(service["mem_limit"]) >= settings.models.memory_bytes + 512 * 2**20
    assert service["healthcheck"]["test"][1:] == [
        "tarjimon",
        "health",
        "--server",
        f"127.0.0.1:{settings.server.port}",
    ]
    assert service["build"]["target"] in re.findall(r"^FROM \S+ AS (\w+)$", DOCKERFILE, re.M)
    assert (DEPLOY / service["build"]["context"] / "Dockerfile").is_file()


def test_pods_may_do_nothing_but_serve() -> None:
    security = pod()["securityContext"]
    assert security["runAsNonRoot"] is True
    assert security["runAsUser"] == UID
    assert container()["securityContext"] == {
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod()["automountServiceAccountToken"] is False
    mounts = {mount["mountPath"] for mount in container()["volumeMounts"]}
    assert {"/tmp", str(settings_of(BASE / "tarjimon.toml").models.cache)} <= mounts
    assert {m["name"] for m in container()["volumeMounts"]} == {v["name"] for v in pod()["volumes"]}


def test_ports_and_probes_are_the_servers() -> None:
    settings = settings_of(BASE / "tarjimon.toml")
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert ports == {"grpc": settings.server.port, "metrics": settings.metrics.port}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container()[probe]["grpc"] == {"port": settings.server.port}  # "", the whole server
    [deployment] = of_kind("Deployment")
    annotations = deployment["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(settings.metrics.port)
    for service in of_kind("Service"):
        assert [port["targetPort"] for port in service["spec"]["ports"]] == ["grpc"]
    assert {s["metadata"]["name"]: s["spec"].get("clusterIP") for s in of_kind("Service")} == {
        "tarjimon": None,
        "tarjimon-headless": "None",
    }
    [policy] = of_kind("NetworkPolicy")
    assert {p["port"] for rule in policy["spec"]["ingress"] for p in rule["ports"]} == set(ports)


def test_nothing_is_killed_in_its_drain() -> None:
    drain = settings_of(BASE / "tarjimon.toml").server.drain_seconds
    grace = pod()["terminationGracePeriodSeconds"]
    command, seconds = container()["lifecycle"]["preStop"]["exec"]["command"]
    assert command == "sleep"
    assert grace >= int(seconds) + drain + 5  # ended calls and the application's close need a moment
    for probe in (container()["livenessProbe"], secured_container()["livenessProbe"]):
        assert probe["periodSeconds"] * probe["failureThreshold"] > grace


def test_models_fit_into_the_pod() -> None:
    limits = container()["resources"]["limits"]
    assert memory(limits["memory"]) >= settings_of(BASE / "tarjimon.toml").models.memory_bytes + 512 * 2**20
    assert limits["cpu"].isdigit()  # threads are laid out by whole CPUs of the quota


def test_selectors_select_the_pods() -> None:
    [deployment] = of_kind("Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert labels
    assert deployment["spec"]["selector"] == {"matchLabels": labels}
    [budget], [policy] = of_kind("PodDisruptionBudget"), of_kind("NetworkPolicy")
    assert budget["spec"]["selector"] == {"matchLabels": labels}
    assert policy["spec"]["podSelector"] == {"matchLabels": labels}
    assert all(service["spec"]["selector"] == labels for service in of_kind("Service"))


def test_the_autoscaler_goes_by_tokens_of_lanes_that_exist() -> None:
    [scaler] = of_kind("HorizontalPodAutoscaler")
    [deployment] = of_kind("Deployment")
    assert scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    assert "replicas" not in deployment["spec"]
    batching = settings_of(BASE / "tarjimon.toml").batching
    most = {Lane.INTERACTIVE.value: batching.queue_tokens, Lane.BULK.value: batching.bulk_queue_tokens}
    seen = {}
    for metric in scaler["spec"]["metrics"]:
        assert metric["pods"]["metric"]["name"] == "tarjimon_queue_tokens"
        lane = metric["pods"]["metric"]["selector"]["matchLabels"]["lane"]
        seen[lane] = int(metric["pods"]["target"]["averageValue"])
    assert seen.keys() == most.keys()
    assert all(value < most[lane] / 2 for lane, value in seen.items())  # well before calls are refused


def secured_container() -> dict[str, Any]:
    [only] = yaml.safe_load((SECURED / "deployment.yaml").read_text())["spec"]["template"]["spec"][
        "containers"
    ]
    return dict(only)


def test_the_secured_overlay_mounts_what_its_settings_name() -> None:
    settings = settings_of(SECURED / "tarjimon.toml")
    mounts = [mount["mountPath"] for mount in secured_container()["volumeMounts"]]
    paths = (settings.security.certificate, settings.security.private_key, settings.security.clients)
    assert all(str(path.parent) in mounts for path in paths if path is not None)
    [variable] = secured_container()["env"]
    assert str(Path(variable["value"]).parent) in mounts
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert secured_container()[probe]["grpc"] is None  # they cannot do TLS
        assert secured_container()[probe]["exec"]["command"][-1] == f"localhost:{settings.server.port}"
    assert list(ClientBook(SECURED / "clients.toml")) == []  # no key of ours lets anybody in


@pytest.mark.parametrize("folder", [BASE, SECURED], ids=lambda p: p.name)
def test_kustomize_renders_it(folder: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    done = subprocess.run([kubectl, "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    rendered = list(yaml.safe_load_all(done.stdout))
    [deployment] = [doc for doc in rendered if doc["kind"] == "Deployment"]
    named = {doc["metadata"]["name"] for doc in rendered if doc["kind"] in ("ConfigMap", "Secret")}
    used = {word for word in strings(deployment) if re.fullmatch(r"tarjimon(-clients)?-[a-z0-9]{10}", word)}
    assert named == used
    [policy] = [doc for doc in rendered if doc["kind"] == "NetworkPolicy"]
    [callers, scrapers] = policy["spec"]["ingress"]
    assert callers["from"] == [{"podSelector": {"matchLabels": {"tarjimon-client": "true"}}}]
    assert "namespaceSelector" in scrapers["from"][0]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    [only] = deployment["spec"]["template"]["spec"]["containers"]
    assert only["image"] == f"tarjimon:{version}"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert len({"grpc", "exec"} & only[probe].keys()) == 1


# --- the dashboard -----------------------------------------------------------------------------------------


async def scraped() -> Reading:
    """The metrics of a real server that did something of everything."""
    pytest.importorskip("prometheus_client", reason="prometheus-client is not installed")
    settings = Settings.model_validate({"server": {"host": "127.0.0.1", "port": 0}, "metrics": {"port": 0}})
    server = TarjimonServer(settings, Application(settings))
    address = f"127.0.0.1:{await server.bind()}"
    await server.warm_up()
    try:
        async with TarjimonClient(address) as client:
            await client.translate(["Bitim imzolandi."], source="uz", targets=["ru"])
            await client.translate(["Bugün hava çok güzel ve çocuklar bahçede oynuyorlar."], targets=["ru"])
            with pytest.raises(TarjimonError):
                await client.translate(["Salom"], targets=["xx"])
        return await asyncio.to_thread(fetch, page_of(f"http://127.0.0.1:{server.metrics.port}"))
    finally:
        await server.drain(5)


async def test_the_dashboard_shows_every_metric_and_no_other() -> None:
    board = json.loads((DEPLOY / "grafana" / "tarjimon.json").read_text(encoding="utf-8"))
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    variables = [entry["definition"] for entry in board["templating"]["list"] if entry["type"] == "query"]
    reading = await scraped()
    exported = {
        name for name in reading.samples if name.startswith("tarjimon_") and not name.endswith("_created")
    }
    shown = set(re.findall(r"\btarjimon_\w+", " ".join([*expressions, *variables])))
    assert shown <= exported
    assert exported - shown == {"tarjimon_call_seconds_count", "tarjimon_call_seconds_sum"}
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"\btarjimon_\w+", page))
    assert {name.replace("_seconds_bucket", "_seconds") for name in shown} == explained
    for panel in board["panels"]:
        for target in panel["targets"]:
            check_labels(target["expr"], target["legendFormat"], reading)
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
    assert len(set(places)) == len(places)


def check_labels(expression: str, legend: str, reading: Reading) -> None:
    """Labels that an expression groups, filters or names by exist on its metrics."""
    assert all(expression.count(a) == expression.count(b) for a, b in ("()", "{}", "[]"))
    found = {"job", "instance"}  # added by Prometheus
    for name in re.findall(r"\btarjimon_\w+", expression):
        found |= {label for labels, _ in reading.samples[name] for label in labels}
    used = set(re.findall(r"(\w+)!?=~?\"", expression)) | set(re.findall(r"\{\{(\w+)\}\}", legend))
    for group in re.findall(r"\b(?:by|ignoring) \(([^)]*)\)", expression):
        used |= {label.strip() for label in group.split(",")}
    assert used <= found, expression

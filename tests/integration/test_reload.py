"""Models swapped under a running server: no call fails, the new files are used, bad ones change nothing."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import shutil
import signal
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_server_embedded import ServeProcess

from tarjimon.client import TarjimonClient
from tarjimon.config import Settings
from tarjimon.errors import ConfigError, CorruptModelError, ModelNotFoundError, UnsupportedLanguageError
from tarjimon.models.packaged import packaged_models
from tarjimon.models.weights import read_ctranslate2_index
from tarjimon.pipeline.application import Application
from tarjimon.pipeline.values import Caller, TranslatedText, TranslationOptions
from tarjimon.server.reloading import Reloads

WEIGHTS = "model.bin"
EMBEDDED = packaged_models() / "embedded" / "tarjimon-mini"


class SwappableModel:
    """A catalogue whose entry for the default model names a copy of it, which can be exchanged."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = folder / "catalogue.toml"
        self._home = folder
        text = (packaged_models() / "catalogue.toml").read_text(encoding="utf-8")
        [part] = [part for part in text.split("[[model]]") if 'id = "tarjimon-mini"' in part]
        self._entry = f"[[model]]{part}"
        self._packaged = str(tomllib.loads(self._entry)["model"][0]["sha256"][WEIGHTS])
        index, _ = read_ctranslate2_index(EMBEDDED / WEIGHTS)
        self._harmless = max(index, key=lambda item: item.size).offset
        self._turn = 0

    def publish(self, *, damaged: bool = False) -> str:
        """Put a version with one changed bit into the catalogue.

        Args:
            damaged: the catalogue names a checksum that the weights do not have.

        Returns:
            The checksum of the weights.
        """
        self._turn += 1
        folder = self._home / f"version-{self._turn}"
        shutil.copytree(EMBEDDED, folder)
        data = bytearray((folder / WEIGHTS).read_bytes())
        data[self._harmless + self._turn] ^= 1
        (folder / WEIGHTS).write_bytes(data)
        checksum = hashlib.sha256(data).hexdigest()
        source = f'source = {{ kind = "local", path = "{folder.name}" }}'
        text = re.sub(r"source = \{ kind = \"embedded\".*\}", source, self._entry)
        assert source in text
        self.write(text.replace(self._packaged, "0" * 64 if damaged else checksum))
        return checksum

    def write(self, text: str) -> None:
        """Replace the catalogue in one step, as an operator should."""
        fresh = self.catalogue.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.catalogue)


@pytest.fixture
def model(tmp_path: Path) -> SwappableModel:
    return SwappableModel(tmp_path)


def weights_of(result: TranslatedText) -> str:
    receipt = result.translations[0].receipt
    assert receipt is not None
    return receipt.weights_sha256


# --- in a process of its own, under load -------------------------------------------------------------------


@pytest.fixture
def served(model: SwappableModel, tmp_path: Path) -> Iterator[ServeProcess]:
    model.publish()
    config = tmp_path / "tarjimon.toml"
    config.write_text(f'[models]\ncatalogue = "{model.catalogue}"\ncache = "{tmp_path / "cache"}"\n')
    process = ServeProcess(tmp_path, "--config", str(config))
    try:
        yield process
    finally:
        process.close()


async def logged(served: ServeProcess, words: str, times: int) -> None:
    """Wait until the log has said something so often."""
    deadline = time.monotonic() + 60
    while served.log().count(words) < times:
        assert served.process.poll() is None, served.log()
        assert time.monotonic() < deadline, served.log()
        await asyncio.sleep(0.02)


async def test_no_call_fails_while_models_are_swapped(model: SwappableModel, served: ServeProcess) -> None:
    await served.ready()
    seen: list[str] = []
    over = asyncio.Event()

    async def calling(client: TarjimonClient, caller: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            text = f"{caller} ta vazirlik {number} ta bitim imzoladi."
            [result] = await client.translate([text], source="uz", targets=["ru"])
            seen.append(weights_of(result))

    async with TarjimonClient(served.address) as client, asyncio.TaskGroup() as callers:
        for caller in range(12):
            callers.create_task(calling(client, caller))
        published = []
        for turn in range(1, 5):
            published.append(model.publish())
            served.process.send_signal(signal.SIGHUP)
            await logged(served, "reloaded tarjimon-mini", turn)
            [now] = await client.translate([f"Yangi {turn}."], source="uz", targets=["ru"])
            assert weights_of(now) == published[-1]
        model.publish(damaged=True)
        served.process.send_signal(signal.SIGHUP)
        await logged(served, "the old ones stay", 1)
        [now] = await client.translate(["Eski model qoldi."], source="uz", targets=["ru"])
        assert weights_of(now) == published[-1]
        over.set()
    assert set(published) <= set(seen), "no calls were under way meanwhile"
    assert len(seen) >= 60
    assert served.stop() == 0, served.log()
    assert "0" * 64 in served.log()
    assert "Traceback" not in served.log()
    assert "code=INTERNAL" not in served.log()


async def test_a_hangup_while_the_server_starts_or_drains_ends_nothing(served: ServeProcess) -> None:
    assert served.address  # it listens
    served.process.send_signal(signal.SIGHUP)
    await served.ready()
    served.process.send_signal(signal.SIGHUP)
    assert served.stop() == 0, served.log()
    assert "Traceback" not in served.log()


# --- in this process ---------------------------------------------------------------------------------------


def settings_for(model: SwappableModel, **models: object) -> Settings:
    return Settings.model_validate({"models": {"catalogue": model.catalogue, **models}})


async def translated(application: Application, target: str = "ru") -> TranslatedText:
    [result] = await application.translate(
        ["Bitim imzolandi."], source="uz", targets=[target], options=TranslationOptions(), caller=Caller()
    )
    return result


async def test_the_old_model_leaves_memory(model: SwappableModel) -> None:
    model.publish()
    async with Application(settings_for(model)) as application:
        alone = application.snapshot().models.used_bytes
        for _ in range(2):
            wanted = model.publish()
            assert await application.reload() == ("tarjimon-mini",)
            assert weights_of(await translated(application)) == wanted
        async with asyncio.timeout(10):
            while application.snapshot().models.used_bytes > alone:
                await asyncio.sleep(0.01)
        [state] = application.snapshot().models.models.values()
        assert (state.loads, state.leases, state.state) == (3, 0, "ready")


async def test_a_call_that_has_begun_keeps_the_model_it_began_with(model: SwappableModel) -> None:
    first = model.publish()
    async with Application(settings_for(model)) as application:
        alone = application.snapshot().models.used_bytes
        async with application._models.lease("tarjimon-mini") as resident:  # what a call of several steps has
            second = model.publish()
            await application.reload()
            assert weights_of(await translated(application)) == second
            await asyncio.sleep(0.3)  # enough to close the old one, were it not in use
            assert application.snapshot().models.used_bytes == 2 * alone
            assert resident.model.weights_sha256 == first
        async with asyncio.timeout(10):
            while application.snapshot().models.used_bytes > alone:
                await asyncio.sleep(0.01)


async def test_what_cannot_be_used_changes_nothing_even_where_two_do_not_fit(model: SwappableModel) -> None:
    first = model.publish()
    async with Application(settings_for(model, memory_bytes=50_000_000)) as application:
        model.publish(damaged=True)
        with pytest.raises(CorruptModelError, match="SHA-256"):
            await application.reload()
        model.write("[[model")
        with pytest.raises(ConfigError, match="not TOML"):
            await application.reload()
        assert application.models()[0].id == "tarjimon-mini"
        assert weights_of(await translated(application)) == first
        assert application.snapshot().models.models["tarjimon-mini"].loads == 1
        second = model.publish()
        await application.reload()  # the idle old one makes room
        assert weights_of(await translated(application)) == second


async def test_a_changed_entry_counts_once_its_model_is_in(model: SwappableModel) -> None:
    model.publish()
    async with Application(settings_for(model)) as application:
        with_english = model.catalogue.read_text()
        without = with_english.replace('"uz>en", "ru>en"', '"ru>en"', 1)
        assert without != with_english
        model.write(without)
        await translated(application, target="en")  # nothing was reloaded yet
        await application.reload()
        with pytest.raises(UnsupportedLanguageError):
            await translated(application, target="en")
        model.write(with_english)
        await application.reload()
        await translated(application, target="en")


# --- asking for it -----------------------------------------------------------------------------------------


async def test_reloads_run_one_at_a_time_and_once_more_when_asked_meanwhile(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger="tarjimon.server")
    running, began, go = 0, 0, asyncio.Event()

    async def reload() -> tuple[str, ...]:
        nonlocal running, began
        running, began = running + 1, began + 1
        assert running == 1
        await go.wait()
        running -= 1
        if began == 2:
            raise ModelNotFoundError("there is no such model")
        if began == 3:
            raise RuntimeError("a fault of ours")
        return ("a",)

    reloads = Reloads(reload)
    reloads.ask()
    await asyncio.sleep(0)
    assert began == 0  # not serving yet
    reloads.allow()
    for _ in range(5):
        reloads.ask()
        await asyncio.sleep(0)
    assert began == 1
    go.set()
    for expected in (2, 3, 4):
        async with asyncio.timeout(5):
            while began < expected or running:
                if began >= 2 and not running:
                    reloads.ask()
                await asyncio.sleep(0)
    assert "there is no such model" in caplog.text
    assert "a fault of ours" in caplog.text
    await reloads.aclose()
    began = 0
    reloads.ask()
    await asyncio.sleep(0)
    assert began == 0

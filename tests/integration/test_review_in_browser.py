"""The review page as a translator uses it, in headless Chromium: filters, keys, editing, saving."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tarjimon.documents.review_page import ReviewFlag, ReviewRow, review_page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

ROWS = [
    ReviewRow("line 1", "Uchrashuv bo'lib o'tdi.", "Состоялась встреча.", 0.9, ()),
    ReviewRow(
        "line 2",
        "12 nafar kishi keldi.",
        "Пришли люди.",
        0.3,
        (ReviewFlag("number_missing", "The translation lacks 12.", True, (0, 2)),),
    ),
    ReviewRow("line 3", "Manba", "Источник", 0.6, (ReviewFlag("low_confidence", "unsure", False),)),
]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    file = tmp_path / "release.ru.review.html"
    file.write_bytes(review_page("release.md → ru", "uz", "ru", ROWS, "tarjimon-mini"))
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page(viewport={"width": 1200, "height": 800})
        errors: list[str] = []
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        opened.goto(file.as_uri())
        yield opened
        assert errors == []
        browser.close()


def places(page: Any) -> list[str]:
    return [row.inner_text() for row in page.locator("tbody tr:visible .place").all()]


def test_filters_show_what_is_asked_for(page: Any) -> None:
    assert places(page) == ["line 1", "line 2", "line 3"]
    page.select_option("#filter", "flagged")
    assert places(page) == ["line 2", "line 3"]
    page.select_option("#filter", "numbers")
    assert places(page) == ["line 2"]
    page.select_option("#filter", "all")
    page.check("#flagged-first")
    assert places(page) == ["line 2", "line 3", "line 1"]
    page.fill("#find", "источник")
    assert places(page) == ["line 3"]
    assert page.inner_text("#count") == "1 of 3 segments"


def test_keys_go_from_flag_to_flag_and_edit(page: Any) -> None:
    page.keyboard.press("n")
    assert page.locator("tr:focus .place").inner_text() == "line 2"
    page.keyboard.press("e")
    page.keyboard.press("End")
    page.keyboard.type(" 12 чел.")
    page.keyboard.press("Escape")
    assert page.locator("tr.changed .place").inner_text() == "line 2"
    page.keyboard.press("n")
    assert page.locator("tr:focus .place").inner_text() == "line 3"
    page.keyboard.press("a")
    page.select_option("#filter", "unchecked")
    assert places(page) == ["line 2"]


def test_corrections_are_saved_as_rows_for_the_memory(page: Any, tmp_path: Path) -> None:
    assert page.is_disabled("#save")
    target = page.locator("tbody tr").nth(1).locator(".target")
    target.dblclick()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Пришли 12 человек.")
    with page.expect_download() as download:
        page.click("#save")
    saved = tmp_path / "corrections.tsv"
    download.value.save_as(saved)
    assert saved.read_text(encoding="utf-8") == "12 nafar kishi keldi.\tПришли 12 человек.\n"
    assert download.value.suggested_filename.endswith(".corrections.tsv")


def test_it_reads_on_a_phone_without_scrolling_sideways(page: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("tbody tr .target").first.is_visible()

"""Debian's Chromium for the tests of pages, and the page of a ready book. Without the browser they fail: nothing is skipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from gep.report.draw import svg
from gep.report.web import web
from gep.workflow.forms.trails import trails
from tests.ready import Ready

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 900}
BLOCKED = "Executing inline event handler violates the following Content Security Policy"
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path is not None, "the tests of pages need chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def garze(ready: Ready) -> Path:
    """The page of Garze 2010 with its charts."""

    def make(folder: Path) -> None:
        book = ready.book("garze-2010", "all")
        statement = ready.statement("garze-2010", "all").statement
        data = web(statement, trails(book, statement), draw=svg)
        (folder / "page.html").write_bytes(data)

    folder, _ = ready.made("garze-page", make)
    return folder / "page.html"


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens a file at a place; afterwards nothing must have been asked of any network, and no fault have been told.

    `attacked`: that the policy of the page blocked a handler is then no fault.
    """
    context = browser.new_context(viewport=DESK, reduced_motion="reduce")
    asked: list[str] = []
    faults: list[str] = []

    def open_page(path: Path, place: str = "", size: dict[str, int] = DESK, *, attacked: bool = False) -> Page:
        def told(message: ConsoleMessage) -> None:
            if message.type == "error" and not (attacked and message.text.startswith(BLOCKED)):
                faults.append(message.text)

        page = context.new_page()
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.on("request", lambda r: asked.append(r.url))
        page.on("console", told)
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("dialog", lambda d: faults.append(f"dialog {d.message}"))
        page.goto(path.as_uri() + place)
        page.wait_for_selector("body[data-ready]")
        return page

    yield open_page
    context.close()
    assert [url for url in asked if not url.startswith("file:")] == []
    assert faults == []

"""Fixtures of a real browser: `page`, and `axe` that looks for barriers at two sizes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.house.engines import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

# --no-sandbox: in a container, as root, Chromium cannot make its own.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 15_000  # what holds is seen at once; a slow machine may take its time


def chromium() -> str:
    """This function will return the browser that the scripts found or installed."""
    own = ROOT / ".tools" / "chromium" / "launch"
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), str(own)]
    for candidate in found:
        if candidate and Path(candidate).exists():
            return candidate
    raise RuntimeError("no Chromium here: run script/test once, or set CHROMIUM")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file.

    No longer: while Playwright is there, an event loop runs in this thread, and the tests of
    other files could start none of their own.
    """
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, in which Django would refuse its database.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes another person's browser: cookies of its own. It fails the test on a script error."""
    made: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: Any) -> BrowserContext:
        # uPlot cannot draw under the locale that a bare container gives a browser.
        usual = {"viewport": DESK, "locale": "en-US", "timezone_id": "America/New_York"}
        context = browser.new_context(**{**usual, **options})
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert not errors, f"errors of scripts in the page: {errors}"


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """A page of a browser that nobody has signed in to, at 1280x800."""
    return new_context().new_page()


@pytest.fixture
def axe(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """`axe(page)` fails on any barrier axe-core finds, at 1280x800 and at 390x844.

    Pages are the same on both engines, so they are looked at in the run on SQLite.
    """
    is_looking = request.config.getoption("--engine") == "sqlite"

    def look(page: Page) -> None:
        if not is_looking:
            return
        page.wait_for_load_state()  # a press returns when the next page begins to come
        before = page.viewport_size
        # Evaluated, not added as a script: the pages' own policy forbids foreign scripts.
        page.evaluate(_axe_source())
        found = [barrier for size in (DESK, PHONE) for barrier in _barriers(page, size)]
        if before:
            page.set_viewport_size(before)
        assert not found, f"{page.url}\n" + "\n".join(found)

    return look


def _barriers(page: Page, size: Any) -> list[str]:
    page.set_viewport_size(size)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{size['width']}x{size['height']} {rule['id']}: {rule['help']}: "
        + "; ".join(f"{node['target']} {node['failureSummary']}" for node in rule["nodes"])
        for rule in result["violations"]
    ]


@cache
def _axe_source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()

"""Opening the chart of six hours of one-second data: on the server, and drawn in Chromium."""

from __future__ import annotations

import statistics
import tempfile
import time
import urllib.request

from benchmarks import listeners
from benchmarks.harness import Figure, figure
from benchmarks.served import served

HISTORY_S = 6 * 3600
TURNS = 7
SERVER_MS, DRAWN_MS = 300.0, 1500.0
DRAWN = "#grid svg *"


def measured(*, quick: bool) -> dict[str, Figure]:
    """This function will open the chart several times; medians count. The size is always whole."""
    with tempfile.TemporaryDirectory(prefix="reprieve-chart-") as folder:
        env = listeners.folder_env(folder)
        made = listeners.seated(env, 1, HISTORY_S)
        with served(env) as place:
            page = f"{place.url}/infusion/{made['visits'][0]}"
            _asked(page, made["cookie"])  # the process has imported what it needs
            answers = [_asked(page, made["cookie"]) for _ in range(TURNS)]
            drawn = _drawn(page, place.url, made["cookie"])
    values = HISTORY_S * 6
    return {
        "chart values": figure(values, unit="values"),
        "chart on the server": figure(statistics.median(answers), unit="ms", at_most=SERVER_MS),
        "chart drawn": figure(statistics.median(drawn), unit="ms", at_most=DRAWN_MS),
    }


def _asked(url: str, cookie: str) -> float:
    asked = urllib.request.Request(url, headers={"Cookie": f"sessionid={cookie}"})
    began = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=30) as answer:
        assert "login" not in answer.url, "the bench is not signed in"
        answer.read()
    return (time.perf_counter() - began) * 1000


def _drawn(page_url: str, home: str, cookie: str) -> list[float]:
    """Open it in a real browser, each time in a window without a cache."""
    from playwright.sync_api import sync_playwright

    from tests.house.browser import ARGUMENTS, DESK, chromium

    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for _ in range(TURNS):
            context = browser.new_context(
                viewport={"width": DESK["width"], "height": DESK["height"]}, locale="en-US"
            )
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": home}])
            page = context.new_page()
            began = time.perf_counter()
            page.goto(page_url, wait_until="commit")
            page.wait_for_selector(DRAWN, state="attached")
            taken.append((time.perf_counter() - began) * 1000)
            context.close()
        browser.close()
    return taken

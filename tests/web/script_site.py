"""A page made by a test, with the product's own scripts and the answers that it gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, Route

import reprieve.web

STATIC = Path(reprieve.web.__path__[0]) / "static"
NODE = Path(reprieve.web.__path__[0]).parents[1] / "node_modules"
HOME = "http://reprieve.test/"
# How many questions of the page's scripts wait for their answer.
COUNTS = """window.underWay = 0;
const ask = window.fetch;
window.fetch = (...what) => {
  window.underWay += 1;
  return ask(...what).finally(() => { window.underWay -= 1; });
};"""
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass
class Site:
    """One page of HTML, the product's own scripts, and answers by path: (status, text)."""

    page: Page
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    html: str = ""

    def open(self, html: str) -> Page:
        self.html = html
        self.page.add_init_script(COUNTS)
        self.page.goto(HOME)
        return self.page

    def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOME.rstrip("/"))
        self.asked.append(f"{route.request.method} {path} {route.request.post_data or ''}")
        known = path.split("?")[0]
        if known == "/":
            route.fulfill(content_type="text/html", body=f"<!DOCTYPE html>{self.html}")
        elif known.startswith("/static/"):
            file = STATIC / known.removeprefix("/static/")
            route.fulfill(content_type=KINDS[file.suffix], body=file.read_text())
        elif known.startswith("/uplot/"):
            file = NODE / "uplot" / "dist" / file_name(known)
            route.fulfill(content_type=KINDS[file.suffix], body=file.read_text())
        elif known in self.answers:
            status, text = self.answers[known]
            headers = {"content-type": "text/html", **self.headers}
            route.fulfill(status=status, headers=headers, body=text)
        else:
            route.abort()


def tick(page: Page, happened: Callable[[], bool], *, seconds: int = 40) -> bool:
    """Move the page's clock on until it happened; what was asked meanwhile is answered first."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        answered(page)
        if happened():
            return True
    return False


def answered(page: Page) -> None:
    """Let real time pass until every question of the page has its answer, however slow."""
    for _ in range(400):
        page.wait_for_timeout(25)
        if not page.evaluate("window.underWay"):
            return
    raise AssertionError("a question of the page stays without an answer")


def file_name(path: str) -> str:
    return path.rsplit("/", 1)[1]

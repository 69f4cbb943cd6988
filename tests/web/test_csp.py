"""Headers on every answer, and no page that would need the policy loosened."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.web import addresses

EVERY = addresses.every()
DATA_BLOCKS = {"application/json"}


class Inline(HTMLParser):
    """Collects what a strict policy blocks: inline scripts, styles and handlers."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") not in DATA_BLOCKS:
            self.found.append("inline script")
        if tag == "style" or "style" in given:
            self.found.append(f"inline style on <{tag}>")
        self.found += [f"{a} on <{tag}>" for a in given if a.startswith(("on", "hx-on"))]
        address = given.get("src") or given.get("action") or ""
        if address.startswith(("http:", "https:", "//")) or "javascript:" in str(given.get("href")):
            self.found.append(f"foreign {address or given.get('href')} on <{tag}>")


def inline(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


def test_the_detector_finds_what_it_should() -> None:
    bad = (
        '<script>x</script><p style="a">b</p><b onclick="c">d</b><style></style>'
        '<img src="https://example.org/x.png"><a href="javascript:1">e</a>'
    )
    assert len(inline(bad)) == 6
    assert inline('<script src="/a.js"></script><script type="application/json">1</script>') == []


def read(client: Client, path: str) -> str:
    """A page's text; a paper or a picture is none, and its bytes may look like anything."""
    answer = client.get(path)
    is_page = answer.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_page else ""


def test_no_page_of_staff_has_anything_inline(as_role: Callable[[str], Client]) -> None:
    client = as_role("medical_director")
    pages = {a.name: read(client, a.path) for a in EVERY}
    assert {name: inline(html) for name, html in pages.items() if inline(html)} == {}


def test_no_public_page_has_anything_inline(nobody: Client) -> None:
    public = [a for a in EVERY if a.access and a.access.kind in {"public", "link"}]
    pages = {a.name: read(nobody, a.path) for a in public}
    assert {name: inline(html) for name, html in pages.items() if inline(html)} == {}


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/home"])
def test_every_answer_carries_the_headers(path: str, nobody: Client) -> None:
    answer = nobody.get(path)
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer["Permissions-Policy"]


def test_cookies_are_out_of_reach_of_scripts(as_role: Callable[[str], Client]) -> None:
    client = as_role("physician")
    client.get("/gallery")
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["csrftoken"]["httponly"]
    assert client.cookies["csrftoken"]["samesite"] == "Strict"


@pytest.mark.parametrize(("tls", "secure", "hsts"), [("1", True, True), ("", False, False)])
def test_tls_makes_cookies_secure_and_itself_binding(tls: str, secure: bool, hsts: bool) -> None:
    said = (
        "from reprieve.config import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, bool(s.SECURE_HSTS_SECONDS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said], env=os.environ | {"REPRIEVE_TLS": tls},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [str(secure), str(secure), str(hsts)]


def test_the_web_process_starts_without_the_heavy_libraries() -> None:
    said = (
        "from reprieve.config import boot; boot.start(); import reprieve.config.urls, sys;"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'scipy', 'pandas', 'statsmodels'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", said], env=dict(os.environ), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"

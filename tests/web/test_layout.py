"""The frame of every page, and tokens whose colours can be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from reprieve.web import collect

CSS = Path(collect.__file__).parent / "static" / "reprieve" / "css"
THEMES = {"light": r':root,\s*\[data-bs-theme="light"\] \{', "dark": r'\[data-bs-theme="dark"\] \{'}


def tokens(theme: str) -> dict[str, str]:
    text = (CSS / "tokens.css").read_text()
    found = re.search(THEMES[theme] + r"(.*?)\n\}", text, re.S)
    assert found
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", found[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_worked_out_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("text", "ground", 7), ("text", "surface", 7), ("muted", "ground", 4.5),
        ("muted", "surface", 4.5), ("accent", "surface", 4.5), ("on-accent", "accent", 4.5),
        ("on-high", "high", 4.5), ("on-medium", "medium", 4.5), ("on-low", "low", 4.5),
        ("stop", "stop-soft", 4.5), ("warn", "warn-soft", 4.5), ("ok-text", "ok-soft", 4.5),
        ("unknown", "unknown-soft", 4.5), ("line-strong", "surface", 3), ("high", "ground", 3),
        ("signal-hr", "surface", 3), ("signal-spo2", "surface", 3), ("signal-bp", "surface", 3),
        ("signal-rr", "surface", 3), ("signal-rate", "surface", 3), ("signal-level", "surface", 3),
    ],
)  # fmt: skip
def test_each_colour_can_be_read_on_its_ground(
    theme: str, front: str, back: str, least: float
) -> None:
    known = tokens(theme)
    assert contrast(known[front], known[back]) >= least


def test_both_themes_name_the_same_tokens() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


def test_the_whole_of_our_css_stays_small() -> None:
    assert sum(len(file.read_text().splitlines()) for file in CSS.glob("*.css")) < 1500


def test_every_stylesheet_is_linked(as_role: Callable[[str], Client]) -> None:
    page = as_role("physician").get("/gallery").content.decode()
    linked = set(re.findall(r"reprieve/css/([a-z-]+\.css)", page))
    shared = {"tokens", "base", "buttons", "shell", "patient", "state", "forms", "data", "print"}
    assert {f"{name}.css" for name in shared} <= linked <= {file.name for file in CSS.glob("*.css")}


@pytest.mark.parametrize("address", ["/gallery", "/gallery?dark", "/"])
def test_a_page_can_be_reached_by_keyboard(
    address: str, as_role: Callable[[str], Client]
) -> None:
    page = as_role("physician").get(address).content.decode()
    assert 'class="skip" href="#main"' in page
    assert page.count('<main id="main"') == 1
    assert len(re.findall(r"<h1[ >]", page)) >= 1


def test_the_language_follows_the_reader(as_role: Callable[[str], Client]) -> None:
    client = as_role("physician")
    client.post("/account/language", {"language": "es", "next": "/gallery"})
    page = client.get("/gallery").content.decode()
    assert '<html lang="es"' in page
    assert "Bloquear la pantalla" in page


def test_the_menu_shows_name_and_role(as_role: Callable[[str], Client]) -> None:
    page = as_role("infusion_nurse").get("/gallery").content.decode()
    assert "Infusion_Nurse Invented" in page
    assert "Infusion nurse" in page
    assert 'data-lock-min="10"' in page


def test_the_dark_screens_carry_the_watchdog(as_role: Callable[[str], Client]) -> None:
    page = as_role("infusion_nurse").get("/gallery?dark").content.decode()
    assert 'data-bs-theme="dark"' in page
    assert "ALARMS NOT RUNNING: watch the bedside monitor" in page
    assert page.index('id="watchdog"') < page.index('class="veil"')
    assert page.index('class="alarm-bar"') < page.index('class="veil"')


def test_the_database_answers_the_supervisor(nobody: Client) -> None:
    assert nobody.get("/healthz").content == b"ok"


def test_a_database_that_does_not_answer_is_said(
    nobody: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError, connection

    def refuse() -> None:
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)
    assert nobody.get("/healthz").status_code == 503

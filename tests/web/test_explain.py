"""The page that explains: plain words, honest pictures, no promise."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.web import explain_view
from tests.world import World


def test_everybody_may_read_it_and_the_front_page_leads_there(
    world: World, nobody: Client
) -> None:
    address = reverse("how_it_works")
    assert address in nobody.get("/").content.decode()
    page = nobody.get(address).content.decode()
    for words in ("NMDA receptor", "sensitisation", "not proven", "67 of 100", "dummy drug"):
        assert words in page
    for promise in ("cure", "guarantee", "risk-free"):
        assert promise not in page.lower()


def test_it_speaks_spanish(world: World, nobody: Client) -> None:
    page = nobody.get(reverse("how_it_works"), headers={"Accept-Language": "es"}).content.decode()
    assert "Cómo actúa la ketamina" in page


def test_receptors_follow_the_level_and_say_how_unsure_they_are() -> None:
    found = explain_view.receptors()
    top = found.x[found.middle.index(max(found.middle))]
    assert top == pytest.approx(40 / 60, abs=0.01)
    assert 45 < max(found.middle) < 65
    assert found.middle[-1] < 15
    widest = max(h - low for h, low in zip(found.high, found.low, strict=True))
    assert widest == pytest.approx(40)
    assert all(0 <= v <= 100 for v in (*found.low, *found.high))
    assert found is explain_view.receptors()


def test_relief_outlasts_the_drug_and_fades() -> None:
    found = explain_view.outlasting()
    best = max(found.middle)
    at_best = found.x[found.middle.index(best)]
    assert 1 < at_best < 2.5
    assert best > 40
    assert found.middle[-1] < 0.25 * best
    month = found.x.index(at_best) + 28
    assert found.middle[month] > 0.1 * best
    chart = explain_view.relief_chart()
    assert chart["bands"][0]["upper"] == 2
    assert len(chart["series"][0]["values"]) == len(chart["x"]["values"])

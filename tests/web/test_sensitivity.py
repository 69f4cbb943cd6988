"""What earlier infusions taught, beside the plan: asked for, in words, on a page and as a part."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clock
from tests.chairside import weighed
from tests.pathway.test_sensitivity import Room, strong
from tests.treated import treated
from tests.world import World

AsRole = Callable[[str], Client]


@pytest.fixture
def room(world: World, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return Room(weighed(treated(world)))


def shown(browser: Client, room: Room, **more: str) -> str:
    address = reverse("plan_answered", args=[room.made.patient])
    return browser.get(address, **more).content.decode()  # type: ignore[arg-type]


def test_own_figures_stand_beside_the_usual_ones(room: Room, as_role: AsRole) -> None:
    room.infuse(strong())
    page = shown(as_role("physician"), room)
    assert "121\u00a0ng/mL" in page
    assert page.count("this patient&#x27;s") + page.count("this patient's") >= 1
    assert "decision support" in page
    assert "kamp2020 (arterial)" in page
    assert "Expected at most in the first infusion" in page
    part = shown(as_role("physician"), room, HTTP_X_REPRIEVE_PART="1")
    assert "<html" not in part
    assert "How strongly this patient answered" in part


def test_too_few_readings_leave_the_usual_value_and_say_why(room: Room, as_role: AsRole) -> None:
    room.infuse(strong()[:1])
    page = shown(as_role("physician"), room)
    assert page.count("the usual value") == 4
    assert page.count("too few readings under the drug") == 4


def test_without_an_infusion_it_says_so(room: Room, as_role: AsRole) -> None:
    page = shown(as_role("physician"), room)
    assert "No finished infusion within a year to learn from." in page


def test_the_front_desk_may_not_ask(room: Room, as_role: AsRole) -> None:
    address = reverse("plan_answered", args=[room.made.patient])
    assert as_role("front_desk").get(address).status_code == 403

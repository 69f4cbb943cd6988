"""The expected range on the infusion's screen: a physician's toggle, a part, a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clock, observations
from reprieve.pathway.observations import Told
from tests.chairside import Chair
from tests.treated import treated
from tests.world import World

AsRole = Callable[[str], Client]


@pytest.fixture
def chair(world: World, monkeypatch: pytest.MonkeyPatch) -> Chair:
    """An infusion of 40 minutes that ended ten minutes ago, in a patient of 70 kg."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    made = treated(world)
    chair = made.infuse(made.plan())
    observations.write(
        [Told(code="weight_kg", value=Decimal(70), unit="kg")], actor=world["infusion_nurse"],
        at=world.at, measured_at=world.at, patient=made.patient,
    )  # fmt: skip
    world.later(minutes=10)
    return chair


def test_physicians_alone_find_the_toggle(chair: Chair, as_role: AsRole) -> None:
    for role, may in (("physician", True), ("medical_director", True), ("infusion_nurse", False)):
        screen = as_role(role).get(reverse("infusion", args=[chair.encounter])).content.decode()
        assert ("expected-part" in screen) is may
        assert "ng/mL" not in screen
        answer = as_role(role).get(reverse("infusion_expected", args=[chair.encounter]))
        assert answer.status_code == (200 if may else 403)


def test_range_says_what_it_is_and_where_from(chair: Chair, as_role: AsRole) -> None:
    page = as_role("physician").get(reverse("infusion_expected", args=[chair.encounter]))
    shown = page.content.decode()
    said = ("decision support", "arterial", "kamp2020", "70", "in 80 of 100 people", "is assumed")
    for words in said:
        assert words in shown
    data = re.search(r'id="expected-levels" type="application/json">(.*?)</script>', shown)
    assert data
    high, middle, low = (line["values"] for line in json.loads(data[1])["series"])
    assert low[-1] < middle[-1] < high[-1]
    assert "limits" not in json.loads(data[1])


def test_part_is_asked_for_by_the_screen(chair: Chair, as_role: AsRole) -> None:
    part = as_role("physician").get(
        reverse("infusion_expected", args=[chair.encounter]), headers={"X-Reprieve-Part": "1"}
    )
    assert "<html" not in part.content.decode()
    assert "expected-levels" in part.content.decode()


def test_without_a_weight_it_says_so(world: World, as_role: AsRole) -> None:
    made = treated(world)
    chair = made.infuse(made.plan())
    page = as_role("physician").get(reverse("infusion_expected", args=[chair.encounter]))
    assert "There is no weight on record" in page.content.decode()

"""The forecast on the follow-up page: a part of it, with its track record and what it rests on."""

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
from tests.treated import Treated, responder
from tests.world import World

AsRole = Callable[[str], Client]


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> Treated:
    """A responder of 70 kg whose relief fades over four weeks."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    made = responder(world, weeks=(3, 3, 4, 5))
    observations.write(
        [Told(code="weight_kg", value=Decimal(70), unit="kg")], actor=world["infusion_nurse"],
        at=world.at, measured_at=world.at, patient=made.patient,
    )  # fmt: skip
    return made


def test_follow_up_asks_for_it_and_the_part_answers(made: Treated, as_role: AsRole) -> None:
    doctor = as_role("physician")
    address = reverse("followup_forecast", args=[made.patient])
    visit = doctor.get(reverse("followup", args=[made.patient])).content.decode()
    assert f'data-part="{address}"' in visit
    part = doctor.get(address, headers={"X-Reprieve-Part": "1"}).content.decode()
    assert "<html" not in part
    for words in ("decision support", "Dahan 2011", "kamp2020", "an extrapolation", "Held"):
        assert words in part
    found = re.search(r'id="forecast-chart" type="application/json">(.*?)</script>', part)
    assert found
    data = json.loads(found[1])
    seen, then, now, high, low, *apart = (line["values"] for line in data["series"])
    assert len(seen) == len(data["x"]["values"]) == len(low)
    said = zip(then, *apart, strict=True)
    assert [v is None for v in seen] == [v is not None for v in now]
    assert [sum(v is not None for v in one) for one in said] == [int(v is not None) for v in seen]
    assert all(b <= a for a, b in zip(high, low, strict=True))


def test_page_stands_alone_and_a_missing_weight_is_said(
    world: World, made: Treated, as_role: AsRole
) -> None:
    page = as_role("infusion_nurse").get(reverse("followup_forecast", args=[made.patient]))
    assert "<h1" in page.content.decode()
    assert "forecasts said that the model did not fit" in page.content.decode()
    assert "earlier forecasts held" not in page.content.decode()
    other = responder(world, weeks=(3,))
    page = as_role("physician").get(reverse("followup_forecast", args=[other.patient]))
    assert "There is no weight on record" in page.content.decode()


def test_page_says_first_that_the_model_does_not_fit(
    world: World, made: Treated, as_role: AsRole
) -> None:
    """Relief for weeks after two short infusions is nothing that the model knows."""
    doctor = as_role("physician")
    part = doctor.get(reverse("followup_forecast", args=[made.patient])).content.decode()
    assert "does not fit" in part
    assert "The model does not fit this diary: look at the diary" in part
    assert "is expected in the week of" not in part
    same = responder(world, weeks=(8, 8), during=8)
    observations.write(
        [Told(code="weight_kg", value=Decimal(70), unit="kg")], actor=world["infusion_nurse"],
        at=world.at, measured_at=world.at, patient=same.patient,
    )  # fmt: skip
    part = doctor.get(reverse("followup_forecast", args=[same.patient])).content.decode()
    assert "does not fit" not in part
    assert "is expected in the week of" in part


def test_front_desk_sees_none(made: Treated, as_role: AsRole) -> None:
    address = reverse("followup_forecast", args=[made.patient])
    assert as_role("front_desk").get(address).status_code == 403

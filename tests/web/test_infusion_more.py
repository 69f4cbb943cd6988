"""The infusion's screen: re-checks, the line, the feed's age, and how the papers stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import charting_drug, charting_line, feed
from reprieve.records import notes
from reprieve.records.models import InfusionEvent, Observation
from tests import gate_desk
from tests.chairside import Chair, sent, sit
from tests.papers import says
from tests.world import World, linked, new

AsRole = Callable[[str], Client]


@pytest.fixture
def world(timed: World) -> World:
    return timed


def shown(client: Client, chair: Chair) -> str:
    return client.get(reverse("infusion", args=[chair.encounter])).content.decode()


def enter(client: Client, chair: Chair, kind: str, /, **fields: Any) -> int:
    address = reverse("infusion_entry", args=[chair.encounter, kind])
    answer = client.post(
        address, {"act": str(new()), **fields}, headers={"X-Reprieve-Entry": "1"}
    )
    return int(answer.status_code)


def test_a_rate_change_sets_a_re_check(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    assert "re-check" not in shown(nurse, chair)
    chair.world.later(minutes=3)
    chair.do("rate", rate_ug_per_h=15_000)
    html = shown(nurse, chair)
    assert "re-check after the rate change" in html
    board = nurse.get(reverse("board")).content.decode()
    assert "Blood pressure" in board


def test_a_rescue_drug_sets_one_too(as_role: AsRole, chair: Chair) -> None:
    chair.world.later(minutes=3)
    dose = charting_drug.Dose(drug="midazolam", dose=Decimal(1), route="iv", reported=True)
    charting_drug.give(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, dose=dose,
    )  # fmt: skip
    assert "re-check after the drug" in shown(as_role("infusion_nurse"), chair)


def test_the_line_goes_in_and_comes_out(as_role: AsRole, chair: Chair) -> None:
    nurse, world = as_role("infusion_nurse"), chair.world
    placed = {"site": "left forearm", "gauge": "22", "attempts": "2", "runs_freely": "on"}
    assert enter(nurse, chair, "line", **placed) == 204
    world.later(minutes=30)
    assert enter(nurse, chair, "line_out", note="dry") == 204
    assert Observation.of(world.id).get(code="iv_removed").value is True
    assert notes.read(InfusionEvent.of(world.id).get(kind="noted").note) == "dry"
    html = shown(nurse, chair)
    assert "IV left forearm 22 G" in html
    assert "intravenous line out" in html
    paper = nurse.get(reverse("record_pdf", args=[chair.encounter])).content
    assert says(paper, "IV line left forearm, 22 G, attempts 2, in 12:00:00, out 12:30:00")


def test_a_line_that_cannot_be_is_refused(as_role: AsRole, chair: Chair) -> None:
    assert enter(as_role("infusion_nurse"), chair, "line", site="x", gauge="2", attempts="1") == 422


def test_the_line_comes_out_once_a_press(chair: Chair) -> None:
    act = new()
    for _ in range(2):
        charting_line.take_out(
            actor=chair.world["infusion_nurse"], uid=act, at=chair.world.at,
            encounter=chair.encounter,
        )  # fmt: skip
    assert Observation.of(chair.world.id).filter(code="iv_removed").count() == 1


def test_the_bar_tells_the_age_of_the_feed(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    assert "feed-age" not in shown(nurse, chair)
    linked(chair.world, chair.encounter)
    at = chair.world.later(seconds=30)
    feed.receive([sent(chair.world, raw="one", heart_rate=70)], clinic=chair.world.id)
    assert f'class="feed-age" data-taken="{round(at.timestamp() * 1000)}"' in shown(nurse, chair)


def test_the_header_says_how_the_papers_stand(as_role: AsRole, world: World) -> None:
    nurse, chair = as_role("infusion_nurse"), sit(world)
    html = shown(nurse, chair)
    assert "no valid consent" in html
    assert "escort?" in html


def test_the_header_of_a_ready_patient_is_calm(as_role: AsRole, world: World) -> None:
    visit = gate_desk.arrived(world)
    html = shown(as_role("infusion_nurse"), visit.pump.chair)
    assert "consent valid" in html
    assert re.search(r"Session 1 / \d+", html)


def test_a_drugs_doses_go_to_the_grid_with_their_amount(as_role: AsRole, chair: Chair) -> None:
    dose = charting_drug.Dose(drug="ondansetron", dose=Decimal(4), route="iv", reported=True)
    charting_drug.give(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, dose=dose,
    )  # fmt: skip
    found = re.search(r'id="live-grid">(.*?)</script>', shown(as_role("physician"), chair), re.S)
    assert found
    [row] = json.loads(found[1])["drugs"]
    assert row[1:] == ["ondansetron", "4 mg", True, 4000, False]


def test_each_key_opens_one_entry() -> None:
    from reprieve.web.infusion_entries import ENTRIES

    keys = [entry.key for entry in ENTRIES.values() if entry.key]
    assert len(keys) == len(set(keys))
    assert {"v", "r", "x", "z", "s", "d", "p", "u"} <= set(keys)

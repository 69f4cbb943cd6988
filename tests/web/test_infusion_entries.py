"""The entries of the infusion's screen: what they write, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clinic
from reprieve.records.models import AdverseEvent, AlarmTransition, Observation
from tests.chairside import Chair, sit
from tests.web.infusion_page import enter, events, ordered, page
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def world(timed: World) -> World:
    return timed


def test_set_in_one_save(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    done = enter(nurse, chair, "set", sbp=124, dbp=78, heart_rate=72, spo2=98, rass=0, pain=3)
    assert done.status_code == 204
    found = Observation.of(chair.world.id).filter(encounter_id=chair.encounter)
    assert {o.code: o.value for o in found} == {
        "sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "rass": 0, "pain": 3,
    }  # fmt: skip


def test_impossible_value_is_refused_beside_its_field_and_nothing_is_lost(
    as_role: AsRole, chair: Chair
) -> None:
    refused = enter(as_role("infusion_nurse"), chair, "set", spo2=9, heart_rate=72)
    html = refused.content.decode()
    assert refused.status_code == 422
    assert "40 and 100" in html
    assert 'value="72"' in html
    assert not Observation.of(chair.world.id).filter(encounter_id=chair.encounter).exists()


def test_same_number_twice_is_one_entry(as_role: AsRole, chair: Chair) -> None:
    nurse, number = as_role("infusion_nurse"), str(new())
    for _ in range(2):
        assert enter(nurse, chair, "set", act=number, spo2=98).status_code == 204
    assert Observation.of(chair.world.id).filter(code="spo2").count() == 1


def test_another_time_needs_its_reason(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    chair.world.later(minutes=10)
    at = "2026-03-03T12:05:00"
    refused = enter(nurse, chair, "note", note="Nausea.", at=at)
    assert "say why" in refused.content.decode()
    done = enter(nurse, chair, "note", note="Nausea.", at=at, why="busy with chair 2")
    assert done.status_code == 204
    late = events(chair)[-1]
    assert late.recorded_ms - late.at_ms == 5 * 60_000


def test_rate_outside_the_order_is_refused_in_words_and_recorded_when_done(
    as_role: AsRole, chair: Chair
) -> None:
    nurse = as_role("infusion_nurse")
    ordered(chair)
    chair.world.later(minutes=1)
    assert enter(nurse, chair, "rate", rate_mg_per_h="30").status_code == 204
    refused = enter(nurse, chair, "rate", rate_mg_per_h="50")
    assert "above the highest ordered rate" in refused.content.decode()
    chair.world.later(minutes=1)
    assert enter(nurse, chair, "rate", rate_mg_per_h="50", reported="on").status_code == 204
    assert events(chair)[-1].deviation
    assert ("deviation", "high", "latched") in chair.alarms


def test_halve_pause_resume_bolus(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    ordered(chair)
    for kind, fields in (
        ("halve", {}),
        ("pause", {"note": "Toilet."}),
        ("resume", {"rate_mg_per_h": "10"}),
        ("bolus", {"dose_mg": "5", "over_min": "10"}),
    ):
        chair.world.later(minutes=2)
        answer = enter(nurse, chair, kind, **fields)
        assert answer.status_code == 204, (kind, answer.content.decode())
    assert [e.kind for e in events(chair)] == ["started", "rate", "paused", "resumed", "bolus"]
    assert events(chair)[1].rate_ug_per_h == 10_000


def test_stop_asks_for_the_volume_left(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    chair.world.later(minutes=1)
    assert enter(nurse, chair, "stop").status_code == 422
    assert chair.row.state == "running"
    assert enter(nurse, chair, "stop", volume_left_ml="31").status_code == 204
    assert events(chair)[-1].detail == {"volume_left_ml": "31"}
    assert chair.row.state == "stopped"
    assert enter(nurse, chair, "end", volume_left_ml="31").status_code == 204
    assert chair.row.state == "recovery"


def test_pauses_of_other_kinds_and_the_ways_out(as_role: AsRole, world: World) -> None:
    nurse = as_role("infusion_nurse")
    for kind, fields, state in (
        ("fault", {"note": "Air in line, door open."}, "paused"),
        ("infiltrated", {"dose_mg": "1.5"}, "paused"),
        ("left", {}, "left"),
        ("transferred", {"note": "Chest pain."}, "transferred"),
    ):
        chair = sit(world)
        chair.start()
        answer = enter(nurse, chair, kind, **fields)
        assert answer.status_code == 204, answer.content.decode()
        assert chair.row.state == state


def test_hand_over_keeps_both_names(as_role: AsRole, chair: Chair) -> None:
    nurse, world = as_role("infusion_nurse"), chair.world
    to = world["physician"].practitioner
    world.later(minutes=1)
    assert enter(nurse, chair, "handover", to=to, note="Anxious.").status_code == 204
    names = events(chair)[-1].detail
    assert (names["from_name"], names["to_name"]) == (
        "Infusion_Nurse Invented", "Physician Invented",
    )  # fmt: skip
    desk = world["front_desk"].practitioner
    assert enter(nurse, chair, "handover", to=desk).status_code == 422


def test_chair(as_role: AsRole, chair: Chair) -> None:
    world = chair.world
    place = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name="2")
    assert enter(as_role("infusion_nurse"), chair, "chair", chair=place).status_code == 204
    assert chair.row.chair_id == place


def test_side_effect_drug_and_correction(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    fields = {"term": "nausea", "grade": 2, "action": "rate lowered", "outcome": "ongoing"}
    assert enter(nurse, chair, "harm", **fields).status_code == 204
    assert AdverseEvent.of(chair.world.id).get().rate_ug_per_h_at_onset == 20_000
    refused = enter(nurse, chair, "drug", drug="midazolam", dose="1", route="iv")
    assert "no order for midazolam" in refused.content.decode()
    ordered(chair, "midazolam")
    given = enter(nurse, chair, "drug", drug="midazolam", dose="1", route="iv")
    assert given.status_code == 204
    enter(nurse, chair, "set", spo2=48)
    old = Observation.of(chair.world.id).get(code="spo2")
    answer = enter(nurse, chair, "correct", observation=old.pk, value="98", reason="slip")
    assert answer.status_code == 204
    html = page(nurse, "infusion", chair.encounter)
    assert "<s>48</s>" in html
    assert "nausea" in html
    assert "midazolam 1 mg" in html


def test_limit_put_aside(as_role: AsRole, chair: Chair) -> None:
    fields = {"limit": "spo2 below 85 high", "minutes": 10, "reason": "cold hand"}
    assert enter(as_role("infusion_nurse"), chair, "suspend", **fields).status_code == 204
    assert AlarmTransition.objects.filter(kind="suspension").count() == 1


def test_restart_without_a_second_check_is_refused(
    as_role: AsRole, chair: Chair
) -> None:
    ordered(chair)
    chair.do("stopped")
    refused = enter(as_role("infusion_nurse"), chair, "restart", rate_mg_per_h="10")
    assert refused.status_code == 422
    assert chair.row.state == "stopped"


def test_without_scripts_an_entry_is_a_page_of_its_own(
    as_role: AsRole, chair: Chair
) -> None:
    nurse = as_role("infusion_nurse")
    address = reverse("infusion_entry", args=[chair.encounter, "note"])
    assert "What happened" in nurse.get(address).content.decode()
    done = nurse.post(address, {"act": str(new()), "note": "Sleeps."})
    assert done.status_code == 302
    assert done.url == reverse("infusion", args=[chair.encounter])
    assert nurse.post(address, {"act": str(new())}).status_code == 422

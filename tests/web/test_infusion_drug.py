"""Entries at the chair under stress: a drug's question beside it, and what no monitor tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.monitoring.alarm_state import Alarm
from reprieve.pathway import clock
from reprieve.records.models import MedicationAdministration, Observation
from reprieve.web import infusion_words
from tests.chairside import Chair, sit
from tests.pathway.test_drug_facts import ordered, save
from tests.world import World, new

AsRole = Callable[[str], Client]
ASKED = "For labetalol: Does the patient have asthma?"


@pytest.fixture
def chair(world: World, monkeypatch: pytest.MonkeyPatch) -> Chair:
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    made = sit(world)
    made.start()
    ordered(made, "labetalol")
    save(made, pulse_rate=72)
    return made


def dose(**more: str) -> dict[str, str]:
    return {"drug": "labetalol", "dose": "5", "route": "iv", "act": str(new()), **more}


def test_a_question_that_nobody_answered_stands_beside_the_drug(
    chair: Chair, as_role: AsRole
) -> None:
    nurse, world = as_role("infusion_nurse"), chair.world
    address = reverse("infusion_entry", args=[chair.encounter, "drug"])
    assert ASKED in nurse.get(reverse("infusion", args=[chair.encounter])).content.decode()
    refused = nurse.post(address, dose())
    assert refused.status_code == 422
    assert "Not known: asthma" in refused.content.decode()
    assert ASKED in refused.content.decode()
    assert nurse.post(address, dose(asthma="no")).status_code == 302
    assert MedicationAdministration.of(world.id).get().deviation is False
    assert ASKED not in nurse.get(address).content.decode()


def test_an_answer_that_forbids_the_drug_stays_on_record(chair: Chair, as_role: AsRole) -> None:
    nurse, world = as_role("infusion_nurse"), chair.world
    address = reverse("infusion_entry", args=[chair.encounter, "drug"])
    pressed = dose(asthma="yes")
    for _again in range(2):
        refused = nurse.post(address, pressed)
        assert refused.status_code == 422
        assert "Not in asthma" in refused.content.decode()
    row = Observation.of(world.id).get(code="asthma")
    assert (row.value, row.by_id) == (True, world["infusion_nurse"].practitioner)
    assert not MedicationAdministration.of(world.id).exists()


def test_orders_say_what_was_not_asked(chair: Chair, as_role: AsRole) -> None:
    shown = as_role("physician").get(reverse("orders", args=[chair.encounter])).content.decode()
    assert "Until it is answered, labetalol could not be given." in shown
    assert "flumazenil could not be given" not in shown


def test_what_no_monitor_tells_is_one_entry_with_its_alarm(
    chair: Chair, as_role: AsRole
) -> None:
    nurse = as_role("infusion_nurse")
    address = reverse("infusion_entry", args=[chair.encounter, "urgent"])
    assert nurse.post(address, {"act": str(new())}).status_code == 422
    told = {"act": str(new()), "what": "asks-to-stop", "note": "wants to go home"}
    assert nurse.post(address, told).status_code == 302
    assert ("patient", "high", "latched") in chair.alarms
    shown = nurse.get(reverse("infusion", args=[chair.encounter])).content.decode()
    assert "Patient: asks to stop" in shown
    assert "The patient asks to stop · wants to go home" in shown


def test_a_set_takes_scores_that_few_need_behind_more(chair: Chair, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    address = reverse("infusion_entry", args=[chair.encounter, "set"])
    assert nurse.post(address, {"act": str(new()), "cadss6": "25"}).status_code == 422
    told = {"act": str(new()), "sbp": "170", "dbp": "90", "moaas": "2", "cadss6": "6"}
    assert nurse.post(address, told).status_code == 302
    assert {("moaas", "high", "active"), ("cadss6", "low", "active")} <= set(chair.alarms)
    assert not Observation.of(chair.world.id).filter(code="map").exists()


def test_a_mean_that_was_worked_out_says_so(chair: Chair) -> None:
    alarm = Alarm(
        id="a", key="a", signal="map", limit="above 130 % of baseline", priority="medium",
        kind="clinical", phase="active", run_ms=0, last_ms=0, value=121.3, derived=True,
    )  # fmt: skip
    said = "Mean pressure, worked out 121.3 mmHg (>130 % of baseline)"
    assert infusion_words.alarm_text(alarm) == said

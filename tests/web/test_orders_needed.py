"""As-needed orders as pages: smaller for this patient, another route, withdrawn, and said so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clock
from reprieve.records.models import CarePlan, MedicationRequest
from tests import gate_desk
from tests.gate_desk import Visit
from tests.world import PASSWORD, World, new

AsRole = Callable[[str], Client]
R10 = "ketamine-0.35mgkgh-4h-x10"


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


@pytest.fixture
def visit(world: World) -> Visit:
    made = gate_desk.arrived(world)
    made.weigh()
    made.order()
    world.later(minutes=1)
    return made


def post(browser: Client, visit: Visit, name: str, **fields: str) -> Any:
    told = {"act": str(new()), **fields}
    return browser.post(reverse(name, args=[visit.encounter]), told)


def newest(visit: Visit, drug: str) -> MedicationRequest:
    return MedicationRequest.of(visit.world.id).filter(drug=drug).order_by("-recorded_at")[0]


def test_doctor_signs_a_smaller_one(visit: Visit, as_role: AsRole) -> None:
    doctor = as_role("physician")
    shown = doctor.get(reverse("orders", args=[visit.encounter])).content.decode()
    assert "midazolam IV: at most 1 mg, 5 mg in all, 2 min between" in shown
    small = {"needed-drug": "midazolam/iv", "needed-dose_max": "0.5", "needed-password": PASSWORD}
    guessed = post(doctor, visit, "orders_as_needed", **{**small, "needed-password": "x"})
    assert guessed.status_code == 422
    beyond = post(doctor, visit, "orders_as_needed", **{**small, "needed-dose_max": "2"})
    assert (beyond.status_code, "at most 1 mg" in beyond.content.decode()) == (422, True)
    assert newest(visit, "midazolam").max_dose_ug == 1_000
    assert post(doctor, visit, "orders_as_needed", **small).status_code == 302
    assert newest(visit, "midazolam").max_dose_ug == 500
    assert post(as_role("infusion_nurse"), visit, "orders_as_needed", **small).status_code == 403


def test_smaller_by_voice(visit: Visit, as_role: AsRole) -> None:
    said = {
        "voice-drug": "ondansetron/po", "voice-dose_max": "2", "voice-read_back": "on",
        "voice-prescriber": str(visit.world["physician"].practitioner),
    }  # fmt: skip
    assert post(as_role("infusion_nurse"), visit, "orders_by_voice", **said).status_code == 302
    row = newest(visit, "ondansetron")
    assert (row.route, row.max_dose_ug, row.verbal) == ("po", 2_000, True)


def test_doctor_withdraws_one(visit: Visit, as_role: AsRole) -> None:
    doctor = as_role("physician")
    end = {"end-drug": "midazolam", "end-reason": "too sleepy", "end-password": PASSWORD}
    assert post(doctor, visit, "orders_withdraw", **{**end, "end-password": "x"}).status_code == 422
    assert post(doctor, visit, "orders_withdraw", **{**end, "end-reason": ""}).status_code == 422
    assert post(doctor, visit, "orders_withdraw", **end).status_code == 302
    shown = doctor.get(reverse("orders", args=[visit.encounter])).content.decode()
    assert "withdrawn" in shown
    assert "midazolam" not in shown.split("</table>")[1]
    assert post(doctor, visit, "orders_withdraw", **end).status_code == 422


def test_nurse_withdraws_one_by_voice(visit: Visit, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    end = {
        "end-drug": "midazolam", "end-reason": "too sleepy",
        "end-prescriber": str(visit.world["physician"].practitioner),
    }  # fmt: skip
    refused = post(nurse, visit, "orders_withdraw", **end)
    assert (refused.status_code, "read the order back" in refused.content.decode()) == (422, True)
    end["end-read_back"] = "on"
    assert post(nurse, visit, "orders_withdraw", **end).status_code == 302
    waiting = as_role("physician").get(reverse("orders_to_sign")).content.decode()
    assert "withdrawn: midazolam" in waiting


def test_plan_takes_lower_limits_and_another_route(world: World, as_role: AsRole) -> None:
    patient = gate_desk.consented(world)
    address = reverse("plan_sign", args=[patient, R10])
    doctor = as_role("physician")
    shown = doctor.get(address).content.decode()
    assert "Lower limits, or another route" in shown
    plan = {
        "condition": "crps", "password": PASSWORD, "rescue": ["midazolam", "ondansetron"],
        "midazolam_dose_max": "0.5", "ondansetron_route": "po",
    }  # fmt: skip
    beyond = doctor.post(address, {**plan, "act": str(new()), "midazolam_dose_max": "2"})
    assert (beyond.status_code, "at most 1 mg" in beyond.content.decode()) == (422, True)
    assert doctor.post(address, {**plan, "act": str(new())}).status_code == 302
    detail = CarePlan.of(world.id).get(patient_id=patient).detail
    assert detail["rescue"] == {"midazolam": "iv", "ondansetron": "po"}
    assert detail["rescue_limits"] == {"midazolam": {"dose_max": "0.5"}}


def test_who_needs_less_is_said_beside_the_order(visit: Visit, as_role: AsRole) -> None:
    doctor, address = as_role("physician"), reverse("orders", args=[visit.encounter])
    said = "midazolam: lower doses, over 60 years."
    assert said not in doctor.get(address).content.decode()
    visit.world.later(days=365 * 17)
    assert said in as_role("physician").get(address).content.decode()


def test_frailty_is_entered_and_said_beside_the_order(visit: Visit, as_role: AsRole) -> None:
    doctor, address = as_role("physician"), reverse("orders", args=[visit.encounter])
    unknown, frail = "lower doses are due if frail.", "midazolam: lower doses, frail."
    assert unknown in doctor.get(address).content.decode()
    form = f"/patients/{visit.patient}/evaluation/form/cfs"
    for level, said, unsaid in (("6", frail, unknown), ("3", "", frail)):
        visit.world.later(minutes=1)
        given = {"act": str(new()), "total": level, "mode": "clinic"}
        assert doctor.post(form, given).status_code == 302
        page = doctor.get(address).content.decode()
        assert said in page
        assert unsaid not in page
        assert unknown not in page

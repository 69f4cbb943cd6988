"""The auditor sees who wrote what and who looked at whom, in numbers and never in names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.records.queries import audits
from tests import world as w

As = Callable[[str], Client]


def test_writes_are_listed_with_who_and_no_patients_name(world: w.World, as_role: As) -> None:
    w.person(world)
    client = as_role("auditor")
    assert client.get("/home")["Location"] == "/audit"
    page = client.get("/audit").content.decode()
    for words in ("Front_Desk Invented", "patient.register", "staff.change"):
        assert words in page
    assert "Iva" not in page


def test_readings_of_one_patient_are_found_by_number(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    as_role("physician").get(f"/patients/{patient}")
    as_role("infusion_nurse").get("/work")
    client = as_role("auditor")
    everything = client.get("/audit/readings").content.decode()
    assert "Physician Invented" in everything
    assert "Infusion_Nurse Invented" in everything
    mine = client.get("/audit/readings?patient=1").content.decode()
    assert "Physician Invented" in mine
    assert "Infusion_Nurse Invented" not in mine
    assert "Iva" not in mine
    assert "Nobody looked" in client.get("/audit/readings?patient=99").content.decode()


@pytest.mark.parametrize("query", ["before=x", "before=9e9", f"before={2**70}", "patient=-1"])
def test_what_cannot_be_asked_is_left_out(query: str, world: w.World, as_role: As) -> None:
    for address in ("/audit", "/audit/readings"):
        assert as_role("auditor").get(f"{address}?{query}").status_code == 200


def test_long_lists_have_pages(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "PAGE", 2)
    page = as_role("auditor").get("/audit").content.decode()
    last = audits.writes(clinic=world.id)[-1].id
    assert f"?before={last}" in page
    older = audits.writes(clinic=world.id, before=last)
    assert all(one.id < last for one in older)
    as_role("physician").get("/work")
    as_role("physician").get("/today")
    first, second = audits.reads(clinic=world.id)
    assert audits.reads(clinic=world.id, before=first.id)[0] == second


def test_another_clinics_lines_are_nobodys(world: w.World) -> None:
    other = w.found()
    assert {one.who for one in audits.writes(clinic=other.id)} & {"Ada Invented", "system:init"}
    mine = {one.id for one in audits.writes(clinic=world.id)}
    assert not mine & {one.id for one in audits.writes(clinic=other.id)}

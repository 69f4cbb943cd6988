"""The auditor sees who wrote what and who looked at whom, in numbers and never in names."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.records.models import AuditEvent
from reprieve.records.queries import audits
from reprieve.records.queries.audits import Wanted
from reprieve.web.staff import audit as pages
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
    assert "Infusion_Nurse Invented" not in mine.split("<tbody>")[1]
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
    assert f"before={last}" in page
    older = audits.writes(clinic=world.id, wanted=Wanted(before=last))
    assert all(one.id < last for one in older)
    as_role("physician").get("/work")
    as_role("physician").get("/today")
    first, second = audits.reads(clinic=world.id)
    assert audits.reads(clinic=world.id, wanted=Wanted(before=first.id))[0] == second


def test_another_clinics_lines_are_nobodys(world: w.World) -> None:
    other = w.found()
    assert {one.who for one in audits.writes(clinic=other.id)} & {"Ada Invented", "system:init"}
    mine = {one.id for one in audits.writes(clinic=world.id)}
    assert not mine & {one.id for one in audits.writes(clinic=other.id)}


def test_lines_are_found_by_person_act_and_day(world: w.World, as_role: As) -> None:
    w.person(world)
    client = as_role("auditor")
    desk = world["front_desk"].practitioner
    mine = client.get(f"/audit?who={desk}&what=patient").content.decode()
    assert "patient.register" in mine
    assert "staff.change" not in mine
    day = world.at.date()
    assert "patient.register" in client.get(f"/audit?since={day}&until={day}").content.decode()
    assert "patient.register" not in client.get("/audit?until=2020-01-01").content.decode()
    assert "patient.register" in client.get("/audit?patient=1").content.decode()
    assert "staff.change" not in client.get("/audit?patient=1").content.decode()


def test_all_of_it_is_given_as_csv_and_that_it_was_is_on_the_trail(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "PAGE", 3)
    w.person(world)
    client = as_role("auditor")
    answer = client.post("/audit/export/writes", {"act": str(w.new()), "what": "staff.change"})
    lines = answer.content.decode().splitlines()
    assert lines[0] == "at,who,what,about,patients"
    assert len(lines) == 1 + AuditEvent.objects.filter(action="staff.change").count()
    assert "Iva" not in answer.content.decode()
    assert AuditEvent.objects.filter(action="audit.export", actor=world["auditor"].label).exists()
    assert client.post("/audit/export/all", {"act": str(w.new())}).status_code == 400
    assert as_role("manager").post("/audit/export/writes", {}).status_code == 403


def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(world: w.World) -> None:
    line = audits.Line(id=1, at=world.at, who="=HYPERLINK(1)", what="+1", about="@x")
    assert pages.table([line]).splitlines()[1].endswith(",'=HYPERLINK(1),'+1,'@x,")

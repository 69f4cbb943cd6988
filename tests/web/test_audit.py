"""The auditor sees who wrote what and who looked at whom, in numbers and never in names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from reprieve.pathway import accounts, history, house
from reprieve.records import audit
from reprieve.records.models import Act, AuditEvent
from reprieve.records.queries import audit_subjects, audits
from reprieve.records.queries.audits import Wanted
from reprieve.web import audit_words
from reprieve.web.staff import audit as pages
from tests import world as w
from tests.chairside import Chair

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
    assert "staff.change" in client.get("/audit?about=practitioner").content.decode()
    assert "patient.register" not in client.get("/audit?about=practitioner").content.decode()


def test_everything_about_one_patient_is_found(chair: Chair, as_role: As) -> None:
    chair.do("rate", rate_ug_per_h=25_000)
    w.person(chair.world, given="Otto", mrn="A-200")
    mine = audits.writes(clinic=chair.world.id, wanted=Wanted(patient=1))
    found = {one.what for one in mine}
    assert {"patient.register", "infusion.prepare", "infusion.run"} <= found
    assert {one.numbers for one in mine} == {(1,)}
    others = audits.writes(clinic=chair.world.id, wanted=Wanted(patient=2))
    assert [one.what for one in others] == ["patient.register"]
    page = as_role("auditor").get("/audit?patient=1").content.decode()
    assert "infusion.run" in page
    assert "Everything about patient 1" in page
    assert audits.writes(clinic=chair.world.id, wanted=Wanted(patient=99)) == []
    assert "Nothing was written" in as_role("auditor").get("/audit?patient=99").content.decode()


def test_a_patient_with_more_rows_than_one_question_holds_is_read_in_pages(
    chair: Chair, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = audits.writes(clinic=chair.world.id, wanted=Wanted(patient=1))
    monkeypatch.setattr(audit_subjects, "PART", 2)
    assert audits.writes(clinic=chair.world.id, wanted=Wanted(patient=1)) == everything
    monkeypatch.setattr(audits, "PAGE", 3)
    first = audits.writes(clinic=chair.world.id, wanted=Wanted(patient=1))
    older = audits.writes(clinic=chair.world.id, wanted=Wanted(patient=1, before=first[-1].id))
    assert [one.id for one in (*first, *older)] == [one.id for one in everything[:6]]


def test_what_was_brought_in_is_about_each_patient_of_it(world: w.World) -> None:
    patient, _ = w.person(world)
    batch = w.new()
    Act.objects.create(
        uid=batch, clinic_id=world.id, kind="import.run", at=world.at,
        result={"made": [str(patient)]},
    )  # fmt: skip
    audit.record(
        clinic=world.id, at=world.at, actor="system:import", action="import.run",
        subject_kind="import", subject=batch,
    )  # fmt: skip
    mine = audits.writes(clinic=world.id, wanted=Wanted(patient=1))
    assert [one.what for one in mine] == ["import.run", "patient.register"]


def test_roles_before_and_after_and_changed_settings_are_told(
    world: w.World, as_role: As
) -> None:
    nurse = world["infusion_nurse"].practitioner
    assert nurse
    house.set_roles(
        actor=world["admin"], uid=w.new(), at=world.at, practitioner=nurse,
        roles=["infusion_nurse", "front_desk"],
    )  # fmt: skip
    house.describe(
        actor=world["admin"], uid=w.new(), at=world.at, facts={"clinic.phone": "+1 555 0100 177"}
    )
    page = as_role("auditor").get("/audit").content.decode()
    assert "Member of staff Infusion_Nurse Invented" in page
    assert "before: Infusion nurse" in page
    assert "roles: Front desk, Infusion nurse" in page
    assert "settings: clinic.phone" in page
    assert "0100 177" not in page
    assert "/settings/staff/" not in page  # an auditor may not open it
    assert f"/settings/staff/{nurse}" in as_role("medical_director").get("/audit").content.decode()


def test_what_failed_is_told_apart(world: w.World, as_role: As) -> None:
    accounts.note_failure(email=world.emails["physician"])
    failed = as_role("auditor").get("/audit?outcome=failed").content.decode()
    assert "account.failed" in failed
    assert "staff.change" not in failed
    done = audits.writes(clinic=world.id, wanted=Wanted(outcome="done"))
    assert {"account.failed"} & {one.what for one in done} == set()


def test_results_of_patients_are_not_told() -> None:
    said = {"level": "high", "grade": 3, "outcome": "decline", "ledger": {"a": "b"}, "codes": []}
    assert list(audit_words.detail(said)) == []
    many = list(audit_words.detail({"codes": list("abcdefg"), "reported": True}))
    assert many == ["fields: 7", "told later: yes"]


def test_every_kind_of_record_that_is_written_has_its_words_and_its_patient() -> None:
    source = Path(audits.__file__).parents[2]
    text = "".join(file.read_text() for file in source.rglob("*.py") if "models" not in str(file))
    written = set(re.findall(r'Done\([^)]*?subject_kind="(\w+)"', text))
    written |= set(re.findall(r'book\.done\([^)]*?kind="(\w+)"', text)) | set(history.LISTS)
    assert len(written) > 30
    assert written <= set(audit_words.KINDS)
    assert set(audit_words.KINDS) == set(audit_subjects.KINDS) | audit_subjects.OF_NOBODY


def test_all_of_it_is_given_as_csv_and_that_it_was_is_on_the_trail(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "PAGE", 3)
    w.person(world)
    client = as_role("auditor")
    answer = client.post("/audit/export/writes", {"act": str(w.new()), "what": "staff.change"})
    lines = answer.content.decode().splitlines()
    assert lines[0] == "at,who,what,outcome,about,record,patients,detail"
    assert lines[1].endswith(",roles: Auditor")
    assert len(lines) == 1 + AuditEvent.objects.filter(action="staff.change").count()
    assert "Iva" not in answer.content.decode()
    assert AuditEvent.objects.filter(action="audit.export", actor=world["auditor"].label).exists()
    assert client.post("/audit/export/all", {"act": str(w.new())}).status_code == 400
    assert as_role("manager").post("/audit/export/writes", {}).status_code == 403


def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(world: w.World) -> None:
    line = audits.Line(id=1, at=world.at, who="=HYPERLINK(1)", what="+1", about="@x")
    assert pages.table([line]).splitlines()[1].endswith(",'=HYPERLINK(1),'+1,done,'@x,,,")

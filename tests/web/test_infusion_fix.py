"""Corrections on the infusion screen: the press on a line, what it saves, and where it is seen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import charting_drug, charting_harm
from reprieve.records.models import AdverseEvent, MedicationAdministration
from reprieve.web import infusion_lines
from tests.chairside import Chair
from tests.papers import says
from tests.web.infusion_page import enter, events, grid, live, ordered, page
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def world(timed: World) -> World:
    return timed


@pytest.fixture
def drug(chair: Chair) -> MedicationAdministration:
    ordered(chair)
    ordered(chair, "midazolam")
    chair.world.later(minutes=20)
    dose = charting_drug.Dose(drug="midazolam", dose=Decimal(1), route="iv")
    saved = charting_drug.give(dose=dose, **args(chair))
    row: MedicationAdministration = MedicationAdministration.of(chair.world.id).get(pk=saved["id"])
    chair.world.later(minutes=2)
    return row


def args(chair: Chair) -> dict[str, Any]:
    return {"actor": chair.world["infusion_nurse"], "uid": new(), "at": chair.world.at,
            "encounter": chair.encounter}  # fmt: skip


def buttons(html: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Which entry each line's button opens, about which row, filled with what."""
    found = re.findall(r'data-fix="(\w+)" data-row="([\w-]+)" data-fill="([^"]*)"', html)
    return [(entry, row, json.loads(unescape(fill))) for entry, row, fill in found]


def test_a_drug_is_corrected_and_both_entries_show(
    nurse: Client, chair: Chair, drug: MedicationAdministration
) -> None:
    html = page(nurse, "infusion", chair.encounter)
    charted = {"drug": "midazolam", "dose": "1", "route": "iv"}
    assert ("drug_fix", str(drug.pk), charted) in buttons(html)
    asked = {"entry": drug.pk, "drug": "midazolam", "dose": "0.5", "route": "iv"}
    answer = enter(nurse, chair, "drug_fix", **asked, reason="read the label wrongly")
    assert answer.status_code == 204, answer.content.decode()
    html = page(nurse, "infusion", chair.encounter)
    assert "<s>midazolam 1 mg · IV</s>" in html
    said = r"replaced [\d:]{8} by Infusion_Nurse Invented: read the label wrongly"
    assert re.search(said, html)
    assert "midazolam 0.5 mg · IV · read the label wrongly" in html
    assert "in place of 2" in html
    fixes = [(entry, fill.get("dose")) for entry, _row, fill in buttons(html)]
    assert fixes.count(("drug_fix", "0.5")) == 1
    assert ("drug_fix", "1") not in fixes  # what is struck is not corrected again


def test_grid_table_and_paper_show_both(
    nurse: Client, chair: Chair, drug: MedicationAdministration
) -> None:
    asked = {"entry": drug.pk, "drug": "midazolam", "dose": "0.5", "route": "iv"}
    enter(nurse, chair, "drug_fix", **asked, reason="read the label wrongly")
    drawn = grid(live(nurse, chair).content.decode())
    assert [(d[2], d[5]) for d in drawn["drugs"]] == [("1 mg", True), ("0.5 mg", False)]
    assert [(m[1], m[3]) for m in drawn["marks"]] == [(1, False), (2, True), (3, False)]
    table = page(nurse, "infusion_table", chair.encounter)
    assert re.search(r"2\. midazolam 1 mg · IV \(replaced [\d:]{8} by", table)
    assert "read the label wrongly (in place of 2)" in table
    made = nurse.get(reverse("record_pdf", args=[chair.encounter]))
    paper = bytes(made.content)
    assert says(paper, "in place of the entry of")
    assert says(paper, "by Infusion_Nurse Invented: read the label wrongly")
    assert says(paper, "0.5 mg")


def test_a_side_effect_is_corrected(nurse: Client, chair: Chair) -> None:
    harm = charting_harm.Harm(term="nausea", grade=3, serious=True)
    saved = charting_harm.record(harm=harm, **args(chair))
    [(entry, row, fill)] = [
        b for b in buttons(page(nurse, "infusion", chair.encounter)) if b[0] == "harm_fix"
    ]
    assert row == str(saved)
    assert fill == {
        "term": "nausea", "grade": 3, "action": "none", "outcome": "ongoing", "serious": True,
    }  # fmt: skip
    right = {**fill, "term": "dizziness", "grade": 1, "entry": saved, "reason": "wrong patient's"}
    del right["serious"]
    assert enter(nurse, chair, entry, **right).status_code == 204
    now = AdverseEvent.of(chair.world.id).get(corrects_id=saved)
    assert (now.term, now.grade, now.serious) == ("dizziness", 1, False)
    html = page(nurse, "infusion", chair.encounter)
    assert "<s>nausea · grade 3" in html


@pytest.mark.parametrize(
    ("ug", "said"), [(0, "0"), (500, "0.5"), (1_000_000, "1000"), (1_234_567, "1234.567")]
)
def test_a_correction_begins_with_what_was_charted_to_the_last_digit(ug: int, said: str) -> None:
    assert infusion_lines.whole_mg(ug) == said


def test_rate_amount_and_time_are_corrected(
    nurse: Client, chair: Chair, drug: MedicationAdministration
) -> None:
    for kind, fields in (
        ("rate", {"rate_mg_per_h": "25"}), ("bolus", {"dose_mg": "5", "over_min": "10"}),
        ("pause", {}),
    ):  # fmt: skip
        assert enter(nurse, chair, kind, **fields).status_code == 204
        chair.world.later(minutes=5)
    found = buttons(page(nurse, "infusion", chair.encounter))
    fills = {(entry, json.dumps(fill)) for entry, _row, fill in found}
    assert ("rate_fix", '{"rate_mg_per_h": "25"}') in fills
    assert ("dose_fix", '{"dose_mg": "5", "over_min": 10}') in fills
    assert ("time_fix", "{}") in fills
    _started, rate, bolus, pause = events(chair)
    right: list[tuple[str, Any, dict[str, str]]] = [
        ("rate_fix", rate, {"rate_mg_per_h": "22.5"}),
        ("dose_fix", bolus, {"dose_mg": "4", "over_min": "10"}),
        ("time_fix", pause, {"at": "2026-03-03T12:33:30"}),
    ]
    for entry, event, fields in right:
        answer = enter(nurse, chair, entry, entry=event.pk, reason="misread", **fields)
        assert answer.status_code == 204, answer.content.decode()
    rate, bolus, pause = events(chair)[-3:]
    assert (rate.rate_ug_per_h, bolus.dose_ug) == (22_500, 4_000)
    assert (pause.at_ms // 1000) % 60 == 30
    table = page(nurse, "infusion_table", chair.encounter)
    assert "Rate changed · 25.0 mg/h (replaced" in table
    assert "Rate changed · 22.5 mg/h · misread (in place of" in table


def test_what_cannot_be_is_refused_beside_its_field(
    nurse: Client, chair: Chair, drug: MedicationAdministration
) -> None:
    started = events(chair)[0]
    refused = enter(nurse, chair, "rate_fix", entry=started.pk, rate_mg_per_h="10")
    assert refused.status_code == 422
    assert 'id="rate_fix-reason_error"' in refused.content.decode()
    asked = {"entry": drug.pk, "drug": "midazolam", "dose": "1", "route": "iv", "reason": "slip"}
    for field, value in (("dose", "0"), ("dose", ""), ("route", "po"),
                         ("at", "2026-03-09T12:00"), ("drug", "water")):  # fmt: skip
        refused = enter(nurse, chair, "drug_fix", **{**asked, field: value})
        assert refused.status_code == 422
        html = refused.content.decode()
        assert f'id="drug_fix-{field}_error"' in html, field
        assert "slip" in html
    refused = enter(nurse, chair, "dose_fix", entry=started.pk, dose_mg="4", reason="slip")
    assert 'id="dose_fix-dose_mg_error"' in refused.content.decode()
    refused = enter(nurse, chair, "time_fix", entry=drug.pk, at="2026-03-03T12:00", reason="x")
    assert "no such entry" in refused.content.decode()
    assert MedicationAdministration.of(chair.world.id).count() == 1
    assert len(events(chair)) == 1


def test_the_same_press_twice_is_one_correction(
    nurse: Client, chair: Chair, drug: MedicationAdministration
) -> None:
    asked = {"entry": drug.pk, "drug": "midazolam", "dose": "0.5", "route": "iv", "reason": "slip"}
    number = str(new())
    for _ in range(2):
        assert enter(nurse, chair, "drug_fix", act=number, **asked).status_code == 204
    assert MedicationAdministration.of(chair.world.id).count() == 2
    again = enter(nurse, chair, "drug_fix", **asked)
    assert "already corrected" in again.content.decode()


def test_others_correct_nothing(
    as_role: AsRole, chair: Chair, drug: MedicationAdministration
) -> None:
    asked = {"entry": drug.pk, "drug": "midazolam", "dose": "0.5", "route": "iv", "reason": "slip"}
    for role in ("front_desk", "manager", "auditor"):
        assert enter(as_role(role), chair, "drug_fix", **asked).status_code == 403
    assert MedicationAdministration.of(chair.world.id).count() == 1

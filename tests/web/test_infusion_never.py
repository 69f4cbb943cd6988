"""A drug or a side effect on the wrong chart: the separate choice, and where both entries stand."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import charting_drug, charting_harm
from reprieve.records.models import AdverseEvent, MedicationAdministration
from reprieve.records.queries import discrepancies
from reprieve.web import ledger_words as lw
from tests.chairside import Chair
from tests.drug_room import MIDAZOLAM, with_bag
from tests.papers import says
from tests.web.infusion_page import enter, grid, live, ordered, page
from tests.world import World, new

AsRole = Callable[[str], Client]
WHY = "meant for the next chair"
TOLD = rf"did not happen, said [\d:]{{8}} by Infusion_Nurse Invented: {WHY}"


@pytest.fixture
def world(timed: World) -> World:
    return timed


def args(chair: Chair, who: str = "infusion_nurse") -> dict[str, Any]:
    return {"actor": chair.world[who], "uid": new(), "at": chair.world.at,
            "encounter": chair.encounter}  # fmt: skip


@pytest.fixture
def drug(chair: Chair) -> uuid.UUID:
    ordered(chair)
    ordered(chair, "midazolam")
    chair.world.later(minutes=20)
    dose = charting_drug.Dose(drug="midazolam", dose=Decimal(1), route="iv")
    saved = charting_drug.give(dose=dose, **args(chair))
    chair.world.later(minutes=2)
    return uuid.UUID(saved["id"])


def felt(chair: Chair, grade: int = 1, note: str = "") -> uuid.UUID:
    harm = charting_harm.Harm(term="nausea", grade=grade, note=note)
    return charting_harm.record(harm=harm, **args(chair))


def take_back(client: Client, chair: Chair, kind: str, entry: uuid.UUID) -> None:
    chair.world.later(seconds=1)
    answer = enter(client, chair, kind, entry=entry, reason=WHY, sure="on")
    assert answer.status_code == 204, answer.content.decode()


def dialog(html: str, kind: str) -> str:
    found = re.search(rf'<dialog id="entry-{kind}".*?</dialog>', html, re.DOTALL)
    assert found, kind
    return found[0]


def test_the_choice_stands_apart_from_the_correction(
    nurse: Client, chair: Chair, drug: str
) -> None:
    html = page(nurse, "infusion", chair.encounter)
    for correction, never in (("drug_fix", "not_given"), ("harm_fix", "not_seen")):
        form, _, beside = dialog(html, correction).partition("</form>")
        assert f'type="button" data-never="{never}"' in beside
        assert "data-never" not in form  # no press of the correction reaches it
        opened = dialog(html, never)
        assert "entry-danger" in opened
        assert re.search(r'name="entry"[^>]*type="hidden"|type="hidden"[^>]*name="entry"', opened)
        assert "checked" not in opened
        assert "data-about" in opened
    for other in ("rate_fix", "dose_fix", "time_fix", "correct"):
        assert "data-never" not in dialog(html, other)


def test_a_drug_that_was_not_given(nurse: Client, chair: Chair, drug: uuid.UUID) -> None:
    take_back(nurse, chair, "not_given", drug)
    html = page(nurse, "infusion", chair.encounter)
    assert "<s>midazolam 1 mg · IV</s>" in html
    assert re.search(TOLD, html)
    assert f"midazolam was not given · {WHY}" in html
    assert "takes back 2" in html
    assert f'data-row="{drug}"' not in html
    never = MedicationAdministration.of(chair.world.id).get(corrects_id=drug)
    assert f'data-row="{never.pk}"' not in html  # what says so is not corrected
    drawn = grid(live(nurse, chair).content.decode())
    assert [(d[2], d[5]) for d in drawn["drugs"]] == [("1 mg", True)]
    assert [(m[1], m[3]) for m in drawn["marks"]] == [(1, False), (2, True), (3, False)]
    table = page(nurse, "infusion_table", chair.encounter)
    assert re.search(rf"2\. midazolam 1 mg · IV \({TOLD}\)", table)
    assert f"3. midazolam was not given · {WHY} (takes back 2)" in table


def test_a_side_effect_that_was_not(nurse: Client, chair: Chair, drug: uuid.UUID) -> None:
    seen = felt(chair)
    take_back(nurse, chair, "not_seen", seen)
    html = page(nurse, "infusion", chair.encounter)
    assert "<s>nausea · grade 1" in html
    assert f"nausea did not happen · {WHY}" in html
    assert "takes back 3" in html
    assert "data-over" not in html  # nobody is asked whether it is over
    never = AdverseEvent.of(chair.world.id).get(corrects_id=seen)
    asked = page(nurse, "recovery", chair.encounter)
    assert not [one for one in (seen, never.pk) if str(one) in asked]


def test_record_and_paper_show_both(nurse: Client, chair: Chair, drug: uuid.UUID) -> None:
    take_back(nurse, chair, "not_given", drug)
    take_back(nurse, chair, "not_seen", felt(chair))
    record = page(nurse, "record", chair.encounter)
    assert re.search(r'<li class="struck">[\d:]+ midazolam 1 mg', record)
    assert f"midazolam was not given · {WHY}" in record
    assert re.search(r'<li class="struck">[\d:]+ nausea', record)
    assert f"nausea did not happen · {WHY}" in record
    assert "entered-in-error" not in record
    paper = bytes(nurse.get(reverse("record_pdf", args=[chair.encounter])).content)
    for words in (
        "midazolam 1 mg", f"by Infusion_Nurse Invented: {WHY}", "midazolam was not given",
        "takes back the entry of", "nausea did not happen",
    ):  # fmt: skip
        assert says(paper, words), words
    assert not says(paper, "entered-in-error")


def test_reason_and_tick_are_asked_and_nothing_is_lost(
    nurse: Client, chair: Chair, drug: str
) -> None:
    seen = felt(chair)
    for kind, entry, field, said in (
        ("not_given", drug, "sure", {"reason": WHY}), ("not_given", drug, "reason", {"sure": "on"}),
        ("not_seen", seen, "sure", {"reason": WHY}), ("not_seen", seen, "reason", {"sure": "on"}),
    ):  # fmt: skip
        refused = enter(nurse, chair, kind, entry=entry, **said)
        assert refused.status_code == 422
        html = refused.content.decode()
        assert f'id="{kind}-{field}_error"' in html
        assert str(entry) in html
        assert said.get("reason", "checked") in html
    gone = enter(nurse, chair, "not_given", entry=seen, reason=WHY, sure="on")
    assert "no such entry" in gone.content.decode()
    assert MedicationAdministration.of(chair.world.id).count() == 1
    assert AdverseEvent.of(chair.world.id).count() == 1


def test_the_same_press_twice_is_one(nurse: Client, chair: Chair, drug: uuid.UUID) -> None:
    number = str(new())
    asked = {"entry": drug, "reason": WHY, "sure": "on"}
    for _ in range(2):
        assert enter(nurse, chair, "not_given", act=number, **asked).status_code == 204
    assert MedicationAdministration.of(chair.world.id).count() == 2
    again = enter(nurse, chair, "not_given", **asked)
    assert "already corrected" in again.content.decode()


def test_others_take_nothing_back(as_role: AsRole, chair: Chair, drug: uuid.UUID) -> None:
    asked = {"entry": drug, "reason": WHY, "sure": "on"}
    for role in ("front_desk", "manager", "auditor"):
        assert enter(as_role(role), chair, "not_given", **asked).status_code == 403
    assert MedicationAdministration.of(chair.world.id).count() == 1


def test_a_physician_decides_about_a_severe_one(
    nurse: Client, as_role: AsRole, chair: Chair
) -> None:
    seen = felt(chair, grade=4, note="Green.")
    take_back(nurse, chair, "not_seen", seen)
    never = AdverseEvent.of(chair.world.id).get(corrects_id=seen)
    doctor, place = as_role("physician"), reverse("harm_event", args=[never.pk])
    html = page(doctor, "harm")
    waiting = html.partition('id="waiting"')[2].partition("</section>")[0]
    assert "said not to have happened" in waiting
    assert f'href="{place}"' in waiting
    assert reverse("harm_patient", args=[chair.patient]) in html.partition('id="stopped"')[2]
    assert place not in html.partition('id="recent"')[2]
    html = page(doctor, "harm_event", never.pk)
    assert "said not to have happened" in html
    assert WHY in html
    assert "3500" not in html
    assert "entered-in-error" not in html
    assert doctor.get(reverse("harm_report", args=[never.pk, "json"])).status_code == 404
    assert "A physician judges it." in page(nurse, "harm_event", never.pk)
    refused = doctor.post(place, {"act": str(new()), "note": "asked"})
    assert refused.status_code == 422
    refused = doctor.post(place, {"act": str(new()), "happened": "no"})
    assert refused.status_code == 422
    done = doctor.post(place, {"act": str(new()), "happened": "no", "note": "asked them all"})
    assert done.status_code == 302
    agreed = AdverseEvent.of(chair.world.id).get(corrects_id=never.pk)
    settled = page(doctor, "harm_event", agreed.pk)
    assert "A physician agreed." in settled
    assert "Green." in settled
    assert "Nothing waits." in page(doctor, "harm")


def test_what_did_happen_stands_again(nurse: Client, as_role: AsRole, chair: Chair) -> None:
    seen = felt(chair, grade=3, note="Green, on the left arm.")
    take_back(nurse, chair, "not_seen", seen)
    never = AdverseEvent.of(chair.world.id).get(corrects_id=seen)
    doctor = as_role("physician")
    asked = page(doctor, "harm_event", never.pk)
    assert "As it was charted" in asked
    assert "Green, on the left arm." in asked
    said = {"act": str(new()), "happened": "yes", "note": "I saw it"}
    assert doctor.post(reverse("harm_event", args=[never.pk]), said).status_code == 302
    again = AdverseEvent.of(chair.world.id).get(corrects_id=never.pk)
    html = page(doctor, "harm_event", again.pk)
    assert "Caused by the drug" in html
    told = doctor.get(reverse("harm_report", args=[again.pk, "json"])).json()["B_event"]
    assert told["description"].startswith("Green, on the left arm.\n")
    lines = page(nurse, "infusion", chair.encounter)
    assert f'data-row="{again.pk}"' in lines


@pytest.mark.parametrize(
    ("kind", "said", "told", "difference_ug", "given_ug"),
    [
        ("not_given", {"sure": "on"}, "taken back", 1_000, 0),
        ("drug_fix", {"drug": "midazolam", "dose": "0.4", "route": "iv"}, "corrected", 600, 400),
        ("drug_fix", {"drug": "midazolam", "dose": "1.5", "route": "iv"}, "corrected", -500, 1_500),
    ],
    ids=["taken back", "less", "more"],
)  # fmt: skip
def test_the_director_sees_how_a_closed_syringe_differs(
    world: World, as_role: AsRole, kind: str, said: dict[str, str], told: str, difference_ug: int,
    given_ug: int,
) -> None:  # fmt: skip
    room, visit, _ = with_bag(world)
    [vial] = room.receive(MIDAZOLAM, count=1)
    syringe = room.draw(visit.encounter, vial, "2")
    chair = Chair(world, visit.encounter, visit.patient)
    dose = charting_drug.Dose(drug="midazolam", dose=Decimal(1), route="iv", reported=True)
    given = charting_drug.give(dose=dose, **args(chair))
    room.account(syringe, syringe_ml="1")
    nurse = as_role("infusion_nurse")
    world.later(seconds=1)
    answer = enter(nurse, chair, kind, entry=given["id"], reason=WHY, **said)
    assert answer.status_code == 204, answer.content.decode()
    [found] = discrepancies.waiting(clinic=world.id)
    director, word = as_role("medical_director"), f"given by the chart, and {told} since"
    html = page(director, "ledger_discrepancy", found.id)
    assert word in html
    assert lw.mg(difference_ug, signed=True) in html
    assert word in page(director, "ledger")
    paper = director.get(reverse("ledger_paper", args=["discrepancies", "csv"]))
    [line] = [one for one in paper.content.decode().splitlines() if word in one]
    assert lw.mg(difference_ug, signed=True).replace("\xa0", " ") in line
    shown = page(director, "ledger_portion", syringe)
    changed = shown.partition("The record was corrected since")[2].partition("</p>")[0]
    assert lw.mg(given_ug) in changed


def test_the_dialog_says_who_gets_the_difference(
    nurse: Client, chair: Chair, drug: uuid.UUID
) -> None:
    assert "the medical director gets the difference" in dialog(
        page(nurse, "infusion", chair.encounter), "drug_fix"
    )

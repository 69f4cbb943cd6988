"""Form 3500 is filled from the record: drug, vials, times, history, and whether it abated."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import (
    charting_drug,
    charting_harm,
    clock,
    harm_end,
    harm_review,
    history,
    ledger_reversing,
)
from reprieve.records.models import AdverseEvent
from reprieve.records.queries import harm_reports, patients, stock
from reprieve.web.print import medwatch
from tests.drug_room import MIDAZOLAM, Room, with_bag
from tests.gate_desk import Visit
from tests.papers import says
from tests.web.test_ledger import DELIVERY, post
from tests.web.test_papers import HEADING
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def today(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The pages see the test's clock."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


@dataclass
class Told:
    """A patient's infusion with one side effect, and its report as a physician opens it."""

    world: World
    room: Room
    visit: Visit
    physician: Client
    event: uuid.UUID = field(default_factory=new)

    def harm(self, term: str = "hypertension", **more: Any) -> uuid.UUID:
        seen = charting_harm.Harm(term=term, grade=3, **more)
        return charting_harm.record(harm=seen, **self.visit.act())

    def over(self, outcome: str = "resolved") -> None:
        self.event = harm_end.end(harm=self.event, outcome=outcome, **self.visit.act())

    def of_patient(self) -> dict[str, Any]:
        return {"actor": self.world["infusion_nurse"], "uid": new(), "at": self.world.at,
                "patient": self.visit.patient}  # fmt: skip

    @property
    def fields(self) -> dict[str, Any]:
        answer = self.physician.get(reverse("harm_report", args=[self.event, "json"]))
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    @property
    def product(self) -> dict[str, Any]:
        found: dict[str, Any] = self.fields["C_product"]
        return found

    @property
    def paper(self) -> bytes:
        answer = self.physician.get(reverse("harm_report", args=[self.event, "pdf"]))
        return bytes(answer.content)

    @property
    def challenged(self) -> tuple[str, str]:
        return self.product["event_abated"], self.product["event_reappeared"]


@pytest.fixture
def told(today: World, as_role: AsRole) -> Told:
    """Twenty minutes into an infusion drawn from lot K-1, a severe rise of pressure begins."""
    room, visit, vials = with_bag(today)
    made = Told(today, room, visit, as_role("physician"))
    history.add_medicine(name="gabapentin", dose="300 mg three times", **made.of_patient())
    history.add_allergy(substance="penicillin", reaction="rash", **made.of_patient())
    room.draw(visit.encounter, vials[0], "2.5")
    visit.check()
    today.later(seconds=30)
    visit.tell(medicines_changed=False)
    visit.start()
    today.later(minutes=20)
    visit.measure(sbp=172, dbp=96)
    made.event = made.harm()
    return made


def test_everything_comes_from_the_record(told: Told) -> None:
    found, onset = told.fields, told.world.at.isoformat()
    assert found["A_patient"]["weight_kg"] == 74
    assert found["A_patient"]["age_years_at_onset"] == 45
    assert "Invented" not in str(found["A_patient"])
    event = found["B_event"]
    assert event["onset"] == onset
    assert event["conditions"] == ["Complex regional pain syndrome I, right arm (G90.511)"]
    assert event["allergies"] == ["penicillin (rash)"]
    pressure = {"test": "systolic blood pressure", "value": "172", "unit": "mm[Hg]", "at": onset}
    assert pressure in event["relevant_tests"]
    product = found["C_product"]
    assert (product["name"], product["form"], product["route"]) == (
        "ketamine", "racemic", "intravenous",
    )  # fmt: skip
    assert product["strength"] == ["50 mg/mL, 10 mL"]
    assert (product["lots"], product["expires_on"]) == (["K-1"], ["K-1: 2027-06-30"])
    assert product["supplier"] == ["Invented Wholesale"]
    assert (product["manufacturer"], product["ndc"]) == (None, None)
    assert product["started"] < onset
    assert product["stopped"] is None
    assert (product["session"], product["earlier_infusions"]) == (1, 0)
    assert product["indication"] == "Complex regional pain syndrome I, right arm (G90.511)"
    row = AdverseEvent.of(told.world.id).get(pk=told.event)
    assert float(product["given_mg_at_onset"]) == pytest.approx((row.given_ug_at_onset or 0) / 1e3)
    assert float(product["rate_mg_per_h_at_onset"]) == (row.rate_ug_per_h_at_onset or 0) / 1000
    taken = found["F_concomitant"]["medicines"]
    assert taken == [{"name": "gabapentin", "dose": "300 mg three times"}]


def test_paper_has_the_sections_of_the_form_and_says_what_nobody_recorded(told: Told) -> None:
    paper = told.paper
    for section in medwatch.SECTIONS.values():
        assert says(paper, section), section
    for words in (
        "Manufacturer: not recorded", "NDC number: not recorded", "End of this infusion: not",
        "Outcome attributed to adverse event: not recorded", "Malfunction of the infusion pump: not"
        " recorded", "Product available for evaluation: not recorded", "gabapentin 300 mg",
        "systolic blood pressure 172", "Drugs given from the onset on: none",
    ):
        assert says(paper, words), words
    address = reverse("harm_report", args=[told.event, "xml"])
    assert told.physician.get(address).status_code == 404


MADE = {"manufacturer": "Invented Pharma", "ndc": "00000-451-10"}


class TestMaker:
    """Maker and NDC are those of the vials that the patient's own bag came from."""

    def made(self, told: Told, *deliveries: dict[str, Any]) -> tuple[Any, Any]:
        for n, delivery in enumerate(deliveries, start=2):
            of = {"count": 1, "lot": f"K-{n}", "invoice": f"I-{n}"}
            [vial] = told.room.receive(**(of | delivery))
            told.room.draw(told.visit.encounter, vial, "0.5")
        return told.product["manufacturer"], told.product["ndc"]

    def test_a_vial_that_nobody_drew_from_is_not_told(self, told: Told) -> None:
        told.room.receive(count=1, lot="K-2", invoice="I-2", **MADE)
        told.room.receive(MIDAZOLAM, count=1, **MADE)
        assert self.made(told) == (None, None)
        assert says(told.paper, "NDC number: not recorded")

    def test_two_are_named_once_each_and_a_lot_without_one_beside_them(self, told: Told) -> None:
        other = {"manufacturer": "Another Maker", "ndc": "0000045210"}
        makers, codes = self.made(told, MADE, MADE, other)
        assert makers == ["Another Maker", "Invented Pharma", "lot K-1: not recorded"]
        assert codes == ["00000-451-10", "0000045210", "lot K-1: not recorded"]
        for words in ("Manufacturer: Another Maker; Invented Pharma; lot K-1: not recorded",
                      "NDC number: 00000-451-10; 0000045210; lot K-1: not recorded"):  # fmt: skip
            assert says(told.paper, words), words

    def test_a_draw_that_was_taken_back_gave_nothing(self, told: Told) -> None:
        [vial] = told.room.receive(count=1, lot="K-2", invoice="I-2", **MADE)
        told.room.draw(told.visit.encounter, vial, "0.5")
        ledger_reversing.draw(
            vial=vial, seq=3, reason="Another vial.", instead_ml=None, **told.room.beside()
        )
        assert self.made(told) == (None, None)


def test_a_box_that_was_scanned_stands_on_the_form(today: World, as_role: AsRole) -> None:
    """From the barcode through the ledger to the agency's form."""
    room, visit, _vials = with_bag(today)
    scanned = DELIVERY | {"count": "1", "manufacturer": "Invented Pharma"}
    post(as_role("infusion_nurse"), "ledger_receive", **scanned)
    vial = next(v.id for v in stock.held(clinic=today.id) if v.lot == "K-77")
    room.draw(visit.encounter, vial, "2.5")
    visit.check()
    today.later(seconds=30)
    visit.start()
    today.later(minutes=20)
    told = Told(today, room, visit, as_role("physician"))
    told.event = told.harm()
    product = told.product
    assert product["lots"] == ["K-77"]
    assert (product["manufacturer"], product["ndc"]) == (["Invented Pharma"], ["0000000000"])
    assert says(told.paper, "Manufacturer: Invented Pharma")
    assert says(told.paper, "NDC number: 0000000000")


def test_what_came_to_be_known_later_was_not_known_at_the_onset(told: Told) -> None:
    told.world.later(minutes=1)
    history.add_medicine(name="sertraline", dose="50 mg", **told.of_patient())
    history.add_condition(code="I10", is_pain_condition=False, **told.of_patient())
    assert "sertraline" not in str(told.fields)
    assert "I10" not in str(told.fields)


def test_nobody_asked_is_not_none(told: Told) -> None:
    """A visit of somebody whose lists are empty: nothing is said of them."""
    about = harm_reports.about(clinic=told.world.id, event=told.event, at=told.world.at)
    patient = patients.one(clinic=told.world.id, patient=told.visit.patient)
    assert about is not None
    assert patient is not None
    bare = replace(about, medicines=None, allergies=(), conditions=(), vitals=(), weight_kg=None,
                   product=harm_reports.Product(drug=""))  # fmt: skip
    found = medwatch.fields(
        bare, patient=patient, clinic="Invented", reporter="P", reported="2026-03-04"
    )
    assert found["F_concomitant"]["medicines"] is None
    assert found["B_event"]["allergies"] is None
    assert found["C_product"]["indication"] is None
    paper = medwatch.pdf(found, heading=HEADING)
    for label in ("medicines", "allergies", "conditions", "indication", "name", "lots", "strength",
                  "started", "weight_kg", "relevant_tests"):  # fmt: skip
        assert says(paper, f"{medwatch.LABELS[label]}: not recorded"), label


def test_rescue_is_told_apart_from_what_was_given_before(told: Told) -> None:
    told.room.receive(MIDAZOLAM, count=1)
    for minutes, drug, dose in ((-5, "ondansetron", "4"), (1, "midazolam", "1")):
        given_at = told.world.at + timedelta(minutes=minutes)
        if minutes > 0:
            told.world.later(minutes=minutes)
        charting_drug.give(
            dose=charting_drug.Dose(drug=drug, dose=Decimal(dose), route="iv", given_at=given_at,
                                    reported=True), **told.visit.act(),
        )  # fmt: skip
    found = told.fields
    [rescue], [before] = found["B_event"]["treatment_given"], found["F_concomitant"]["given_before"]
    assert (rescue["name"], rescue["dose"], rescue["route"]) == ("midazolam", "1 mg", "intravenous")
    assert before["name"] == "ondansetron"
    assert found["C_product"]["lots"] == ["K-1"]  # the other drug's vial is not the suspect's


class TestChallenge:
    def test_while_the_drug_runs_there_is_none(self, told: Told) -> None:
        assert told.challenged == ("does not apply", "does not apply")

    def test_stopped_and_nobody_said_that_it_is_over(self, told: Told) -> None:
        told.world.later(minutes=2)
        told.visit.pump.ask("paused")
        assert told.challenged == ("unknown", "unknown")

    def test_over_after_the_pause_and_not_given_again(self, told: Told) -> None:
        told.world.later(minutes=2)
        told.visit.pump.ask("paused")
        told.world.later(minutes=10)
        told.over()
        assert told.challenged == ("yes", "does not apply")
        assert told.fields["B_event"]["ended"] == told.world.at.isoformat()

    def test_over_before_anything_was_changed(self, told: Told) -> None:
        told.world.later(minutes=5)
        told.over()
        told.world.later(minutes=5)
        told.visit.pump.ask("ended")
        assert told.challenged == ("does not apply", "does not apply")
        assert told.product["stopped"] == told.world.at.isoformat()

    def test_came_back_with_the_drug(self, told: Told) -> None:
        told.world.later(minutes=2)
        rate = told.visit.state.rate_ug_per_h
        told.visit.pump.ask("paused")
        told.world.later(minutes=10)
        told.over()
        told.world.later(minutes=5)
        told.visit.pump.ask("resumed", rate_ug_per_h=rate // 2 // 100 * 100)
        again = told.world.at
        assert told.challenged == ("yes", "unknown")
        assert told.product["given_again"] == [again.isoformat()]
        told.world.later(minutes=5)
        told.harm(term="headache")
        assert told.challenged == ("yes", "unknown")
        told.harm(term="Hypertension")
        assert told.challenged == ("yes", "yes")


def test_a_judged_event_keeps_its_report(told: Told) -> None:
    told.event = harm_review.judge(
        actor=told.world["physician"], uid=new(), at=told.world.at, event=told.event,
        judgement=harm_review.Judgement(
            relatedness="probable", criteria=("hospital", "important"), expected=True,
            device_fault=False, outcome="ongoing",
        ),
    )  # fmt: skip
    found = told.fields
    assert found["B_event"]["outcome_attributed"][0].startswith("Hospitalization")
    assert found["E_device"] == {"infusion_pump_malfunction": False}
    assert found["C_product"]["lots"] == ["K-1"]

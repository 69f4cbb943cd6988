"""The drug itself: stock and vials, a bag checked blind, harm and rescue, what is left, papers."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from reprieve.pathway import booking, preparing
from reprieve.pathway.booking import Slot
from reprieve.records.models import AdverseEvent, EpisodeOfCare, InfusionEvent
from reprieve.records.queries import bags, portions, stock
from reprieve.records.queries.portions import PortionView
from tests import evaluated, gate_desk
from tests import world as worlds
from tests.journeys import steps_infusion as infusion
from tests.journeys.people import SECOND, House, Person
from tests.journeys.steps_evaluation import BORN, FAMILY, GIVEN
from tests.journeys.steps_recovery import LOOK
from tests.world import PASSWORD, new

BOXES = {
    "ketamine": {"scan": "(01)00300000000001(17)290630(10)K-77", "form": "racemic",
                 "strength_mg_per_ml": 50, "volume_ml": 10, "count": 2, "invoice": "I-1",
                 "manufacturer": "Invented Pharma", "ndc": "00000-000-00"},
    "midazolam": {"lot": "M-5", "expires_on": "2029-06-30", "strength_mg_per_ml": 1,
                  "volume_ml": 5, "count": 1, "invoice": "I-2"},
}  # fmt: skip
MIX = {"strength_mg_per_ml": 50, "vial_form": "racemic", "bag_volume_ml": 250}
LINE_ML = Decimal(15)


def given_a_planned_patient(house: House) -> uuid.UUID:
    """This function will bring an invented patient to a signed plan, through the acts behind."""
    world = house.world
    patient, episode = worlds.person(world, given=GIVEN, family=FAMILY)
    evaluated.well(world, patient)
    gate_desk.agree(world, patient, episode)
    EpisodeOfCare.of(world.id).filter(pk=episode).update(state="consented")
    gate_desk.sign(world, patient)
    house.wait(days=1)
    return patient


def when_two_boxes_come(house: House) -> None:
    """This function will take both drugs into the ledger: one box scanned, one typed."""
    nurse = house.who("infusion_nurse")
    for drug, box in BOXES.items():
        said = {"drug": drug, "supplier": "Invented Wholesale"} | box
        nurse.go(reverse("ledger_receive"))
        if "ndc" in said:
            _slip(nurse, said | {"ndc": "00001-000-00"})
        nurse.fill(said, within="main form[method=post]")
        nurse.send("main form[method=post]").sees(str(box.get("lot", "K-77")))


def _slip(nurse: Person, said: dict[str, Any]) -> None:
    """A code that is not the barcode's is refused beside its field."""
    nurse.fill(said, within="main form[method=post]")
    with nurse.page.expect_navigation():
        nurse.page.get_by_role("button", name="Take into the ledger").press("Enter")
    refused = nurse.page.locator("#id_ndc_error")
    assert "is not what the barcode says" in refused.inner_text()
    assert not stock.held(clinic=nurse.house.world.id)


def given_a_gate_with_one_unknown(house: House, patient: uuid.UUID) -> uuid.UUID:
    """This function will open the visit and answer the gate, but for the way home.

    Other journeys press through the gate's forms one by one; here the acts behind them are told.
    """
    house.world.at = house.now
    visit = gate_desk.visit(house.world, patient)
    told = preparing.Identifiers(family=FAMILY, birth_date=date.fromisoformat(BORN))
    preparing.identify(said=told, **visit.act())
    for step in (visit.weigh, visit.tell, visit.line, visit.people):
        step()
    return visit.encounter


def when_the_bag_is_made_and_drawn(house: House, visit: uuid.UUID) -> None:
    """This function will order, work the bag out, and draw its ketamine from the ledger."""
    doctor = house.who("physician").go(reverse("gate", args=[visit]))
    doctor.unfold().fill({"password": PASSWORD}, within='form[action$="/from-plan"]')
    doctor.press("Make the orders from the plan")
    nurse = house.who("infusion_nurse").go(reverse("bag", args=[visit]))
    nurse.fill(MIX).press("Work out the bag")
    nurse.go(reverse("gate", args=[visit])).unfold().sees("was not drawn from the ledger")
    _draw(house, visit, "ketamine", "2.5")


def _draw(house: House, visit: uuid.UUID, drug: str, volume_ml: str) -> None:
    vial = next(v for v in stock.for_drawing(clinic=house.world.id) if v.kind.drug == drug)
    nurse = house.who("infusion_nurse").go(reverse("ledger_draw", args=[visit]))
    nurse.fill({"vial": str(vial.id), "volume_ml": volume_ml}).press("Write the draw")
    nurse.sees("Put its label on now.")


def then_a_tenfold_slip_is_caught(house: House, visit: uuid.UUID) -> None:
    """This function will let the second nurse read ten times the rate, then what is right."""
    made = bags.newest(clinic=house.world.id, encounter=visit)
    assert made is not None
    right = {
        "final_mg_per_ml": made.recipe.final_mg_per_ml, "vtbi_ml": made.recipe.vtbi_ml,
        "ml_per_h": made.recipe.steps[0].ml_per_h,
        "second": str(house.world[SECOND].practitioner), "password": PASSWORD,
    }  # fmt: skip
    nurse = house.who("infusion_nurse").go(reverse("double_check", args=[visit]))
    slip = right | {"ml_per_h": made.recipe.steps[0].ml_per_h * 10}
    with nurse.page.expect_navigation():
        nurse.fill(slip).page.get_by_role("button", name="Compare").click()
    assert "Both found the same numbers." not in nurse.page.content()
    nurse.page.locator(".finding").first.wait_for(state="visible")
    nurse.go(reverse("gate", args=[visit])).unfold()
    nurse.sees("The independent double-check has not passed.")
    nurse.go(reverse("double_check", args=[visit])).fill(right).press("Compare")
    nurse.sees("Both found the same numbers.")


def then_one_unknown_is_decided_by_two(house: House, visit: uuid.UUID) -> None:
    """This function will find the way home unknown, and let physician and nurse answer for it."""
    doctor = house.who("physician").go(reverse("gate", args=[visit]))
    links = doctor.page.locator('a[href*="/prepare/decide/"]')
    assert [str(one.get_attribute("href")).rsplit("/", 1)[1] for one in links.all()] == ["escort"]
    nurse = str(house.world["infusion_nurse"].practitioner)
    doctor.go(reverse("gate_decide", args=[visit, "escort"]))
    doctor.fill({"reason": "A nurse rides along.", "second": nurse, "password": PASSWORD})
    doctor.send("main form[method=post]").sees("Decided, with the reason on record.")


def when_anxiety_is_met_with_midazolam(house: House, visit: uuid.UUID) -> None:
    """This function will write a severe side effect, draw the rescue drug and give it."""
    infusion.entry(house, visit, "harm", term="anxiety", grade=3, action="drug given",
                   outcome="resolved")  # fmt: skip
    _draw(house, visit, "midazolam", "2")
    house.wait(minutes=1)
    infusion.entry(house, visit, "drug", drug="midazolam", dose="0.5", route="iv")


def then_the_physician_judges_it(house: House) -> str:
    """This function will find the side effect waiting and judge it; its page's address."""
    doctor = house.who("physician").go(reverse("harm")).follow(f"{GIVEN} {FAMILY}")
    said = {"relatedness": "probable", "expected": "yes", "device_fault": "no",
            "outcome": "resolved"}  # fmt: skip
    doctor.fill(said).press("Write the judgement").sees("The judgement is on record.")
    doctor.follow(f"{GIVEN} {FAMILY}")
    return doctor.page.url.removeprefix(house.url)


def then_what_is_left_is_measured_by_two(house: House, visit: uuid.UUID) -> None:
    """This function will close the bag within its tolerance and the syringe beyond it."""
    bag, syringe = portions.of_visit(clinic=house.world.id, encounter=visit)
    ml = Decimal(bag.drawn_ug - bag.given_ug) / bag.concentration_ug_per_ml - LINE_ML
    left = {"bag_ml": f"{ml:.1f}", "line_ml": LINE_ML, "syringe_ml": 0}
    _account(house, bag, left, "within its tolerance")
    _account(house, syringe, {"syringe_ml": "0.6"}, "Beyond the tolerance")
    nurse = house.who("infusion_nurse").go(reverse("ledger")).sees("Cannot be accounted for")
    with nurse.page.expect_navigation():
        nurse.page.locator('a[href^="/ledger/discrepancy/"]').first.click()
    nurse.arrived().sees("The medical director judges what it is.")


def _account(house: House, portion: PortionView, left: dict[str, Any], says: str) -> None:
    house.wait(seconds=5)
    nurse = house.who("infusion_nurse").go(reverse("ledger_measure", args=[portion.id]))
    nurse.fill(left).press("Keep this reading")
    second = {"second": str(house.world[SECOND].practitioner), "password": PASSWORD}
    nurse.fill(left | second).press("Compare and close").sees(says)


def when_the_patient_is_watched_for_two_hours(house: House, visit: uuid.UUID) -> None:
    """This function will save the look that midazolam asks for, and book the follow-up."""
    house.wait(minutes=125)
    nurse = house.who("infusion_nurse").go(reverse("recovery", args=[visit])).unfold()
    nurse.fill(LOOK | {"standing_sbp": 120}, within="#look-form").press("Save this look")
    slot = Slot(starts_at=house.now + timedelta(days=21), kind="follow_up")
    booking.book(
        actor=house.world["front_desk"], uid=new(), at=house.now, wanted=slot, anyway=True,
        patient=portions.of_visit(clinic=house.world.id, encounter=visit)[0].patient,
    )  # fmt: skip


def then_record_and_papers_agree(house: House, visit: uuid.UUID, event: str) -> None:
    """This function will compare what record, ledger and report say, to a hundredth of a mg."""
    nurse = house.who("infusion_nurse")
    rows = _table(house, nurse, "log")
    drawn = {_drug(row["Drug"]): row for row in rows if row["What"] == "drawn"}
    page = nurse.go(reverse("record", args=[visit])).page.locator("#given + p").inner_text()
    given = {"ketamine": Decimal(page.split()[0]), "midazolam": Decimal("0.5")}
    for drug, row in drawn.items():
        assert _near(_mg(row["Given"]), given[drug]), (drug, row)
        left = _mg(row["Wasted"]) + _mg(row["Difference"])
        assert _near(-_mg(row["Change"]), _mg(row["Given"]) + left), (drug, row)
        assert row["Patient and address"] == f"{GIVEN} {FAMILY}"
        assert row["Witness"] == "Second Invented"
    assert [drawn[drug]["NDC"] for drug in ("ketamine", "midazolam")] == ["00000-000-00", ""]
    held = {_drug(r["Drug and form"]): _mg(r["Amount"])
            for r in _table(house, nurse, "inventory") if r["Containers"] == "1, open"}  # fmt: skip
    assert held == {"ketamine": Decimal(375), "midazolam": Decimal(3)}
    assert "A nurse rides along." in nurse.page.content()
    report = nurse.page.request.get(f"{house.url}{event}/3500.json").json()
    assert report["C_product"]["lots"] == ["K-77"]  # of the suspect product alone
    assert report["C_product"]["manufacturer"] == ["Invented Pharma"]
    assert report["C_product"]["ndc"] == ["00000-000-00"]
    # Ten minutes, and what the presses took, at the rate that both read off the pump.
    started = InfusionEvent.of(house.world.id).get(encounter_id=visit, kind="started")
    [onset_ms] = set(AdverseEvent.of(house.world.id).values_list("onset_ms", flat=True))
    minutes = Decimal(onset_ms - started.at_ms) / 60_000
    assert minutes >= 10
    rate = Decimal(report["C_product"]["rate_mg_per_h_at_onset"])
    assert _near(Decimal(report["C_product"]["given_mg_at_onset"]), rate * minutes / 60)


def _table(house: House, nurse: Person, name: str) -> list[dict[str, str]]:
    answer = nurse.page.request.get(house.url + reverse("ledger_paper", args=[name, "csv"]))
    return list(csv.DictReader(io.StringIO(answer.text())))


def _drug(cell: str) -> str:
    return cell.replace(",", " ").split()[0].lower()


def _mg(text: str) -> Decimal:
    return Decimal(text.lstrip("'").split()[0])


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) < Decimal("0.01")


def then_no_page_of_it_has_a_barrier(house: House, visit: uuid.UUID, patient: uuid.UUID) -> None:
    """This function will look at the pages that nobody came past."""
    for name, args in (
        ("ledger_count", ()), ("ledger_destroy", ()), ("ledger_transfer", ()),
        ("ledger_papers", ()), ("emergency_card", (visit,)),
        ("emergency_situation", (visit, "anaphylaxis")), ("harm_patient", (patient,)),
    ):  # fmt: skip
        house.who("infusion_nurse").go(reverse(name, args=args))
    vial = stock.held(clinic=house.world.id)[0].id
    for name in ("ledger_vial", "ledger_waste", "ledger_overage", "ledger_lose"):
        house.who("infusion_nurse").go(reverse(name, args=[vial]))
    for name in ("credentials", "settings", "settings_chairs", "settings_staff", "settings_join"):
        house.who("medical_director").go(reverse(name))

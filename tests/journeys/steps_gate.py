"""Before the drug runs: the gate, the bag, and the blind check by a second nurse."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from reprieve.records.queries import bags
from tests import gate_desk
from tests.journeys.people import SECOND, House, Person
from tests.journeys.steps_evaluation import BORN, FAMILY
from tests.world import PASSWORD

TOLD: dict[str, dict[str, Any]] = {
    "mood": {"mood_worse": "no"},
    "since": dict.fromkeys(
        ("medicines_changed", "new_illness", "rash_or_fever", "bladder_symptoms"), "no"
    ),
    "fasting": {"solids_fasted_h": 9, "clear_fluids_fasted_h": 3, "glp1_medicine": "no",
                "diabetes": "no"},
    "pregnancy": {"could_become_pregnant": "no", "pregnant": "no"},
    "usual": {"baseline_mobility": "walks alone", "baseline_limbs_n": 4,
              "baseline_orientation_score": 4},
    "vitals": {"chest_pain": "no", "acute_heart_failure": "no", "new_arrhythmia": "no",
               "etco2_waveform": "not used"},
    "place": {"emergency_equipment_ready": "yes", "staff_credentials_valid": "yes",
              "starter_credentials_valid": "yes"},
    "monitoring": {"alarm_sound_heard": "yes"},
}  # fmt: skip
CALM = {"sbp": 126, "dbp": 76, "heart_rate": 70, "spo2": 98, "respiratory_rate": 14, "rass": 0}


def ready(house: House, *, but: frozenset[str] = frozenset()) -> uuid.UUID:
    """This function will bring a patient to the gate in one go, with all done but what is named."""
    world = house.world
    world.at = house.now - timedelta(days=1)
    visit = gate_desk.arrived(world)
    visit.prepare_all(but=but)
    house.wait_until(world.at)
    assert bool(visit.blocking) == bool(but)
    return visit.encounter


def when_the_visit_is_opened(house: House, patient: str, *, chair: str, source: str) -> uuid.UUID:
    """This function will open the chart in a chair and return the visit."""
    nurse = house.who("infusion_nurse").go(patient).follow("Prepare an infusion")
    page = nurse.page
    page.select_option("[name=appointment]", index=1)
    option = page.locator("[name=chair] option", has_text=chair).first
    nurse.fill({"chair": option.get_attribute("value"), "source": source})
    nurse.press("Open the visit")
    return uuid.UUID(page.url.split("/infusion/")[1].split("/")[0])


def when_the_gate_is_answered(house: House, visit: uuid.UUID, *, by_hand: bool) -> None:
    """This function will write down who it is, how they are, the line, the room and the people."""
    nurse, world = house.who("infusion_nurse"), house.world
    tell(nurse, "identity", family=FAMILY, birth_date=BORN)
    tell(nurse, "body", weight=70, height=172)
    for part, told in TOLD.items():
        tell(nurse, f"facts-{part}", **told)
    tell(nurse, "escort", name="Robin Ridgewood", phone="+1 212 555 0123")
    tell(nurse, "line", site="left forearm", gauge=22, attempts=1, runs_freely="yes")
    staff = {role: str(world[role].practitioner) for role in ("infusion_nurse", "physician")}
    tell(nurse, "people", life_support=staff["infusion_nurse"], physician=staff["physician"],
         starter=staff["infusion_nurse"], nurses=2)  # fmt: skip
    if by_hand:
        tell(nurse, "oximeter", is_on="yes", alarm_heard="yes")


def when_two_sets_are_measured_before(house: House, visit: uuid.UUID) -> None:
    """This function will save two sets at the gate, six minutes apart."""
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}/prepare")
    tell(nurse, "vitals", **CALM)
    house.wait(minutes=6)
    tell(nurse, "vitals", **CALM)
    house.wait(minutes=1)


def tell(nurse: Person, key: str, **answers: Any) -> None:
    """This function will write one form of the gate down; what lies folded is unfolded."""
    form = f'form[action$="/tell/{key}"]'
    nurse.unfold().fill({f"{key}-{name}": value for name, value in answers.items()}, within=form)
    nurse.send(form)


def when_the_bag_is_made_and_checked(house: House, visit: uuid.UUID) -> None:
    """This function will order, work the bag out, and let a second nurse type what she reads."""
    doctor = house.who("physician").go(f"/infusion/{visit}/prepare")
    doctor.unfold().fill({"password": PASSWORD}, within='form[action$="/from-plan"]')
    doctor.press("Make the orders from the plan")
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}/prepare")
    nurse.unfold().follow("Prepare the bag")
    nurse.fill({"strength_mg_per_ml": 50, "vial_form": "racemic", "bag_volume_ml": 100})
    nurse.press("Work out the bag").follow("Check by a second person")
    made = bags.newest(clinic=house.world.id, encounter=visit)
    assert made is not None
    nurse.fill({
        "final_mg_per_ml": made.recipe.final_mg_per_ml, "ml_per_h": made.recipe.steps[0].ml_per_h,
        "vtbi_ml": made.recipe.vtbi_ml, "second": str(house.world[SECOND].practitioner),
        "password": PASSWORD,
    })  # fmt: skip
    nurse.press("Compare").sees("Both found the same numbers.")


def when_a_doctor_answers_what_is_left(house: House, visit: uuid.UUID) -> None:
    """This function will decide each open item with a reason and a nurse beside."""
    doctor = house.who("physician").go(f"/infusion/{visit}/prepare")
    while (open_items := doctor.page.locator('a[href*="/prepare/decide/"]')).count():
        doctor.go(str(open_items.first.get_attribute("href")))
        doctor.fill({"reason": "Discussed with the patient; watched closely."})
        if doctor.page.locator("[name=second]").count():
            nurse = str(house.world["infusion_nurse"].practitioner)
            doctor.fill({"second": nurse, "password": PASSWORD})
        doctor.send("main form[method=post]").sees("Decided, with the reason on record.")


def then_the_infusion_starts(house: House, visit: uuid.UUID) -> None:
    """This function will start after the confirmation."""
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}/prepare")
    closed = [part.inner_text() for part in nurse.page.locator(".gate-part[open]").all()]
    assert not nurse.page.locator(".gate-closed").count(), closed
    nurse.page.get_by_role("button", name="Start infusion").first.click()
    nurse.press("Start infusion", within="dialog#start").sees("The infusion runs.")

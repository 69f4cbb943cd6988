"""From the end of the infusion to the closed record."""

from __future__ import annotations

import uuid
from datetime import timedelta

from tests.journeys.people import ZONE, House
from tests.journeys.steps_evaluation import FAMILY, GIVEN
from tests.world import PASSWORD

SCORES = (
    {f"modified-aldrete.{name}": 2
     for name in ("activity", "respiration", "circulation", "consciousness", "oxygen")}
    | {f"padss.{name}": 2 for name in ("vitals", "ambulation", "nausea", "pain", "bleeding")}
    | {f"orientation.{name}": 1 for name in ("name", "place", "date", "situation")}
)  # fmt: skip
LOOK = {"sbp": 124, "dbp": 76, "heart_rate": 70, "spo2": 98, "respiratory_rate": 14, "rass": 0,
        "pain": 3} | SCORES | {
    "nausea_controlled": "yes", "walks_as_before": "yes", "escort_present": "yes",
    "on_oxygen": "no", "iv_removed": "yes", "written_instructions_given": "yes",
    "function_at_baseline": "yes", "suicidal_statement": "no",
}  # fmt: skip


def when_the_nurse_looks_twice(house: House, visit: uuid.UUID) -> None:
    """This function will save two looks at a patient who recovers well."""
    for _ in range(2):
        house.wait(minutes=35)
        _look(house, visit)


def _look(house: House, visit: uuid.UUID) -> None:
    house.who("infusion_nurse").go("/recovery").follow(f"{GIVEN} {FAMILY}")
    when_the_nurse_looks(house, visit)


def when_the_nurse_looks(house: House, visit: uuid.UUID) -> None:
    """This function will save one look at a patient who recovers well."""
    nurse = house.who("infusion_nurse")
    if not nurse.page.url.endswith(f"/recovery/{visit}"):
        nurse.go(f"/recovery/{visit}")
    nurse.unfold().fill(LOOK, within="#look-form").press("Save this look").sees("Saved.")


def when_the_way_home_is_settled(house: House, visit: uuid.UUID) -> None:
    """This function will write the advice and name the escort."""
    doctor = house.who("physician").go(f"/recovery/{visit}")
    doctor.unfold().fill({"advice": "Usual medicines tonight and tomorrow."})
    doctor.press("Keep the advice")
    nurse = house.who("infusion_nurse").go(f"/recovery/{visit}")
    form = 'form[action$="/escort"]'
    escort = {"name": "Robin Ridgewood", "phone": "+1 212 555 0123"}
    nurse.unfold().fill(escort, within=form).send(form)


def when_the_desk_books_the_follow_up(house: House, patient: str) -> None:
    """This function will book the visit in three weeks, as the recovery page asks."""
    desk = house.who("front_desk").go(patient).follow("Book a visit")
    day = house.now.astimezone(ZONE).date() + timedelta(days=21)
    desk.fill({"kind": "follow_up", "day": day}).press("Show free times")
    place = desk.page.locator('[name="place"]').first.get_attribute("value")
    desk.fill({"place": place}).press("Book the visit").sees("The visit is booked.")


def then_the_patient_goes_home(house: House, visit: uuid.UUID) -> None:
    """This function will discharge by the nurse, and sign by nurse and physician."""
    nurse = house.who("infusion_nurse").go(f"/recovery/{visit}").follow("Discharge home")
    caller = str(house.world["infusion_nurse"].practitioner)
    nurse.fill({"way": "home", "caller": caller, "password": PASSWORD})
    nurse.press("Sign the discharge")
    nurse.fill({"password": PASSWORD}, within="#sign-form").press("Sign the care")
    doctor = house.who("physician").go("/recovery").follow(f"{GIVEN} {FAMILY}")
    doctor.go(f"/record/{visit}").fill({"password": PASSWORD}, within="#sign-form")
    doctor.press("Sign and close the record").sees("signed and closed")

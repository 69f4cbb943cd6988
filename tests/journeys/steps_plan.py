"""From consent to a booked series."""

from __future__ import annotations

from datetime import datetime

from reprieve.records.queries import booking
from tests.journeys.people import House, Person, choose, patient_of
from tests.journeys.steps_evaluation import FAMILY, GIVEN
from tests.world import PASSWORD

REGIMEN = "ketamine-0.5mgkg-40min-x6"


def when_the_patient_signs_the_consent(house: House, patient: str) -> None:
    """This function will tick every statement, draw a signature and sign."""
    nurse = house.who("infusion_nurse").go(patient).follow("Consent", within=".action-bar")
    for box in nurse.page.locator('[name^="statement-"]').all():
        choose(box)
    nurse.fill({"signed_name": f"{GIVEN} {FAMILY}"})
    _draw(nurse)
    nurse.press("Sign the consent").sees("Consent is signed.")


def _draw(person: Person) -> None:
    canvas = person.page.locator("canvas.signature")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    mouse = person.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 30)
    mouse.down()
    mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    mouse.up()


def when_the_physician_plans(house: House, patient: str, *, sessions: int) -> None:
    """This function will compare the regimens, fit one and sign it."""
    doctor = house.who("physician").go(patient).follow("Plan", within=".action-bar")
    with doctor.page.expect_navigation():
        doctor.page.locator(f'[formaction*="/plan/sign/{REGIMEN}"]').first.click()
    doctor.arrived()
    condition = doctor.page.locator("[name=condition] option").nth(1).get_attribute("value")
    doctor.fill({
        "condition": condition, "rationale": "Other therapies failed.",
        "goal": "Walk to the market again.", "sessions": sessions, "rescue": "ondansetron",
        "password": PASSWORD,
    })  # fmt: skip
    doctor.press("Sign the plan").sees("The plan is signed.")


def then_the_desk_books_the_series(house: House, patient: str, *, sessions: int) -> datetime:
    """This function will book what is proposed and return when the first infusion begins."""
    desk = house.who("front_desk").go(patient).follow("Book the series", within=".action-bar")
    desk.press("Book ", within=".action-bar").sees("booked.")
    visits = booking.of_patient(clinic=house.world.id, patient=patient_of(patient))
    starts = sorted(v.starts_at for v in visits if v.kind == "infusion" and v.status == "booked")
    assert len(starts) == sessions
    return starts[0]


def then_the_patient_arrives(house: House, at: datetime) -> None:
    """This function will wait for the day and note the arrival at the desk."""
    house.wait_until(at)
    desk = house.who("front_desk").go("/today")
    desk.press(f"{GIVEN} {FAMILY} has arrived").sees("arrived")

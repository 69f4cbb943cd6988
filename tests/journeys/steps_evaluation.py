"""From the public page to a decision: what is asked, measured and judged."""

from __future__ import annotations

import re
from typing import Any

from tests.journeys.people import House, Person, choose

GIVEN, FAMILY, BORN = "Iva", "Journey", "1980-05-17"
READ_FOR_MS = 3100  # nobody reads the form in less: faster is a machine
# What does not count as well when the answer is "no".
WELL: dict[str, Any] = {
    "liver_disease": "none", "pregnancy_test": "negative", "liver_baseline_done": "yes",
    "ecg_reviewed": "yes", "pdmp_checked": "yes",
}  # fmt: skip
FORMS: dict[str, dict[str, int]] = {
    "nrs": {"pain": 7},
    "peg": {"pain": 7, "enjoyment": 7, "activity": 8},
    "phq-9": {f"q{n}": n % 2 for n in range(1, 9)} | {"q9": 0},
    "c-ssrs-screener": {"q1": 0, "q2": 0, "q6": 0},
}
THERAPIES = (("gabapentin", "gabapentinoid", 12), ("duloxetine", "snri", 10),
             ("lidocaine patch", "topical", 8))  # fmt: skip


def when_somebody_asks_for_a_consultation(house: House) -> None:
    """This function will send the request form of the public page."""
    visitor = house.stranger().go("/")
    visitor.follow("Ask for a consultation")
    visitor.page.wait_for_timeout(READ_FOR_MS)
    visitor.fill({
        "given": GIVEN, "family": FAMILY, "birth_date": BORN, "phone": "+1 212 555 0199",
        "email": "iva@patients.example", "message": "My hand has burned since the accident.",
    })  # fmt: skip
    visitor.press("Send the request")


def then_the_desk_books_the_consultation(house: House) -> str:
    """This function will book from the inbox and return the address of the patient's page."""
    desk = house.who("front_desk").go("/inbox").sees(f"{GIVEN} {FAMILY}")
    desk.follow("Book the consultation")
    patient = re.sub(r"/book.*", "", desk.page.url.removeprefix(house.url))
    choose(desk.page.locator('[name="place"]').first)
    desk.press("Book the visit").sees("The visit is booked.")
    house.wait(days=1)
    desk.go(patient).follow("", within="#visits ~ *").press("Arrived")
    return patient


def when_the_nurse_evaluates(house: House, patient: str) -> None:
    """This function will write down history, lists, measurements and scales."""
    nurse = house.who("infusion_nurse").go(patient).follow("Evaluation", within=".page")
    nurse.press("Begin the evaluation")
    _history(nurse)
    _lists(nurse, patient)
    _measures(nurse)
    for name, answers in FORMS.items():
        nurse.go(f"{patient}/evaluation/form/{name}")
        nurse.fill({f"q-{item}": value for item, value in answers.items()})
        nurse.press("Save the answers")


def _history(nurse: Person) -> None:
    nurse.follow("History", within=".task-list")
    for field in nurse.page.locator("main form .question-group fieldset").all():
        name = field.locator("input").first.get_attribute("name") or ""
        _choose(field, str(WELL.get(name, "no")))
    for box in nurse.page.locator("main form .question-group input[type=number]").all():
        low = float(box.get_attribute("min") or 0)
        box.fill(f"{max(low, 0.5 if box.get_attribute('step') == 'any' else 0):g}")
    nurse.press("Save the history")


def _choose(field: Any, value: str) -> None:
    wanted = field.locator(f'input[value="{value}"]')
    choose((wanted if wanted.count() else field.locator("input")).first)


def _lists(nurse: Person, patient: str) -> None:
    lists = f"{patient}/evaluation/lists"
    for name, kind, weeks in THERAPIES:
        nurse.go(f"{lists}/therapies").fill(
            {"name": name, "drug_class": kind, "weeks": weeks, "outcome": "no effect"}
        )
        nurse.press("Add", within=".action-bar")
    for kind in ("medicines", "allergies"):
        nurse.go(f"{lists}/{kind}").send(".empty form")


def _measures(nurse: Person) -> None:
    nurse.follow("Back").follow("Weight and height", within=".task-list")
    nurse.fill({"weight": 70, "height": 172}).press("Save weight and height")
    nurse.follow("Vital signs", within=".task-list")
    nurse.fill({"sbp": 128, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14})
    nurse.press("Save the vital signs")


def then_the_physician_accepts(house: House, patient: str) -> None:
    """This function will name the condition, answer each finding and accept."""
    doctor = house.who("physician").go(f"{patient}/evaluation/lists/conditions")
    code = doctor.page.locator("[name=code] option").nth(1).get_attribute("value")
    doctor.fill({"code": code}).press("Add", within=".action-bar")
    doctor.go(patient).follow("Decision", within=".action-bar")
    for reason in doctor.page.locator('[name^="override-"]').all():
        reason.fill("Discussed with the patient; followed closely.")
    for seen in doctor.page.locator('[name="acknowledge"]').all():
        seen.check()
    doctor.fill({"reason": "Refractory pain; burdens and benefits discussed."})
    doctor.press("Accept for treatment").sees("Accepted for treatment")

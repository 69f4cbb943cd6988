"""At home and after: the call, the diary, the follow-up visit, and a booster when relief fades."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from reprieve.pathway import diary
from reprieve.records.queries import booking, links
from tests.house.browser import PHONE
from tests.journeys.people import ZONE, House, Person, patient_of
from tests.world import PASSWORD, new

CALL = {"reached": "yes", "fell": "no", "mood": 7, "thoughts_of_death": "no",
        "vivid_dreams": "no", "bladder": "no", "pain": 3}  # fmt: skip
AFTER_PRESS_MS = 400  # the page goes on by itself after a press


def when_the_nurse_calls_after_a_day(house: House) -> None:
    """This function will make the call of the next day from the list."""
    nurse = house.who("infusion_nurse").go("/follow-up")
    with nurse.page.expect_navigation():
        nurse.page.locator('a[href^="/follow-up/call/"]').first.click()
    nurse.arrived().fill(CALL).press("Write the call down").sees("The call is written down.")


def when_the_diary_is_sent(house: House, patient: str) -> Person:
    """This function will make a link and open it on the patient's phone."""
    nurse = house.who("infusion_nurse").go(patient).follow("Send a form or the diary")
    nurse.fill({"form": "diary", "send_by": ""}).press("Make the link")
    link = uuid.UUID(nurse.page.url.rsplit("/", 1)[1])
    # What the picture on the screen says to the phone that scans it.
    token = links.token_of(clinic=house.world.id, link=link)
    phone = house.stranger(viewport=PHONE)
    phone.page.clock.set_fixed_time(house.now)  # the phone goes by the journey's clock as well
    return phone.go(f"/d/{token}").press("Start on this device")


def when_a_day_is_kept_at_home(phone: Person, **said: int) -> None:
    """This function will press through the questions of a day and send it."""
    for name, value in said.items():
        phone.page.locator(f'[data-step="{name}"]').wait_for(state="visible")
        phone.fill({name: value})
        phone.page.wait_for_timeout(AFTER_PRESS_MS)
    phone.press("Send")


def when_days_pass_at_home(house: House, patient: str, pains: Iterable[int]) -> None:
    """This function will let days pass, each told by the patient.

    They are written by the act behind the page, each on its own day: the page itself was
    tried with one day, and sixty would say no more.
    """
    for pain in pains:
        at = house.wait(days=1)
        diary.save(
            actor=house.world["infusion_nurse"], uid=new(), at=at, patient=patient_of(patient),
            mode="call", said=diary.Day(day=at.astimezone(ZONE).date(), average_pain=pain,
                                        worst_pain=pain + 1, function=10 - pain, mood=7),
        )  # fmt: skip


def when_the_follow_up_visit_decides(house: House, patient: str, outcome: str) -> None:
    """This function will show the physician how it went and write the decision."""
    doctor = house.who("physician").go(patient).follow("Follow-up", within=".action-bar")
    doctor.fill({"outcome": outcome, "reason": "Relief of more than half; few side effects."})
    doctor.press("Write the decision").sees("The decision is written.")


def then_a_booster_is_proposed(house: House) -> None:
    """This function will find the proposal on the physician's list and open it."""
    doctor = house.who("physician").go("/follow-up")
    with doctor.page.expect_navigation():
        doctor.page.locator('a[href^="/maintenance/"]').first.click()
    doctor.arrived().sees("Relief fades: a booster is proposed.")


def then_the_booster_is_booked(
    house: House, patient: str, *, family: str = "Journey"
) -> datetime:
    """This function will accept the booster on the open page, and find it in the calendar."""
    doctor = house.who("physician")
    place = doctor.page.locator('[name="place"]').first.get_attribute("value")
    said = {"reason": "Relief faded.", "sessions": 1, "place": place, "password": PASSWORD}
    doctor.fill(said, within='form:has([name="sessions"])').press("Accept the booster")
    doctor.sees("The booster is planned and booked.").sees("booked:")
    visits = booking.of_patient(clinic=house.world.id, patient=patient_of(patient))
    [coming] = [v for v in visits if v.kind == "infusion" and v.status == "booked"]
    day = coming.starts_at.astimezone(ZONE).date()
    house.who("front_desk").go(f"/booking?day={day}").sees(family)
    assert coming.starts_at > house.now
    return coming.starts_at

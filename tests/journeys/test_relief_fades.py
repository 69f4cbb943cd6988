"""Days told on a phone, one without a connection; relief fades; a booster; the patient is told."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

import pytest
from playwright.sync_api import expect

from reprieve.pathway import messages
from reprieve.records.models import OutboxMessage
from reprieve.records.queries import diary
from tests.chairside import weighed
from tests.house.running import wait_for
from tests.journeys import steps_after as after
from tests.journeys.people import ZONE, House, Person
from tests.treated import Treated, responder

pytestmark = [pytest.mark.journey, pytest.mark.once]
DAY = {"average_pain": 7, "worst_pain": 8, "function": 3, "mood": 6}
TOLD_BEFORE = 12


def test_relief_fades_at_home_and_the_patient_learns_of_the_next_date(house: House) -> None:
    made = given_a_responder_whose_pain_comes_back(house)
    patient = f"/patients/{made.patient}"
    phone = after.when_the_diary_is_sent(house, patient)
    diary_page = phone.page.url.removeprefix(house.url)
    after.when_a_day_is_kept_at_home(phone, **DAY)
    phone.sees("Thank you, it is saved")
    when_a_day_is_told_without_a_connection(house, phone, diary_page)
    then_it_is_sent_when_the_connection_is_back(house, phone, made)
    when_the_next_day_comes(house, phone, diary_page)
    after.when_a_day_is_kept_at_home(phone, **DAY)
    then_the_review_shows_that_relief_fades(house, made)
    after.then_a_booster_is_proposed(house)
    booked = after.then_the_booster_is_booked(house, patient, family="Iva")
    then_the_patient_is_told(house, phone, made.patient, booked)


def given_a_responder_whose_pain_comes_back(house: House) -> Treated:
    """This function will let a series, two good weeks and twelve days of returning pain be past."""
    house.wait(hours=9)
    world, now = house.world, house.now
    world.at = now - timedelta(days=28 + TOLD_BEFORE)
    made: Treated = weighed(responder(world))
    made.days([7] * TOLD_BEFORE)
    world.at = now
    return made


def when_the_next_day_comes(house: House, phone: Person, diary_page: str) -> None:
    """This function will open the diary a day later, on the phone that has it."""
    house.wait(days=1)
    phone.page.clock.set_fixed_time(house.now)
    phone.go(diary_page)


def when_a_day_is_told_without_a_connection(
    house: House, phone: Person, diary_page: str
) -> None:
    when_the_next_day_comes(house, phone, diary_page)
    phone.page.context.set_offline(True)
    for name, value in DAY.items():
        phone.page.locator(f'[data-step="{name}"]').wait_for(state="visible")
        phone.fill({name: value})
        phone.page.wait_for_timeout(after.AFTER_PRESS_MS)
    phone.page.get_by_role("button", name="Send").click()
    expect(phone.page.get_by_role("heading", name="Kept on this phone")).to_be_visible()


def then_it_is_sent_when_the_connection_is_back(
    house: House, phone: Person, made: Treated
) -> None:
    def last() -> date:
        return diary.entries(clinic=house.world.id, patient=made.patient)[-1].day

    today = house.now.astimezone(ZONE).date()
    assert last() < today
    phone.page.context.set_offline(False)
    # Playwright answers the page only while it is asked something.
    wait_for(lambda: bool(phone.page.title()) and last() == today, "the day to be sent")


def then_the_review_shows_that_relief_fades(house: House, made: Treated) -> None:
    doctor = house.who("physician").go(f"/follow-up/{made.patient}")
    doctor.sees("Relief is fading since")


def then_the_patient_is_told(
    house: House, phone: Person, patient: uuid.UUID, booked: datetime
) -> None:
    """This function will find the message of the new date, and the date on the patient's page."""
    told = OutboxMessage.of(house.world.id).filter(patient_id=patient)
    assert told.filter(template="appointment_booked").count() == 1
    token = phone.page.url.removeprefix(house.url).split("/")[2]
    phone.go(f"/me/{token}").press("Send me a code")
    code = messages.content(told.get(template="read_code"))[1]["code"]
    phone.fill({"code": code}).press("Open my page")
    here = booked.astimezone(ZONE)
    phone.sees("My next date").sees(f"{here:%H:%M}")

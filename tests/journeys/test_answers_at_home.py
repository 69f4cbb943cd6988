"""Questions at home on a phone, with the connection cut; a dark answer is heard and acted on."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from reprieve.pathway import links
from reprieve.records.queries import links as known
from reprieve.records.queries import observations, questionnaires
from reprieve.records.queries import risk as risk_queries
from tests.house.browser import PHONE
from tests.journeys.people import House, Person, choose
from tests.world import new

if TYPE_CHECKING:
    from tests.gate_desk import Visit

pytestmark = [pytest.mark.journey, pytest.mark.once]
STATE = "[data-draft-state]"
SAVED_WITHIN_MS = 15_000
AWAKE_MS = 3_000
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const kept = await caches.match(location.pathname);
  return kept ? (await kept.text()).includes("q-enjoyment") : false;
}"""


def test_answers_survive_the_cut_and_a_dark_one_stops_the_start(house: House) -> None:
    visit = given_a_patient_ready_to_start(house)
    phone = when_the_questions_are_opened_at_home(house, visit.patient)
    when_pain_is_answered(phone)
    when_the_connection_is_cut_in_the_middle(phone)
    then_nothing_is_lost_when_it_is_back(house, phone, visit.patient)
    when_item_nine_is_answered_and_the_page_left(phone)
    then_the_clinician_on_call_is_told(house, visit.patient)
    then_no_start_is_possible(house, visit)
    when_the_screener_is_done_with_the_patient(house, visit.patient)
    then_the_start_is_open_again(house, visit)


def given_a_patient_ready_to_start(house: House) -> Visit:
    """This function will bring a patient to a gate at which nothing is left to do."""
    from tests import gate_desk

    world = house.world
    visit = gate_desk.arrived(world)
    visit.prepare_all()
    assert not visit.blocking
    house.wait_until(world.at)
    return visit


def when_the_questions_are_opened_at_home(house: House, patient: uuid.UUID) -> Person:
    """This function will open the link of the evaluation's questions on a phone."""
    link = links.make(
        actor=house.world["front_desk"], uid=new(), at=house.now, patient=patient,
        form=links.EVALUATION,
    )  # fmt: skip
    phone = house.stranger(viewport=PHONE, has_touch=True, is_mobile=True)
    phone.go(f"/f/{known.token_of(clinic=house.world.id, link=link)}")
    return phone.press("Start on this device")


def when_pain_is_answered(phone: Person) -> None:
    phone.fill({"q-pain": 6}).press("Next")


def when_the_connection_is_cut_in_the_middle(phone: Person) -> None:
    """This function will answer one question, lose the connection, and go on all the same."""
    phone.page.wait_for_function(KEPT)
    phone.fill({"q-pain": 7})
    expect(phone.page.locator(STATE)).to_have_text("Saved.", timeout=SAVED_WITHIN_MS)
    phone.page.context.set_offline(True)
    phone.fill({"q-enjoyment": 5, "q-activity": 8})
    expect(phone.page.locator("[data-answered]")).to_have_text("3 of 3 answered")
    opened_again(phone)  # an old phone threw the page away: it opens again, with the answers
    expect(phone.page.locator("[data-answered]")).to_have_text("3 of 3 answered")
    phone.page.get_by_role("button", name="Next").tap()
    expect(phone.page.locator(STATE)).to_contain_text("Kept on this device. It goes on by itself")


def opened_again(phone: Person) -> None:
    """This function will open the page anew, and once more where the worker was not awake yet."""
    phone.page.wait_for_function(KEPT)
    here = phone.page.url
    try:
        phone.page.reload()
    except PlaywrightError:
        phone.page.wait_for_timeout(AWAKE_MS)
        phone.page.goto(here)


def then_nothing_is_lost_when_it_is_back(house: House, phone: Person, patient: uuid.UUID) -> None:
    with phone.page.expect_navigation():
        phone.page.context.set_offline(False)
    phone.arrived().sees("Thoughts that you would be better off dead")
    forms = questionnaires.completed(clinic=house.world.id, patient=patient, instrument="peg")
    assert (forms[-1].answers, forms[-1].mode) == ({"pain": 7, "enjoyment": 5, "activity": 8},
                                                   "home")  # fmt: skip
    told = observations.history(clinic=house.world.id, patient=patient, code="peg")
    assert len([one for one in told if one.provenance == "patient"]) == 1, "counted once"


def when_item_nine_is_answered_and_the_page_left(phone: Person) -> None:
    """This function will answer question nine alone; the rest is never filled in."""
    choose(phone.page.locator('[name="q-q9"][value="1"]'))
    phone.sees("988")
    expect(phone.page.locator(STATE)).to_have_text("Saved.", timeout=SAVED_WITHIN_MS)
    phone.page.close()


def then_the_clinician_on_call_is_told(house: House, patient: uuid.UUID) -> None:
    assert risk_queries.state(clinic=house.world.id, patient=patient) == "alert_open"
    doctor = house.who("physician").go("/work").sees("Iva Invented")
    doctor.go(f"/patients/{patient}/risk").sees("left unfinished").press("I take this on")
    doctor.sees("You have taken this on. Speak with the patient now.")


def then_no_start_is_possible(house: House, visit: Visit) -> None:
    from reprieve.pathway.errors import PathwayError

    nurse = house.who("infusion_nurse").go(f"/infusion/{visit.encounter}/prepare")
    expect(nurse.page.locator(".gate-closed")).to_be_visible()
    expect(nurse.page.get_by_role("button", name="Start infusion")).to_be_disabled()
    house.world.at = house.now
    assert "suicide-alert-open" in visit.blocking
    with pytest.raises(PathwayError):  # whoever goes past the page is refused as well
        visit.start()


def when_the_screener_is_done_with_the_patient(house: House, patient: uuid.UUID) -> None:
    doctor = house.who("physician").go(f"/patients/{patient}/evaluation/form/c-ssrs-screener")
    doctor.fill({"q-q1": 1, "q-q2": 0, "q-q6": 0}).press("Save the answers")
    assert risk_queries.view(clinic=house.world.id, patient=patient).level == "low"


def then_the_start_is_open_again(house: House, visit: Visit) -> None:
    house.world.at = house.now
    assert not visit.blocking
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit.encounter}/prepare")
    expect(nurse.page.get_by_role("button", name="Start infusion").first).to_be_enabled()

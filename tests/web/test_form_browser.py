"""Questions on a patient's phone whose scripts are slow to arrive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from reprieve.pathway import links
from reprieve.records.queries import links as known
from reprieve.records.queries import questionnaires, risk
from tests import world as worlds
from tests.house.browser import PHONE
from tests.house.running import wait_for
from tests.world import new

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

    from tests.house.running import LiveClinic

pytestmark = pytest.mark.journey


def test_what_was_answered_before_the_script_came_is_saved_as_well(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext]
) -> None:
    world = live_clinic.world
    assert world is not None
    world.at = datetime.now(UTC) - timedelta(minutes=1)
    patient = worlds.person(world)[0]
    made = links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="phq-9"
    )
    page = new_context(viewport=PHONE, has_touch=True).new_page()
    page.goto(f"{live_clinic.url}/f/{known.token_of(clinic=world.id, link=made)}")
    held: list[Route] = []
    is_asked = threading.Event()

    def hold(route: Route) -> None:
        held.append(route)
        is_asked.set()

    page.route("**/js/draft*.js", hold)
    page.get_by_role("button", name="Start on this device").click(no_wait_after=True)
    page.locator('[name="q-q9"][value="1"]').check(force=True)
    # Playwright answers the page only while it is asked something.
    wait_for(lambda: bool(page.title()) and is_asked.is_set(), "the script to be asked for")
    assert risk.state(clinic=world.id, patient=patient) != "alert_open"
    held[0].continue_()
    expect(page.locator("[data-draft-state]")).to_have_text("Saved.", timeout=15_000)
    assert risk.state(clinic=world.id, patient=patient) == "alert_open"


def test_a_last_press_without_a_connection_goes_on_when_the_page_is_opened_again(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext]
) -> None:
    world = live_clinic.world
    assert world is not None
    world.at = datetime.now(UTC) - timedelta(minutes=1)
    patient = worlds.person(world)[0]
    made = links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="nrs"
    )
    phone = new_context(viewport=PHONE, has_touch=True, service_workers="allow")
    page = phone.new_page()
    page.goto(f"{live_clinic.url}/f/{known.token_of(clinic=world.id, link=made)}")
    page.get_by_role("button", name="Start on this device").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Please check")).to_be_visible()
    page.wait_for_function(KEPT)
    page.locator('[name="q-pain"][value="7"]').check(force=True)
    phone.set_offline(True)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-draft-state]")).to_contain_text("It goes on by itself")
    opened_again(page)  # it had answered a press: read anew it is asked for like any page
    expect(page.locator("[data-draft-state]")).to_contain_text("It goes on by itself")
    phone.set_offline(False)
    expect(page.get_by_text("Your answers are saved")).to_be_visible(timeout=40_000)
    done = questionnaires.completed(clinic=world.id, patient=patient, instrument="nrs")
    assert [form.answers for form in done] == [{"pain": 7}]


def opened_again(page: Page) -> None:
    """Once more where the worker was not awake yet."""
    here = page.url
    try:
        page.reload()
    except PlaywrightError:
        page.wait_for_timeout(1000)
        page.goto(here)


# The worker is in charge and keeps the questions.
KEPT = """async () => {
  await navigator.serviceWorker.ready;
  return Boolean(await caches.match(location.pathname));
}"""

"""Questions on a patient's phone whose scripts are slow to arrive."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from reprieve.pathway import links
from reprieve.records.queries import links as known
from reprieve.records.queries import risk
from tests import world as worlds
from tests.house.browser import PHONE
from tests.world import new

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

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
    assert is_asked.is_set()
    assert risk.state(clinic=world.id, patient=patient) != "alert_open"
    held[0].continue_()
    expect(page.locator("[data-draft-state]")).to_have_text("Saved.", timeout=15_000)
    assert risk.state(clinic=world.id, patient=patient) == "alert_open"

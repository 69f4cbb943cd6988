"""The pictures of README and manual: pages of the demo clinic, told by its stories.

`REPRIEVE_TESTS_PICTURES=1` writes them to docs/pictures; otherwise the pages are only looked at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import override_settings

from reprieve.config.demo.feed import BEDS
from reprieve.config.demo.make import make
from reprieve.pathway import clock
from reprieve.records.queries import clinics, patients
from tests.house import hashing
from tests.house.engines import ROOT, Copy
from tests.house.running import LiveClinic
from tests.journeys.people import House, Person
from tests.journeys.steps_after import when_the_diary_is_sent
from tests.journeys.steps_feed import a_monitor_speaks
from tests.world import World

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.journey, pytest.mark.once]
PICTURES = ROOT / "docs" / "pictures"
HEAVIEST_BYTES = 250_000
BUTTONS = {"front_desk": "Front desk", "infusion_nurse": "Infusion nurse", "physician": "Physician"}
DRAWN_MS = 8_000  # until a minute's values and the newest alarms stand on the screen


class Demo(House):
    """The demo clinic, where a press of the banner signs in."""

    def _signed_in(self, role: str) -> Person:
        return self.stranger().go("/").press(BUTTONS[role], exact=True)


@pytest.fixture
def demo(
    fresh_database: Copy, new_context: Callable[..., BrowserContext], axe: Callable[[Page], None]
) -> Iterator[Demo]:
    """The demo clinic as it begins, being served."""
    with override_settings(PASSWORD_HASHERS=hashing.TRUE):
        made = make(real=clock.real())
    assert not made.untold
    world = World(clinic=clinics.clinics()[0], staff={})
    live = LiveClinic(folder=fresh_database.folder, env=fresh_database.env, world=world)
    try:
        here = Demo(live.start(), world, new_context, axe)
        yield here
        assert not here.barriers, "\n\n".join(here.barriers)
    finally:
        live.stop()


def test_pages_are_as_in_the_pictures(demo: Demo) -> None:
    picture(demo.stranger().go("/"), "public", "Ketamine infusions for chronic pain")
    picture(demo.who("front_desk").go("/today"), "today", "Today")
    doctor = demo.who("physician").go(f"{page_of(demo, 'Gooseberry')}/decision")
    picture(doctor, "decision", "Decision")
    picture(when_the_diary_is_sent(demo, page_of(demo, "Verbena")), "diary", "pain on average")
    with a_monitor_speaks(demo, BEDS["Chair 1"]):
        nurse = demo.who("infusion_nurse").go("/today").follow("Pascal P.")
        nurse.page.wait_for_selector("#grid svg path.g-hr")
        nurse.page.wait_for_timeout(DRAWN_MS)
        picture(nurse, "infusion", "Pascal Periwinkle")


def page_of(demo: Demo, family: str) -> str:
    """This function will return the address of a person's page."""
    [found] = patients.find(clinic=demo.world.id, text=family)
    return f"/patients/{found.id}"


def picture(person: Person, name: str, heading: str) -> None:
    """This function will see the page's main heading, and take its picture where asked."""
    assert heading in person.page.locator("h1:visible, h1.sr-only").first.inner_text()
    shot = person.page.screenshot()
    assert len(shot) < HEAVIEST_BYTES
    if os.environ.get("REPRIEVE_TESTS_PICTURES"):
        (PICTURES / f"{name}.png").write_bytes(shot)

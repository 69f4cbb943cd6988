"""The infusion's screen in a real browser, over the real server: drawn, live, heard, keyboard."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from reprieve.pathway import clinic, feed, monitors
from reprieve.records.models import Device, Observation
from tests.chairside import Chair, sent, sit
from tests.world import PASSWORD, World, new

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.house.running import LiveClinic

pytestmark = pytest.mark.journey


def seat(world: World, name: str) -> Chair:
    chair = sit(world)
    place = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name=name)
    chair.do("chair_moved", chair=place)
    return chair


def monitored(world: World, chair: Chair, *, minutes: int) -> None:
    """An hour of a monitor's words, ending now, with a fall of SpO2 in its middle."""
    device = Device.objects.add(clinic_id=world.id, sender="SIM-1", bed="1", seen_first=world.at)
    nurse = world["infusion_nurse"]
    monitors.link(
        actor=nurse, uid=new(), at=world.at, encounter=chair.encounter, device=device.pk
    )
    chair.start(20)
    chance = random.Random(7)
    for n in range(minutes * 6):
        world.later(seconds=10)
        spo2 = 84 if n == minutes * 3 else 97 + chance.randrange(3)
        values = {"heart_rate": 70 + chance.randrange(9), "spo2": spo2,
                  "respiratory_rate": 13 + chance.randrange(4)}  # fmt: skip
        if n % 30 == 0:
            values |= {"sbp": 128 + chance.randrange(20), "dbp": 74 + chance.randrange(10)}
        feed.receive([sent(world, raw=f"m{n}", **values)], clinic=world.id)
        if n == minutes * 2:
            chair.do("rate", rate_ug_per_h=30_000)


def signed_in(page: Page, live: LiveClinic, role: str = "infusion_nurse") -> Page:
    assert live.world is not None
    page.goto(f"{live.url}/account/login/")
    page.fill("input[name=login]", live.world.emails[role])
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".nav-main")
    return page


def ago(served: LiveClinic, minutes: int) -> World:
    """The served clinic's invented world, set back in time so that a course can be told."""
    assert served.world is not None
    served.world.at = datetime.now(UTC) - timedelta(minutes=minutes)
    return served.world


def test_monitored_infusion_is_drawn_live_and_answers(
    served: LiveClinic, page: Page, axe: Callable[[Page], None]
) -> None:
    world = ago(served, 21)
    fed = seat(world, "1")
    monitored(world, fed, minutes=20)
    live = served.start()
    signed_in(page, live)
    page.goto(f"{live.url}/infusion/{fed.encounter}")
    page.wait_for_selector("#grid svg path.g-hr")
    world.at = datetime.now(UTC)
    feed.receive([sent(world, raw="now", spo2=83, heart_rate=71)], clinic=world.id)
    page.wait_for_selector("text=SpO2 83 %")
    page.click("[data-silence]")
    page.wait_for_selector("[data-until]")
    page.locator("[data-acknowledge]").first.click()
    page.wait_for_selector("text=seen")
    axe(page)


def test_set_by_hand_by_keyboard_alone_and_the_board(
    served: LiveClinic, page: Page, axe: Callable[[Page], None]
) -> None:
    world = ago(served, 4)
    by_hand = seat(world, "2")
    by_hand.start(20)
    live = served.start()
    signed_in(page, live)
    page.goto(f"{live.url}/infusion/{by_hand.encounter}")
    page.wait_for_selector("text=Heart rate")
    page.keyboard.press("v")
    page.wait_for_selector("dialog#entry-set[open]")
    axe(page)
    for text in ("128", "79", "72", "9"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=40 and 100")
    page.fill("#set-spo2", "82")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog#entry-set:not([open])", state="attached")
    page.wait_for_selector("text=128/79")
    saved = Observation.of(world.id).filter(encounter_id=by_hand.encounter)
    assert {o.code: o.value for o in saved} == {
        "sbp": 128, "dbp": 79, "heart_rate": 72, "spo2": 82,
    }  # fmt: skip
    for place in (f"infusion/{by_hand.encounter}/table", "monitors", "emergency", "board"):
        page.goto(f"{live.url}/{place}")
        page.wait_for_load_state()
        axe(page)
    page.wait_for_selector(".seat-high >> text=SpO2 82")
    world.at = datetime.now(UTC)
    by_hand.do("paused")
    page.wait_for_selector(".seat >> text=paused")

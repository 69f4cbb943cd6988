"""Alarms go on while an emergency card is read: seen, heard, and missed at once when they stop."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from reprieve.pathway import charting, clinic
from tests.chairside import Chair, sit
from tests.house.running import LiveClinic, wait_for
from tests.world import PASSWORD, new

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.journey
# How soon a page asks and how long it waits is tried on a clock of its own (test_scripts_live).
# A sound that plays is told by the browser's own audio, not by our words for it.
LISTENS = """
const real = AudioContext.prototype.createOscillator;
window.tones = 0;
AudioContext.prototype.createOscillator = function () {
  window.tones += 1;
  return real.call(this);
};
"""


@pytest.fixture
def chair(served: LiveClinic) -> Chair:
    """A running infusion in chair 4, by hand."""
    assert served.world is not None
    served.world.at = datetime.now(UTC) - timedelta(minutes=4)
    made = sit(served.world)
    place = clinic.add_chair(
        actor=served.world["manager"], uid=new(), at=served.world.at, name="Chair 4"
    )
    made.do("chair_moved", chair=place)
    made.start(20)
    return made


def sinks(chair: Chair) -> None:
    """Somebody types, on another tablet, that the oxygen is low."""
    chair.world.at = datetime.now(UTC)
    charting.save_set(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, values={"spo2": 82},
    )  # fmt: skip


def opened(served: LiveClinic, page: Page, path: str) -> None:
    assert served.world is not None
    page.add_init_script(LISTENS)
    page.goto(f"{served.url}/account/login/")
    page.fill("input[name=login]", served.world.emails["infusion_nurse"])
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".nav-main")
    page.goto(f"{served.url}{path}")
    expect(page.locator(".alarm-bar")).to_contain_text("No alarm")
    page.click("[data-sound-unlock]")
    expect(page.locator("[data-sound-unlock]")).to_have_text("Sound on")


def sounds_high(page: Page) -> None:
    expect(page.locator("[data-sounds]")).to_have_attribute("data-sounds", "high")
    page.evaluate("window.tones = 0")
    # A high pattern of ten tones, each of four voices; the test sound of the button is one tone.
    wait_for(lambda: page.evaluate("window.tones") >= 40, "the sound of a high alarm", within_s=15)


def dies(served: LiveClinic, page: Page) -> None:
    expect(page.locator("#watchdog")).to_be_hidden()
    served.stop()
    expect(page.locator("#watchdog")).to_be_visible(timeout=30_000)
    expect(page.locator("#watchdog")).to_have_text("ALARMS NOT RUNNING: watch the bedside monitor")


def test_an_alarm_is_seen_and_heard_on_the_card_of_a_visit(
    served: LiveClinic, chair: Chair, page: Page, axe: Callable[[Page], None]
) -> None:
    served.start()
    opened(served, page, f"/infusion/{chair.encounter}/emergency/seizure")
    sinks(chair)
    expect(page.locator("#live-alarms .alarm-high")).to_contain_text("SpO2 82 %")
    expect(page.locator(".emergency-card:visible")).to_contain_text("Protect from injury")
    sounds_high(page)
    axe(page)
    page.click("[data-silence]")
    expect(page.locator("[data-until]")).to_be_visible()
    page.locator("[data-acknowledge]").first.click()
    expect(page.locator("#live-alarms")).to_contain_text("seen")
    dies(served, page)


def test_an_alarm_of_any_chair_is_seen_and_heard_on_the_clinics_card(
    served: LiveClinic, chair: Chair, page: Page, axe: Callable[[Page], None]
) -> None:
    served.start()
    opened(served, page, "/emergency")
    sinks(chair)
    alarm = page.locator("#board-alarms .alarm-high")
    expect(alarm).to_contain_text("SpO2 82")
    expect(alarm.locator("a")).to_have_text("Chair 4 Iva I.")
    sounds_high(page)
    axe(page)
    dies(served, page)

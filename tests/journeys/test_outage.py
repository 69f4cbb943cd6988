"""The server goes in mid-infusion: the tablet charts on, and nothing is lost or doubled.

The infusion is already running when this begins; how it came there is another journey.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from reprieve.pathway import emergency_card as card
from reprieve.records.models import AdverseEvent, InfusionEvent, Observation
from reprieve.records.queries import offline
from tests.chairside import Chair, sit
from tests.house.running import LiveClinic, wait_for
from tests.journeys.people import TABLET
from tests.world import PASSWORD, new

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.journey, pytest.mark.once]
GONE_MS = 30_000  # that ten seconds do is tried on a clock of the page's own: test_scripts_live
KEEPS = {"service_workers": "allow"}
SCREENS = {"tablet": TABLET | KEEPS, "desk": KEEPS}
KEPT = """async () => {
  const {openDB} = await import(document.documentElement.dataset.idb);
  const found = await openDB("reprieve-chairside", 1);
  const kept = {
    entries: await found.getAll("entries"),
    facts: await found.getAll("facts"),
    names: await found.getAllKeys("facts"),
  };
  found.close();
  return kept;
}"""
CACHED = """async () => {
  const store = await caches.open("reprieve-chairside-1");
  return (await (await store.match("/infusion/without-connection"))?.text()) ?? "";
}"""


@pytest.fixture
def chair(served: LiveClinic) -> Chair:
    """A running infusion in a chair by hand, begun ten minutes ago."""
    assert served.world is not None
    served.world.at = datetime.now(UTC) - timedelta(minutes=10)
    made = sit(served.world)
    made.start(20)
    served.start()
    return made


def opened(
    served: LiveClinic, chair: Chair, new_context: Callable[..., BrowserContext],
    screen: dict[str, Any],
) -> Page:  # fmt: skip
    page = new_context(**screen).new_page()
    page.goto(f"{served.url}/account/login/")
    page.fill("input[name=login]", chair.world.emails["infusion_nurse"])
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".nav-main")
    page.goto(f"{served.url}/infusion/{chair.encounter}")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_for(lambda: "data-shell" in page.evaluate(CACHED), "the page without a connection")
    known = {"clock", "who", "card"}
    wait_for(lambda: known <= set(page.evaluate(KEPT)["names"]), "the clock as measured")
    return page


def enter(page: Page, kind: str, **fields: str) -> None:
    """This function will make one entry: one press opens, two save."""
    openers = page.locator(f'[data-open="entry-{kind}"]')
    next(one for one in openers.all() if one.is_visible()).click()
    dialog = page.locator(f"dialog#entry-{kind}[open]")
    for name, value in fields.items():
        field = dialog.locator(f'[name="{name}"]')
        if field.first.get_attribute("type") == "radio":
            dialog.locator(f'[name="{name}"][value="{value}"]').check(force=True)
        else:
            field.fill(value)
    dialog.locator("button:not([type=button])").click()
    page.wait_for_selector(f"dialog#entry-{kind}:not([open])", state="attached")


SEALED = """async () => {
  const { openDB } = await import(document.documentElement.dataset.idb);
  const found = await openDB("reprieve-chairside", 1);
  const entries = await found.getAll("entries");
  const key = await found.get("facts", "key");
  const taken = await crypto.subtle.exportKey("raw", key).catch(() => null);
  return {
    names: Object.keys(entries[0]).sort(),
    text: entries.map((one) => new TextDecoder("latin1").decode(one.sealed)).join(),
    taken: taken !== null,
  };
}"""


def kept(page: Page) -> list[Any]:
    return list(page.evaluate(KEPT)["entries"])


@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
def test_an_outage_loses_and_doubles_nothing(
    served: LiveClinic, chair: Chair, new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], None], is_long: bool, screen: dict[str, Any],
) -> None:  # fmt: skip
    page = opened(served, chair, new_context, screen)
    enter(page, "set", spo2="98", heart_rate="70")
    wait_for(lambda: not kept(page), "the first set to be sent")  # kept, if the machine was slow
    served.stop()
    gone = time.time()

    # It says so by itself, and what needs the server is off.
    expect(page.locator("#watchdog")).to_be_visible(timeout=GONE_MS)
    expect(page.locator("body")).to_have_class("infusion is-cut")
    expect(page.locator('[data-open="entry-stop"]').first).to_be_disabled()

    enter(page, "set", spo2="97", heart_rate="71")
    pressed_by = time.time()
    enter(page, "rate", rate_mg_per_h="15")
    enter(page, "harm", term="dizziness", grade="1")
    expect(page.locator("#kept [data-count]")).to_have_text("3")
    # What cannot be is said before it is kept.
    page.locator('[data-open="entry-set"]:visible').first.click()
    page.fill('#entry-set [name="spo2"]', "9")
    page.locator("#entry-set button:not([type=button])").click()
    expect(page.locator("#entry-set")).to_have_attribute("open", "")
    assert len(kept(page)) == 3

    sealed = page.evaluate(SEALED)
    assert sealed["names"] == ["act", "iv", "sealed"]
    assert len(sealed["text"]) > 300
    assert "dizziness" not in sealed["text"]
    assert not sealed["taken"]  # the key works and cannot be read

    # Even a reload goes on, on a page without names.
    page.reload()
    page.wait_for_selector("body[data-shell]")
    axe(page)
    enter(page, "set", spo2="95", heart_rate="72")
    expect(page.locator("#kept [data-count]")).to_have_text("4")
    stored = str(page.evaluate(KEPT)) + page.evaluate(CACHED) + page.content()
    assert "Iva" not in stored
    assert "Infusion_Nurse" not in stored

    if is_long:  # two minutes; else only until the page has been without it for a while
        time.sleep(max(0.0, 120 - (time.time() - gone)))
    served.start()
    page.wait_for_selector("#live-status", timeout=30_000)
    wait_for(lambda: not kept(page), "an emptied tablet", within_s=30)
    expect(page.locator("#watchdog")).to_be_hidden()
    expect(page.locator("#live-events")).to_contain_text("dizziness")

    clinic = chair.world.id
    spo2 = Observation.of(clinic).filter(code="spo2").order_by("measured_at")
    assert list(spo2.values_list("value", flat=True)) == [98, 97, 95]
    rate = InfusionEvent.of(clinic).get(kind="rate")
    assert (rate.rate_ug_per_h, rate.reported, rate.addendum) == (15_000, True, False)
    assert AdverseEvent.of(clinic).count() == 1
    taken = offline.of_encounter(clinic=clinic, encounter=chair.encounter)
    assert [(row.kind, row.beside, row.refused) for row in taken] == [
        ("set", "", False), ("rate", "", False), ("harm", "", False), ("set", "", False),
    ]  # fmt: skip
    # They count for the moment of the press, not for that of the arrival.
    assert all(row.at_ms < row.received_ms for row in taken)
    assert taken[0].at_ms <= pressed_by * 1000


def pressed(chair: Chair) -> list[str]:
    """What the chart says was pressed on the emergency card, the oldest first."""
    noted = InfusionEvent.of(chair.world.id).filter(kind="noted").order_by("at_ms")
    return [event.detail["emergency"] for event in noted]


@pytest.fixture
def own_words(chair: Chair) -> None:
    """The medical director has written whom to call, and the steps of one situation."""
    world = chair.world
    texts = {card.WHOM: "Dial 911.\nBack door.", card.key("seizure"): "Left side. Clock."}
    seen = card.version(card.current(clinic=world.id, at=world.at))
    card.write(
        actor=world["medical_director"], uid=new(), at=world.at, texts=texts, seen=seen
    )


@pytest.mark.usefixtures("own_words")
@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS)
def test_the_emergency_card_is_at_hand_without_a_server(
    served: LiveClinic, chair: Chair, new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], None], screen: dict[str, Any],
) -> None:  # fmt: skip
    page = opened(served, chair, new_context, screen)
    here = page.url
    opened_card = page.locator("#emergency-offline[open]")
    served.stop()

    # On the infusion's screen it opens without leaving the screen.
    expect(page.locator("body")).to_have_class("infusion is-cut", timeout=GONE_MS)
    page.locator("a[data-emergency]").first.click()
    expect(opened_card).to_contain_text("Watch the bedside monitor")
    expect(opened_card).to_contain_text("Back door.")
    assert page.url == here
    opened_card.get_by_role("button", name="Seizure").click()
    expect(opened_card.locator("[data-text]:visible")).to_have_text("Left side. Clock.")
    expect(opened_card.get_by_text("not confirmed").locator("visible=true")).to_have_count(0)
    opened_card.get_by_role("button", name="911 called").click()
    expect(opened_card.locator("[data-logged] li")).to_have_count(2)
    axe(page)

    # By its own address, and from the page without names, the same words stand.
    page.goto(f"{here}/emergency/seizure")
    page.wait_for_selector("body[data-shell]")
    expect(opened_card.locator("[data-text]:visible")).to_have_text("Left side. Clock.")
    expect(opened_card).to_contain_text("Back door.")
    opened_card.get_by_role("button", name="Anaphylaxis").click()
    expect(opened_card.locator("[data-text]:visible")).to_contain_text("anaphylaxis kit")
    expect(opened_card.get_by_text("not confirmed").locator("visible=true")).to_have_count(1)
    axe(page)
    stored = str(page.evaluate(KEPT)) + page.evaluate(CACHED) + page.content()
    assert "Iva" not in stored
    assert "Infusion_Nurse" not in stored

    # With the server the card goes on where it was, with the alarms, and nothing is lost.
    served.start()
    page.wait_for_selector("#live-alarms", timeout=30_000)
    assert page.url == f"{here}/emergency/anaphylaxis"
    wait_for(lambda: not kept(page), "an emptied tablet", within_s=30)
    assert pressed(chair) == ["seizure", "911", "anaphylaxis"]

    # The server goes while the card's own page is read: what is pressed is not lost either.
    served.stop()
    page.locator("form[data-logs=oxygen] button").click()
    expect(opened_card.locator("[data-text]:visible")).to_contain_text("anaphylaxis kit")
    served.start()
    page.wait_for_selector("#emergency-offline:not([open])", state="attached", timeout=30_000)
    wait_for(lambda: not kept(page), "an emptied tablet", within_s=30)
    assert pressed(chair) == ["seizure", "911", "anaphylaxis", "oxygen"]
    taken = offline.of_encounter(clinic=chair.world.id, encounter=chair.encounter)
    assert [(row.kind, row.refused) for row in taken] == [("emergency", False)] * 4

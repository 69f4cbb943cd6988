"""A whole infusion by keyboard alone, from the open gate to recovery; no mouse is touched."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reprieve.records.models import InfusionEvent, InfusionState
from tests import gate_desk
from tests.journeys.people import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.journey, pytest.mark.once]
FAR = 250  # presses of Tab within which everything on a page must lie
SET = {"sbp": "124", "dbp": "78", "heart_rate": "70", "spo2": "98", "respiratory_rate": "14"}


def ready(house: House) -> uuid.UUID:
    """This function will bring a patient to the gate with everything done but the start."""
    world = house.world
    world.at = house.now - timedelta(days=1)
    visit = gate_desk.arrived(world)
    visit.prepare_all()
    house.wait_until(world.at)
    assert visit.blocking == set()
    return visit.encounter


def tab_to(page: Page, css: str) -> None:
    """This function will press Tab until what has the focus is what is wanted."""
    for _press in range(FAR):
        if page.evaluate("css => document.activeElement?.matches(css) ?? false", css):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{css} is not reached by Tab on {page.url}")


def fill(page: Page, kind: str, **values: str) -> None:
    for name, value in values.items():
        field = f'#entry-{kind} [name="{name}"]'
        tab_to(page, field)
        if page.locator(field).first.get_attribute("type") == "radio":
            page.keyboard.press("Space")
        else:
            page.keyboard.type(value)


def entry(page: Page, kind: str, key: str, **values: str) -> None:
    """This function will open an entry by its key, fill it in by Tab, and save it by Enter."""
    page.wait_for_selector(f'[data-open="entry-{kind}"]:not(:disabled)', state="attached")
    page.keyboard.press(key)
    page.wait_for_selector(f"#entry-{kind}[open]")
    fill(page, kind, **values)
    tab_to(page, f"#entry-{kind} button:not([type=button])")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#entry-{kind}:not([open])", state="attached")


def is_now(page: Page, state: str) -> None:
    page.wait_for_selector(f'#live-status[data-state="{state}"]')


def start(page: Page) -> None:
    tab_to(page, '.action-bar [data-open="start"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#start[open]")
    tab_to(page, "#start button:not([type=button])")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    is_now(page, "running")


def test_a_whole_infusion_by_keyboard_alone(house: House) -> None:
    visit = ready(house)
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}/prepare")
    page = nurse.page
    start(page)

    entry(page, "set", "v", **SET)
    nurse.sees("124/78")
    entry(page, "rate", "r", rate_mg_per_h="20")
    entry(page, "harm", "s", term="dizziness", grade="1")
    entry(page, "drug", "d", drug="ondansetron", dose="4")
    entry(page, "note", "e", note="Blanket given.")

    # An alarm is seen, its sound silenced and itself acknowledged.
    entry(page, "set", "v", **SET | {"spo2": "84"})
    page.wait_for_selector("[data-acknowledge]")
    tab_to(page, "[data-silence]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".silence")
    tab_to(page, "[data-acknowledge]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alarm-item.acknowledged")

    entry(page, "pause", "p")
    is_now(page, "paused")
    entry(page, "resume", "u", rate_mg_per_h="15")
    is_now(page, "running")
    entry(page, "stop", "x", volume_left_ml="120")
    is_now(page, "stopped")
    entry(page, "end", "z", volume_left_ml="120")
    is_now(page, "recovery")

    acts = InfusionEvent.of(house.world.id).filter(encounter_id=visit).order_by("at_ms")
    kinds = [k for k in acts.values_list("kind", flat=True) if k != "bag_prepared"]
    assert kinds == ["started", "rate", "noted", "paused", "resumed", "stopped", "ended"]
    assert InfusionState.of(house.world.id).get(encounter_id=visit).state == "recovery"

"""A whole infusion by keyboard alone, from the start check to recovery; no mouse is touched.

At a desk, and on a tablet with a keyboard.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from reprieve.records.models import InfusionEvent, InfusionState, Observation
from tests.journeys.people import TABLET, House
from tests.journeys.steps_gate import ready

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.journey, pytest.mark.once]
FAR = 400  # presses of Tab within which everything on a page must lie
SET = {"sbp": "124", "dbp": "78", "heart_rate": "70", "spo2": "98", "respiratory_rate": "14"}


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


def answer(page: Page, key: str, **values: str) -> None:
    """This function will answer one form of the start check by Tab, and send it by Enter."""
    form = f'form[action$="/tell/{key}"]'
    for name, value in values.items():
        field = f'{form} [name="{key}-{name}"]'
        tab_to(page, field)
        if page.locator(field).first.get_attribute("type") == "radio":
            page.keyboard.press("Space")
        else:
            page.keyboard.type(value)
    tab_to(page, f"{form} button:not([type=button])")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def check(page: Page) -> None:
    """This function will say who it is and hear the alarms: the gate opens."""
    assert page.locator(".gate-closed").count()
    answer(page, "identity", family="Invented", birth_date="05171980")
    tab_to(page, "[data-sound-unlock]")
    page.keyboard.press("Enter")
    answer(page, "facts-monitoring", alarm_sound_heard="yes")
    assert not page.locator(".gate-closed").count()


def start(page: Page) -> None:
    tab_to(page, '.action-bar [data-open="start"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#start[open]")
    tab_to(page, "#start button:not([type=button])")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    is_now(page, "running")


def answer_alarm(page: Page) -> None:
    """This function will silence an alarm's sound and acknowledge it."""
    page.wait_for_selector("[data-acknowledge]")
    tab_to(page, "[data-silence]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".silence")
    tab_to(page, "[data-acknowledge]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".alarm-item.acknowledged")


def recover(page: Page, visit: uuid.UUID) -> None:
    """This function will go on to recovery and save a look at the patient there."""
    way = f'#live-status a[href="/recovery/{visit}"]'
    page.wait_for_selector(way)
    tab_to(page, way)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for name, value in SET.items():
        tab_to(page, f'#look-form [name="{name}"]')
        page.keyboard.type(value)
    tab_to(page, 'button[form="look-form"]')
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_text("Saved.").first.wait_for(state="visible")


@pytest.mark.parametrize("screen", [{}, TABLET], ids=["desk", "tablet"])
def test_a_whole_infusion_by_keyboard_alone(house: House, screen: dict[str, Any]) -> None:
    house.screen = screen
    visit = ready(house, but=frozenset({"identify", "alarm_sound_heard"}))
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}/prepare")
    page = nurse.page
    check(page)
    start(page)

    entry(page, "set", "v", **SET)
    nurse.sees("124/78")
    entry(page, "rate", "r", rate_mg_per_h="20")
    entry(page, "harm", "s", term="dizziness", grade="1")
    entry(page, "drug", "d", drug="ondansetron", dose="4")
    entry(page, "note", "e", note="Blanket given.")

    entry(page, "set", "v", **SET | {"spo2": "84"})
    answer_alarm(page)

    entry(page, "pause", "p")
    is_now(page, "paused")
    entry(page, "resume", "u", rate_mg_per_h="15")
    is_now(page, "running")
    entry(page, "stop", "x", volume_left_ml="120")
    is_now(page, "stopped")
    entry(page, "end", "z", volume_left_ml="120")
    is_now(page, "recovery")
    recover(page, visit)

    acts = InfusionEvent.of(house.world.id).filter(encounter_id=visit).order_by("at_ms")
    kinds = [k for k in acts.values_list("kind", flat=True) if k != "bag_prepared"]
    assert kinds == ["started", "rate", "noted", "paused", "resumed", "stopped", "ended"]
    assert InfusionState.of(house.world.id).get(encounter_id=visit).state == "recovery"
    seen = Observation.of(house.world.id).filter(encounter_id=visit, code="spo2")
    assert [int(v) for v in seen.order_by("recorded_at").values_list("value", flat=True)][-3:] == [
        98, 84, 98,
    ]  # fmt: skip

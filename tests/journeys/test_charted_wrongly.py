"""A nurse charts a wrong drug, side effect and rate, and puts each right from its line.

By keyboard on a small desk screen, and by touch on a telephone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from reprieve.records.models import AdverseEvent, InfusionEvent, MedicationAdministration
from tests.house.running import wait_for
from tests.journeys import steps_infusion as infusion
from tests.journeys.people import House

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.journey, pytest.mark.once]
DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
TARGET_PX = 44


def opened(house: House, line: str, entry: str) -> Locator:
    """This function will press "Correct" on a line of the chart, which opens with its values."""
    page = house.who("infusion_nurse").page
    button = page.locator("#live-events li:not(.struck)", has_text=line).locator("[data-fix]")
    wait_for(lambda: is_large(button), "a button that is large enough")
    if house.screen.get("has_touch"):
        button.tap()
    else:
        button.press("Enter")
    dialog = page.locator(f"dialog#entry-{entry}[open]")
    expect(dialog.locator("[data-about]")).to_contain_text(line)
    house.look(page, part=f" {entry}")
    fits(page, dialog)
    return dialog


def is_large(button: Locator) -> bool:
    """Whether a finger can press it now; where the list is just written anew it is not there."""
    box = button.bounding_box()
    return box is not None and min(box["height"], box["width"]) >= TARGET_PX


def fits(page: Page, dialog: Locator) -> None:
    size, box = page.viewport_size, dialog.bounding_box()
    assert size is not None
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]


def put_right(house: House, line: str, entry: str, **right: Any) -> None:
    """This function will correct a line and see it struck through."""
    dialog = opened(house, line, entry)
    nurse = house.who("infusion_nurse")
    nurse.fill(right, within=f"dialog#entry-{entry}")
    dialog.locator("button:not([type=button])").press("Enter")
    expect(dialog).not_to_be_visible()
    struck = nurse.page.locator("#live-events li.struck", has_text=line)
    expect(struck).to_contain_text("Infusion_Nurse Invented: ")


def stand_side_by_side(page: Page) -> None:
    """This function will see on the grid the dose that stands and, behind it, the crossed one."""
    stands, crossed = page.locator("text.g-drug:not(.g-crossed)"), page.locator("text.g-crossed")
    expect(stands).to_have_text("▲8 mg")
    first, second = stands.bounding_box(), crossed.filter(has_text="▲4 mg").bounding_box()
    assert first is not None
    assert second is not None
    assert second["x"] >= first["x"] + first["width"]


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "telephone"])
def test_what_was_charted_wrongly_is_put_right(house: House, screen: dict[str, Any]) -> None:
    visit = infusion.given_a_drug_and_a_side_effect(house, screen)
    infusion.when_the_rate_is_lowered(house, visit, rate_mg_per_h=20)

    put_right(house, "ondansetron 4 mg", "drug_fix", dose=8, reason="two ampoules")
    put_right(house, "nausea", "harm_fix", term="dizziness", grade=2, reason="asked again")
    put_right(house, "20.0 mg/h", "rate_fix", rate_mg_per_h="15", reason="read off the pump")
    # A dialog that was left opens with the values of the next line.
    dialog = opened(house, "ondansetron 8 mg", "drug_fix")
    expect(dialog.locator("[name=dose]")).to_have_value("8")
    expect(dialog.locator("[name=drug]")).to_have_value("ondansetron")
    expect(dialog.locator("[name=reason]")).to_have_value("")
    dialog.locator("[data-close]").click()
    house.who("infusion_nurse").page.wait_for_selector("#live-status dd:has-text('15.0')")

    stand_side_by_side(house.who("infusion_nurse").page)

    clinic = house.world.id
    drugs = MedicationAdministration.of(clinic).filter(encounter_id=visit)
    assert sorted(drugs.values_list("dose_text", "corrects__dose_text")) == [
        ("4 mg", None), ("8 mg", "4 mg"),
    ]  # fmt: skip
    harms = AdverseEvent.of(clinic).filter(encounter_id=visit, corrects__isnull=False)
    assert list(harms.values_list("term", "grade", "corrects__term")) == [
        ("dizziness", 2, "nausea")
    ]
    rates = InfusionEvent.of(clinic).filter(encounter_id=visit, corrects__isnull=False)
    assert list(rates.values_list("rate_ug_per_h", "corrects__rate_ug_per_h")) == [
        (15_000, 20_000)
    ]

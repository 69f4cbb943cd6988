"""A nurse charts a drug and a side effect in the wrong chair, and says that they did not happen.

By keyboard on a desk screen, and by touch on a telephone; a physician agrees about the severe one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from reprieve.records.models import AdverseEvent, MedicationAdministration
from tests.journeys import steps_infusion as infusion
from tests.journeys.people import House
from tests.journeys.test_charted_wrongly import DESK, PHONE, fits, opened

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = [pytest.mark.journey, pytest.mark.once]


def never(house: House, line: str, correction: str, entry: str) -> Locator:
    """This function will go from a line's correction to the separate choice, by key or by touch."""
    page = house.who("infusion_nurse").page
    choice = opened(house, line, correction).locator(f"[data-never={entry}]")
    if house.screen.get("has_touch"):
        choice.tap()
    else:
        choice.press("Enter")
    dialog = page.locator(f"dialog#entry-{entry}[open]")
    expect(page.locator(f"dialog#entry-{correction}")).not_to_be_visible()
    expect(dialog.locator("[data-about]")).to_contain_text(line)
    expect(dialog.locator("[name=reason]")).to_have_value("")
    expect(dialog.locator("[name=sure]")).not_to_be_checked()
    expect(dialog.locator(".error:visible")).to_have_count(0)  # nothing of a line before
    house.look(page, part=f" {entry}")
    fits(page, dialog)
    return dialog


def taken_back(house: House, line: str, correction: str, entry: str, says: str) -> None:
    """This function will say that a line did not happen, and see both entries."""
    dialog, page = never(house, line, correction, entry), house.who("infusion_nurse").page
    press = dialog.locator("form button:not([type=button])")
    press.press("Enter")  # without a tick and a reason nothing is written
    expect(dialog.locator(f"[id={entry}-sure_error]")).to_be_visible()
    dialog.locator("[name=reason]").fill("meant for the next chair")
    dialog.locator("[name=sure]").press("Space")
    press.press("Enter")
    expect(dialog).not_to_be_visible()
    struck = page.locator("#live-events li.struck", has_text=line)
    expect(struck).to_contain_text("meant for the next chair")
    stands = page.locator("#live-events li:not(.struck)", has_text=says)
    expect(stands).to_contain_text("takes back")
    expect(stands.locator("button")).to_have_count(0)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "telephone"])
def test_what_did_not_happen_is_taken_back(house: House, screen: dict[str, Any]) -> None:
    visit = infusion.given_a_drug_and_a_side_effect(house, screen)

    # Left with Escape, nothing is written, and the focus is back on the line.
    dialog = never(house, "ondansetron 4 mg", "drug_fix", "not_given")
    dialog.press("Escape")
    expect(dialog).not_to_be_visible()
    page = house.who("infusion_nurse").page
    line = page.locator("#live-events li", has_text="ondansetron 4 mg")
    expect(line.locator("[data-fix]")).to_be_focused()
    taken_back(house, "ondansetron 4 mg", "drug_fix", "not_given", "ondansetron was not given")
    taken_back(house, "nausea", "harm_fix", "not_seen", "nausea did not happen")
    infusion.entry(house, visit, "harm", term="anxiety", grade=3)
    taken_back(house, "anxiety", "harm_fix", "not_seen", "anxiety did not happen")
    doctor = house.who("physician").go(reverse("harm")).sees("said not to have happened")
    doctor.follow("Iva Invented").fill({"happened": "no", "note": "Nobody saw it."})
    doctor.press("Write the judgement").sees("The judgement is on record.")
    doctor.sees("Nothing waits.")
    expect(page.locator("text.g-drug.g-crossed")).to_have_text("▲4 mg")
    expect(page.locator("text.g-drug:not(.g-crossed)")).to_have_count(0)

    clinic = house.world.id
    drugs = MedicationAdministration.of(clinic).filter(encounter_id=visit)
    assert sorted(drugs.values_list("dose_text", "corrects__dose_text")) == [
        ("4 mg", None), ("entered-in-error", "4 mg"),
    ]  # fmt: skip
    harms = AdverseEvent.of(clinic).filter(encounter_id=visit, corrections__isnull=True)
    assert sorted(harms.values_list("term", "outcome", "relatedness")) == [
        ("anxiety", "entered-in-error", "unrelated"), ("nausea", "entered-in-error", None),
    ]  # fmt: skip

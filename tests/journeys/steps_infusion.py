"""In the chair: values by hand, a new rate, a side effect, the end."""

from __future__ import annotations

import uuid
from typing import Any

from tests.journeys import steps_gate as gate
from tests.journeys.people import House

SEATED = {"sbp": 124, "dbp": 74, "heart_rate": 68, "spo2": 98, "respiratory_rate": 14,
          "rass": 0, "pain": 4, "dissociation": 2}  # fmt: skip


def entry(house: House, visit: uuid.UUID, kind: str, **answers: Any) -> None:
    """This function will make one entry on the infusion's screen, in its dialog."""
    nurse = house.who("infusion_nurse")
    if not nurse.page.url.endswith(f"/infusion/{visit}"):
        nurse.go(f"/infusion/{visit}")
    page, dialog = nurse.page, f"dialog#entry-{kind}"
    opens = page.locator(f'[data-open="entry-{kind}"]')
    if not any(one.is_visible() for one in opens.all()):
        page.locator(".quick-more summary").click()
    next(one for one in opens.all() if one.is_visible()).click()
    page.wait_for_selector(f"{dialog}[open]")
    house.look(page, part=f" {kind}")
    nurse.fill(answers, within=dialog)
    page.locator(f"{dialog} button:not([type=button])").click()
    page.wait_for_selector(f"{dialog}:not([open])", state="attached")


def when_a_set_is_typed(house: House, visit: uuid.UUID, **changes: int) -> None:
    """This function will type one set of values and see it on the chart."""
    values = SEATED | changes
    entry(house, visit, "set", **values)
    house.who("infusion_nurse").sees(f"{values['sbp']}/{values['dbp']}")


def when_the_rate_is_lowered(house: House, visit: uuid.UUID, *, rate_mg_per_h: int) -> None:
    """This function will set a lower rate and see it."""
    entry(house, visit, "rate", rate_mg_per_h=rate_mg_per_h)
    shown = f"#live-status dd:has-text('{rate_mg_per_h}')"
    house.who("infusion_nurse").page.wait_for_selector(shown)


def when_a_side_effect_is_felt(house: House, visit: uuid.UUID, term: str) -> None:
    """This function will write a mild side effect down."""
    entry(house, visit, "harm", term=term, grade=1)


def when_a_drug_is_given(house: House, visit: uuid.UUID, drug: str, *, dose: int) -> None:
    """This function will write an ordered drug down."""
    entry(house, visit, "drug", drug=drug, dose=dose)
    house.who("infusion_nurse").sees(f"{drug} {dose} mg")


def given_a_drug_and_a_side_effect(house: House, screen: dict[str, Any]) -> uuid.UUID:
    """This function will start an infusion and write one of each down, on a screen."""
    house.screen = screen
    visit = gate.ready(house)
    gate.then_the_infusion_starts(house, visit)
    house.wait(minutes=5)
    when_a_drug_is_given(house, visit, "ondansetron", dose=4)
    when_a_side_effect_is_felt(house, visit, "nausea")
    return visit


def then_observations_are_overdue(house: House, visit: uuid.UUID) -> None:
    """This function will see in the alarm bar that observations are overdue."""
    page = house.who("infusion_nurse").page
    page.locator("#live-alarms .alarm-item", has_text="Observations").first.wait_for()


def when_the_drug_is_stopped(house: House, visit: uuid.UUID, *, volume_left_ml: int) -> None:
    """This function will stop the drug, which asks what is left in the bag."""
    entry(house, visit, "stop", volume_left_ml=volume_left_ml)
    house.who("infusion_nurse").page.wait_for_selector('#live-status[data-state="stopped"]')


def then_the_infusion_ends(house: House, visit: uuid.UUID) -> None:
    """This function will end it and see the patient in recovery."""
    entry(house, visit, "end", volume_left_ml=60)
    house.who("infusion_nurse").page.wait_for_selector('#live-status[data-state="recovery"]')

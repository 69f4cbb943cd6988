"""The curves a physician looks at: drawn, read by keyboard and as a table, without barriers.

`REPRIEVE_TESTS_PICTURES=1` writes the pictures to docs/pictures.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reprieve.pathway import infusion, observations
from reprieve.pathway.observations import Told
from tests.chairside import Chair
from tests.house.engines import ROOT
from tests.treated import Treated, responder
from tests.world import PASSWORD, World, new

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.house.running import LiveClinic

pytestmark = [pytest.mark.journey, pytest.mark.once]
PICTURES = ROOT / "docs" / "pictures"
HEAVIEST_BYTES = 250_000
RUNS_MIN = 25


@dataclass
class Physician:
    """A physician's browser, and the figure they look at."""

    page: Page
    live: LiveClinic

    def sign_in(self) -> None:
        assert self.live.world is not None
        self.page.goto(f"{self.live.url}/account/login/")
        self.page.fill("input[name=login]", self.live.world.emails["physician"])
        self.page.fill("input[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector(".nav-main")

    def reads(self, name: str) -> None:
        """See a curve drawn, walk it by keyboard, and find the same numbers in its table."""
        figure = self.page.locator(f"[data-chart={name}]")
        figure.locator("canvas").wait_for()
        figure.locator(".plot-keys").focus()
        self.page.keyboard.press("Home")
        begins = figure.locator(".readout").inner_text()
        self.page.keyboard.press("End")
        ends = figure.locator(".readout").inner_text()
        assert begins
        assert begins != ends
        last = ends.split(" · ")[-1].rsplit(" ", 1)[-1]
        cells = figure.locator("details table tbody tr").last.locator("td").all_text_contents()
        assert last in cells

    def sees(self, name: str, picture: str) -> None:
        """Take the picture of one figure, and keep it where asked."""
        shot = self.page.locator(f"[data-chart={name}]").screenshot()
        assert 4_000 < len(shot) < HEAVIEST_BYTES
        if os.environ.get("REPRIEVE_TESTS_PICTURES"):
            (PICTURES / f"{picture}.png").write_bytes(shot)


def weighed(world: World, made: Treated) -> None:
    observations.write(
        [Told(code="weight_kg", value=Decimal(70), unit="kg")], actor=world["infusion_nurse"],
        at=world.at, measured_at=world.at, patient=made.patient,
    )  # fmt: skip


def on_booster(world: World, made: Treated) -> Chair:
    """A booster at 50 mg/h that began `RUNS_MIN` minutes ago and still runs."""
    plan = made.plan(sessions=1, is_booster=True)
    encounter = infusion.prepare(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient,
        episode=made.episode, plan=plan, session_no=1,
    )  # fmt: skip
    chair = Chair(world, encounter, made.patient)
    chair.start(50)
    return chair


def test_curves_of_plan_infusion_and_follow_up(
    served: LiveClinic, page: Page, axe: Callable[[Page], None]
) -> None:
    world = served.world
    assert world is not None
    now = datetime.now(UTC)
    world.at = now - timedelta(days=6 + 7 + 1 + 5 * 7, minutes=RUNS_MIN + 80)
    made = responder(world, weeks=(3, 3, 4, 5, 5))
    weighed(world, made)
    world.at = now - timedelta(minutes=RUNS_MIN)
    chair = on_booster(world, made)
    doctor = Physician(page, served.start())
    doctor.sign_in()
    page.goto(f"{doctor.live.url}/patients/{made.patient}/plan")
    for name in ("chart-levels", "chart-relief"):
        doctor.reads(name)
    doctor.sees("chart-levels", "plan-levels")
    doctor.sees("chart-relief", "plan-relief")
    page.locator("[data-part]").focus()
    page.keyboard.press("Enter")
    page.locator("#answered-part tbody tr").first.wait_for()
    assert page.locator("#answered-part").get_by_text("too few readings").count() == 4
    axe(page)
    page.goto(f"{doctor.live.url}/infusion/{chair.encounter}")
    assert page.locator("[data-chart=expected-levels]").count() == 0
    toggle = page.locator("[data-part]")
    toggle.focus()
    page.keyboard.press("Enter")
    doctor.reads("expected-levels")
    doctor.sees("expected-levels", "infusion-expected")
    axe(page)
    toggle.press("Enter")
    assert page.locator("[data-chart=expected-levels]").count() == 0
    page.goto(f"{doctor.live.url}/follow-up/{made.patient}")
    doctor.reads("relief")
    doctor.reads("forecast-chart")
    doctor.sees("forecast-chart", "followup-forecast")
    page.locator("text=Track record of the forecast").first.click()
    assert page.locator("#forecast-part tbody tr").count() > 2
    axe(page)
    page.goto(f"{doctor.live.url}/how-ketamine-works")
    doctor.reads("chart-receptors")
    doctor.reads("chart-outlasting")
    doctor.sees("chart-receptors", "explained")
    axe(page)

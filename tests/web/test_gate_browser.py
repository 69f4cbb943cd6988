"""Plan, gate, bag and check in a real browser: no barriers, one press leads to the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reprieve.pathway import clock
from tests import gate_desk
from tests import world as w

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.house.running import LiveClinic


@pytest.fixture
def arrived(served: LiveClinic) -> LiveClinic:
    """A clinic with a planned patient in the chair, weighed, with orders and a bag."""
    world = served.world
    assert world is not None
    world.at = clock.real() - timedelta(days=1, minutes=30)
    visit = gate_desk.arrived(world)
    visit.identify()
    visit.weigh()
    visit.order()
    visit.bag()
    visit.measure_twice(sbp=165)
    served.visit = visit  # type: ignore[attr-defined]
    return served.start()


def sign_in(page: Page, live: LiveClinic, role: str) -> None:
    page.goto(f"{live.url}/account/login/")
    page.fill("input[name=login]", live.world.emails[role])
    page.fill("input[name=password]", w.PASSWORD)
    page.click("button[type=submit], form button.btn-primary")
    page.wait_for_url(lambda url: "/login" not in url)


def test_no_page_from_plan_to_start_has_a_barrier(
    arrived: LiveClinic, page: Page, axe: Callable[[Page], None]
) -> None:
    visit = arrived.visit  # type: ignore[attr-defined]
    chair, person = f"/infusion/{visit.encounter}", f"/patients/{visit.patient}"
    sign_in(page, arrived, "physician")
    for address in (
        f"{person}/plan", f"{person}/plan/sign/ketamine-0.2-0.6mgkgh-4h-x3", "/orders/to-sign",
        f"{chair}/orders", f"{chair}/prepare", f"{chair}/bag", f"{chair}/bag/check",
        f"{chair}/bag/label", f"{chair}/prepare/decide/blood-pressure-hold",
    ):  # fmt: skip
        page.goto(arrived.url + address)
        axe(page)


def test_pounds_typed_on_the_page_are_kept_as_kilograms(arrived: LiveClinic, page: Page) -> None:
    visit = arrived.visit  # type: ignore[attr-defined]
    sign_in(page, arrived, "infusion_nurse")
    page.goto(f"{arrived.url}/infusion/{visit.encounter}/prepare")
    body = page.locator("details.gate-part", has=page.locator("#body"))
    assert body.get_attribute("open") is None  # only the first open item is unfolded
    body.locator("> summary").click()
    form = body.locator("form[action$='tell/body']")
    form.get_by_role("button", name="lb").click()
    form.locator("input[name=body-weight]").fill("163.1")
    form.get_by_role("button", name="Write down").click()
    page.wait_for_url("**/prepare#*")
    body.locator("> summary").click()
    assert "73.98" in body.inner_text()

"""The desk's pages and the public ones in a real browser: no barriers at two sizes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reprieve.pathway import clock
from reprieve.pathway.booking import Slot
from tests import booking_desk as desk
from tests import world as w

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.house.running import LiveClinic


def sign_in(page: Page, live: LiveClinic) -> None:
    page.goto(f"{live.url}/account/login/")
    page.fill("input[name=login]", live.world.emails["front_desk"])
    page.fill("input[name=password]", w.PASSWORD)
    page.click("button[type=submit], form button.btn-primary")
    page.wait_for_url("**/today")


@pytest.fixture
def busy(served: LiveClinic) -> LiveClinic:
    """A clinic with visits now and soon, a plan to book, and a request in the inbox."""
    world = served.world
    assert world is not None
    world.at = clock.real() - timedelta(minutes=20)
    now = world.at.replace(minute=0, second=0, microsecond=0)
    desk.chairs(world)
    patient, episode = w.person(world)
    for n, given in enumerate(("Otto", "Ida", "Max")):
        slot = Slot(
            starts_at=now + timedelta(hours=n), kind="consultation",
            practitioner=world["physician"].practitioner,
        )  # fmt: skip
        desk.book_anyway(world, desk.another(world, given), slot)
    desk.plan(world, patient, episode)
    served.patient = str(patient)  # type: ignore[attr-defined]
    return served.start()


def test_no_page_of_the_desk_has_a_barrier(
    busy: LiveClinic, page: Page, axe: Callable[[Page], None]
) -> None:
    one = f"/patients/{busy.patient}"  # type: ignore[attr-defined]
    for address in ("/", "/request"):
        page.goto(busy.url + address)
        axe(page)
    sign_in(page, busy)
    for address in (
        "/today", "/booking", "/booking/week", "/patients", "/inbox", "/inbox/new", "/work",
        "/absences", "/closed-days", one, f"{one}/book", f"{one}/series", f"{one}/walk-in",
    ):  # fmt: skip
        page.goto(busy.url + address)
        axe(page)
    page.goto(f"{busy.url}/booking")
    page.locator("td a[href*='/visits/'], a.visit").last.click()
    axe(page)


def test_a_series_is_booked_from_the_patients_page(busy: LiveClinic, page: Page) -> None:
    sign_in(page, busy)
    page.goto(f"{busy.url}/patients/{busy.patient}")  # type: ignore[attr-defined]
    page.click("a.btn-primary")
    page.click("button.btn-primary")
    page.wait_for_selector("text=6 infusions are booked")


PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


def test_a_table_that_does_not_fit_is_told_row_by_row(busy: LiveClinic, page: Page) -> None:
    """On a phone no column is cut off: each value stands beside its column's name."""
    sign_in(page, busy)
    page.set_viewport_size(PHONE)
    page.goto(f"{busy.url}/booking")
    frame = page.locator(".table-frame:not([data-wide])").first
    frame.locator("td[data-name]").first.wait_for()
    assert "told" in (frame.get_attribute("class") or "")
    assert frame.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    named = frame.locator("td").first.evaluate("one => getComputedStyle(one, '::before').content")
    assert named.strip('"')
    page.set_viewport_size(DESKTOP)
    page.wait_for_function(
        "!document.querySelector('.table-frame:not([data-wide])').classList.contains('told')"
    )


def test_a_table_of_broken_words_is_told_row_by_row(busy: LiveClinic, page: Page) -> None:
    """What fits a phone only as towers of single words is no table any more."""
    sign_in(page, busy)
    page.set_viewport_size(PHONE)
    page.goto(f"{busy.url}/booking")
    told = page.evaluate(
        """words => {
          const frame = document.querySelector(".table-frame:not([data-wide])");
          frame.querySelector("thead tr").innerHTML = "<th>What</th><th>Who</th>";
          frame.querySelector("tbody").innerHTML = `<tr><td>${words}</td><td>Iva</td></tr>`;
          dispatchEvent(new Event("resize"));
          frame.style.width = "300px";
          return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() =>
            done([frame.className, frame.scrollWidth - frame.clientWidth]))));
        }""",
        "seven words that stand in a narrow column " * 6,
    )
    assert "told" in told[0].split()

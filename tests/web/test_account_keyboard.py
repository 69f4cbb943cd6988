"""Accounts, emergency access and the audit by keyboard alone: all is reached, and it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reprieve.pathway import emergency
from reprieve.records.queries import emergencies
from tests.web.test_account_browser import PAGES
from tests.world import PASSWORD, new

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.house.running import LiveClinic

pytestmark = [pytest.mark.journey, pytest.mark.once]
NOBODYS = ("/account/login/", "/account/password/reset/", "/account/signup/")
# What a person can act on: numbered, so that each press of Tab tells which one it reached.
NUMBER = """
() => {
  const kinds = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const seen = [...document.querySelectorAll(kinds)].filter(one =>
    !one.disabled && one.checkVisibility({visibilityProperty: true}) && !one.closest('[inert]')
    && one.tabIndex >= 0);
  const groups = new Set();
  const wanted = seen.filter(one => {
    if (one.type !== 'radio') return true;
    if (groups.has(one.name)) return false;  // arrows move within a group
    groups.add(one.name);
    return true;
  });
  seen.forEach((one, n) => { one.dataset.stop = one.type === 'radio' ? one.name : `${n}`; });
  return wanted.map(one => [one.dataset.stop, one.outerHTML.slice(0, 90)]);
}
"""
HERE = """
async () => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  await Promise.all(one.getAnimations().map(a => a.finished));  // an outline may fade in
  const style = getComputedStyle(one);
  const marked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
    || style.boxShadow !== 'none';
  return [one.dataset.stop ?? '', marked, one.outerHTML.slice(0, 90)];
}
"""


def walk(page: Page) -> None:
    """This function will press Tab through a page: everything is reached and shows that it is."""
    wanted: dict[str, str] = dict(page.evaluate(NUMBER))
    assert wanted, page.url
    reached: dict[str, str] = {}
    marked: set[str] = set()
    for _ in range(2 * len(wanted) + 5):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            continue  # round once: the browser's own bar
        stop, is_marked, what = here
        reached[stop] = what
        if is_marked:
            marked.add(stop)  # of a date's parts the calendar's sign draws its own
        if wanted.keys() <= reached.keys():
            break
    missed = [what for stop, what in wanted.items() if stop not in reached]
    assert missed == [], f"{page.url}: not reached by Tab"
    unmarked = [what for stop, what in reached.items() if stop not in marked]
    assert unmarked == [], f"{page.url}: nothing shows the focus: {unmarked}"


def sign_in(page: Page, clinic: LiveClinic, role: str) -> None:
    assert clinic.world is not None
    page.context.clear_cookies()
    page.goto(f"{clinic.url}/account/login/")
    page.locator("[name=login]").press_sequentially(clinic.world.emails[role])
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".nav-main")


def test_every_page_of_accounts_emergencies_and_the_audit(
    live_clinic: LiveClinic, page: Page, axe: Callable[[Page], None]
) -> None:
    world, url = live_clinic.world, live_clinic.url
    assert world is not None
    for address in NOBODYS:
        page.goto(url + address)
        walk(page)
        axe(page)
    sign_in(page, live_clinic, "front_desk")
    page.goto(f"{url}/emergency-access")
    walk(page)
    axe(page)
    page.locator("[name=reason]").fill("")
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.locator("main form button").first.press("Enter")
    page.locator("[name=reason]").wait_for()
    axe(page)  # with its error, too
    page.locator("[name=reason]").press_sequentially("The nurse fainted and the alarm is on")
    page.locator("main form button").first.press("Enter")
    page.get_by_text("open to you for one hour").wait_for()
    for address in PAGES:
        page.goto(url + address)
        if "/reauthenticate/" in page.url:
            walk(page)
            axe(page)
            page.fill("[name=password]", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{address}**")
        walk(page)

    [one] = emergencies.every(clinic=world.id)
    sign_in(page, live_clinic, "auditor")
    for address in ("/audit", "/audit/readings", "/audit/emergency"):
        page.goto(url + address)
        walk(page)
        axe(page)
    form = page.locator(f'form[action$="{one.id}"]').first
    form.wait_for()
    emergency.review(
        actor=world["auditor"], uid=new(), at=world.at, access=one.id, justified=False,
        note="Nobody had fainted.",
    )  # fmt: skip
    page.reload()
    walk(page)
    axe(page)  # looked at: another page

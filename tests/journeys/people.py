"""A clinic's people at their browsers: each signs in for real, on a clock the journey moves."""

from __future__ import annotations

import hashlib
import os
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.test import override_settings

from reprieve.pathway import clinic as clinics
from reprieve.pathway import clock, demo, people
from reprieve.records.models import Clinic, User
from tests.house import hashing
from tests.house.running import LiveClinic
from tests.world import PASSWORD, World, new

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page, Response

ZONE = ZoneInfo("America/New_York")
TUESDAY = 1
SECOND = "second_nurse"
TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
# An address without what differs from patient to patient: one kind of page.
VARIES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/[df]/)[\w-]{16,}|[?#].*")


def open_clinic(served: LiveClinic) -> World:
    """This function will give the served clinic chairs, a second nurse and a clock to move.

    Only a demo's clock may be set, so the clinic says that it is one. It begins on a Tuesday
    at ten, whatever day the test runs on.
    """
    world = served.world
    assert world is not None
    Clinic.objects.filter(pk=world.id).update(is_demo=True)
    real = clock.real()
    today = real.astimezone(ZONE).date()
    tuesday = today + timedelta(days=(TUESDAY - today.weekday()) % 7 or 7)
    world.at = datetime.combine(tuesday, time(10), tzinfo=ZONE).astimezone(UTC)
    demo.begin_at(clinic=world.id, at=world.at, real=real)
    for number in (1, 2):
        clinics.add_chair(
            **_act(world), name=f"Chair {number}", bed=f"BED-{number}", has_feed=number == 1
        )
    for key, value in {"clinic.phone": "+1 212 555 0100", "booking.nurses": 2}.items():
        clinics.choose(**_act(world), key=key, value=value)
    _join_second_nurse(world)
    return world


def _join_second_nurse(world: World) -> None:
    email = f"second-{world.id.hex[:8]}@example.org"
    with override_settings(PASSWORD_HASHERS=hashing.TRUE):
        clinics.add_staff(
            **_act(world), name="Second Invented", email=email, password=PASSWORD,
            roles=["infusion_nurse"],
        )  # fmt: skip
    actor = people.actor_of(user=User.objects.get(username=email).pk)
    assert actor is not None
    world.staff[SECOND], world.emails[SECOND] = actor, email


def _act(world: World) -> dict[str, Any]:
    return {"actor": world["admin"], "uid": new(), "at": world.at}


def is_first(kind: str) -> bool:
    """This function will claim a kind of page for one look in this run, whichever process asks."""
    claimed = Path(os.environ["REPRIEVE_TESTS_RUN"]) / "looked-at"
    claimed.mkdir(exist_ok=True)
    try:
        (claimed / hashlib.sha256(kind.encode()).hexdigest()).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def patient_of(address: str) -> uuid.UUID:
    """This function will read the patient out of the address of their page."""
    return uuid.UUID(address.rsplit("/", 1)[1])


class Person:
    """Somebody at a browser. Every kind of page they come to is looked at once for barriers."""

    def __init__(self, page: Page, house: House) -> None:
        self.page = page
        self.house = house

    def go(self, address: str) -> Person:
        """This function will open an address of the clinic."""
        response = self.page.goto(self.house.url + address)
        return self.arrived(response)

    def follow(self, name: str, *, within: str = "body") -> Person:
        """This function will follow a link by its words."""
        found = self.page.locator(within).get_by_role("link", name=name).first
        with self.page.expect_navigation():
            found.click()
        return self.arrived()

    def press(self, name: str, *, within: str = "body", exact: bool = False) -> Person:
        """This function will press a button by its words and wait for the page after it."""
        found = self.page.locator(within).get_by_role("button", name=name, exact=exact).first
        with self.page.expect_navigation():
            found.click()
        return self.arrived()

    def unfold(self) -> Person:
        """This function will unfold everything on the page that lies folded."""
        folded = "document.querySelectorAll('main details').forEach(d => { d.open = true })"
        self.page.evaluate(folded)
        return self

    def send(self, form: str) -> Person:
        """This function will press the one button of a form that sends it."""
        with self.page.expect_navigation():
            # By keyboard: on a long page the bar at its end may lie over the button.
            self.page.locator(form).locator("button:not([type=button])").first.press("Enter")
        return self.arrived()

    def fill(self, answers: dict[str, Any], *, within: str = "body") -> Person:
        """This function will answer the questions named, in the first form that has them."""
        for name, value in answers.items():
            _answer(self.page.locator(within), name, str(value))
        return self

    def sees(self, text: str) -> Person:
        """This function will wait until a text can be read."""
        self.page.get_by_text(text).first.wait_for(state="visible")
        return self

    def arrived(self, response: Response | None = None) -> Person:
        """This function will look at a page that was just opened; a refusal fails."""
        assert response is None or response.ok, f"{response.status} {response.url}"
        self.page.wait_for_load_state()
        refused = self.page.locator(".form-errors").first
        assert not refused.is_visible(), f"{self.page.url}: {refused.inner_text()}"
        self.house.look(self.page)
        return self


def choose(field: Locator) -> None:
    """This function will choose by keyboard: what hides the box itself is its picture."""
    if not field.is_checked():
        field.press("Space")


def _answer(scope: Locator, name: str, value: str) -> None:
    pressed = scope.locator(f'[name="{name}"][value="{value}"]')
    if pressed.count() and pressed.first.get_attribute("type") in {"radio", "checkbox"}:
        choose(pressed.first)
        return
    field = scope.locator(f'[name="{name}"]').first
    if field.evaluate("e => e.tagName") == "SELECT":
        field.select_option(value)
    elif field.get_attribute("type") == "checkbox":
        field.check()
    else:
        field.fill(value)


class House:
    """The clinic as its people see it: who sits where, and what time it is."""

    def __init__(
        self, live: LiveClinic, world: World, new_context: Callable[..., BrowserContext],
        axe: Callable[[Page], None],
    ) -> None:  # fmt: skip
        self.live, self.world, self.url = live, world, live.url
        self.barriers: list[str] = []
        self.screen: dict[str, Any] = {}  # how the browsers of staff differ from a desk's
        self.ahead = self.now - clock.real()
        self._new_context, self._axe = new_context, axe
        self._people: dict[str, Person] = {}

    def stranger(self, **browser: Any) -> Person:
        """This function will open the browser of somebody who has no account."""
        return Person(self._new_context(**browser).new_page(), self)

    def who(self, role: str) -> Person:
        """This function will return the person of a role, signed in."""
        if role not in self._people:
            self._people[role] = self._signed_in(role)
        return self._people[role]

    def _signed_in(self, role: str) -> Person:
        person = self.stranger(**self.screen)
        person.go("/account/login/")
        person.fill({"login": self.world.emails[role], "password": PASSWORD})
        with person.page.expect_navigation():
            person.page.keyboard.press("Enter")
        person.page.wait_for_selector(".nav-main")
        return person

    @property
    def now(self) -> datetime:
        """The clinic's time."""
        return clock.now(self.world.id)

    def wait(self, **delta: float) -> datetime:
        """This function will let time pass in the clinic."""
        to = self.now + timedelta(**delta)
        self.wait_until(to)
        return to

    def wait_until(self, moment: datetime) -> None:
        """This function will let time pass until a moment."""
        demo.set_clock(actor=self.world["admin"], uid=new(), at=self.now, to=moment)
        self.ahead = moment - clock.real()

    def look(self, page: Page, *, part: str = "") -> None:
        """This function will look for barriers, once for each kind of page, or part of it."""
        kind = VARIES.sub("*", page.url.removeprefix(self.url)) + part
        if not is_first(kind):
            return
        try:
            self._axe(page)
        except AssertionError as found:
            self.barriers.append(str(found))

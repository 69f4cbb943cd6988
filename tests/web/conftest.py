"""What tests of pages share: a clinic with one person a role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import translation

if TYPE_CHECKING:
    import uuid

    from tests.chairside import Chair
    from tests.web.links_site import Make
    from tests.web.script_site import Site
    from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A page in Spanish leaves its language to the thread, and so to the next test's words."""
    yield
    translation.deactivate()


@pytest.fixture
def world(db: None) -> World:
    """A clinic with a person for each role."""
    from tests import world as invented  # needs a started Django

    return invented.found()


@pytest.fixture
def timed(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A clinic whose clock is the tests' own: a file's `world` where pages tell the time."""
    from tests.chairside import quick_world

    with quick_world() as made:
        monkeypatch.setattr("reprieve.web.access.clock.now", lambda _clinic: made.at)
        yield made


@pytest.fixture
def chair(world: World) -> Chair:
    """An infusion by hand that runs at 20 mg/h."""
    from tests.chairside import sit

    made = sit(world)
    made.start(20)
    return made


@pytest.fixture
def as_role(world: World) -> Callable[[str], Client]:
    """`as_role("physician")` is a browser of the clinic's physician, signed in."""

    def signed_in(role: str) -> Client:
        from django.contrib.auth import get_user_model

        client = Client(raise_request_exception=False)
        person = get_user_model().objects.get(pk=world[role].user)
        client.force_login(person, backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def nurse(as_role: Callable[[str], Client]) -> Client:
    """The browser of the clinic's infusion nurse."""
    return as_role("infusion_nurse")


@pytest.fixture
def nobody(db: None) -> Client:
    """A browser without sign-in."""
    return Client(raise_request_exception=False)


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    """A patient at home, by the clock of the pages."""
    from tests.web.links_site import at_home

    return at_home(world)


@pytest.fixture
def token(world: World, patient: uuid.UUID) -> Make:
    """`token("diary")` is the secret of a new link of that patient."""
    from tests.web.links_site import tokens

    return tokens(world, patient)


@pytest.fixture
def phone(nobody: Client) -> Client:
    """The patient's own browser."""
    return nobody


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A browser for pages that are made by tests."""
    from playwright.sync_api import expect, sync_playwright

    from tests.house import browser

    expect.set_options(timeout=browser.PATIENCE_MS)
    with sync_playwright() as player:
        started = player.chromium.launch(
            executable_path=browser.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def site(chromium: object) -> Iterator[Site]:
    """A page whose every request is answered by the test."""
    from tests.web.script_site import Site

    context = chromium.new_context(locale="en-US")  # type: ignore[attr-defined]
    made = Site(page=context.new_page())
    made.page.route("**/*", made.serve)
    yield made
    context.close()

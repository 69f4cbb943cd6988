"""A second factor in a real browser with a virtual authenticator: enrol, unlock, sign in by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from reprieve.pathway import accounts, house
from tests.world import PASSWORD, new

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.house.running import LiveClinic

pytestmark = [pytest.mark.journey, pytest.mark.once]
PAGES = ("/account/", "/account/pin", "/account/devices/", "/account/2fa/",
         "/account/password/change/", "/account/2fa/webauthn/", "/account/2fa/webauthn/add/",
         "/account/2fa/totp/activate/", "/account/2fa/recovery-codes/")  # fmt: skip


def with_authenticator(page: Page) -> None:
    """A phone or laptop that keeps passkeys and knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": kind})


def test_a_nurse_works_by_passkey(
    live_clinic: LiveClinic, page: Page, axe: Callable[[Page], None]
) -> None:
    world = live_clinic.world
    assert world is not None
    house.describe(
        actor=world["admin"], uid=new(), at=world.at,
        facts={accounts.FACTOR_ROLES: ["infusion_nurse"]},
    )  # fmt: skip
    url = live_clinic.url.replace("127.0.0.1", "localhost")  # an address has no passkeys
    with_authenticator(page)
    page.goto(f"{url}/account/login/")
    axe(page)
    page.fill("[name=login]", world.emails["infusion_nurse"])
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Your role needs a second factor before").wait_for()
    page.get_by_role("link", name="Add a passkey").press("Enter")
    page.wait_for_url("**/reauthenticate/**")
    axe(page)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/webauthn/add/**")
    page.check("[name=passwordless]")
    page.locator("#mfa_webauthn_add").press("Enter")
    page.wait_for_url("**/recovery-codes/**")
    for address in PAGES:
        page.goto(url + address)
        axe(page)
    page.goto(f"{url}/board")
    page.get_by_role("heading").first.wait_for()
    assert page.url.endswith("/board")

    page.locator("summary", has_text="Infusion_Nurse").press("Enter")
    page.locator("#lock-now").press("Enter")
    page.locator("#lock-passkey").wait_for()
    axe(page)
    page.locator("#lock-passkey").press("Enter")
    page.wait_for_selector("body:not(.is-locked)")
    page.reload()  # the server agrees
    assert page.get_by_role("heading").first.inner_text() != "Screen locked"

    page.context.clear_cookies()
    page.goto(f"{url}/account/login/")
    page.locator("#passkey_login").press("Enter")
    page.wait_for_selector(".nav-main")
    assert live_clinic.reprieve("verify", "--json").returncode == 0

"""Single sign-on in a real browser, at a real OpenID Connect provider on this machine."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import oidc_provider_mock
import pytest

from reprieve.pathway import accounts, house
from reprieve.records.models import AuditEvent, User
from tests.world import new

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.house.running import LiveClinic
    from tests.world import World

pytestmark = [pytest.mark.journey, pytest.mark.once]
SETTINGS = """
name = "Invented Health"
issuer = "{issuer}"
client_id = "reprieve"
link_by = "mail"
mail_domains = ["example.org"]
second_factor = "provider"
amr = ["mfa"]
sign_out_url = "{issuer}/oauth2/end_session"
[people]
"{manager}" = "s-manager"
"""
Vouch = Callable[..., None]


@pytest.fixture
def issuer() -> Iterator[str]:
    with oidc_provider_mock.run_server_in_thread() as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def vouch(issuer: str) -> Vouch:
    """`vouch("s-1", email=...)`: what the provider says of a subject."""

    def say(subject: str, **claims: Any) -> None:
        put = urllib.request.Request(
            f"{issuer}/users/{urllib.parse.quote(subject)}", method="PUT",
            data=json.dumps(claims).encode(), headers={"Content-Type": "application/json"},
        )  # fmt: skip
        urllib.request.urlopen(put, timeout=10).close()

    return say


@pytest.fixture
def clinic(served: LiveClinic, issuer: str) -> LiveClinic:
    assert served.world is not None
    file = served.folder / "sso.toml"
    file.write_text(SETTINGS.format(issuer=issuer, manager=served.world.emails["manager"]))
    served.env |= {"REPRIEVE_SSO_FILE": str(file), "REPRIEVE_SSO_SECRET": "invented-secret"}
    return served.start()


def at_provider(page: Page, url: str, subject: str) -> None:
    """This function will press the way to the provider and tell it who one is."""
    page.context.clear_cookies()
    page.goto(f"{url}/account/login/")
    page.get_by_role("button", name="Sign in by Invented Health").press("Enter")
    page.wait_for_url("**/oauth2/authorize**")
    assert "code_challenge=" in page.url
    if subject:
        page.fill("[name=sub]", subject)
        page.get_by_role("button", name="Authorize").click()
    else:
        page.get_by_role("button", name="Deny").click()
    page.wait_for_url(f"{url}/**")


def said(page: Page) -> str:
    return page.locator("[role=alert]").inner_text()


def verified(world: World, role: str) -> dict[str, Any]:
    return {"email": world.emails[role], "email_verified": True}


def test_people_come_in_by_their_provider_or_are_told_why_not(
    clinic: LiveClinic, page: Page, vouch: Vouch, axe: Callable[[Page], None]
) -> None:
    world, url = clinic.world, clinic.url
    assert world is not None
    accounts_before = User.objects.count()
    vouch("s-nurse", **verified(world, "infusion_nurse"), amr=["pwd"])
    vouch("s-boss", **verified(world, "medical_director"))
    vouch("s-manager", email="elsewhere@example.com")
    vouch("s-stranger", email="stranger@example.org", email_verified=True)
    vouch("s-unsure", email=world.emails["physician"], email_verified=False)

    page.goto(f"{url}/account/login/")
    axe(page)
    at_provider(page, url, "s-nurse")
    page.wait_for_selector(".nav-main")
    page.goto(f"{url}/board")
    assert page.url.endswith("/board")
    page.locator("summary", has_text="Infusion_Nurse").press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    page.wait_for_url("**/account/login/**")
    page.get_by_role("link", name="sign out at the provider").wait_for()
    axe(page)
    page.goto(f"{url}/board")
    assert "/account/login/" in page.url

    for subject, words in {
        "s-boss": "has named them first", "s-stranger": "No account of this clinic",
        "s-unsure": "No account of this clinic", "": "did not work",  # told without its state
    }.items():  # fmt: skip
        at_provider(page, url, subject)
        assert words in said(page)
    axe(page)
    page.goto(f"{url}/account/login/")
    page.get_by_role("button", name="Sign in by Invented Health").press("Enter")
    page.wait_for_url("**/oauth2/authorize**")
    [state] = urllib.parse.parse_qs(urllib.parse.urlsplit(page.url).query)["state"]
    page.goto(f"{url}/account/sso/sso/callback/?error=access_denied&state={state}")
    assert "was stopped at your provider" in said(page)
    at_provider(page, url, "s-manager")  # the clinic named this subject
    page.wait_for_selector(".nav-main")
    assert User.objects.count() == accounts_before

    house.set_active(
        actor=world["admin"], uid=new(), at=world.at,
        practitioner=world["infusion_nurse"].practitioner, active=False,
    )  # fmt: skip
    at_provider(page, url, "s-nurse")
    assert "account is closed" in said(page)

    rows = AuditEvent.objects.filter(clinic_id=world.id, action__startswith="account.")
    written = [(r.action, r.detail.get("by")) for r in rows.order_by("id")]
    for one in (("account.linked", "mail"), ("account.linked", "statement"),
                ("account.sign_on", None), ("account.signed_out", None),
                ("account.failed", "sign_on")):  # fmt: skip
        assert one in written
    assert clinic.reprieve("verify", "--json").returncode == 0


def test_the_second_factor_is_ours_unless_the_provider_proved_one(
    clinic: LiveClinic, page: Page, vouch: Vouch, axe: Callable[[Page], None]
) -> None:
    world, url = clinic.world, clinic.url
    assert world is not None
    house.describe(
        actor=world["admin"], uid=new(), at=world.at,
        facts={accounts.FACTOR_ROLES: ["physician"]},
    )  # fmt: skip
    vouch("s-doctor", **verified(world, "physician"), amr=["pwd"])
    at_provider(page, url, "s-doctor")
    page.goto(f"{url}/board")
    page.get_by_text("Your role needs a second factor").first.wait_for()
    axe(page)

    vouch("s-doctor", **verified(world, "physician"), amr=["pwd", "mfa"])
    at_provider(page, url, "s-doctor")
    page.goto(f"{url}/board")
    assert page.url.endswith("/board")

    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(
        user_id=world["physician"].user, type="totp", data={"secret": "x"}
    )
    at_provider(page, url, "s-doctor")  # proved there: not asked twice
    page.wait_for_selector(".nav-main")
    vouch("s-doctor", **verified(world, "physician"), amr=["pwd"])
    at_provider(page, url, "s-doctor")
    assert "/account/2fa/authenticate/" in page.url
    axe(page)


def test_a_provider_that_does_not_answer_is_told(
    clinic: LiveClinic, page: Page, issuer: str, axe: Callable[[Page], None]
) -> None:
    page.goto(f"{clinic.url}/account/login/")
    file = clinic.folder / "sso.toml"
    file.write_text(file.read_text().replace(issuer, "http://localhost:9"))
    assert clinic.stop() == 0
    clinic.start()
    page.goto(f"{clinic.url}/account/login/")
    page.get_by_role("button", name="Sign in by Invented Health").press("Enter")
    page.get_by_text("does not answer at present").wait_for()
    axe(page)

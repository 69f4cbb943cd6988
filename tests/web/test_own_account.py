"""What an account needs before it opens a page, its PIN, its devices, and emergency access."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from reprieve.pathway import accounts, house
from reprieve.records.models import AuditEvent
from tests import world as w

Browser = Callable[[str], Client]
BEYOND = override_settings(FACTOR_BY_DEFAULT=True)


def act(**more: object) -> dict[str, object]:
    return {"act": str(w.new()), **more}


def test_beyond_this_machine_who_sees_patients_needs_a_second_factor(
    world: w.World, as_role: Browser
) -> None:
    from allauth.mfa.models import Authenticator

    nurse, manager = as_role("infusion_nurse"), as_role("manager")
    with BEYOND:
        assert nurse.get("/board")["Location"] == "/account/"
        assert nurse.get("/live/board").status_code in {401, 404}
        assert "needs a second factor" in nurse.get("/account/").content.decode()
        assert nurse.get("/account/2fa/").status_code == 200
        assert nurse.get("/account/pin")["Location"] == "/account/"
        assert manager.get("/today")["Location"] == "/account/"
        Authenticator.objects.create(
            user_id=world["infusion_nurse"].user, type="totp", data={"secret": "x"}
        )
        assert nurse.get("/board").status_code == 200


def test_on_this_machine_nobody_is_kept_out_until_the_clinic_says_so(
    world: w.World, as_role: Browser
) -> None:
    nurse = as_role("infusion_nurse")
    assert nurse.get("/board").status_code == 200
    manager = as_role("manager")
    shown = manager.get("/settings").content.decode()
    assert "Who needs a second factor" in shown
    facts = act(nurses="2", paper="a4", factor_roles=["infusion_nurse"])
    assert manager.post("/settings", facts).status_code == 302
    assert nurse.get("/board")["Location"] == "/account/"


def test_saving_the_settings_does_not_choose_that_nobody_needs_one(
    world: w.World, as_role: Browser
) -> None:
    assert as_role("manager").post("/settings", act(nurses="2", paper="a4")).status_code == 302
    with BEYOND:
        assert as_role("infusion_nurse").get("/board")["Location"] == "/account/"


def test_a_demo_asks_for_nothing(world: w.World, as_role: Browser) -> None:
    from reprieve.records.models import Clinic

    Clinic.objects.filter(pk=world.id).update(is_demo=True)
    with BEYOND:
        assert as_role("infusion_nurse").get("/board").status_code == 200


def test_a_pin_is_chosen_with_the_password_and_opens_the_lock(
    world: w.World, as_role: Browser
) -> None:
    nurse = as_role("infusion_nurse")
    assert nurse.post("/account/pin", {"pin": "408271", "password": "wrong"}).status_code == 422
    assert nurse.post("/account/pin", {"pin": "123456", "password": w.PASSWORD}).status_code == 422
    assert nurse.post("/account/pin", {"pin": "408271", "password": w.PASSWORD}).status_code == 302
    nurse.post("/session/lock")
    assert nurse.post("/session/unlock", {"password": "408272"}).status_code == 422
    assert nurse.post("/session/unlock", {"password": "408271"}).status_code == 204
    assert nurse.get("/account/").status_code == 200
    assert AuditEvent.objects.filter(clinic_id=world.id, action="account.pin").exists()


NONSENSE = ["{", "[]", "{}", '{"id": 1}', '{"rawId": "AA", "response": 3}']


@pytest.mark.parametrize("credential", NONSENSE)
def test_what_no_passkey_said_opens_nothing(credential: str, as_role: Browser) -> None:
    nurse = as_role("infusion_nurse")
    nurse.post("/session/lock")
    assert nurse.post("/session/passkey").json()["request_options"]
    assert nurse.post("/session/unlock", {"credential": credential}).status_code == 422


def test_signing_out_everywhere_else_ends_the_other_sessions(
    world: w.World, nobody: Client
) -> None:
    said = {"login": world.emails["physician"], "password": w.PASSWORD}
    other = Client()
    for client in (other, nobody):
        assert client.post("/account/login/", said).status_code == 302
        assert client.get("/today").status_code == 200
    assert nobody.get("/account/devices/").content.decode().count("<tr>") == 3
    assert nobody.post("/account/devices/").status_code == 302
    assert other.get("/today").status_code == 302
    assert nobody.get("/today").status_code == 200
    seen = AuditEvent.objects.filter(actor=world["physician"].label, action="account.signed_in")
    assert seen.count() == 2


def test_a_leaver_is_signed_out_and_what_they_did_keeps_their_name(
    world: w.World, as_role: Browser, nobody: Client
) -> None:
    said = {"login": world.emails["front_desk"], "password": w.PASSWORD}
    nobody.post("/account/login/", said)
    w.person(world)
    person = world["front_desk"].practitioner
    assert person is not None
    house.set_active(
        actor=world["manager"], uid=w.new(), at=world.at, practitioner=person, active=False
    )
    assert nobody.get("/today")["Location"].startswith("/account/login")
    assert nobody.post("/account/login/", said).status_code in {200, 302}
    assert nobody.get("/today").status_code != 200
    assert "Front_Desk Invented" in as_role("auditor").get("/audit").content.decode()


def test_a_lost_factor_ends_every_session(world: w.World, as_role: Browser, nobody: Client) -> None:
    said = {"login": world.emails["infusion_nurse"], "password": w.PASSWORD}
    nobody.post("/account/login/", said)
    person = world["infusion_nurse"].practitioner
    manager = as_role("manager")
    assert manager.post(f"/settings/staff/{person}/factor", act()).status_code == 302
    assert nobody.get("/board").status_code == 302
    assert accounts.end_sessions(world["infusion_nurse"].user or 0) == 0


def test_the_desk_opens_a_record_in_an_emergency_and_the_auditor_sees_it(
    world: w.World, as_role: Browser
) -> None:
    patient, _ = w.person(world)
    desk = as_role("front_desk")
    assert desk.get(f"/patients/{patient}/evaluation").status_code == 403
    assert desk.post("/emergency-access", act(reason="now")).status_code == 422
    reason = "The nurse fainted and a pump alarms"
    assert desk.post("/emergency-access", act(reason=reason)).status_code == 302
    opened = desk.get(f"/patients/{patient}/evaluation")
    assert opened.status_code == 200
    assert "Emergency access until" in opened.content.decode()
    auditor = as_role("auditor")
    page = auditor.get("/audit/emergency").content.decode()
    assert reason in page
    one = page.split("/audit/emergency/")[1].split('"')[0]
    assert auditor.post(f"/audit/emergency/{one}", act(justified="1")).status_code == 302
    assert "justified" in auditor.get("/audit/emergency").content.decode()


def code_of(secret: str) -> str:
    """The app on a phone: RFC 6238."""
    from allauth.mfa import app_settings
    from allauth.mfa.totp.internal import auth

    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return auth.format_hotp_value(auth.hotp_value(secret, counter))


# A code of half a minute would now and then be over between being read and being typed.
@override_settings(MFA_TOTP_PERIOD=10**9)
def test_codes_of_an_app_and_recovery_codes_open_the_account(
    world: w.World, nobody: Client
) -> None:
    from allauth.mfa.models import Authenticator
    from django.core.cache import cache

    said = {"login": world.emails["physician"], "password": w.PASSWORD}
    nobody.post("/account/login/", said)
    nobody.post("/account/reauthenticate/", {"password": w.PASSWORD})
    nobody.get("/account/2fa/totp/activate/")
    secret = nobody.session["mfa.totp.secret"]
    codes = nobody.post("/account/2fa/totp/activate/", {"code": code_of(secret)}, follow=True)
    kept = Authenticator.objects.get(user_id=world["physician"].user, type="totp")
    assert secret not in str(kept.data)  # encrypted at rest
    recovery = codes.context["unused_codes"][0]
    for proof in (code_of(secret), recovery):
        cache.clear()  # the app's code was used a moment ago
        phone = Client()
        assert phone.post("/account/login/", said)["Location"].startswith("/account/2fa/auth")
        assert phone.get("/today").status_code == 302
        assert phone.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
        assert phone.post("/account/2fa/authenticate/", {"code": proof})["Location"] == "/home"
        assert phone.get("/today").status_code == 200
    again = Client()
    again.post("/account/login/", said)
    assert again.post("/account/2fa/authenticate/", {"code": recovery}).status_code == 200
    failed = AuditEvent.objects.filter(actor=world["physician"].label, action="account.failed")
    assert failed.exists()


def test_codes_cannot_be_guessed(world: w.World) -> None:
    """After five wrong ones the right one is refused too, from whatever address it comes."""
    from allauth.mfa.totp.internal import auth
    from django.contrib.auth import get_user_model

    secret = auth.generate_totp_secret()
    auth.TOTP.activate(get_user_model().objects.get(pk=world["physician"].user), secret)
    said = {"login": world.emails["physician"], "password": w.PASSWORD}
    for number in range(5):
        phone = Client(REMOTE_ADDR=f"203.0.113.{number}")
        phone.post("/account/login/", said)
        phone.post("/account/2fa/authenticate/", {"code": f"00000{number}"})
    phone = Client(REMOTE_ADDR="203.0.113.77")
    phone.post("/account/login/", said)
    right = phone.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert right.status_code == 200
    assert "Too many wrong codes" in right.content.decode()
    assert phone.get("/today").status_code == 302


def test_who_signs_in_by_the_provider_alone_chooses_a_password_to_sign_with(
    world: w.World, as_role: Browser
) -> None:
    from reprieve.records.models import User

    nurse = as_role("infusion_nurse")
    user = User.objects.get(pk=world["infusion_nurse"].user)
    user.set_unusable_password()
    user.save()
    nurse.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = nurse.get("/account/password/change/", follow=True)
    assert page.status_code == 200
    assert page.redirect_chain
    chosen = {"password1": "quiet-otter-lamp-41", "password2": "quiet-otter-lamp-41"}
    assert nurse.post(page.redirect_chain[-1][0], chosen).status_code == 302
    user.refresh_from_db()
    assert user.check_password("quiet-otter-lamp-41")

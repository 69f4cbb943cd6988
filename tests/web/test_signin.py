"""Signing in by e-mail and password; no public sign-up; guessing is stopped."""

import ipaddress
from collections.abc import Callable

from django.test import Client, RequestFactory, override_settings

from reprieve.web import collect, signin
from tests import world as w

LOGIN = "/account/login/"


def try_to(client: Client, email: str, password: str) -> int:
    return client.post(LOGIN, {"login": email, "password": password}).status_code


def test_a_member_of_staff_signs_in_by_e_mail(world: w.World, nobody: Client) -> None:
    assert nobody.post(LOGIN, {"login": world.emails["physician"].upper(), "password": w.PASSWORD})[
        "Location"
    ] == "/home"
    assert nobody.get("/home").status_code in {200, 302}


def test_a_wrong_password_is_said_without_saying_which_half(world: w.World, nobody: Client) -> None:
    known = nobody.post(LOGIN, {"login": world.emails["physician"], "password": "wrong-one"})
    unknown = nobody.post(LOGIN, {"login": "who@example.org", "password": "wrong-one"})
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].non_field_errors() == unknown.context["form"].non_field_errors()


def test_five_failures_lock_the_person_out_for_a_while(world: w.World, nobody: Client) -> None:
    email = world.emails["physician"]
    statuses = [try_to(nobody, email, "wrong-one") for _ in range(6)]
    assert statuses[:4] == [200] * 4
    assert statuses[-1] == 429
    assert try_to(nobody, email, w.PASSWORD) == 429
    assert try_to(Client(), world.emails["infusion_nurse"], w.PASSWORD) == 302


@override_settings(TRUSTED_PROXIES=(ipaddress.ip_network("10.0.0.5"),))
def test_behind_a_proxy_an_outsider_locks_out_nobody_but_themselves(
    world: w.World, nobody: Client
) -> None:
    typed = {"login": world.emails["physician"], "password": "wrong-one"}
    outside = [
        nobody.post(
            LOGIN, typed, REMOTE_ADDR="10.0.0.5", headers={"X-Forwarded-For": "203.0.113.9"}
        ).status_code
        for _ in range(6)
    ]
    assert outside[-1] == 429
    at_work = Client(REMOTE_ADDR="10.0.0.5", headers={"X-Forwarded-For": "192.0.2.7"})
    assert try_to(at_work, world.emails["physician"], w.PASSWORD) == 302


def test_nobody_signs_up(world: w.World, nobody: Client) -> None:
    page = nobody.get("/account/signup/")
    assert "<form" not in page.content.decode().split("<main")[1]
    made = {"email": "new@example.org", "password1": "long-and-new-11"}
    nobody.post("/account/signup/", made)
    assert try_to(nobody, "new@example.org", "long-and-new-11") == 200


def test_passwords_are_hashed_by_argon2_first() -> None:
    from reprieve.config import settings

    assert settings.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_a_person_can_add_a_second_factor(as_role: Callable[[str], Client]) -> None:
    client = as_role("physician")
    assert client.get("/account/2fa/").status_code == 200
    asked = client.get("/account/2fa/totp/activate/", follow=True)
    assert "reauthenticate" in asked.request["PATH_INFO"]
    shown = client.post(asked.request["PATH_INFO"] + "?next=/account/2fa/totp/activate/",
                        {"password": w.PASSWORD}, follow=True)  # fmt: skip
    assert "<img" in shown.content.decode()


def test_a_reset_letter_is_written_to_a_known_address(world: w.World, nobody: Client) -> None:
    from django.core import mail

    nobody.post("/account/password/reset/", {"email": world.emails["manager"]})
    assert world.emails["manager"] in mail.outbox[-1].to


def test_what_was_typed_is_what_is_counted() -> None:
    request = RequestFactory().post("/", {"login": " Ada@Example.org "})
    assert signin.typed_name(request, None) == "ada@example.org"
    assert signin.typed_name(None, {"email": "B@example.org"}) == "b@example.org"
    assert signin.typed_name(None, None) == ""


def test_the_address_of_an_attempt_is_the_peers_own() -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "10.9.9.9"})
    assert signin.address(request) == "127.0.0.1"


def test_the_first_page_follows_from_the_role(
    world: w.World, as_role: Callable[[str], Client]
) -> None:
    for role in world.staff:
        first = collect.home(world[role])
        answer = as_role(role).get("/home")
        assert answer.status_code == (200 if first is None else 302)

"""What attackers try first, against every address: forged forms, scripts, redirects, injection."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from reprieve.pathway.permissions import DIRECTOR
from tests import world as w
from tests.web import addresses

Browser = Callable[[str], Client]
EVERY = addresses.every()
GUARDED = [a for a in EVERY if a.access and a.access.kind in {"page", "live", "signed_in"}]
SCRIPT = "<img src=x onerror=alert(7)>"
INJECTED = [
    "' OR 1=1 --",
    '"; DROP TABLE records_patient; --',
    "%00",
    "\x00",
    "{{7*7}}",
    "../../etc",
]
PLANTED = override_settings(ROOT_URLCONF="tests.web.planted_urls")


def holes() -> list[addresses.Address]:
    """The addresses planted by `planted_urls`, when they are in force."""
    return [a for a in addresses.every() if a.name.startswith("hole_")]


def taken_from_elsewhere(world: w.World, every: list[addresses.Address]) -> list[str]:
    """The addresses that take a form without the token that only our own pages carry."""
    from django.contrib.auth import get_user_model

    forged = Client(enforce_csrf_checks=True)
    person = get_user_model().objects.get(pk=world["admin"].user)
    forged.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    body = {"act": str(uuid.uuid4())}
    return [a.name for a in every if forged.post(a.path, body).status_code not in {403, 405}]


def test_no_form_is_taken_from_another_site(world: w.World) -> None:
    assert taken_from_elsewhere(world, EVERY) == []


def test_a_form_taken_without_its_token_is_found(world: w.World) -> None:
    with PLANTED:
        assert taken_from_elsewhere(world, holes()) == ["hole_forged"]


def test_a_session_known_before_signing_in_is_worth_nothing(world: w.World, nobody: Client) -> None:
    nobody.get("/account/login/")
    nobody.session.save()
    before = nobody.cookies["sessionid"].value if "sessionid" in nobody.cookies else ""
    nobody.post("/account/login/", {"login": world.emails["physician"], "password": w.PASSWORD})
    after = nobody.cookies["sessionid"]
    assert after.value != before
    assert after["httponly"]
    assert after["samesite"] == "Lax"
    nobody.post("/account/logout/")
    stolen = Client()
    stolen.cookies["sessionid"] = after.value
    assert stolen.get("/today").status_code == 302


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(to: str, world: w.World, nobody: Client) -> None:
    said = {"login": world.emails["physician"], "password": w.PASSWORD, "next": to}
    assert nobody.post("/account/login/", said)["Location"] == "/home"


def run_as_script(
    browser: Client, patient: uuid.UUID, every: list[addresses.Address]
) -> tuple[list[str], int]:
    """The addresses whose page would run a patient's name, and how many show it as text."""
    raw, seen = [], 0
    for address in every:
        answer = browser.get(address.path_with(patient=patient))
        if "html" in answer.get("Content-Type", "") and answer.status_code < 400:
            page = answer.content.decode()
            raw += [address.name] if re.search(r"<img[^>]*onerror", page) else []
            seen += "&lt;img src=x" in page
    return raw, seen


def test_a_script_in_a_name_or_an_address_stays_text(world: w.World, as_role: Browser) -> None:
    patient, _ = w.person(world, given=SCRIPT, family="Invented", address=SCRIPT)
    raw, seen = run_as_script(as_role(DIRECTOR), patient, GUARDED)
    assert raw == []
    assert seen > 5  # the name is on the pages


def test_a_name_that_would_run_is_found(world: w.World, as_role: Browser) -> None:
    patient, _ = w.person(world, given=SCRIPT)
    with PLANTED:
        raw, _ = run_as_script(as_role(DIRECTOR), patient, holes())
    assert {"hole_raw", "hole_addressed"} <= set(raw)


@pytest.mark.parametrize("what", INJECTED)
def test_what_is_typed_is_never_run(what: str, world: w.World, as_role: Browser) -> None:
    w.person(world)
    director, broken = as_role(DIRECTOR), []
    for address in ("/patients", "/audit", "/audit/readings", "/today", "/board", "/work"):
        for name in ("q", "search", "patient", "who", "what", "since", "before", "day", "after"):
            status = director.get(address, {name: what}).status_code
            broken += [f"{address}?{name}: {status}"] if status >= 500 else []
    assert broken == []
    assert director.get("/patients").status_code == 200


def test_nobody_gives_themselves_a_role(world: w.World, as_role: Browser) -> None:
    """Fields that a form does not have change nothing, whatever they are called."""
    from django.contrib.auth import get_user_model

    nurse = as_role("infusion_nurse")
    more = {"is_superuser": "1", "is_staff": "1", "roles": "medical_director", "user": "1"}
    nurse.post("/account/pin", {"pin": "408271", "password": w.PASSWORD, **more})
    person = get_user_model().objects.get(pk=world["infusion_nurse"].user)
    assert (person.is_superuser, person.is_staff) == (False, False)
    assert nurse.get("/settings").status_code == 403
    own = world["infusion_nurse"].practitioner
    body = {"act": str(uuid.uuid4()), "roles": ["medical_director"]}
    assert nurse.post(f"/settings/staff/{own}", body).status_code == 403


def test_too_many_fields_are_refused_in_words(as_role: Browser) -> None:
    many = {f"f{n}": "x" for n in range(2_100)}
    answer = as_role("front_desk").post("/patients/new", many)
    assert answer.status_code in {400, 404, 405, 413}


def test_another_host_is_not_believed(world: w.World, nobody: Client) -> None:
    assert nobody.get("/", headers={"host": "evil.example"}).status_code == 400
    nobody.post("/account/password/reset/", {"email": world.emails["manager"]},
                headers={"x-forwarded-host": "evil.example"})  # fmt: skip
    from django.core import mail

    assert "evil.example" not in mail.outbox[-1].body

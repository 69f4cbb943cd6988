"""Codes guessed side by side: however many hands guess at once, only the allowed tries count."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from reprieve.pathway import links, messages
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import by_link
from reprieve.records.models import AuditEvent, OutboxMessage
from reprieve.records.queries import links as known
from tests import world as worlds
from tests.faults.together import together
from tests.house.engines import Copy
from tests.web.conftest import BACKEND
from tests.world import World, new

GUESSES = 12


@pytest.fixture
def world(fresh_database: Copy) -> World:
    from reprieve.pathway import clock

    return worlds.found(at=clock.real())


@pytest.fixture
def link(world: World) -> uuid.UUID:
    patient, _ = worlds.person(world)
    return links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="diary"
    )


def test_tries_of_a_code_are_taken_one_by_one(world: World, link: uuid.UUID) -> None:
    row = known.by_token(known.token_of(clinic=world.id, link=link))
    assert row is not None
    actor, code = by_link(world.id, row.patient), new()

    def guess(_: int) -> None:
        links.take_code_try(actor=actor, uid=new(), at=world.at, link=link, code=code)

    answers = together(guess, hands=GUESSES)
    assert sum(isinstance(a, NotNow) for a in answers) == GUESSES - links.CODE_TRIES
    assert not links.has_code_try(clinic=world.id, link=link, code=code)
    assert links.has_code_try(clinic=world.id, link=link, code=new())  # another code, other tries


def test_wrong_codes_side_by_side_on_the_page(world: World, link: uuid.UUID) -> None:
    secret = known.token_of(clinic=world.id, link=link)
    phone, act = Client(), {"act": str(new())}
    phone.post(f"/me/{secret}", {"start": "1"})
    phone.post(f"/me/{secret}/code", act)
    row = OutboxMessage.of(world.id).get(template="read_code")
    right = str(messages.content(row)[1]["code"])
    wrong = "111111" if right != "111111" else "222222"

    def guess(_: int) -> int:
        other = Client()
        other.cookies = phone.cookies  # the same browser, many windows
        return other.post(f"/me/{secret}/check", {"code": wrong}).status_code

    answers = together(guess, hands=GUESSES)
    assert sorted(answers) == [409] * (GUESSES - links.CODE_TRIES) + [422] * links.CODE_TRIES
    # The same press again sends no second code, and brings no further tries.
    phone.post(f"/me/{secret}/code", act)
    assert OutboxMessage.of(world.id).filter(template="read_code").count() == 1
    assert phone.post(f"/me/{secret}/check", {"code": right}).status_code == 409


def test_second_factors_side_by_side(world: World) -> None:
    from allauth.mfa.models import Authenticator

    from reprieve.pathway import accounts
    from reprieve.records.models import User

    user = User.objects.get(pk=world["physician"].user)
    Authenticator.objects.create(user=user, type="totp", data={"secret": _secret()})

    def guess(_: int) -> int:
        browser = Client()
        browser.force_login(user, backend=BACKEND)
        answer = browser.post("/account/2fa/reauthenticate/", {"code": "000000"})
        return answer.status_code

    together(guess, hands=GUESSES)
    wrong = AuditEvent.objects.filter(clinic_id=world.id, action="account.failed")
    assert wrong.count() == accounts.FACTOR_TRIES


def _secret() -> str:
    from allauth.mfa.adapter import get_adapter

    return str(get_adapter().encrypt("JBSWY3DPEHPK3PXP"))

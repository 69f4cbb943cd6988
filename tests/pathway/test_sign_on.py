"""Whom a provider's word lets in: linked accounts, never new ones, powers by statement only."""

from __future__ import annotations

from typing import Any

import pytest

from reprieve.pathway import accounts, house, sign_on
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.sign_on import Person, Rules
from reprieve.records.models import AuditEvent, User
from tests import world as worlds
from tests.world import World, new

ISSUER = "https://login.example.org"
BY_MAIL = {"link_by": "mail", "mail_domains": ("example.org",)}


def rules(**more: Any) -> Rules:
    return Rules(issuer=ISSUER, **more)


def of(world: World, role: str, **more: Any) -> Person:
    usual = {"subject": f"s-{role}", "mail": world.emails[role], "is_verified": True}
    return Person(**{**usual, **more})


def refused(person: Person, rules: Rules) -> str:
    with pytest.raises(PermissionDenied) as said:
        sign_on.account_of(person, rules=rules)
    return said.value.message.id


def notes(world: World, what: str) -> list[dict[str, Any]]:
    rows = AuditEvent.objects.filter(clinic_id=world.id, action=what)
    return [row.detail for row in rows.order_by("id")]


def test_a_statement_links_and_the_subject_decides_from_then_on(world: World) -> None:
    nurse = world["infusion_nurse"].user
    stated = rules(people={world.emails["infusion_nurse"]: "s-infusion_nurse"})
    person = of(world, "infusion_nurse", mail="", is_verified=False)
    assert sign_on.account_of(person, rules=stated) == nurse
    assert sign_on.account_of(person, rules=rules()) == nurse  # no statement needed any more
    assert notes(world, "account.linked") == [{"by": "statement"}]
    assert refused(of(world, "physician", subject="else"), stated) == sign_on.NOBODY
    elsewhere = Rules(issuer="https://other.example.org")  # the same subject of another provider
    assert refused(person, elsewhere) == sign_on.NOBODY


def test_nobody_gets_a_new_account(world: World) -> None:
    before = User.objects.count()
    stranger = Person(subject="x", mail="stranger@example.org", is_verified=True)
    assert refused(stranger, rules(**BY_MAIL)) == sign_on.NOBODY
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("person", "said"),
    [
        ({"is_verified": False}, BY_MAIL),
        ({}, {}),  # the clinic did not say that mail counts
        ({}, {"link_by": "mail", "mail_domains": ("example.com",)}),
    ],
)
def test_mail_links_only_verified_of_our_domains_and_where_the_clinic_says_so(
    world: World, person: dict[str, Any], said: dict[str, Any]
) -> None:
    assert refused(of(world, "physician", **person), rules(**said)) == sign_on.NOBODY


def test_mail_links_once(world: World) -> None:
    said = rules(**BY_MAIL)
    upper = of(world, "physician", mail=world.emails["physician"].upper())
    assert sign_on.account_of(upper, rules=said) == world["physician"].user
    other = of(world, "physician", subject="somebody-else")
    assert refused(other, said) == sign_on.OTHER  # an address given on to another person
    assert notes(world, "account.failed") == [{"by": "sign_on"}]


@pytest.mark.parametrize("role", ["manager", "medical_director", "auditor"])
def test_powers_are_never_linked_by_mail(world: World, role: str) -> None:
    assert refused(of(world, role), rules(**BY_MAIL)) == sign_on.STATED
    stated = rules(**BY_MAIL, people={world.emails[role]: f"s-{role}"})
    assert sign_on.account_of(of(world, role), rules=stated) == world[role].user


def test_powers_gained_later_need_the_statement_too(world: World) -> None:
    said = rules(**BY_MAIL)
    sign_on.account_of(of(world, "physician"), rules=said)
    house.set_roles(
        actor=world["admin"], uid=new(), at=world.at,
        practitioner=world["physician"].practitioner, roles=["physician", "manager"],
    )  # fmt: skip
    assert refused(of(world, "physician"), said) == sign_on.STATED


def test_a_statement_takes_the_place_of_a_link(world: World) -> None:
    sign_on.account_of(of(world, "physician"), rules=rules(**BY_MAIL))
    now = rules(**BY_MAIL, people={world.emails["physician"]: "s-new"})
    assert refused(of(world, "physician"), now) == sign_on.OTHER
    new_one = of(world, "physician", subject="s-new")
    assert sign_on.account_of(new_one, rules=now) == world["physician"].user
    assert refused(of(world, "physician"), now) == sign_on.OTHER


def test_a_leaver_is_refused(world: World) -> None:
    said = rules(**BY_MAIL)
    sign_on.account_of(of(world, "physician"), rules=said)
    house.set_active(
        actor=world["admin"], uid=new(), at=world.at,
        practitioner=world["physician"].practitioner, active=False,
    )  # fmt: skip
    assert refused(of(world, "physician"), said) == sign_on.ENDED


def test_a_first_password_that_somebody_else_knows_ends(world: World) -> None:
    from django.utils import timezone

    nurse = world["infusion_nurse"].user
    User.objects.filter(pk=nurse).update(password_given_at=timezone.now())
    sign_on.account_of(of(world, "infusion_nurse"), rules=rules(**BY_MAIL))
    assert not User.objects.get(pk=nurse).has_usable_password()
    assert not accounts.is_password_anothers(nurse)
    sign_on.account_of(of(world, "physician"), rules=rules(**BY_MAIL))
    assert User.objects.get(pk=world["physician"].user).check_password(worlds.PASSWORD)


@pytest.mark.parametrize(
    ("said", "claims", "is_proved"),
    [
        ({}, {"amr": ["mfa"], "acr": "gold"}, False),  # the clinic does not trust it
        ({"second_factor": "provider", "amr": frozenset({"mfa"})}, {"amr": ["pwd", "mfa"]}, True),
        ({"second_factor": "provider", "amr": frozenset({"mfa"})}, {"amr": ["pwd"]}, False),
        ({"second_factor": "provider", "amr": frozenset({"mfa"})}, {"amr": "mfa"}, False),
        ({"second_factor": "provider", "acr": frozenset({"gold"})}, {"acr": "gold"}, True),
        ({"second_factor": "provider", "acr": frozenset({"gold"})}, {}, False),
    ],
)
def test_a_second_factor_elsewhere_counts_only_as_the_clinic_says(
    said: dict[str, Any], claims: dict[str, Any], is_proved: bool
) -> None:
    assert rules(**said).proves_factor(claims) is is_proved

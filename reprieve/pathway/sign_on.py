"""Single sign-on: whose account a person is let into who comes from the clinic's provider.

Accounts are made by the clinic alone. A subject is linked to one at its first sign-in: by the
clinic's statement of who is who, or, where the clinic says so, by a verified mail address of its
own domains. Whoever may change staff or settings is linked by statement only. Afterwards the
subject alone decides, and a statement that says otherwise ends the link.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from reprieve.knowledge import N_
from reprieve.pathway import accounts, people
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.permissions import Actor, allowed
from reprieve.records.models import User

PROVIDER = "sso"
POWERS = ("staff.change", "clinic.settings", "audit.open")
NOBODY = N_("No account of this clinic belongs to this sign-in. Ask a manager.")
OTHER = N_("This account belongs to another sign-in of your provider. Ask a manager.")
STATED = N_(
    "Managers, medical directors and auditors sign in this way only when whoever runs this server "
    "has named them first. Sign in by password, or ask for that."
)
ENDED = N_("This account is closed. Ask a manager.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the clinic says about its provider."""

    issuer: str
    link_by: str = "statement"
    mail_domains: tuple[str, ...] = ()
    second_factor: str = "ours"
    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()
    people: Mapping[str, str] = field(default_factory=dict)

    def proves_factor(self, claims: Mapping[str, Any]) -> bool:
        """This function will tell whether a token proves a second factor that the clinic trusts."""
        if self.second_factor != "provider":
            return False
        ways = claims.get("amr")
        used = set(ways) if isinstance(ways, list) else set()
        return bool(used & self.amr) or claims.get("acr") in self.acr


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom the provider vouches for."""

    subject: str
    mail: str = ""
    is_verified: bool = False


def account_of(person: Person, *, rules: Rules) -> int:
    """This function will return the account that a person is let into, and link it the first time.

    Raises PermissionDenied with the reason; a refusal is on the audit trail of the account.
    """
    user, way = _found(person, rules)
    if user is None:
        raise PermissionDenied(NOBODY)
    try:
        _require_open(user, person, way, rules)
        if way != "link":
            _link(user, person, way, rules)
    except PermissionDenied:
        accounts.note(user=user.pk, what="account.failed", detail={"by": "sign_on"})
        raise
    return int(user.pk)


def _found(person: Person, rules: Rules) -> tuple[User | None, str]:
    linked = _links().filter(uid=_key(rules, person)).first()
    if linked is not None:
        return User.objects.filter(pk=linked.user_id).first(), "link"
    stated = next((m for m, s in rules.people.items() if s == person.subject), None)
    if stated is not None:
        return _by_mail(stated), "statement"
    is_ours = person.mail.rpartition("@")[2].lower() in rules.mail_domains
    if rules.link_by == "mail" and person.is_verified and is_ours:
        return _by_mail(person.mail), "mail"
    return None, ""


def _require_open(user: User, person: Person, way: str, rules: Rules) -> None:
    actor = people.actor_of(user=user.pk) if user.is_active else None
    if actor is None:
        raise PermissionDenied(ENDED)
    stated = rules.people.get(user.email.lower())
    if stated is not None and stated != person.subject:
        raise PermissionDenied(OTHER)
    if stated is None and _has_power(actor):
        raise PermissionDenied(STATED)
    others = _links().filter(user_id=user.pk).exclude(uid=_key(rules, person))
    if way == "mail" and others.exists():
        raise PermissionDenied(OTHER)


def _link(user: User, person: Person, way: str, rules: Rules) -> None:
    """A statement takes the place of an earlier link; nothing of the provider's words is kept."""
    try:
        with transaction.atomic():
            User.objects.select_for_update().filter(pk=user.pk).first()
            _links().filter(user_id=user.pk).delete()
            _links().create(user_id=user.pk, provider=PROVIDER, uid=_key(rules, person))
            if accounts.is_password_anothers(user.pk):
                _forget_password(user)
            accounts.note(user=user.pk, what="account.linked", detail={"by": way})
    except IntegrityError as error:  # the same subject at the same moment, for another account
        raise PermissionDenied(OTHER) from error


def _forget_password(user: User) -> None:
    """Whoever made the account knows its first password: nobody needs it any more."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    accounts.chose_password(user.pk)


def _has_power(actor: Actor) -> bool:
    return any(allowed(actor, act) for act in POWERS)


def _by_mail(mail: str) -> User | None:
    return User.objects.filter(email__iexact=mail.strip()).first()


def _key(rules: Rules, person: Person) -> str:
    """A subject is one only beside its issuer."""
    return hashlib.sha256(f"{rules.issuer}\n{person.subject}".encode()).hexdigest()


def _links() -> Any:
    from allauth.socialaccount.models import SocialAccount

    return SocialAccount.objects.filter(provider=PROVIDER)

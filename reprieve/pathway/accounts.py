"""Sign-ins: which need a second factor, first passwords, PINs at the bedside, ending sessions.

A PIN opens only the locked screen of a session that a whole sign-in began; three wrong ones and
the password is asked for.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import clock
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import ROLES, SEES_PATIENTS, Actor
from reprieve.records import audit
from reprieve.records.models import AuditEvent, Practitioner, User
from reprieve.records.queries import people, settings

FACTOR_ROLES = "security.second_factor"
PIN_DIGITS = 6
PIN_TRIES = 3
FACTOR_TRIES = 5
FACTOR_RESTS = timedelta(minutes=15)
FACTOR_KINDS = ("totp", "recovery_codes", "webauthn")
PIN_VARIETY = 3  # different digits, at least


def factor_roles(*, clinic: uuid.UUID, at: datetime, by_default: bool) -> frozenset[str]:
    """This function will return the roles that need a second factor.

    What the clinic chose counts; otherwise all that see patients, where `by_default` says so.
    """
    chosen = settings.value(clinic=clinic, key=FACTOR_ROLES, at=at)
    if chosen is not None:
        return frozenset(chosen)
    return SEES_PATIENTS if by_default else frozenset()


def check_factor_roles(key: str, value: Any) -> None:
    """This function will raise BadValue unless the value lists roles of staff."""
    if not isinstance(value, list) or set(value) - set(ROLES):
        raise BadValue(key, N_("choose one of the list"))


def is_password_anothers(user: int) -> bool:
    """This function will tell whether somebody else chose this person's password."""
    return User.objects.filter(pk=user, password_given_at__isnull=False).exists()


def chose_password(user: int) -> None:
    """This function will note that a person chose their own password."""
    User.objects.filter(pk=user).update(password_given_at=None)


def choose_pin(*, user: int, pin: str) -> None:
    """This function will keep a PIN of six digits, or none. Raises BadValue for a plain one."""
    if pin and (not is_pin(pin) or _is_plain(pin)):
        raise BadValue("pin", N_("needs six digits that are neither a row nor nearly all the same"))
    User.objects.filter(pk=user).update(pin=make_password(pin) if pin else None, pin_failures=0)
    note(user=user, what="account.pin", detail={"set": bool(pin)})


def is_pin(text: str) -> bool:
    """This function will tell whether a text has the form of a PIN: no password has it."""
    return len(text) == PIN_DIGITS and text.isascii() and text.isdigit()


def _is_plain(pin: str) -> bool:
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    return len(set(pin)) < PIN_VARIETY or steps in ({1}, {-1})


def is_right_pin(*, user: int, pin: str) -> bool:
    """This function will check a PIN. A try is taken before, so that none is free."""
    tried = User.objects.filter(pk=user, pin__isnull=False, pin_failures__lt=PIN_TRIES)
    if not tried.update(pin_failures=F("pin_failures") + 1):
        return False
    kept = User.objects.values_list("pin", flat=True).get(pk=user)
    if not check_password(pin, kept or ""):
        note(user=user, what="account.failed", detail={"by": "pin"})
        return False
    forgive(user)
    return True


def forgive(user: int) -> None:
    """This function will give all tries of the PIN back, after a whole proof of who it is."""
    User.objects.filter(pk=user, pin_failures__gt=0).update(pin_failures=0)


def has_pin(user: int) -> bool:
    """This function will tell whether a person chose a PIN."""
    return User.objects.filter(pk=user, pin__isnull=False).exists()


def has_factor(user: int, *kinds: str) -> bool:
    """This function will tell whether a person has a second factor, of these kinds."""
    from allauth.mfa.models import Authenticator

    wanted = kinds or (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user_id=user, type__in=wanted).exists())


def may_try_factor(user: int) -> bool:
    """This function will tell whether a person may try another code: five wrong ones are enough.

    Counted on the audit trail, for all servers and addresses together. Only who has the password
    comes this far, so that nobody else can shut a person out.
    """
    rows = Practitioner.objects.every().filter(user_id=user)
    for clinic, practitioner in rows.values_list("clinic_id", "id"):
        wrong = AuditEvent.objects.filter(
            clinic_id=clinic, subject=str(practitioner), action="account.failed",
            at__gt=clock.now(clinic) - FACTOR_RESTS, detail__by__in=FACTOR_KINDS,
        )  # fmt: skip
        if wrong.count() >= FACTOR_TRIES:
            return False
    return True


@contextmanager
def one_at_a_time(user: int) -> Iterator[None]:
    """This function will let one check of a person's proofs happen after the other."""
    with transaction.atomic():
        User.objects.select_for_update().filter(pk=user).first()
        yield


def end_sessions(user: int) -> int:
    """This function will sign a person out everywhere, and return from how many places."""
    from allauth.usersessions.models import UserSession

    found = list(UserSession.objects.filter(user_id=user))
    for session in found:
        session.end()
    return len(found)


def reset_factor(*, actor: Actor, uid: uuid.UUID, at: datetime, practitioner: uuid.UUID) -> None:
    """This function will take a colleague's lost second factor away and sign them out everywhere.

    At the next sign-in a new one is asked for, if the role needs it.
    """
    from allauth.mfa.models import Authenticator

    from reprieve.pathway.house import refuse_doctors

    def work() -> Done:
        found = people.member(clinic=actor.clinic, practitioner=practitioner)
        if found is None:
            raise NotFound(N_("There is no such member of staff."))
        refuse_doctors(actor, found.roles)
        Authenticator.objects.filter(user_id=found.user).delete()
        User.objects.filter(pk=found.user).update(pin=None, pin_failures=0)
        end_sessions(found.user)
        return Done(subject_kind="practitioner", subject=practitioner, detail={"factor": "reset"})

    perform("staff.change", actor=actor, uid=uid, at=at, work=work)


def note(*, user: int, what: str, detail: Mapping[str, Any] | None = None) -> None:
    """This function will write an audit row about a sign-in, in each clinic of that person."""
    rows = Practitioner.objects.every().filter(user_id=user)
    for clinic, practitioner in rows.values_list("clinic_id", "id"):
        audit.record(
            clinic=clinic, at=clock.now(clinic), actor=f"practitioner:{practitioner}",
            action=what, subject_kind="practitioner", subject=practitioner, detail=detail,
        )  # fmt: skip


def note_failure(*, email: str) -> None:
    """This function will write an audit row about a failed sign-in, if the address is somebody's.

    What was typed is not kept: it may be a password in the wrong field.
    """
    user = User.objects.filter(email__iexact=email).values_list("id", flat=True).first()
    if user is not None:
        note(user=user, what="account.failed", detail={"by": "password"})

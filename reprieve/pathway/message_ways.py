"""By which way a patient is reached: the one they chose where it works, else what is left."""

from __future__ import annotations

import uuid

from reprieve.pathway import messages
from reprieve.records import identity as identities
from reprieve.records.identity import Identity
from reprieve.records.queries import reminder_choices

MAIL, TEXT = "mail", "sms"


def offered(*, clinic: uuid.UUID, patient: uuid.UUID) -> tuple[str, ...]:
    """This function will list the ways by which a patient can be reached now."""
    return _reachable(identities.newest(clinic, [patient])[patient])


def of_reminders(*, clinic: uuid.UUID, patient: uuid.UUID, who: Identity) -> str:
    """This function will choose the way of a patient's reminders; empty when none reaches them."""
    chosen = reminder_choices.of(clinic=clinic, patient=patient).way
    ways = _reachable(who)
    if chosen in ways:
        return chosen
    return ways[0] if ways else ""


def _reachable(who: Identity) -> tuple[str, ...]:
    by_text = bool(who.phone) and messages.has_gateway()
    return (*((MAIL,) if who.email else ()), *((TEXT,) if by_text else ()))

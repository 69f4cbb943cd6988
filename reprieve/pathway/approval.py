"""What the medical director approves: a rule or a number of the clinic, by their own password.

Every change is a dated row that stands beside the ones before it, with who approved it and why;
its audit row says what held before and what holds after.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import alarm_policy, alarms, signatures
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records.models import ClinicSetting, Practitioner
from reprieve.records.queries import settings
from reprieve.records.queries.settings import Chosen

ACT = "rules.approve"
LONGEST = 400
CHANGED = N_("Somebody else has changed this since you opened it: look again.")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One approval: who asks, when, why, their password, and which version the page had shown."""

    actor: Actor
    uid: uuid.UUID
    at: datetime
    password: str
    reason: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What shall hold from now on, and for the audit what held before and what holds after."""

    value: Any
    before: Any = field(default=None)
    after: Any = field(default=None)


# Given what holds now (None: the product's own) and who approves, what shall hold.
Make = Callable[[Any, Practitioner], Changed]


def keep(asked: Approval, *, key: str, make: Make) -> None:
    """This function will let a setting hold from now on, approved by who signs.

    Raises BadValue for a wrong password, a reason that is too long and whatever `make` refuses,
    NotNow when the setting was changed after the page had shown it.
    """
    actor = asked.actor
    if len(asked.reason) > LONGEST:
        raise BadValue("reason", N_("is too long"))

    def work() -> Done:
        signer = signatures.prove(actor=actor, password=asked.password)
        if asked.seen != version(clinic=actor.clinic, key=key, at=asked.at):
            raise NotNow(CHANGED)
        now = settings.value(clinic=actor.clinic, key=key, at=asked.at)
        made = make(now, signer)
        row = ClinicSetting.objects.add(
            clinic_id=actor.clinic, key=key, value=made.value, valid_from=asked.at,
            reason=asked.reason.strip(), recorded_at=asked.at, by_id=signer.pk,
        )  # fmt: skip
        if key in alarm_policy.KEYS:
            alarms.look_again(actor=actor, at=asked.at)
        return Done(
            subject_kind="setting", subject=row.pk,
            detail={"key": key, "before": made.before, "after": made.after},
        )  # fmt: skip

    perform(ACT, actor=actor, uid=asked.uid, at=asked.at, work=work)


def version(*, clinic: uuid.UUID, key: str, at: datetime) -> str:
    """This function will name the state of a setting, so that a page can tell what it has shown."""
    found = settings.newest(clinic=clinic, key=key, at=at)
    return found.since.isoformat() if found else ""


def history(*, clinic: uuid.UUID, key: str, at: datetime) -> tuple[Chosen, ...]:
    """This function will return all that ever held in place of the product's own, in order."""
    return settings.during(clinic=clinic, key=key, since=BEGINNING, until=at)

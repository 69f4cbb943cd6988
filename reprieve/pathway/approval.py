"""What the medical director approves: a rule or a number of the clinic, by their own password.

Every change is a dated row that stands beside the ones before it, with who approved it and why;
its audit row says what held before and what holds after.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import alarm_policy, alarms, signatures, turns
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
    keep_all(asked, makes={key: make})


def keep_all(asked: Approval, *, makes: Mapping[str, Make]) -> None:
    """This function will let several settings hold from now on, in one act: all or none."""
    actor = asked.actor
    if len(asked.reason) > LONGEST:
        raise BadValue("reason", N_("is too long"))

    def work() -> Done:
        signer = signatures.prove(actor=actor, password=asked.password)
        turns.take(actor.clinic)  # the later of two who approve sees that it has changed
        if asked.seen != version(clinic=actor.clinic, keys=makes, at=asked.at):
            raise NotNow(CHANGED)
        now = settings.several(clinic=actor.clinic, keys=makes, at=asked.at)
        made = {key: make(now.get(key), signer) for key, make in makes.items()}
        for key, change in made.items():
            _write(asked, key, change, signer)
        if made.keys() & set(alarm_policy.KEYS):
            alarms.look_again(actor=actor, at=asked.at)
        return Done(
            subject_kind="setting", subject=actor.clinic,
            detail={key: {"before": one.before, "after": one.after} for key, one in made.items()},
        )  # fmt: skip

    perform(ACT, actor=actor, uid=asked.uid, at=asked.at, work=work)


def _write(asked: Approval, key: str, change: Changed, signer: Practitioner) -> None:
    ClinicSetting.objects.add(
        clinic_id=asked.actor.clinic, key=key, value=change.value, valid_from=asked.at,
        reason=asked.reason.strip(), recorded_at=asked.at, by_id=signer.pk,
    )  # fmt: skip


def version(*, clinic: uuid.UUID, keys: Iterable[str], at: datetime) -> str:
    """This function will name the state of settings, so that a page can tell what it has shown."""
    found = [settings.newest(clinic=clinic, key=key, at=at) for key in sorted(keys)]
    return " ".join(one.since.isoformat() for one in found if one)


def history(*, clinic: uuid.UUID, key: str, at: datetime) -> tuple[Chosen, ...]:
    """This function will return all that ever held in place of the product's own, in order."""
    return settings.during(clinic=clinic, key=key, since=BEGINNING, until=at)


def to(value: Any) -> Make:
    """This function will return what makes a setting hold one plain value."""

    def make(now: Any, signer: Practitioner) -> Changed:
        return Changed(value=value, before=now, after=value)

    return make

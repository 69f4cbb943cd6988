"""Make the demo clinic: each story in one transaction, so that a broken one leaves no half."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from reprieve.config.demo import cabinet, stories
from reprieve.config.demo.cast import CAST, Person
from reprieve.config.demo.stage import PASSWORD, ZONE, Stage, found
from reprieve.knowledge import BadValue
from reprieve.pathway import booking, demo
from reprieve.pathway.errors import PathwayError
from reprieve.records.queries import booking as booked
from reprieve.records.queries import people

SEED = 7
OPENS_AT = time(10, 40)
SATURDAY = 5
FOUNDED_BEFORE = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The demo's first moment, how many stories were told, and why the others were not."""

    now: datetime
    told: int
    untold: dict[str, str]


def make(*, real: datetime, say: Callable[[str], None] = lambda _words: None) -> Made:
    """This function will fill an empty database with the demo clinic.

    It begins on the working day at hand, in the middle of the morning; the demo's clock says so.
    """
    now = first_moment(real)
    with _quickly_hashed():
        stage = found(at=now - FOUNDED_BEFORE, seed=SEED)
        cabinet.stocked(stage)
        untold = {}
        for person in CAST:
            say(f"{person.given} {person.family}: {person.story}")
            reason = _untold(stage, person, now)
            if reason:
                untold[person.story] = reason
        attended(stage, now)
    _hash_slowly(stage)
    stage.at = now
    demo.begin_at(clinic=stage.clinic.id, at=now, real=real)
    return Made(now=now, told=len(CAST) - len(untold), untold=untold)


def first_moment(real: datetime) -> datetime:
    """This function will return mid-morning of the working day at hand, in the clinic's zone."""
    day = real.astimezone(ZoneInfo(ZONE))
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day.date(), OPENS_AT, tzinfo=ZoneInfo(ZONE))


def attended(stage: Stage, now: datetime) -> None:
    """This function will tell that everybody came to the past visits of which no story tells."""
    for visit in booked.not_come(clinic=stage.clinic.id, at=now):
        for stage.at, act in ((visit.starts_at, "arrived"), (visit.ends_at, "done")):
            booking.mark(**stage.by("front_desk"), appointment=visit.id, act=act)


def _untold(stage: Stage, person: Person, now: datetime) -> str:
    """Tell one story whole or not at all; what the pathway refuses must not end the demo."""
    try:
        with transaction.atomic():
            stories.story(person.story)(stage, person, now)
    except (PathwayError, BadValue) as error:
        message = getattr(error, "message", None)
        return str(message if message is not None else error)
    return ""


@contextlib.contextmanager
def _quickly_hashed() -> Iterator[None]:
    """Signing asks for the password dozens of times; a slow hash would cost half a minute."""
    from django.test import override_settings

    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=quick):
        yield


def _hash_slowly(stage: Stage) -> None:
    from reprieve.records.models import User

    for person in people.staff(clinic=stage.clinic.id):
        user = User.objects.get(pk=person.user)
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])

"""The clinic's own dialects of its monitors: kept from now on, the older ones stay on record."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import Actor
from reprieve.records.models import ClinicSetting
from reprieve.records.queries import settings

KEY = "monitors.dialect."
NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")
LONGEST = 64_000
MOST = 40


def in_force(*, clinic: uuid.UUID, at: datetime) -> dict[str, str]:
    """This function will return the clinic's own dialects, TOML by name."""
    chosen = settings.beginning(clinic=clinic, prefix=KEY, at=at)
    return {key.removeprefix(KEY): str(value) for key, value in sorted(chosen.items()) if value}


def keep(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    name: str,
    toml: str,
    check: Callable[[dict[str, str]], object],
) -> None:
    """This function will read monitors by this file from now on.

    `check` reads all of the clinic's files with it and raises BadValue for one that cannot be
    used; then nothing is kept.
    """
    if not NAME.fullmatch(name):
        raise BadValue("name", N_("small letters, digits and _, the first a letter"))
    if not toml.strip():
        raise BadValue("toml", N_("is empty"))
    if len(toml) > LONGEST:
        raise BadValue("toml", N_("is longer than 64,000 characters"))

    def work() -> Done:
        own = in_force(clinic=actor.clinic, at=at)
        if name not in own and len(own) >= MOST:
            raise BadValue("name", N_("there are forty already: remove one first"))
        check({**own, name: toml})
        return _write(actor, at, name, toml, "kept")

    perform("monitor.dialect", actor=actor, uid=uid, at=at, work=work)


def remove(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    name: str,
    check: Callable[[dict[str, str]], object],
) -> None:
    """This function will read monitors without this file: by the shipped one, if there is one."""

    def work() -> Done:
        own = in_force(clinic=actor.clinic, at=at)
        if name not in own:
            raise NotFound(N_("There is no such dialect."))
        check({key: text for key, text in own.items() if key != name})
        return _write(actor, at, name, "", "removed")

    perform("monitor.dialect", actor=actor, uid=uid, at=at, work=work)


def _write(actor: Actor, at: datetime, name: str, toml: str, done: str) -> Done:
    row = ClinicSetting.objects.add(
        clinic_id=actor.clinic, key=f"{KEY}{name}", value=toml, valid_from=at, reason="",
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return Done(subject_kind="setting", subject=row.pk, detail={"dialect": name, "done": done})

"""The trail given away as a file: that it was, is on the trail."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.permissions import Actor
from reprieve.records.queries import audits
from reprieve.records.queries.audits import Line, Wanted

KINDS = {"writes": audits.writes, "readings": audits.reads}
MOST = 100_000


def exported(*, actor: Actor, uid: uuid.UUID, at: datetime, kind: str) -> None:
    """This function will note that somebody took the trail away. BadValue for an unknown kind."""
    if kind not in KINDS:
        raise BadValue("kind", N_("choose one of the list"))

    def work() -> Done:
        return Done(subject_kind="audit", subject=kind)

    perform("audit.export", actor=actor, uid=uid, at=at, work=work)


def lines(*, clinic: uuid.UUID, kind: str, wanted: Wanted) -> list[Line]:
    """This function will collect every line asked for, page by page, at most a hundred thousand."""
    found: list[Line] = []
    while len(found) < MOST:
        page = KINDS[kind](clinic=clinic, wanted=wanted)
        found += page
        if len(page) < audits.PAGE:
            break
        wanted = replace(wanted, before=page[-1].id)
    return found

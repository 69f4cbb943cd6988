"""Who makes a call after 24 hours whose day was closed since: a nurse says it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.pathway import worklist
from reprieve.pathway.permissions import NURSE, Actor
from reprieve.records.models import WorkItem
from reprieve.records.queries import closed_calls as queries

KIND = queries.WORK
WITHIN = timedelta(hours=4)


def settle(*, actor: Actor, at: datetime) -> None:
    """This function will ask the nurses who makes each call that falls on a closed day, once.

    It is called inside the act that closes or opens days; what needs nobody any more ends.
    """
    found = queries.unowned(clinic=actor.clinic, at=at)
    wanted = {one.encounter: one for one in found if one.named is None}
    rows = WorkItem.of(actor.clinic).select_for_update().filter(kind=KIND)
    asked = {row.encounter_id: row for row in rows.filter(state__in=worklist.OPEN)}
    for encounter in asked.keys() - wanted.keys():
        worklist.close(actor=actor, at=at, item=asked[encounter])
    for encounter in wanted.keys() - asked.keys():
        call = wanted[encounter]
        worklist.open_item(
            actor=actor, at=at, kind=KIND, owner_role=NURSE, patient=call.patient,
            encounter=encounter, due_at=min(at + WITHIN, call.due_at),
        )  # fmt: skip


def made(*, actor: Actor, at: datetime, encounter: uuid.UUID) -> None:
    """This function will end the question who makes a call, inside the act that made it."""
    rows = WorkItem.of(actor.clinic).select_for_update().filter(kind=KIND, encounter_id=encounter)
    for row in rows.filter(state__in=worklist.OPEN):
        worklist.close(actor=actor, at=at, item=row)

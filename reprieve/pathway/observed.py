"""What follows from values just written down: a positive screen is a physician's to look at, and a
surveillance question that was due is answered."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reprieve.clinical.how_long import how_long
from reprieve.clinical.screens import Screen, screens
from reprieve.pathway import worklist
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records import identity as identities
from reprieve.records.models import Observation, WorkItemEvent

# The answer, and the work that it does.
ANSWERS = {
    "alt_times_uln": "due_liver", "bladder_symptoms": "due_bladder",
    "memory_complaint": "due_memory", "icsi": "due_bladder_score",
}  # fmt: skip


def kind(screen: Screen) -> str:
    """This function will name the work that a positive screen is."""
    return f"screen_{screen.id.replace('-', '_')}"


def follow(
    rows: Sequence[Observation], *, actor: Actor, at: datetime, patient: uuid.UUID
) -> None:
    """This function will open and close what values just written ask for, inside their act."""
    for row in rows:
        if row.code in ANSWERS:
            worklist.finish_within(actor=actor, at=at, kind=ANSWERS[row.code], patient=patient)
        screen = screens().get(row.code)
        if screen is not None and _asks(screen, row, at):
            worklist.open_once(
                actor=actor, at=at, kind=kind(screen), owner_role=PHYSICIAN,
                due_at=at + screen.due, patient=patient,
            )  # fmt: skip


def _asks(screen: Screen, row: Observation, at: datetime) -> bool:
    sex = identities.newest(row.clinic_id, [row.patient_id])[row.patient_id].sex
    return screen.is_positive(row.value, sex=sex) and not _is_reviewed(screen, row, sex, at)


def _is_reviewed(screen: Screen, row: Observation, sex: str, at: datetime) -> bool:
    """The same finding, no heavier, was looked at for this series, and was never gone since."""
    since = _reviewed_at(screen, row, at)
    if since is None:
        return False
    rows = Observation.of(row.clinic_id).filter(
        patient_id=row.patient_id, code__in=screen.codes
    ).exclude(pk=row.pk)
    seen = rows.filter(recorded_at__lte=since).order_by("-recorded_at", "-id").first()
    later = rows.filter(recorded_at__gt=since).values_list("value", flat=True)
    was: Any = seen.value if seen is not None else None
    if not screen.is_positive(was, sex=sex) or was < row.value:
        return False
    return all(screen.is_positive(value, sex=sex) for value in later)


def _reviewed_at(screen: Screen, row: Observation, at: datetime) -> datetime | None:
    rows = WorkItemEvent.of(row.clinic_id).filter(
        item__kind=kind(screen), item__patient_id=row.patient_id, kind="done",
        recorded_at__gt=at - how_long().series,
    )  # fmt: skip
    return rows.order_by("-recorded_at").values_list("recorded_at", flat=True).first()

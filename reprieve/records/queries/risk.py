"""Where a patient stands on the suicide-risk path, worked out from what is on record.

Only a clinician's talk answers an alert: a form filled in alone, even with every answer "no",
leaves it open. A clearance covers what was on record when it was given, and nothing later.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from reprieve.records import notes
from reprieve.records.models import Observation, WorkItem
from reprieve.records.queries import questionnaires
from reprieve.records.queries.questionnaires import ResponseView

SCREENER = "c-ssrs-screener"
KIND = "clinician_review"  # the work item's name says nothing about why: the desk sees it too
CLEARED = "suicide_risk_cleared"
STATEMENT = "suicidal_statement"
MOOD = "mood"
OPEN = ("open", "seen")
GRAVE = ("moderate", "high")

State = Literal["none", "alert_open", "low", "moderate", "high", "cleared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskView:
    """The state with what it rests on.

    `level` is what the newest screener showed, None when none was done since the last alert.
    """

    state: State
    level: str | None
    screened_at: datetime | None
    alerted_at: datetime | None
    due_at: datetime | None
    cleared_at: datetime | None
    item: uuid.UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said in the room or on the telephone: a statement, a mood of 0 to 10, a clearance.

    `words` are the patient's own, or the clinician's reason.
    """

    code: str
    value: Any
    at: datetime
    words: str


def heard(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[Heard]:
    """This function will list what was said about death, moods and clearances, newest first."""
    rows = Observation.of(clinic).filter(patient_id=patient, code__in=(STATEMENT, CLEARED, MOOD))
    return [
        Heard(
            code=row.code, value=row.value, at=row.measured_at,
            words=notes.read(row.note) if row.note else "",
        )
        for row in rows.select_related("note").order_by("-measured_at", "-recorded_at")
        if row.value is not False
    ]  # fmt: skip


def state(*, clinic: uuid.UUID, patient: uuid.UUID) -> State:
    """This function will return the patient's state on the path, for the start gate."""
    return view(clinic=clinic, patient=patient).state


def view(*, clinic: uuid.UUID, patient: uuid.UUID) -> RiskView:
    """This function will return the patient's state on the path and what it rests on."""
    alert = _alert(clinic, patient)
    cleared_at = _cleared_at(clinic, patient)
    screened = _screened(clinic, patient, alert.opened_at if alert else None, cleared_at)
    return RiskView(
        state=_state(alert, screened, cleared_at),
        level=screened.band if screened else None,
        screened_at=screened.measured_at if screened else None,
        alerted_at=alert.opened_at if alert else None,
        due_at=alert.due_at if alert and alert.state in OPEN else None,
        cleared_at=cleared_at,
        item=alert.pk if alert and alert.state in OPEN else None,
    )


def _state(
    alert: WorkItem | None, screened: ResponseView | None, cleared_at: datetime | None
) -> State:
    level = screened.band if screened else None
    if cleared_at is not None and _covers(cleared_at, alert, screened):
        return "cleared"
    if level in GRAVE:
        return level  # type: ignore[return-value]  # one of the two words just named
    if alert is not None and alert.state in OPEN:
        return "alert_open"
    return "low" if level == "low" else "none"


def _covers(cleared_at: datetime, alert: WorkItem | None, screened: ResponseView | None) -> bool:
    """A clearance holds until something newer is recorded."""
    later = [alert.opened_at] if alert else []
    later += [screened.recorded_at] if screened else []
    return all(moment <= cleared_at for moment in later)


def _alert(clinic: uuid.UUID, patient: uuid.UUID) -> WorkItem | None:
    rows = WorkItem.of(clinic).filter(kind=KIND, patient_id=patient)
    return rows.order_by("-opened_at", "-id").first()


def _screened(
    clinic: uuid.UUID, patient: uuid.UUID, alerted_at: datetime | None, cleared_at: datetime | None
) -> ResponseView | None:
    """The screener that counts: the gravest that nobody cleared, else the newest since the alert.

    A draft counts as soon as it shows the highest level, since no answer can lower that.
    """
    found = questionnaires.history(clinic=clinic, patient=patient, instrument=SCREENER)
    certain = [v for v in found if v.band and not v.corrected and (v.complete or v.band == "high")]
    pending = [v for v in certain if cleared_at is None or v.recorded_at > cleared_at]
    for level in reversed(GRAVE):
        grave = [v for v in pending if v.band == level]
        if grave:
            return grave[-1]
    newer = [v for v in certain if alerted_at is None or v.measured_at >= alerted_at]
    return newer[-1] if newer else None


def _cleared_at(clinic: uuid.UUID, patient: uuid.UUID) -> datetime | None:
    rows = Observation.of(clinic).filter(patient_id=patient, code=CLEARED, value=True)
    return rows.order_by("-recorded_at").values_list("recorded_at", flat=True).first()

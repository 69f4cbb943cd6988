"""Forms as they were saved: the newest, drafts to go on with, and scores over time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from reprieve.records import notes
from reprieve.records.as_known import as_known
from reprieve.records.models import Observation, QuestionnaireResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseView:
    """One saved form. `complete` False is a draft; `score` is what the instrument gave."""

    id: uuid.UUID
    instrument: str
    version: str
    answers: Mapping[str, Any]
    complete: bool
    score: Mapping[str, Any]
    measured_at: datetime
    recorded_at: datetime
    mode: str
    by: uuid.UUID | None
    encounter: uuid.UUID | None
    corrected: bool

    @property
    def total(self) -> float | int | None:
        """The total, None where there is none."""
        found: float | int | None = self.score.get("total")
        return found

    @property
    def band(self) -> str | None:
        """The band in the instrument's words, None where it is not certain."""
        found: str | None = self.score.get("band")
        return found


def history(
    *,
    clinic: uuid.UUID,
    patient: uuid.UUID,
    instrument: str | None = None,
    as_of: datetime | None = None,
) -> list[ResponseView]:
    """This function will list saved forms by time of answering, corrected ones marked."""
    rows = as_known(QuestionnaireResponse.of(clinic).filter(patient_id=patient), as_of)
    if instrument is not None:
        rows = rows.filter(instrument=instrument)
    return _views(rows.order_by("measured_at", "recorded_at", "id"))


def completed(
    *, clinic: uuid.UUID, patient: uuid.UUID, instrument: str, as_of: datetime | None = None
) -> list[ResponseView]:
    """This function will list finished forms that no later row corrects, oldest first."""
    found = history(clinic=clinic, patient=patient, instrument=instrument, as_of=as_of)
    return [view for view in found if view.complete and not view.corrected]


def newest(
    *, clinic: uuid.UUID, patient: uuid.UUID, instrument: str, as_of: datetime | None = None
) -> ResponseView | None:
    """This function will return the newest finished form, or None."""
    found = completed(clinic=clinic, patient=patient, instrument=instrument, as_of=as_of)
    return found[-1] if found else None


def draft(
    *, clinic: uuid.UUID, patient: uuid.UUID, instrument: str, since: datetime
) -> ResponseView | None:
    """This function will return a form left unfinished after `since`, None when it was finished.

    Every question answered otherwise beside a form that was finished meanwhile is a change of that
    one, from a second window: asked again, the questions begin empty.
    """
    found = history(clinic=clinic, patient=patient, instrument=instrument)
    if not found or found[-1].complete or found[-1].recorded_at < since:
        return None
    last, sent = found[-1], [f for f in found if f.complete and f.recorded_at >= since]
    return None if sent and set(sent[-1].answers) <= set(last.answers) else last


def words_code(instrument: str) -> str:
    """This function will name the observation that holds the words beside a form's answers."""
    return f"{instrument}/words"


def words(
    *,
    clinic: uuid.UUID,
    patient: uuid.UUID,
    instrument: str,
    since: datetime | None = None,
    as_of: datetime | None = None,
) -> str:
    """This function will return the newest words beside a form's answers, empty for none."""
    told = Observation.of(clinic).filter(patient_id=patient, code=words_code(instrument))
    rows = as_known(told, as_of)
    rows = rows.filter(recorded_at__gte=since) if since else rows
    newest = rows.select_related("note").order_by("-measured_at", "-recorded_at").first()
    return notes.read(newest.note) if newest and newest.note else ""


def _views(rows: QuerySet[QuestionnaireResponse]) -> list[ResponseView]:
    found = list(rows)
    corrected = {row.corrects_id for row in found if row.corrects_id}
    return [_view(row, row.pk in corrected) for row in found]


def _view(row: QuestionnaireResponse, corrected: bool) -> ResponseView:
    return ResponseView(
        id=row.pk,
        instrument=row.instrument,
        version=row.version,
        answers=row.answers,
        complete=row.complete,
        score=row.score or {},
        measured_at=row.measured_at,
        recorded_at=row.recorded_at,
        mode=row.mode,
        by=row.by_id,
        encounter=row.encounter_id,
        corrected=corrected,
    )

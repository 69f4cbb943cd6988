"""Scores of a running practice: diary days, totals of forms, and the opioid dose.

A total says nothing of single answers: what a safety rule asks of one stays unknown.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import diary
from reprieve.pathway.importing_tables import DIARY, DOSE, MEASURES
from reprieve.pathway.permissions import Actor
from reprieve.records.models import DiaryEntry, Observation, QuestionnaireResponse
from reprieve.records.queries.opioids import STATED
from reprieve.records.queries.treatments import zone_of

VERSION = "imported"
NOON, EVENING = time(12), time(19)
WHOLE = ("pgic", "peg.pain", "phq-2", "phq-9", "gad-7", "promis-pain-interference-4a")
EXACT = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One score of one day. `moment` is for diary days: day, evening or morning.

    `value` is None for an opioid dose that is not known any more.
    """

    mrn: str
    day: date
    measure: str
    value: Decimal | None
    clock: time | None = None
    moment: str = "day"


def write(row: ScoreRow, *, patient: uuid.UUID, actor: Actor, at: datetime) -> uuid.UUID:
    """This function will write one score inside the import's act. Raises BadValue."""
    _check(row)
    when = _when(row, actor, at)
    if when > at:
        raise BadValue("date", N_("lies in the future"))
    if row.measure == DOSE:
        return _dose(row, when, patient, actor, at)
    if row.measure in DIARY:
        return _diary(row, when, patient, actor, at)
    return _form(row, when, patient, actor, at)


def _when(row: ScoreRow, actor: Actor, at: datetime) -> datetime:
    """The usual hour of a day without a clock time; on the day itself no later than now."""
    zone = zone_of(actor.clinic)
    usual = EVENING if row.measure in DIARY else NOON
    when = datetime.combine(row.day, row.clock or usual, tzinfo=zone).astimezone(UTC)
    is_today = row.day == at.astimezone(zone).date()
    return min(when, at) if is_today and row.clock is None else when


def _check(row: ScoreRow) -> None:
    if row.measure not in MEASURES:
        raise BadValue("measure", f"unknown {row.measure[:40]!r}; known: {', '.join(MEASURES)}")
    if row.moment not in diary.MOMENTS:
        raise BadValue("moment", f"unknown {row.moment[:40]!r}; known: {', '.join(diary.MOMENTS)}")
    low, high = MEASURES[row.measure]
    if row.value is None:
        if row.measure != DOSE:
            raise BadValue("value", "is needed")
        return
    if not row.value.is_finite() or not low <= row.value <= high:
        raise BadValue("value", f"{row.value} is not between {low} and {high}")
    if row.measure in (*DIARY, *WHOLE) and row.value != int(row.value):
        raise BadValue("value", f"{row.value} is not a whole number")


def _diary(
    row: ScoreRow, when: datetime, patient: uuid.UUID, actor: Actor, at: datetime
) -> uuid.UUID:
    """The scales of one day and moment come as several rows and become one entry."""
    assert row.value is not None
    before = _standing(row, patient, actor)
    scales: dict[str, Any] = {name: getattr(before, name) if before else None for name in DIARY}
    scales[row.measure] = int(row.value)
    made: DiaryEntry = DiaryEntry.objects.add(
        clinic_id=actor.clinic, patient_id=patient, day=row.day, at=when, mode=diary.HOME,
        extras={"moment": row.moment, "imported": True}, corrects=before, recorded_at=at,
        by_id=actor.practitioner, **scales,
    )  # fmt: skip
    return made.pk


def _standing(row: ScoreRow, patient: uuid.UUID, actor: Actor) -> DiaryEntry | None:
    found = diary.standing(
        clinic=actor.clinic, patient=patient, day=row.day, moment=row.moment
    )
    if found is not None and getattr(found, row.measure) is not None:
        raise BadValue("measure", N_("of this day is here already"))
    return found


def _form(
    row: ScoreRow, when: datetime, patient: uuid.UUID, actor: Actor, at: datetime
) -> uuid.UUID:
    """PEG's total and its first question come as two rows and become one form."""
    assert row.value is not None
    instrument, _dot, item = row.measure.partition(".")
    same = QuestionnaireResponse.of(actor.clinic).filter(
        patient_id=patient, instrument=instrument, measured_at=when
    )
    before = same.order_by("-recorded_at", "-id").exclude(
        pk__in=same.filter(corrects__isnull=False).values("corrects_id")
    ).first()  # fmt: skip
    answers = dict(before.answers) if before else {}
    score = dict(before.score or {}) if before else {}
    target, key = (answers, item) if item else (score, "total")
    if key in target:
        raise BadValue("measure", N_("of this day is here already"))
    target[key] = _number(row.value)
    made: QuestionnaireResponse = QuestionnaireResponse.objects.add(
        clinic_id=actor.clinic, patient_id=patient, instrument=instrument, version=VERSION,
        answers=answers, complete=True, score=score or None, measured_at=when, mode="paper",
        corrects=before, recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return made.pk


def _dose(
    row: ScoreRow, when: datetime, patient: uuid.UUID, actor: Actor, at: datetime
) -> uuid.UUID:
    value = None if row.value is None else str(row.value.quantize(EXACT))
    made: Observation = Observation.objects.add(
        clinic_id=actor.clinic, patient_id=patient, code=STATED, unit="mg/d",
        value=value, measured_at=when, provenance="imported",
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return made.pk


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def take_back(made: list[uuid.UUID], *, actor: Actor, at: datetime) -> None:
    """This function will undo scores by rows that say nothing in their place."""
    kept = {"clinic_id": actor.clinic, "recorded_at": at, "by_id": actor.practitioner}
    for day in _last(DiaryEntry, made, actor):
        DiaryEntry.objects.add(
            patient_id=day.patient_id, day=day.day, at=day.at, mode=day.mode,
            extras={"moment": day.extras["moment"], "struck": True}, corrects=day, **kept,
        )  # fmt: skip
    for form in _last(QuestionnaireResponse, made, actor):
        QuestionnaireResponse.objects.add(
            patient_id=form.patient_id, instrument=form.instrument, version=VERSION, answers={},
            complete=False, measured_at=form.measured_at, mode=form.mode, corrects=form, **kept,
        )  # fmt: skip
    for dose in _last(Observation, made, actor):
        if dose.code == STATED:
            Observation.objects.add(
                patient_id=dose.patient_id, code=STATED, unit=dose.unit, value=None,
                measured_at=dose.measured_at, provenance="imported", corrects=dose, **kept,
            )  # fmt: skip


def _last(model: Any, made: list[uuid.UUID], actor: Actor) -> list[Any]:
    """Of rows that replaced each other within the import, the one that stands."""
    rows = list(model.of(actor.clinic).filter(pk__in=made))
    replaced = {row.corrects_id for row in rows}
    return [row for row in rows if row.pk not in replaced]

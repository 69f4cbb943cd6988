"""The registry's flat tables read from the records, and the reports that were kept."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from reprieve.clinical import conditions
from reprieve.monitoring.course import Act, course
from reprieve.outcomes.registry.tables import TABLES
from reprieve.outcomes.rules import rules
from reprieve.records.models import (
    AdverseEvent,
    CarePlan,
    Condition,
    DiaryEntry,
    InfusionEvent,
    InfusionState,
    Patient,
    QuestionnaireResponse,
    RegistryReport,
)
from reprieve.records.queries import opioids
from reprieve.records.queries.diary import LATE
from reprieve.records.queries.treatments import zone_of

EPOCH = date(1970, 1, 1)
MICRO = 1_000_000
MOST_LISTED = 1000  # nearly three years of nights
Rows = list[tuple[Any, ...]]
Flat = Mapping[str, Rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A kept report: the day it was seen on, when and by whom it was made, and its content."""

    id: uuid.UUID
    day: date
    at: datetime
    by: uuid.UUID | None
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeView:
    """A kept report by its dates alone."""

    id: uuid.UUID
    day: date
    at: datetime


def newest(*, clinic: uuid.UUID) -> ReportView | None:
    """This function will return the clinic's newest kept report."""
    row = RegistryReport.of(clinic).order_by("-recorded_at", "-id").first()
    return _view(row) if row else None


def kept(*, clinic: uuid.UUID, report: uuid.UUID) -> ReportView | None:
    """This function will return a report as it was made, however long ago."""
    row = RegistryReport.of(clinic).filter(pk=report).first()
    return _view(row) if row else None


def kept_on(*, clinic: uuid.UUID, day: date) -> ReportView | None:
    """This function will return the last report that was kept on a day, as it was made."""
    rows = RegistryReport.of(clinic).filter(day=day)
    row = rows.order_by("-recorded_at", "-id").first()
    return _view(row) if row else None


def made(*, clinic: uuid.UUID) -> list[MadeView]:
    """This function will list the reports that were kept, the newest first, without content."""
    rows = RegistryReport.of(clinic).order_by("-recorded_at", "-id")
    found = rows.values_list("pk", "day", "recorded_at")[:MOST_LISTED]
    return [MadeView(id=key, day=day, at=at) for key, day, at in found]


def _view(row: RegistryReport) -> ReportView:
    return ReportView(
        id=row.pk, day=row.day, at=row.recorded_at, by=row.by_id, content=row.content
    )


def tables(*, clinic: uuid.UUID, at: datetime) -> dict[str, Rows]:
    """This function will read every flat table as known at a moment, columns as in `TABLES`."""
    numbers = dict(Patient.of(clinic).values_list("pk", "number"))
    given = _infusions(clinic, numbers, at)
    treated = {row[0] for row in given}
    firsts = {number: min(r[2] for r in given if r[0] == number) for number in treated}
    people = {key: number for key, number in numbers.items() if number in treated}
    found = {
        "patients": _patients(clinic, people),
        "infusions": given,
        "diary": _diary(clinic, people, at),
        "scores": _scores(clinic, people, at),
        "events": _events(clinic, people, at),
        "opioids": _opioids(clinic, people, firsts, at),
    }
    assert found.keys() == TABLES.keys()
    return found


def date_of(day: int) -> date:
    """This function will return the date of a day that is counted since 1970."""
    return EPOCH + timedelta(days=day)


def day_of(at: datetime, *, clinic: uuid.UUID) -> date:
    """This function will return the clinic's calendar day of a moment."""
    return at.astimezone(zone_of(clinic)).date()


def _day(at: datetime, clinic: uuid.UUID) -> int:
    return (day_of(at, clinic=clinic) - EPOCH).days


def _patients(clinic: uuid.UUID, people: Mapping[uuid.UUID, int]) -> Rows:
    """The condition that the first plan names, else the first coded one on file."""
    coded: dict[uuid.UUID, str] = {}
    rows = Condition.of(clinic).filter(patient_id__in=list(people), is_pain_condition=True)
    for row in rows.order_by("-recorded_at", "-id"):
        coded[row.patient_id] = conditions.evidence_of(row.code) or row.code
    plans = CarePlan.of(clinic).filter(patient_id__in=list(people)).order_by("-recorded_at", "-id")
    for plan in plans:
        if plan.detail.get("condition"):
            coded[plan.patient_id] = plan.detail["condition"]
    return [(number, coded.get(key, "")) for key, number in people.items()]


def _infusions(clinic: uuid.UUID, numbers: Mapping[uuid.UUID, int], at: datetime) -> Rows:
    until_ms, zone = round(at.timestamp() * 1000), zone_of(clinic)
    rows = InfusionState.of(clinic).filter(started_ms__lte=until_ms)
    given_ug = _given(clinic, until_ms)
    found = []
    for row in rows.select_related("encounter__plan").order_by("started_ms", "id"):
        started = datetime.fromtimestamp((row.started_ms or 0) / 1000, UTC)
        plan = row.encounter.plan
        weight = plan.detail.get("weight_kg") if plan else None
        found.append((
            numbers[row.patient_id], str(row.encounter_id),
            (started.astimezone(zone).date() - EPOCH).days, (row.started_ms or 0) // 1000,
            plan.regimen if plan else "", str(plan.pk) if plan else "",
            int(bool(plan and plan.is_booster)), given_ug.get(row.encounter_id, 0),
            int(Decimal(weight) * 1000) if weight else None,
        ))  # fmt: skip
    return found


def _given(clinic: uuid.UUID, until_ms: int) -> dict[uuid.UUID, int]:
    """Micrograms of each infusion, folded from its acts: one reading for all of them."""
    columns = (
        "encounter_id", "pk", "kind", "at_ms", "recorded_ms", "rate_ug_per_h", "dose_ug",
        "corrects_id",
    )  # fmt: skip
    rows = InfusionEvent.of(clinic).order_by("encounter_id").values_list(*columns)
    return {
        encounter: course([_act(*row[1:]) for row in acts]).given_ug(until_ms)
        for encounter, acts in groupby(rows.iterator(), key=lambda row: row[0])
    }


def _act(key: uuid.UUID, kind: str, *rest: Any) -> Act:
    at_ms, recorded_ms, rate, dose, corrects = rest
    return Act(
        id=str(key), kind=kind, at_ms=at_ms, recorded_ms=recorded_ms, rate_ug_per_h=rate,
        dose_ug=dose, corrects=str(corrects) if corrects else None,
    )  # fmt: skip


def _diary(clinic: uuid.UUID, people: Mapping[uuid.UUID, int], at: datetime) -> Rows:
    """The mean of a day's answers that stand, in 60ths of a point: whole for up to six."""
    rows = list(
        DiaryEntry.of(clinic)
        .filter(recorded_at__lte=at)
        .exclude(extras__has_key=LATE)
        .values_list("pk", "patient_id", "day", "average_pain", "corrects_id")
    )
    replaced = {row[4] for row in rows if row[4]}
    days: dict[tuple[int, date], list[int]] = {}
    for key, patient, day, pain, _corrects in rows:
        if key not in replaced and pain is not None and patient in people:
            days.setdefault((people[patient], day), []).append(pain)
    return [
        (number, (day - EPOCH).days, 60 * sum(pains) // len(pains))
        for (number, day), pains in sorted(days.items())
    ]


def _scores(clinic: uuid.UUID, people: Mapping[uuid.UUID, int], at: datetime) -> Rows:
    rows = list(
        QuestionnaireResponse.of(clinic)
        .filter(instrument__in=("peg", "pgic"), recorded_at__lte=at)
        .order_by("measured_at", "recorded_at", "id")
    )
    # A form may be replaced by one that is not complete: that takes it back.
    replaced = {row.corrects_id for row in rows}
    found: Rows = []
    for row in rows:
        if not row.complete or row.pk in replaced or row.patient_id not in people:
            continue
        told = {row.instrument: (row.score or {}).get("total")}
        if row.instrument == "peg":
            told["peg.pain"] = row.answers.get("pain")
        moment = (_day(row.measured_at, clinic), int(row.measured_at.timestamp()))
        for name, value in told.items():
            if value is not None:
                micro = int(Decimal(str(value)) * MICRO)
                found.append((people[row.patient_id], *moment, name, micro))
    return found


def _events(clinic: uuid.UUID, people: Mapping[uuid.UUID, int], at: datetime) -> Rows:
    rows = list(AdverseEvent.of(clinic).filter(recorded_at__lte=at, encounter__isnull=False))
    replaced = {row.corrects_id for row in rows}
    return [
        (people[row.patient_id], str(row.encounter_id), row.term, row.grade, int(row.serious))
        for row in rows
        if row.pk not in replaced and not row.retracts and row.patient_id in people
    ]


def _opioids(
    clinic: uuid.UUID, people: Mapping[uuid.UUID, int], firsts: Mapping[int, int], at: datetime
) -> Rows:
    """Runs of days with one known dose; a dose that is not known is no run."""
    today = at.astimezone(zone_of(clinic)).date()
    before = rules(on=today).baseline_window_days
    found: Rows = []
    for key, number in people.items():
        first = EPOCH + timedelta(days=firsts[number] - before)
        days = opioids.days(clinic=clinic, patient=key, first=first, last=today)
        known = [(one.day, int(one.mme * MICRO)) for one in days if one.mme is not None]
        found += [(number, *run) for run in _runs(known)]
    return found


def _runs(known: Iterable[tuple[date, int]]) -> list[tuple[int, int, int]]:
    runs: list[tuple[int, int, int]] = []
    for day, dose in known:
        number = (day - EPOCH).days
        if runs and runs[-1][1] == number and runs[-1][2] == dose:
            runs[-1] = (runs[-1][0], number + 1, dose)
        else:
            runs.append((number, number + 1, dose))
    return runs

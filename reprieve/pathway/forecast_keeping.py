"""Each night's forecasts, kept as they are made, and how such forecasts did over the clinic.

A forecast that is kept can be held against what came; one that is made afterwards cannot.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from django.db.models import Max

from reprieve.knowledge import BadValue
from reprieve.outcomes.forecasts import Past, compare, record
from reprieve.outcomes.rules import rules
from reprieve.pathway import clock, forecast
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import PathwayError
from reprieve.pathway.forecast import Outlook
from reprieve.pathway.permissions import Actor, system
from reprieve.records.models import Act, DiaryEntry, EpisodeOfCare, Forecast
from reprieve.records.queries import clinics, forecasts, treatments
from reprieve.records.queries.treatments import zone_of

# How one forecast after another is made, in order: `map`, or that of a pool of processes.
Over = Callable[[Callable[[uuid.UUID], Outlook | None], Iterable[uuid.UUID]], Iterable[Any]]

MAKE = "forecast.make"
STATES = ("in_series", "follow_up", "maintenance")
# What was written longer ago has been learnt from on an earlier night.
NEWS = timedelta(days=14)
# So many are written in one transaction: the write lock is held for milliseconds.
AT_ONCE = 50
# Weeks ahead of which the clinic's record speaks; the first counts as one.
AHEAD = (1, 3, 7, 11)
RECORD = timedelta(days=365)


def make_every_clinic(over: Over = map) -> int:
    """This function will keep the night's forecasts of each clinic that has none of today."""
    return sum(
        make_all(clinic=one.id, at=clock.now(one.id), over=over) for one in clinics.clinics()
    )


def wanted() -> int:
    """This function will count the patients whose forecast of today is still to be made."""
    return sum(len(_open(one.id, clock.now(one.id))) for one in clinics.clinics())


def make_all(*, clinic: uuid.UUID, at: datetime, over: Over = map) -> int:
    """This function will forecast for every patient whose diary has news, once a day.

    What one patient's records refuse never stops the others. Returns how many were kept.
    """
    actor, day = system(clinic, "jobs"), _day(clinic, at)
    due = _open(clinic, at)
    if not due:
        return 0
    kept = 0
    made = zip(due, over(partial(_of, clinic, at), due), strict=True)
    while found := list(islice(made, AT_ONCE)):
        rows = [(patient, outlook) for patient, outlook in found if outlook is not None]
        if rows:
            _keep(rows, actor=actor, at=at, day=day)
            kept += len(rows)
    perform(
        MAKE, actor=actor, uid=_night(clinic, day), at=at,
        work=lambda: Done(subject_kind="clinic", subject=clinic, detail={"kept": kept}),
    )  # fmt: skip
    return kept


def _open(clinic: uuid.UUID, at: datetime) -> list[uuid.UUID]:
    """The patients still to be forecast for: none after the day's forecasts were finished."""
    day = _day(clinic, at)
    finished = Act.objects.filter(pk=_night(clinic, day)).exists()
    return [] if finished else _due(clinic, day)


def _day(clinic: uuid.UUID, at: datetime) -> date:
    return at.astimezone(zone_of(clinic)).date()


def _night(clinic: uuid.UUID, day: date) -> uuid.UUID:
    return uuid.uuid5(clinic, f"forecasts {day.isoformat()}")


def _due(clinic: uuid.UUID, day: date) -> list[uuid.UUID]:
    """Patients in treatment with something new in the diary since their last forecast."""
    rows = EpisodeOfCare.of(clinic).filter(state__in=STATES)
    treated = set(rows.values_list("patient_id", flat=True))
    news = DiaryEntry.of(clinic).filter(day__gte=day - NEWS).values("patient_id")
    written = dict(news.annotate(last=Max("recorded_at")).values_list("patient_id", "last"))
    kept = Forecast.of(clinic).filter(day__gte=day - NEWS).values("patient_id")
    known = {
        patient: (last, at)
        for patient, last, at in kept.annotate(last=Max("day"), at=Max("recorded_at")).values_list(
            "patient_id", "last", "at"
        )
    }
    return sorted(
        patient
        for patient, last in written.items()
        if patient in treated
        and (patient not in known or (known[patient][0] < day and known[patient][1] < last))
    )


def _of(clinic: uuid.UUID, at: datetime, patient: uuid.UUID) -> Outlook | None:
    with contextlib.suppress(BadValue, PathwayError):
        found = forecast.next_weeks(clinic=clinic, patient=patient, at=at)
        return found if found.problem is None else None
    return None


def _keep(
    rows: Sequence[tuple[uuid.UUID, Outlook]], *, actor: Actor, at: datetime, day: date
) -> None:
    def work() -> Done:
        for patient, found in rows:
            Forecast.objects.add(
                clinic_id=actor.clinic, patient_id=patient, day=day, model=found.model,
                version=found.version, entries=found.entries, recorded_at=at,
                responder_probability=found.responder_probability, fits=found.fits,
                weeks=[[round(w.mean, 3), round(w.low, 3), round(w.high, 3)] for w in found.weeks],
            )  # fmt: skip
        return Done(subject_kind="forecast", subject=rows[0][0], detail={"kept": len(rows)})

    perform(
        MAKE, actor=actor, uid=uuid.uuid5(rows[0][0], f"forecasts {day.isoformat()}"), at=at,
        work=work,
    )  # fmt: skip


def of_clinic(*, clinic: uuid.UUID, at: datetime) -> dict[str, Any]:
    """This function will tell how a year's forecasts did over all patients, by weeks ahead.

    Those that said that the model did not fit are left out, and counted. All None where fewer
    patients could be compared than the registry shows.
    """
    day = _day(clinic, at)
    in_force = rules(on=day)
    past: dict[int, list[Past]] = {ahead: [] for ahead in AHEAD}
    patients: dict[int, int] = dict.fromkeys(AHEAD, 0)
    for patient, said in forecasts.by_patient(clinic=clinic, since=day - RECORD):
        daily = forecast.daily_pain(clinic=clinic, patient=patient)
        given = treatments.infusions(clinic=clinic, patient=patient, at=at)
        for ahead in AHEAD:
            found = compare(
                said, daily=daily, infusions=[one.day for one in given], until=day, ahead=ahead,
                rules=in_force,
            )  # fmt: skip
            past[ahead] += found
            patients[ahead] += any(one.counts for one in found)
    lines = [_line(a + 1, past[a], patients[a], in_force.group_min_patients) for a in AHEAD]
    return {"least": in_force.group_min_patients, "lines": lines}


def _line(week: int, past: Sequence[Past], patients: int, least: int) -> dict[str, Any]:
    if patients < least:
        names = ("patients", "compared", "inside", "off_by", "left_out")
        return {"week": week, **dict.fromkeys(names)}
    told = record(past)
    return {
        "week": week, "patients": patients, "compared": told.compared, "inside": told.inside,
        "off_by": told.off_by, "left_out": told.left_out,
    }  # fmt: skip

"""How much ketamine a patient had here, and when: courses, milligrams, days since."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reprieve.clinical.how_long import how_long
from reprieve.records import instants
from reprieve.records.models import InfusionState, StateChange
from reprieve.records.queries import clinics, courses

YEAR = timedelta(days=365)
COMPLETED = "series.complete"
MULTIDAY = 3  # a run of this many consecutive days counts as a course of several days


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One infusion that was given: when it started, and micrograms up to now, rounded up.

    `is_planned`: it was given under a plan of this clinic, not brought in from elsewhere.
    """

    encounter: uuid.UUID
    started_at: datetime
    given_ug: int
    is_planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What was given here. `runs` are first and last days without a free day between.

    `under_way_since` is the first day of a course that is not finished, None without one.
    """

    infusions: tuple[Given, ...]
    mg_last_365_d: float
    courses_last_365_d: int
    runs: tuple[tuple[date, date], ...]
    under_way_since: date | None

    @property
    def last_multiday(self) -> date | None:
        """The last day of the newest run of several days, finished or not; None without one."""
        ends = [last for first, last in self.runs if (last - first).days + 1 >= MULTIDAY]
        return ends[-1] if ends else None

    @property
    def last_multiday_end(self) -> date | None:
        """The last day of the newest finished run of several days, None without one."""
        ends = [last for first, last in self.runs if (last - first).days + 1 >= MULTIDAY]
        finished = [one for one in ends if not self._is_under_way(one)]
        return finished[-1] if finished else None

    def _is_under_way(self, day: date) -> bool:
        return self.under_way_since is not None and day >= self.under_way_since


def of(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Exposure:
    """This function will sum up what a patient was given in this clinic until `at`."""
    zone = ZoneInfo(clinics.clinic(clinic).timezone)
    given = _given(clinic, patient, at)
    year = [one for one in given if at - one.started_at <= YEAR]
    completed = _completed_at(clinic, patient, at)
    open_days = [
        one.started_at.astimezone(zone).date()
        for one in given
        if one.is_planned and (completed is None or one.started_at > completed)
    ]
    return Exposure(
        infusions=given,
        mg_last_365_d=sum(one.given_ug for one in year) / 1000,
        courses_last_365_d=len(_runs([one.started_at.astimezone(zone).date() for one in year])),
        runs=_runs([one.started_at.astimezone(zone).date() for one in given]),
        under_way_since=_goes_on_since(open_days, at.astimezone(zone).date()),
    )


def _completed_at(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> datetime | None:
    """When the newest series was over: after its last infusion, or ended early."""
    rows = StateChange.of(clinic).filter(
        episode__patient_id=patient, act=COMPLETED, recorded_at__lte=at
    )
    return rows.order_by("-recorded_at").values_list("recorded_at", flat=True).first()


def _goes_on_since(days: Sequence[date], today: date) -> date | None:
    """Back from today over days that are not too far apart, to the first of the course."""
    since, later = None, today
    for day in sorted(set(days), reverse=True):
        if later - day > how_long().course_pause:
            break
        since = later = day
    return since


def _given(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> tuple[Given, ...]:
    until_ms = instants.ms(at)
    rows = InfusionState.of(clinic).filter(patient_id=patient, started_ms__lte=until_ms)
    return tuple(
        Given(
            encounter=encounter,
            started_at=instants.moment(started_ms),
            given_ug=courses.of(clinic=clinic, encounter=encounter).given_ug(until_ms),
            is_planned=plan is not None,
        )
        for encounter, started_ms, plan in rows.order_by("started_ms").values_list(
            "encounter_id", "started_ms", "encounter__plan_id"
        )
        if started_ms is not None
    )


def _runs(days: Sequence[date]) -> tuple[tuple[date, date], ...]:
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and (day - found[-1][1]).days <= 1:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)

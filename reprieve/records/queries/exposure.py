"""How much ketamine a patient had here, and when: courses, milligrams, days since."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reprieve.records.models import InfusionState
from reprieve.records.queries import clinics, courses

YEAR = timedelta(days=365)
MULTIDAY = 3  # a run of this many consecutive days counts as a course of several days


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One infusion that was given: when it started, and micrograms up to now, rounded up."""

    encounter: uuid.UUID
    started_at: datetime
    given_ug: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What was given here. `runs` are first and last days without a free day between."""

    infusions: tuple[Given, ...]
    mg_last_365_d: float
    courses_last_365_d: int
    runs: tuple[tuple[date, date], ...]

    @property
    def last_multiday_end(self) -> date | None:
        """The last day of the newest run of several days, None without one."""
        ends = [last for first, last in self.runs if (last - first).days + 1 >= MULTIDAY]
        return ends[-1] if ends else None


def of(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Exposure:
    """This function will sum up what a patient was given in this clinic until `at`."""
    zone = ZoneInfo(clinics.clinic(clinic).timezone)
    given = _given(clinic, patient, at)
    year = [one for one in given if at - one.started_at <= YEAR]
    return Exposure(
        infusions=given,
        mg_last_365_d=sum(one.given_ug for one in year) / 1000,
        courses_last_365_d=len(_runs([one.started_at.astimezone(zone).date() for one in year])),
        runs=_runs([one.started_at.astimezone(zone).date() for one in given]),
    )


def _given(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> tuple[Given, ...]:
    until_ms = round(at.timestamp() * 1000)
    rows = InfusionState.of(clinic).filter(patient_id=patient, started_ms__lte=until_ms)
    return tuple(
        Given(
            encounter=encounter,
            started_at=datetime.fromtimestamp(started_ms / 1000, UTC),
            given_ug=courses.of(clinic=clinic, encounter=encounter).given_ug(until_ms),
        )
        for encounter, started_ms in rows.order_by("started_ms").values_list(
            "encounter_id", "started_ms"
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

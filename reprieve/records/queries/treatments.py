"""What was given to a patient, as courses: a series with its infusions, or one booster."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reprieve.outcomes.weeks import Course
from reprieve.records import instants
from reprieve.records.models import InfusionState
from reprieve.records.queries import clinics, courses

# Infusions of one kind of plan that lie closer than this are one course.
GAP_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """One infusion that ran: the clinic's day, start and end (None while it runs), micrograms."""

    encounter: uuid.UUID
    day: date
    started_at: datetime
    ended_at: datetime | None
    given_ug: int
    plan: uuid.UUID | None
    is_booster: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One course with its infusions. `course` is what the outcomes count from."""

    infusions: tuple[Infusion, ...]
    is_booster: bool
    course: Course


def zone_of(clinic: uuid.UUID) -> ZoneInfo:
    """This function will return the clinic's time zone."""
    return ZoneInfo(clinics.clinic(clinic).timezone)


def infusions(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[Infusion]:
    """This function will list the infusions a patient had until `at`, oldest first."""
    zone, until_ms = zone_of(clinic), instants.ms(at)
    rows = InfusionState.of(clinic).filter(patient_id=patient, started_ms__lte=until_ms)
    found = list(rows.select_related("encounter__plan").order_by("started_ms", "id"))
    ran = courses.of_many(clinic=clinic, encounters=[row.encounter_id for row in found])
    return [
        _infusion(row, zone, given_ug=ran[row.encounter_id].given_ug(until_ms)) for row in found
    ]


def treatments(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[Treatment]:
    """This function will put a patient's infusions together as courses, oldest first."""
    groups = _groups(infusions(clinic=clinic, patient=patient, at=at))
    nexts = [group[0].day for group in groups[1:]]
    return [
        _treatment(group, nexts[n] if n < len(nexts) else None) for n, group in enumerate(groups)
    ]


def _infusion(row: InfusionState, zone: ZoneInfo, *, given_ug: int) -> Infusion:
    started = instants.moment(row.started_ms or 0)
    plan = row.encounter.plan
    return Infusion(
        encounter=row.encounter_id, day=started.astimezone(zone).date(), started_at=started,
        ended_at=instants.known(row.ended_ms),
        given_ug=given_ug,
        plan=row.encounter.plan_id, is_booster=bool(plan and plan.is_booster),
    )  # fmt: skip


def _groups(found: Sequence[Infusion]) -> list[list[Infusion]]:
    groups: list[list[Infusion]] = []
    for one in found:
        if groups and _belongs(one, groups[-1][-1]):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _belongs(one: Infusion, before: Infusion) -> bool:
    """A changed plan goes on with its series; every booster plan is a course of its own."""
    if one.is_booster != before.is_booster or (one.is_booster and one.plan != before.plan):
        return False
    return (one.day - before.day).days <= GAP_DAYS


def _treatment(group: Sequence[Infusion], next_day: date | None) -> Treatment:
    course = Course(
        started_at=group[0].started_at, first_infusion=group[0].day, last_infusion=group[-1].day,
        infusions=len(group), follow_up_ends=next_day,
    )  # fmt: skip
    return Treatment(infusions=tuple(group), is_booster=group[0].is_booster, course=course)

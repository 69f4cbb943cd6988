"""The opioid dose of each day, from what was written down about medicines at that time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from reprieve.clinical import medicine_names
from reprieve.clinical.mme import OpioidDose, factor
from reprieve.knowledge import BadValue
from reprieve.outcomes.opioids import DayMme, OpioidDay, daily_mme
from reprieve.records.models import MedicationStatement, Observation
from reprieve.records.queries import diary, observations
from reprieve.records.queries.medicines import LOOKED_UP, NONE_TAKEN
from reprieve.records.queries.treatments import zone_of

Rows = Sequence[MedicationStatement]
STATED = "opioid_mme"  # a daily sum that an import states, until medicines are on file


def days(*, clinic: uuid.UUID, patient: uuid.UUID, first: date, last: date) -> tuple[DayMme, ...]:
    """This function will sum the opioids of each day that is known, in morphine equivalents.

    Doses are those on file that day, as-needed ones as the diary tells them. A day before anybody
    asked, with an opioid whose dose is not known, or with a medicine in no list that nobody has
    looked up, is left out.
    """
    zone = zone_of(clinic)
    rows = _rows(clinic, patient)
    asked = _asked_on(clinic, patient, rows, zone)
    until = last + timedelta(days=1) if asked is None else asked
    stated = _stated(clinic, patient, first, min(until, last + timedelta(days=1)), zone)
    if asked is None:
        return stated
    start = max(first, asked)
    run = [start + timedelta(days=n) for n in range((last - start).days + 1)]
    looked_up = _looked_up(clinic, patient)
    told = diary.extra_doses(clinic=clinic, patient=patient)
    known = [_day(day, rows, zone, looked_up, extra=told.get(day)) for day in run]
    return (*stated, *daily_mme(days=[day for day in known if day is not None]))


def rescue(*, clinic: uuid.UUID, patient: uuid.UUID) -> dict[date, Decimal]:
    """This function will give the extra opioid of each day of the diary, in morphine equivalents.

    It is the extra doses times what one dose holds, of the one opioid on file that day as taken as
    needed. A day is left out where none or several are on file, or where none has a factor.
    """
    told = diary.extra_doses(clinic=clinic, patient=patient)
    found = {day: Decimal(0) for day, count in told.items() if count == 0}
    if len(found) == len(told):
        return found
    zone, rows = zone_of(clinic), _rows(clinic, patient)
    for day, count in told.items():
        each = _one_dose(_standing(day, rows, zone))
        if count and each is not None:
            found[day] = count * each
    return found


def _one_dose(standing: Rows) -> Decimal | None:
    only = _as_needed(standing)
    if only is None or only.mg_per_dose is None:
        return None
    try:
        return only.mg_per_dose * factor(_name(only.name))
    except BadValue:  # buprenorphine, or an opioid that no table names
        return None


def _as_needed(standing: Rows) -> MedicationStatement | None:
    """The opioid that extra doses are of: with several on file nobody knows which was taken."""
    found = [row for row in standing if row.mg_per_dose is not None and _is_opioid(row.name)]
    return found[0] if len(found) == 1 else None


def _rows(clinic: uuid.UUID, patient: uuid.UUID) -> list[MedicationStatement]:
    rows = MedicationStatement.of(clinic).filter(patient_id=patient, is_failed_therapy=False)
    return list(rows.order_by("recorded_at", "id"))


def _standing(day: date, rows: Rows, zone: ZoneInfo) -> list[MedicationStatement]:
    """What was on file on a day and not taken off by then."""
    on_file = [row for row in rows if row.recorded_at.astimezone(zone).date() <= day]
    replaced = {row.corrects_id for row in on_file}
    return [row for row in on_file if row.pk not in replaced and row.active]


def _stated(
    clinic: uuid.UUID, patient: uuid.UUID, first: date, until: date, zone: ZoneInfo
) -> tuple[DayMme, ...]:
    """Each day before `until` by the newest sum that was stated on it or before.

    A row without a sum says that it is not known from then on; one that strikes another through
    says nothing.
    """
    rows = list(
        Observation.of(clinic).filter(patient_id=patient, code=STATED).order_by("measured_at")
    )
    replaced = {row.corrects_id for row in rows}
    steps = {
        row.measured_at.astimezone(zone).date(): None if row.value is None else Decimal(row.value)
        for row in rows
        if row.pk not in replaced and (row.value is not None or row.corrects_id is None)
    }
    found = []
    for n in range((until - first).days):
        day = first + timedelta(days=n)
        since = max((step for step in steps if step <= day), default=None)
        dose = None if since is None else steps[since]
        if dose is not None:
            found.append(
                DayMme(day=day, mme=dose, buprenorphine_mg=Decimal(0), without_factor=())
            )
    return tuple(found)


def _asked_on(
    clinic: uuid.UUID, patient: uuid.UUID, rows: Rows, zone: ZoneInfo
) -> date | None:
    none = Observation.of(clinic).filter(patient_id=patient, code=NONE_TAKEN)
    moments: list[datetime] = [row.recorded_at for row in rows[:1]]
    moments += none.order_by("measured_at").values_list("measured_at", flat=True)[:1]
    return min(moments).astimezone(zone).date() if moments else None


def _looked_up(clinic: uuid.UUID, patient: uuid.UUID) -> frozenset[str]:
    """What a medicine is holds for the days before it was looked up as well."""
    said = observations.newest(clinic=clinic, patient=patient, codes=[LOOKED_UP]).get(LOOKED_UP)
    return frozenset(said.value or ()) if said else frozenset()


def _day(
    day: date, rows: Rows, zone: ZoneInfo, looked_up: frozenset[str], *, extra: int | None
) -> OpioidDay | None:
    standing = _standing(day, rows, zone)
    if any(medicine_names.is_strange(row.name, looked_up) for row in standing):
        return None
    only = _as_needed(standing)
    doses = []
    for row in standing:
        if not _is_opioid(row.name):
            continue
        amount = _amount(row, extra=extra if row is only else None)
        if amount is None:
            return None
        doses.append(OpioidDose(drug=_name(row.name), amount=amount))
    return OpioidDay(day=day, doses=tuple(doses))


def _amount(row: MedicationStatement, *, extra: int | None) -> Decimal | None:
    """What was taken of one opioid: regularly, and as needed where the diary tells how often."""
    if extra is None or row.mg_per_dose is None:
        return row.mg_per_day
    return (row.mg_per_day or Decimal(0)) + extra * row.mg_per_dose


def _name(name: str) -> str:
    found = medicine_names.find(name)
    return found.name if found else name.strip().casefold()


def _is_opioid(name: str) -> bool:
    found = medicine_names.find(name)
    return found is not None and "opioids" in found.classes

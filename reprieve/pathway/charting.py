"""What people measure and see in the chair: saved as one set with one measured time.

A value that cannot be is refused with its limits named. What was wrong is struck through and
stays; the value that stands for it is a row of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import events as ev
from reprieve.monitoring import mean_pressure, vitals
from reprieve.monitoring.vitals import Reading
from reprieve.pathway import alarm_fold, alarm_policy, infusion, infusion_stream, observations
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import InfusionState, Observation

# Scores from 0 to 10 as the patient says them, and oxygen; signals and RASS come from `vitals`.
SCORES = ("pain", "dissociation", "nausea", "anxiety")
OXYGEN = "o2_l_per_min"
LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {**dict.fromkeys(SCORES, (0, 10)), OXYGEN: (0, 15)}
)
UNITS = {**dict.fromkeys(SCORES, "{score}"), OXYGEN: "L/min"}
OLDEST = timedelta(hours=24)
Number = Decimal | int | float


def codes() -> tuple[str, ...]:
    """This function will list what a set may hold."""
    return (*vitals.signals(), *vitals.scores(), *LIMITS)


def save_set(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
    values: Mapping[str, Number],
    measured_at: datetime | None = None,
    note: str = "",
    beside: bool = False,
) -> dict[str, Any]:
    """This function will save one set of observations and let it change the alarms.

    `values` by code (`codes()`): vital signs in their units, `rass`, scores 0 to 10, oxygen in
    L/min; `beside` makes it an addendum. Raises BadValue naming the code and its limits; then
    nothing is saved.
    """

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        saved = chart(
            row, values, actor=actor, at=at, measured_at=measured_at, note=note, beside=beside
        )
        return Done(
            subject_kind="encounter", subject=encounter,
            result={"set": str(saved[0].set_id)}, detail={"codes": sorted(values)},
        )  # fmt: skip

    return perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)


def chart(
    row: InfusionState,
    values: Mapping[str, Number],
    *,
    actor: Actor,
    at: datetime,
    measured_at: datetime | None = None,
    note: str = "",
    beside: bool = False,
) -> list[Observation]:
    """This function will save a set inside the caller's act, whose row is locked."""
    if row.state == "cancelled":
        raise NotNow(N_("The infusion was cancelled."))
    moment = measured(measured_at, at)
    plausible = checked(values)
    saved = observations.write(
        [Told(code=code, value=value, unit=unit_of(code)) for code, value in plausible.items()],
        actor=actor, at=at, measured_at=moment, patient=row.patient_id,
        encounter=row.encounter_id, knowledge=vitals.knowledge().version,
        addendum=beside
        or infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id),
    )  # fmt: skip
    if note.strip():
        said = infusion.Happened(kind="noted", at=moment, note=note, detail={"about": "set"})
        infusion.append(row, said, actor=actor, at=at)
    _fold(row, plausible, moment, at)
    return saved


def checked(values: Mapping[str, Number]) -> dict[str, Number]:
    """This function will return the values of a set. Raises BadValue naming what cannot be."""
    if not values:
        raise BadValue("values", "at least one value is needed")
    if ("sbp" in values) != ("dbp" in values):
        raise BadValue("dbp" if "sbp" in values else "sbp", "both pressures are needed")
    found = {code: _plausible(code, value) for code, value in values.items()}
    if "sbp" in found:
        vitals.by_hand_pressure(sbp=float(found["sbp"]), dbp=float(found["dbp"]))
    return found


def _plausible(code: str, value: Number) -> Number:
    if code in LIMITS:
        low, high = LIMITS[code]
        if not low <= value <= high:
            raise BadValue(code, f"{value} is not between {low} and {high}")
        return value
    if code not in codes():
        raise BadValue("values", f"unknown {code!r}; known: {', '.join(codes())}")
    vitals.by_hand(code, float(value))
    if code in vitals.scores() and value != int(value):
        raise BadValue(code, f"{value} is not a whole number")
    return value


def measured(measured_at: datetime | None, at: datetime) -> datetime:
    """This function will return when it happened. Raises BadValue for the future or long ago."""
    moment = measured_at or at
    if ms(moment) > ms(at) + infusion.FUTURE_MS:
        raise BadValue("measured_at", "is in the future")
    if at - moment > OLDEST:
        raise BadValue("measured_at", "is more than a day ago")
    return moment


def unit_of(code: str) -> str:
    """This function will return the UCUM unit of what a set may hold."""
    return UNITS.get(code) or vitals.signal(code).unit


def correct(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
    observation: uuid.UUID,
    value: Number | None,
    reason: str,
) -> None:
    """This function will strike a typed value through; `value` None puts nothing in its place.

    Both rows stay. Raises BadValue without a reason, NotNow for what is struck already.
    """
    if not reason.strip():
        raise BadValue("reason", "is needed")

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        old = _correctable(row, observation)
        _strike(row, old, value, actor=actor, at=at, reason=reason)
        return Done(subject_kind="observation", subject=old.pk, detail={"code": old.code})

    perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)


def _correctable(row: InfusionState, observation: uuid.UUID) -> Observation:
    rows = Observation.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    old = rows.filter(pk=observation).first()
    if old is None:
        raise NotFound(N_("There is no such entry on this chart."))
    if rows.filter(corrects_id=old.pk).exists():
        raise NotNow(N_("This entry is already corrected."))
    return old


def _strike(
    row: InfusionState,
    old: Observation,
    value: Number | None,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
) -> None:
    new = None if value is None else _plausible(old.code, value)
    note = notes.write(
        reason.strip(), clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
    )
    Observation.objects.add(
        clinic_id=row.clinic_id, patient_id=row.patient_id, encounter_id=row.encounter_id,
        code=old.code, value=observations.plain(new), unit=old.unit, measured_at=old.measured_at,
        provenance="typed", mode=old.mode, set_id=old.set_id, note=note, corrects=old,
        knowledge=vitals.knowledge().version, recorded_at=at, by_id=actor.practitioner,
        addendum=infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id),
    )  # fmt: skip
    alarm_policy.forget_baseline(row.encounter_id)
    _withdraw(row, old, at)
    values = {} if new is None else {old.code: new, **_other_pressure(row, old)}
    _fold(row, values, old.measured_at, at)


def _withdraw(row: InfusionState, old: Observation, at: datetime) -> None:
    """Take the value back, and with a pressure the mean that was worked out of it."""
    codes = {old.code}
    if old.code in mean_pressure.PRESSURES and mean_pressure.MEAN not in _beside(row, old):
        codes.add(mean_pressure.MEAN)
    events = [
        ev.Withdrawn(at_ms=ms(at), signal=code, taken_ms=ms(old.measured_at))
        for code in sorted(codes)
    ]
    alarm_fold.fold(
        clinic=row.clinic_id, encounter=row.encounter_id, events=events, recorded_ms=ms(at)
    )


def _other_pressure(row: InfusionState, old: Observation) -> dict[str, Number]:
    """The other value of a struck pressure, with which a mean is worked out anew."""
    if old.code not in mean_pressure.PRESSURES:
        return {}
    wanted = mean_pressure.PRESSURES - {old.code} | {mean_pressure.MEAN}
    return {code: value for code, value in _beside(row, old).items() if code in wanted}


def _beside(row: InfusionState, old: Observation) -> dict[str, Number]:
    """What stands in the same set, corrections taken in."""
    rows = list(Observation.of(row.clinic_id).filter(set_id=old.set_id))
    replaced = {one.corrects_id for one in rows}
    return {
        one.code: one.value for one in rows if one.pk not in replaced and one.value is not None
    }


def _fold(
    row: InfusionState, values: Mapping[str, Number], moment: datetime, at: datetime
) -> None:
    """Let typed values change the alarms and the schedule, and tell the open pages."""
    known = {*vitals.signals(), *vitals.scores()}
    readings = [
        Reading(
            signal=code, value=float(value), at_ms=ms(moment), recorded_ms=ms(at), source="hand"
        )
        for code, value in values.items()
        if code in known
    ]
    alarm_fold.fold_readings(
        clinic=row.clinic_id, encounter=row.encounter_id, recorded_ms=ms(at),
        readings=mean_pressure.with_mean(readings),
    )  # fmt: skip
    alarm_fold.expect(clinic=row.clinic_id, encounter=row.encounter_id, at_ms=ms(at))
    infusion.announce(row.clinic_id, row.encounter_id, at)

"""Which observation of an infusion is due when, from what was charted by hand and by feed."""

from __future__ import annotations

import uuid

from reprieve.clinical.regimens import regimens
from reprieve.monitoring import schedule
from reprieve.monitoring.course import SETTING, STOPPING
from reprieve.monitoring.schedule import CareEvent, Due, EventKind
from reprieve.records.models import (
    InfusionEvent,
    InfusionState,
    MedicationAdministration,
    Observation,
)

# What the schedule asks for, and the charted codes that answer it.
ANSWERS = {
    "heart_rate": ("heart_rate", "pulse_rate"),
    "spo2": ("spo2",),
    "blood_pressure": ("sbp",),
    "respiratory_rate": ("respiratory_rate",),
    "sedation": ("rass", "moaas"),
    "dissociation": ("dissociation", "cadss6"),
    "pain": ("pain",),
}
ASKED = {code: what for what, codes in ANSWERS.items() for code in codes}
# What the alarm waits for in a chair by hand; scores of comfort are shown as due, and do not sound.
VITAL = frozenset({"heart_rate", "spo2", "blood_pressure", "respiratory_rate", "sedation"})
LIVE = frozenset({"running", "paused", "stopped", "recovery"})
ENDING = frozenset({"patient_left", "transferred", "discharged"})


def due(*, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> tuple[Due, ...]:
    """This function will return what is due next in a chair, soonest first."""
    rows = InfusionState.of(clinic).select_related("encounter__plan")
    row = rows.filter(encounter_id=encounter).first()
    if row is None or row.state not in LIVE | {"prepared"}:
        return ()
    happened = [*_acts(clinic, encounter), *_typed(clinic, encounter), *_sent(row)]
    first = min((e.at_ms for e in happened), default=at_ms)
    happened.append(CareEvent(kind="check", at_ms=first))
    chair: schedule.Chair = "by_hand" if row.by_hand else "feed"
    return schedule.due(_schedule(row), happened, at_ms=at_ms, chair=chair)


def _schedule(row: InfusionState) -> schedule.Schedule:
    """The schedule that the plan's regimen names; without a plan the standard one."""
    plan = row.encounter.plan
    known = regimens().get(plan.regimen) if plan else None
    return schedule.named(known.observation_schedule) if known else schedule.shipped()


def next_by_hand_ms(*, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> int | None:
    """This function will tell when the next vital observation is due in a chair by hand.

    None in a chair with a feed (its silence is the alarm there) and before the start.
    """
    row = InfusionState.of(clinic).filter(encounter_id=encounter).first()
    if row is None or not row.by_hand or row.state not in LIVE:
        return None
    found = due(clinic=clinic, encounter=encounter, at_ms=at_ms)
    return min((d.due_ms for d in found if d.what in VITAL), default=None)


def _acts(clinic: uuid.UUID, encounter: uuid.UUID) -> list[CareEvent]:
    rows = InfusionEvent.of(clinic).filter(encounter_id=encounter)
    acts = [(_kind(kind), at_ms) for kind, at_ms in rows.values_list("kind", "at_ms")]
    given = MedicationAdministration.of(clinic).filter(encounter_id=encounter)
    rescue = [CareEvent(kind="rescue", at_ms=t) for t in given.values_list("at_ms", flat=True)]
    return [*rescue, *(CareEvent(kind=kind, at_ms=at_ms) for kind, at_ms in acts if kind)]


def _kind(kind: str) -> EventKind | None:
    if kind in ENDING:
        return "end"
    if kind in {"stopped", "ended"}:
        return "stop"
    if kind in {"started", "restarted"}:
        return "start"
    return "rate_change" if kind in SETTING | STOPPING | {"bolus"} else None


def _typed(clinic: uuid.UUID, encounter: uuid.UUID) -> list[CareEvent]:
    rows = list(
        Observation.of(clinic)
        .filter(encounter_id=encounter, code__in=list(ASKED))
        .values_list("id", "code", "measured_at", "corrects_id", "value")
    )
    replaced = {corrects for _, _, _, corrects, _ in rows if corrects}
    return [
        CareEvent(kind="observed", at_ms=round(at.timestamp() * 1000), what=ASKED[code])
        for pk, code, at, _, value in rows
        if pk not in replaced and value is not None
    ]


def _sent(row: InfusionState) -> list[CareEvent]:
    """What the monitor measured last of each signal, as the alarms have followed it."""
    tracks = row.alarm_fold.get("tracks", {})
    return [
        CareEvent(kind="observed", at_ms=track["seen_ms"], what=ASKED[signal])
        for signal, track in tracks.items()
        if signal in ASKED and track["seen_ms"] is not None
    ]

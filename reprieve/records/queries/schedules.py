"""Which observation of an infusion is due when, from what was charted by hand and by feed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence

from reprieve.clinical.regimens import regimens
from reprieve.monitoring import schedule
from reprieve.monitoring.course import SETTING, STOPPING
from reprieve.monitoring.schedule import CareEvent, Due, EventKind
from reprieve.records import instants
from reprieve.records.models import (
    InfusionEvent,
    InfusionState,
    MedicationAdministration,
    Observation,
)
from reprieve.records.models.infusion import ENTERED_IN_ERROR

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
# What was charted in whose chair.
Happened = tuple[uuid.UUID, CareEvent]
ENDING = frozenset({"patient_left", "transferred", "discharged"})


def due(*, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> tuple[Due, ...]:
    """This function will return what is due next in a chair, soonest first."""
    return of_chairs(clinic=clinic, encounters=[encounter], at_ms=at_ms).get(encounter, ())


def of_chairs(
    *, clinic: uuid.UUID, encounters: Sequence[uuid.UUID], at_ms: int
) -> dict[uuid.UUID, tuple[Due, ...]]:
    """This function will return what is due next in each chair in use, soonest first."""
    rows = InfusionState.of(clinic).select_related("encounter__plan")
    found = {row.encounter_id: row for row in rows.filter(encounter_id__in=list(encounters))}
    open_ = {one: row for one, row in found.items() if row.state in LIVE | {"prepared"}}
    happened: dict[uuid.UUID, list[CareEvent]] = {one: [] for one in open_}
    for encounter, event in (*_acts(clinic, open_), *_typed(clinic, open_)):
        happened[encounter].append(event)
    return {one: _due(row, happened[one], at_ms) for one, row in open_.items()}


def _due(row: InfusionState, charted: list[CareEvent], at_ms: int) -> tuple[Due, ...]:
    happened = [*charted, *_sent(row)]
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


def _acts(clinic: uuid.UUID, encounters: Iterable[uuid.UUID]) -> Iterator[Happened]:
    """Drugs and acts as they stand now: what was corrected asks for nothing."""
    chairs = list(encounters)
    drugs = MedicationAdministration.of(clinic).exclude(dose_text=ENTERED_IN_ERROR)
    given = drugs.filter(encounter_id__in=chairs, corrections__isnull=True)
    for encounter, at_ms in given.values_list("encounter_id", "at_ms"):
        yield encounter, CareEvent(kind="rescue", at_ms=at_ms)
    rows = InfusionEvent.of(clinic).filter(encounter_id__in=chairs, corrections__isnull=True)
    for encounter, word, at_ms in rows.values_list("encounter_id", "kind", "at_ms"):
        kind = _kind(word)
        if kind is not None:
            yield encounter, CareEvent(kind=kind, at_ms=at_ms)


def _kind(kind: str) -> EventKind | None:
    if kind in ENDING:
        return "end"
    if kind in {"stopped", "ended"}:
        return "stop"
    if kind in {"started", "restarted"}:
        return "start"
    return "rate_change" if kind in SETTING | STOPPING | {"bolus"} else None


def _typed(clinic: uuid.UUID, encounters: Iterable[uuid.UUID]) -> Iterator[Happened]:
    rows = list(
        Observation.of(clinic)
        .filter(encounter_id__in=list(encounters), code__in=list(ASKED))
        .values_list("encounter_id", "id", "code", "measured_at", "corrects_id", "value")
    )
    replaced = {corrects for *_, corrects, _ in rows if corrects}
    for encounter, pk, code, at, _, value in rows:
        if pk not in replaced and value is not None:
            at_ms = instants.ms(at)
            yield encounter, CareEvent(kind="observed", at_ms=at_ms, what=ASKED[code])


def _sent(row: InfusionState) -> list[CareEvent]:
    """What the monitor measured last of each signal, as the alarms have followed it."""
    tracks = row.alarm_fold.get("tracks", {})
    return [
        CareEvent(kind="observed", at_ms=track["seen_ms"], what=ASKED[signal])
        for signal, track in tracks.items()
        if signal in ASKED and track["seen_ms"] is not None
    ]

"""The alarms of a live infusion: the pure fold over what happens, and its stored state.

Whoever writes a value commits the transitions it causes in the same transaction, under the lock
of the infusion's projection row. Time alone is driven by `pathway.ticker`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reprieve.monitoring import events as ev
from reprieve.monitoring.alarm_state import State, Transition
from reprieve.monitoring.alarms import step
from reprieve.monitoring.vitals import Reading
from reprieve.pathway import alarm_calls
from reprieve.pathway.alarm_policy import Ground, ground, policy
from reprieve.pathway.clock import moment
from reprieve.records.models import AlarmTransition, InfusionState
from reprieve.records.queries import schedules

# An infusion's alarms are folded from the start check to the end of recovery.
WATCHED = frozenset({"prepared", "running", "paused", "stopped", "recovery"})


def fold_readings(
    *, clinic: uuid.UUID, encounter: uuid.UUID, readings: Sequence[Reading], recorded_ms: int
) -> None:
    """This function will let readings change an infusion's alarms, in the caller's transaction."""
    ordered = sorted(readings, key=lambda r: (r.recorded_ms, r.at_ms, r.signal))
    fold(clinic=clinic, encounter=encounter, events=ordered, recorded_ms=recorded_ms)


def fold(
    *,
    clinic: uuid.UUID,
    encounter: uuid.UUID,
    events: Iterable[ev.Event],
    recorded_ms: int,
    by: uuid.UUID | None = None,
) -> State | None:
    """This function will fold events into an infusion's alarms and store every transition."""
    row = InfusionState.of(clinic).select_for_update().filter(encounter_id=encounter).first()
    if row is None or row.state not in WATCHED:
        return None
    return _folded(row, events, recorded_ms=recorded_ms, by=by)


def fold_many(
    *, clinic: uuid.UUID, events: Mapping[uuid.UUID, Iterable[ev.Event]], recorded_ms: int
) -> None:
    """This function will fold the events of several infusions, in the caller's transaction.

    The infusions are locked in one order, so that two writers never wait for each other.
    """
    rows = InfusionState.of(clinic).select_for_update().filter(encounter_id__in=list(events))
    watched = [row for row in rows.order_by("encounter_id") if row.state in WATCHED]
    encounters = [row.encounter_id for row in watched]
    on = ground(clinic=clinic, encounters=encounters, at=moment(recorded_ms))
    for row in watched:
        _folded(row, events[row.encounter_id], recorded_ms=recorded_ms, by=None, on=on)


def _folded(
    row: InfusionState,
    events: Iterable[ev.Event],
    *,
    recorded_ms: int,
    by: uuid.UUID | None,
    on: Ground | None = None,
) -> State:
    clinic, encounter = row.clinic_id, row.encounter_id
    rules = policy(clinic=clinic, encounter=encounter, at=moment(recorded_ms), on=on)
    state = state_of(row)
    made: list[Transition] = []
    for event in events:
        state, new = step(state, event, rules)
        made += new
    row.alarm_fold = state.to_json()
    row.save(update_fields=["alarm_fold"])
    AlarmTransition.objects.bulk_create(
        _row(row, transition, recorded_ms, by) for transition in made
    )
    alarm_calls.follow(row, made, state=state, at=moment(recorded_ms))
    return state


def raise_deviation(
    *, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int, says: str, by: uuid.UUID | None = None
) -> None:
    """This function will raise a high alarm for a dose outside its order, in the caller's act.

    `says` names what was given in a few words without a patient's name. One answer ends it.
    """
    event = ev.Raised(at_ms=at_ms, about="deviation", says=says[:60])
    fold(clinic=clinic, encounter=encounter, events=[event], recorded_ms=at_ms, by=by)


def expect(*, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> None:
    """This function will tell the alarms when the next observation by hand falls due."""
    due_ms = schedules.next_by_hand_ms(clinic=clinic, encounter=encounter, at_ms=at_ms)
    event = ev.ObservationsDue(at_ms=at_ms, due_ms=due_ms)
    fold(clinic=clinic, encounter=encounter, events=[event], recorded_ms=at_ms)


def state_of(row: InfusionState) -> State:
    """This function will return an infusion's alarm state as stored."""
    return State.from_json(row.alarm_fold) if row.alarm_fold else State()


def _row(
    row: InfusionState, made: Transition, recorded_ms: int, by: uuid.UUID | None
) -> AlarmTransition:
    return AlarmTransition(
        clinic_id=row.clinic_id,
        encounter_id=row.encounter_id,
        alarm=made.alarm_id[:80],
        before=made.before,
        after=made.after,
        priority=made.priority,
        kind=made.kind,
        at_ms=made.at_ms,
        recorded_ms=recorded_ms,
        by_id=by,
        detail=_detail(made),
    )


def _detail(made: Transition) -> Mapping[str, Any]:
    return {
        "signal": made.signal, "limit": made.limit, "cause": made.cause, "value": made.value,
        "since_ms": made.since_ms, "last_ms": made.last_ms, "to": made.to,
        "knowledge": made.knowledge,
    }  # fmt: skip

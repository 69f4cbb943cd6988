"""The alarms of a live infusion: the pure fold over what happens, and its stored state.

Whoever writes a value commits the transitions it causes in the same transaction, under the lock
of the infusion's projection row. Time alone is driven by `pathway.ticker`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from reprieve.monitoring import events as ev
from reprieve.monitoring import limits as limit_files
from reprieve.monitoring import policy as policies
from reprieve.monitoring import vitals
from reprieve.monitoring.alarm_state import State, Transition
from reprieve.monitoring.alarms import step
from reprieve.monitoring.policy import Policy
from reprieve.monitoring.vitals import Reading
from reprieve.pathway.clock import moment
from reprieve.records.models import AlarmTransition, InfusionState
from reprieve.records.queries import baselines, settings

# An infusion's alarms are folded from the start check to the end of recovery.
WATCHED = frozenset({"prepared", "running", "paused", "stopped", "recovery"})


def policy(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> Policy:
    """This function will return the limits and timings in force for one infusion.

    The clinic's own limits (setting `alarms.limits`) take the place of the shipped ones when it
    has set some; the session's baseline is the mean of the sets taken before the start.
    """
    own = settings.value(clinic=clinic, key="alarms.limits", at=at)
    known = (*vitals.signals(), *vitals.scores())
    limits = None if own is None else limit_files.from_rows(own, signals=known)
    return policies.live(limits=limits, baseline=baselines.of(clinic=clinic, encounter=encounter))


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
    rules = policy(clinic=clinic, encounter=encounter, at=moment(recorded_ms))
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
    return state


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

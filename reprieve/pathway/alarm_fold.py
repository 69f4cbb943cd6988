"""The alarms of a live infusion: the pure fold over what happens, and its stored state.

Whoever writes a value commits the transitions it causes in the same transaction, under the lock
of the infusion's projection row. Time alone is driven by `pathway.ticker`.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from reprieve.monitoring import alarms
from reprieve.monitoring import events as ev
from reprieve.monitoring.alarm_state import State, Transition
from reprieve.monitoring.vitals import Reading
from reprieve.pathway import alarm_calls
from reprieve.pathway.alarm_policy import ground, policy_of
from reprieve.pathway.clock import moment
from reprieve.pathway.feed_standing import Standing
from reprieve.records import folds
from reprieve.records.folds import Stored
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
    states = fold_many(clinic=clinic, events={encounter: events}, recorded_ms=recorded_ms, by=by)
    return states.get(encounter)


def fold_many(
    *,
    clinic: uuid.UUID,
    events: Mapping[uuid.UUID, Iterable[ev.Event]],
    recorded_ms: int,
    by: uuid.UUID | None = None,
    standing: Standing | None = None,
) -> dict[uuid.UUID, State]:
    """This function will fold the events of several infusions, in the caller's transaction.

    `standing` is what a feed's earlier batches have read; without it everything is read anew.
    """
    known = standing or Standing()
    rows = _locked(clinic, list(events), known)
    watched = [row for row in rows if row.state in WATCHED]
    if not watched:
        return {}
    at = moment(recorded_ms)
    on = ground(clinic=clinic, encounters=[row.encounter_id for row in watched], at=at, known=known)
    states: dict[uuid.UUID, State] = {}
    made: dict[uuid.UUID, tuple[Transition, ...]] = {}
    for row in watched:
        rules = policy_of(
            row.encounter_id, started_ms=row.started_ms, clinic=clinic, at=at, on=on
        )
        before = _kept.state(row)
        states[row.encounter_id], made[row.encounter_id] = alarms.fold(
            events[row.encounter_id], rules, state=before
        )
    stored = _store(watched, states, made, recorded_ms=recorded_ms, by=by)
    known.states |= {row.encounter_id: row for row in stored}
    return states


def _locked(
    clinic: uuid.UUID, encounters: Sequence[uuid.UUID], known: Standing
) -> list[Stored]:
    """Return the states of infusions. What is still known needs no lock: nobody has written."""
    missing = [e for e in encounters if e not in known.states]
    known.states |= {
        row.encounter_id: row for row in folds.locked(clinic=clinic, encounters=missing)
    }
    return [known.states[e] for e in encounters if e in known.states]


def _store(
    rows: Sequence[Stored],
    states: Mapping[uuid.UUID, State],
    made: Mapping[uuid.UUID, tuple[Transition, ...]],
    *,
    recorded_ms: int,
    by: uuid.UUID | None,
) -> list[Stored]:
    texts = {row.encounter_id: orjson.dumps(states[row.encounter_id]).decode() for row in rows}
    folds.write(texts.items())
    for encounter, text in texts.items():
        _kept.keep(encounter, text, states[encounter])
    told = [row for row in rows if made[row.encounter_id]]
    AlarmTransition.objects.bulk_create(
        _row(row, one, recorded_ms, by) for row in told for one in made[row.encounter_id]
    )
    for row in told:
        alarm_calls.follow(
            row, made[row.encounter_id], state=states[row.encounter_id], at=moment(recorded_ms)
        )
    return [replace(row, text=texts[row.encounter_id]) for row in rows]


class _Kept:
    """States already read, by the very text they were stored as.

    Another process may have written since: only the text that was just read under the lock tells
    whether a kept state is still the stored one.
    """

    MOST = 256

    def __init__(self) -> None:
        self._states: OrderedDict[uuid.UUID, tuple[str, State]] = OrderedDict()

    def state(self, row: Stored) -> State:
        """Return the state of a row, from memory where its text is the same."""
        kept = self._states.get(row.encounter_id)
        if kept is not None and kept[0] == row.text:
            return kept[1]
        plain = orjson.loads(row.text)
        return State.from_json(plain) if plain else State()

    def keep(self, encounter: uuid.UUID, text: str, state: State) -> None:
        """Remember the state of an infusion, and forget the one that was used longest ago."""
        self._states[encounter] = (text, state)
        self._states.move_to_end(encounter)
        if len(self._states) > self.MOST:
            self._states.popitem(last=False)


_kept = _Kept()


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
    row: Stored, made: Transition, recorded_ms: int, by: uuid.UUID | None
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

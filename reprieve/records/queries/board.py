"""All chairs at once: who sits where, what sounds, what is due next; worst first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from reprieve.monitoring.alarm_state import Alarm, State
from reprieve.monitoring.limits import PRIORITIES, Priority
from reprieve.monitoring.schedule import Due
from reprieve.records.identity import Identity
from reprieve.records.models import InfusionState
from reprieve.records.queries import patients, schedules

SHOWN = ("prepared", "running", "paused", "stopped", "recovery")
CALM = len(PRIORITIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One chair with an open visit. `due` is the next observation, None when nothing is."""

    encounter: uuid.UUID
    patient: uuid.UUID
    chair: str
    given: str
    initial: str
    state: str
    by_hand: bool
    started_ms: int | None
    rate_ug_per_h: int
    alarms: tuple[Alarm, ...]
    sounding: Priority | None
    due: Due | None

    @property
    def worst(self) -> Alarm | None:
        """Return the alarm that counts most, or None."""
        return self.alarms[0] if self.alarms else None


def seats(*, clinic: uuid.UUID, at_ms: int) -> tuple[Seat, ...]:
    """This function will list the chairs in use, worst first."""
    rows = list(InfusionState.of(clinic).filter(state__in=SHOWN).select_related("chair"))
    people = patients.many(clinic=clinic, patients=[row.patient_id for row in rows])
    encounters = [row.encounter_id for row in rows]
    due = schedules.of_chairs(clinic=clinic, encounters=encounters, at_ms=at_ms)
    found = [
        _seat(row, people[row.patient_id].identity, due.get(row.encounter_id, ())) for row in rows
    ]
    return tuple(sorted(found, key=_worst_first))


def _seat(row: InfusionState, who: Identity, due: tuple[Due, ...]) -> Seat:
    alarms = State.from_json(row.alarm_fold) if row.alarm_fold else State()
    return Seat(
        encounter=row.encounter_id,
        patient=row.patient_id,
        chair=row.chair.name if row.chair else "",
        given=who.given,
        initial=who.family[:1],
        state=row.state,
        by_hand=row.by_hand,
        started_ms=row.started_ms,
        rate_ug_per_h=row.rate_ug_per_h,
        alarms=alarms.shown,
        sounding=alarms.sounding,
        due=due[0] if due else None,
    )


def _worst_first(seat: Seat) -> tuple[int, bool, bool, int, str]:
    worst = seat.worst
    rank = CALM if worst is None else PRIORITIES.index(worst.priority)
    overdue = seat.due is not None and seat.due.overdue
    due_ms = seat.due.due_ms if seat.due else 2**62
    return rank, worst is None or not worst.wants_someone, not overdue, due_ms, seat.chair

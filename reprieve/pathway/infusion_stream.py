"""Where an act stands in the stream of an infusion: allowed now, entered late, or out of place."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring.course import SETTING, STOPPING
from reprieve.pathway import states
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records.models import InfusionEvent, InfusionState, Signature

# While the visit is open, a drug that was set running runs and one that was stopped stands,
# whatever the table of states expected.
OPEN = frozenset({"prepared", "running", "paused", "stopped"})
# Acts that follow one upon the other: a correction of one's time stays between its neighbours.
IN_ORDER = SETTING | STOPPING | {"discharged", "cancelled"}
# Acts that give the drug: to be out of place, or outside of the order, has consequences.
DOSING = SETTING | {"bolus"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The state after an act, and whether it stands beside the stream instead of in it."""

    state: str
    out_of_place: bool = False
    addendum: bool = False


def place(
    row: InfusionState, *, kind: str, at_ms: int, reported: bool, corrects: uuid.UUID | None
) -> Placed:
    """This function will find the state after an act.

    Raises NotNow for an act that is asked for and not allowed, or that a signature shuts out. A
    correction leaves the state; a dose that was out of place is so still, where it is not moved.
    """
    signed = is_signed(clinic=row.clinic_id, encounter=row.encounter_id)
    if signed and not (reported or kind == "noted" or corrects):
        raise NotNow(N_("The record is signed: only an addendum can be written."))
    if corrects is not None:
        old = _corrected(row, corrects, kind, at_ms)
        is_lost = kind in DOSING and not _fits_instead(row, old, at_ms)
        return Placed(state=row.state, out_of_place=is_lost, addendum=signed)
    if not reported:
        return Placed(state=states.after("infusion", kind, row.state), addendum=signed)
    return _reported(row, kind, at_ms, signed)


def is_signed(*, clinic: uuid.UUID, encounter: uuid.UUID) -> bool:
    """This function will tell whether a visit's record is signed."""
    rows = Signature.of(clinic).filter(encounter_id=encounter, meaning="record")
    return rows.exists()


def _corrected(
    row: InfusionState, corrects: uuid.UUID, kind: str, at_ms: int
) -> InfusionEvent:
    acts = InfusionEvent.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    old = acts.filter(pk=corrects).first()
    if old is None:
        raise NotFound(N_("There is no such entry on this chart."))
    if old.kind != kind:
        raise NotNow(N_("A correction stays of the same kind: strike through and enter anew."))
    if acts.filter(corrects_id=corrects).exists():
        raise NotNow(N_("This entry is already corrected."))
    _check_order(row, old, at_ms)
    return old


def _fits_instead(row: InfusionState, old: InfusionEvent, at_ms: int) -> bool:
    """Whether an act, at its right time, follows on what happened before it."""
    then = (at_ms, old.recorded_ms)
    before = [
        act.kind
        for act in standing(row)
        if act.pk != old.pk and (act.at_ms, act.recorded_ms) < then
    ]
    return _follows(replayed(before), old.kind) is not None


def _check_order(row: InfusionState, old: InfusionEvent, at_ms: int) -> None:
    """What happened before stays before, and what happened after stays after."""
    if old.kind == "bolus" and row.started_ms is not None and at_ms < row.started_ms:
        raise BadValue("at", N_("is before the infusion began"))
    if old.kind not in IN_ORDER:
        return
    others = [
        (act.at_ms, act.recorded_ms)
        for act in standing(row)
        if act.kind in IN_ORDER and act.pk != old.pk
    ]
    stood = (old.at_ms, old.recorded_ms)
    before = max((at for at, heard in others if (at, heard) < stood), default=at_ms)
    after = min((at for at, heard in others if (at, heard) > stood), default=at_ms + 1)
    if not before <= at_ms < after:
        raise BadValue("at", N_("does not lie between the entry before and the entry after it"))


def standing(row: InfusionState) -> list[InfusionEvent]:
    """This function will list the acts of an infusion that no correction stands for, by time."""
    rows = InfusionEvent.of(row.clinic_id).filter(
        encounter_id=row.encounter_id, corrections__isnull=True
    )
    return list(rows.order_by("at_ms", "recorded_ms", "id"))


def _reported(row: InfusionState, kind: str, at_ms: int, signed: bool) -> Placed:
    """What was already done counts where it happened in time, not where it was entered."""
    known = [(act.at_ms, act.kind) for act in standing(row)]
    before = replayed(k for t, k in known if t <= at_ms)
    fits = _follows(before, kind) is not None
    if signed:
        return Placed(state=row.state, out_of_place=not fits, addendum=True)
    whole = [k for t, k in known if t <= at_ms] + [kind] + [k for t, k in known if t > at_ms]
    return Placed(state=replayed(whole), out_of_place=not fits)


def replayed(kinds: Iterable[str]) -> str:
    """This function will follow a stream of acts, whatever the table expected, to its state."""
    state = states.after("infusion", "prepared", "")
    for kind in kinds:
        state = _follows(state, kind) or _forced(state, kind)
    return state


def _follows(state: str, kind: str) -> str | None:
    try:
        return states.after("infusion", kind, state)
    except NotNow:
        return None


def _forced(state: str, kind: str) -> str:
    if state not in OPEN:
        return state
    if kind in SETTING:
        return "running"
    return "paused" if kind in STOPPING and state == "running" else state

"""Whether an act on the pump is inside its order: refused when asked, marked when already done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reprieve.clinical.findings import Finding
from reprieve.knowledge import N_, BadValue
from reprieve.monitoring.course import Act, Course, course
from reprieve.pathway import alarm_fold, double_checks, gate, orders, worklist
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.pathway.infusion_stream import DOSING
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records.models import InfusionEvent, InfusionState, MedicationRequest
from reprieve.records.queries import courses

NEEDS_CHECK = frozenset({"started", "restarted", "bag_changed"})
REVIEW = "deviation"
REVIEW_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An act as the pump would see it, and who asks. `reported`: it was already done."""

    kind: str
    at_ms: int
    by: uuid.UUID | None = None
    rate_ug_per_h: int | None = None
    dose_ug: int | None = None
    over_min: int | None = None
    reported: bool = False
    corrects: uuid.UUID | None = None

    @property
    def is_done(self) -> bool:
        """What was done before it was entered: a report, or a correction of one."""
        return self.reported or self.corrects is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The order an act falls under, whether it lies outside of it, and what the gate says."""

    order: uuid.UUID | None = None
    deviation: bool = False
    gate: tuple[gate.Item, ...] = ()


def judge(row: InfusionState, wanted: Wanted, *, at: datetime) -> Judged:
    """This function will judge an act before it is written, under the infusion's lock.

    Raises NotNow with the reason for what is asked outside of order, guard-rails, start gate or
    double-check. What is already done is never refused: it is a deviation.
    """
    at_gate = _at_gate(row, wanted, at)
    if wanted.is_done:
        return _of_done(row, wanted, at_gate, at)
    _refuse_unchecked(row, wanted, at_gate, at)
    if wanted.kind == "started":
        gate.refuse_other_starter(
            clinic=row.clinic_id, encounter=row.encounter_id, practitioner=wanted.by
        )
    if wanted.kind not in DOSING:
        return Judged()
    order = orders.needed_order(clinic=row.clinic_id, encounter=row.encounter_id)
    findings = orders.check_change(
        clinic=row.clinic_id, encounter=row.encounter_id, proposed=_proposed(wanted), at=at
    )
    orders.refuse_blocked(findings)
    _refuse_after_deviation(row, order, wanted)
    return Judged(order=order.pk, gate=at_gate)


def follow(
    row: InfusionState, event: InfusionEvent, judged: Judged, *, actor: Actor, at: datetime
) -> None:
    """This function will do what follows from an act just written.

    A start keeps what the gate said; a dose that is a deviation alarms and opens a review.
    """
    if event.kind == "started" and event.corrects_id is None:
        gate.note_start(row, judged.gate, actor=actor, at=at, reported=event.reported)
    if not event.deviation or not (event.kind in DOSING or event.corrects_id):
        return
    alarm_fold.raise_deviation(
        clinic=row.clinic_id, encounter=row.encounter_id, at_ms=ms(at), by=actor.practitioner,
        says="dose outside its order",
    )  # fmt: skip
    worklist.open_item(
        actor=actor, at=at, kind=REVIEW, owner_role=PHYSICIAN, due_at=at + REVIEW_WITHIN,
        patient=row.patient_id, encounter=row.encounter_id,
    )  # fmt: skip


def bolus_minutes(detail: Mapping[str, Any], *, reported: bool) -> int | None:
    """This function will read over how many minutes a bolus goes: the usual time when asked.

    One that was given in an unknown time stays unknown. Raises BadValue("over_min").
    """
    minutes = detail.get("over_min", None if reported else orders.USUAL_BOLUS_MIN)
    if minutes is None:
        return None
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= 240:
        raise BadValue("over_min", "must be whole minutes, 0 to 240")
    return minutes


def _proposed(wanted: Wanted) -> orders.Proposed:
    if wanted.kind == "bolus":
        minutes = wanted.over_min or 0
        return orders.Proposed(at_ms=wanted.at_ms, bolus_ug=wanted.dose_ug, bolus_min=minutes)
    return orders.Proposed(at_ms=wanted.at_ms, rate_ug_per_h=wanted.rate_ug_per_h)


def _at_gate(row: InfusionState, wanted: Wanted, at: datetime) -> tuple[gate.Item, ...]:
    if wanted.kind != "started":
        return ()
    return gate.items(clinic=row.clinic_id, encounter=row.encounter_id, at=at)


def _refuse_unchecked(
    row: InfusionState, wanted: Wanted, at_gate: tuple[gate.Item, ...], at: datetime
) -> None:
    if wanted.kind in NEEDS_CHECK:
        double_checks.needed(
            clinic=row.clinic_id, encounter=row.encounter_id, at=at,
            rate_ug_per_h=wanted.rate_ug_per_h,
        )  # fmt: skip
    gate.refuse_closed(at_gate)


def _refuse_after_deviation(
    row: InfusionState, order: MedicationRequest, wanted: Wanted
) -> None:
    """After a dose outside its order nothing is raised until somebody orders anew."""
    lower = wanted.kind == "rate" and (wanted.rate_ug_per_h or 0) <= row.rate_ug_per_h
    if lower or not _deviated_since(row, order):
        return
    raise NotNow(N_("A dose outside its order was given: an increase needs a new order."))


def _deviated_since(row: InfusionState, order: MedicationRequest) -> bool:
    rows = list(
        InfusionEvent.of(row.clinic_id)
        .filter(encounter_id=row.encounter_id, recorded_at__gt=order.recorded_at)
        .values_list("id", "kind", "deviation", "corrects_id")
    )
    replaced = {corrects for *_, corrects in rows}
    return any(
        marked and pk not in replaced and (kind in DOSING or corrects)
        for pk, kind, marked, corrects in rows
    )


def _of_done(
    row: InfusionState, wanted: Wanted, at_gate: tuple[gate.Item, ...], at: datetime
) -> Judged:
    was_marked = _was_marked(row, wanted)
    if wanted.corrects is None:
        unchecked = _unchecked(row, wanted, at_gate, at)
    else:  # a check that was missing is not made by a correction
        unchecked = was_marked and wanted.kind in NEEDS_CHECK & DOSING
    order = orders.session_order(clinic=row.clinic_id, encounter=row.encounter_id)
    if wanted.kind not in DOSING:
        moved = _more_by_moving(row, order, wanted, at, was_marked=was_marked)
        return Judged(deviation=unchecked or moved)
    if order is None:
        return Judged(deviation=True, gate=at_gate)
    beyond = _beyond_now(row, wanted, at) or _beyond_after(
        row, order, wanted, at, was_marked=was_marked
    )
    return Judged(order=order.pk, deviation=beyond or unchecked, gate=at_gate)


def _was_marked(row: InfusionState, wanted: Wanted) -> bool:
    """Whether the act that this one stands for lay outside of its order."""
    if wanted.corrects is None:
        return False
    acts = InfusionEvent.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    return acts.filter(pk=wanted.corrects, deviation=True).exists()


def _more_by_moving(
    row: InfusionState, order: MedicationRequest | None, wanted: Wanted, at: datetime, *,
    was_marked: bool,
) -> bool:  # fmt: skip
    """Whether more was given than ordered, since a pause or a stop came later than charted."""
    if wanted.corrects is None or order is None:
        return False
    return _beyond_after(row, order, wanted, at, was_marked=was_marked)


def _unchecked(
    row: InfusionState, wanted: Wanted, at_gate: tuple[gate.Item, ...], at: datetime
) -> bool:
    try:
        _refuse_unchecked(row, wanted, at_gate, at)
    except NotNow:
        return True
    return False


# What the order says of this one act, whatever else was given.
OF_THE_ACT = frozenset({"order-validity", "order-start-rate", "order-highest-rate", "order-bolus",
                        "dose-bolus", "bolus-speed"})  # fmt: skip


def _beyond_now(row: InfusionState, wanted: Wanted, at: datetime) -> bool:
    """Whether the act passes the order that was in force when it was done."""
    then = orders.order_at(
        clinic=row.clinic_id, encounter=row.encounter_id, at_ms=wanted.at_ms
    )
    found = orders.check_change(
        clinic=row.clinic_id, encounter=row.encounter_id, proposed=_proposed(wanted), at=at,
        order=then, without=wanted.corrects,
    )  # fmt: skip
    return any(f.blocks and f.rule in OF_THE_ACT for f in found)


def _beyond_after(
    row: InfusionState, order: MedicationRequest, wanted: Wanted, at: datetime, *,
    was_marked: bool,
) -> bool:  # fmt: skip
    """Whether the whole course, with this act in its place, passes a limit that it did not, or
    passes one further."""
    stream = courses.acts(clinic=row.clinic_id, encounter=row.encounter_id)
    before = _held_against(row, wanted, stream, was_marked=was_marked)
    after = course([*stream, _act(wanted, at)])
    minutes = courses.bolus_minutes(clinic=row.clinic_id, encounter=row.encounter_id)
    limits = orders.limits_in_force(clinic=row.clinic_id, at=at)

    def passed(now: Course, lengths: Mapping[int, int]) -> tuple[Finding, ...]:
        return orders.past_findings(
            order=order, now=now, boluses=orders.given_boluses(now, lengths), at_ms=ms(at),
            limits=limits,
        )  # fmt: skip

    with_this = {**minutes, wanted.at_ms: wanted.over_min or 0}
    rules = {f.rule for f in passed(after, with_this)}
    more = _until_end(order, after, ms(at)) > _until_end(order, before, ms(at))
    return bool(rules if more else rules - {f.rule for f in passed(before, minutes)})


def _held_against(
    row: InfusionState, wanted: Wanted, stream: list[Act], *, was_marked: bool
) -> Course:
    """The course that the one with this act is compared with: the one that stands.

    An act that was marked is no measure for what stands for it: a little less than too much is
    too much. A dose is then judged as if it were new, a pause by whether a limit is passed at all.
    """
    if not was_marked:
        return course(stream)
    if wanted.kind not in DOSING:
        return course([])
    return courses.of(
        clinic=row.clinic_id, encounter=row.encounter_id, without=wanted.corrects
    )


def _until_end(order: MedicationRequest, now: Course, at_ms: int) -> int:
    return now.between_ug(0, orders.plan_end_ms(order, now, at_ms))


def _act(wanted: Wanted, at: datetime) -> Act:
    return Act(
        id="this", kind=wanted.kind, at_ms=wanted.at_ms, recorded_ms=ms(at),
        rate_ug_per_h=wanted.rate_ug_per_h, dose_ug=wanted.dose_ug,
        corrects=None if wanted.corrects is None else str(wanted.corrects),
    )  # fmt: skip

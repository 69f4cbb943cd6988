"""The infusion's stream of acts: each is allowed by the state, written once, and folded.

What the product is asked to do it may refuse (`order_control` decides). What was already done is
always recorded, marked, and counts in every window.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Max

from reprieve.knowledge import N_, BadValue, Message
from reprieve.monitoring import events as ev
from reprieve.monitoring.course import STOPPING, Course
from reprieve.pathway import (
    alarm_fold,
    alarm_policy,
    correcting,
    infusion_stream,
    ledger_recharted,
    monitor_links,
    order_control,
    states,
    turns,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import changes, notes
from reprieve.records.models import Chair, Encounter, InfusionEvent, InfusionState
from reprieve.records.queries import courses

# A tablet's clock may run ahead a little; a later moment than this is a slip of the finger.
FUTURE_MS = 60_000
NEEDS_RATE = frozenset({"started", "rate", "resumed", "restarted"})
NEEDS_DOSE = frozenset({"bolus", "infiltrated"})
# A monitor speaks for a chair and a visit: it must be linked anew after these.
ENDS_LINK = frozenset({"chair_moved", "patient_left", "transferred", "discharged", "cancelled"})
# These rest on the other visits: how many patients each nurse has, who sits in which chair.
BESIDE_OTHERS = frozenset({"started", "chair_moved"})
RATE_STEP_UG = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One act on the infusion. `at` None means now; `reported`: it was already done.

    `corrects` names the act that this one stands for instead.
    """

    kind: str
    at: datetime | None = None
    rate_ug_per_h: int | None = None
    dose_ug: int | None = None
    chair: uuid.UUID | None = None
    order: uuid.UUID | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    reported: bool = False
    deviation: bool = False
    corrects: uuid.UUID | None = None


def prepare(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    episode: uuid.UUID,
    chair: uuid.UUID | None = None,
    by_hand: bool = True,
    appointment: uuid.UUID | None = None,
    plan: uuid.UUID | None = None,
    session_no: int | None = None,
) -> uuid.UUID:
    """This function will open an infusion visit in a chair; nothing runs yet."""

    def work() -> Done:
        encounter = Encounter.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode_id=episode, kind="infusion",
            appointment_id=appointment, plan_id=plan, session_no=session_no,
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        InfusionState.objects.add(
            clinic_id=actor.clinic, encounter=encounter, patient_id=patient, chair_id=chair,
            by_hand=by_hand, state=states.after("infusion", "prepared", ""),
        )  # fmt: skip
        announce(actor.clinic, encounter.pk, at)
        return Done(subject_kind="encounter", subject=encounter.pk)

    return uuid.UUID(perform("infusion.prepare", actor=actor, uid=uid, at=at, work=work)["id"])


def act(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, happened: Happened,
    beside: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """This function will write one act of the stream and return the state and the mg given.

    Raises NotNow when the state, the order, the guard-rails or a missing double-check do not allow
    it, BadValue for a missing rate or dose. What is `reported` was already done and is always
    written: out of place or outside its order it is marked, never refused. `beside` makes it an
    addendum: it was entered without knowing what others did. What a closed bag no longer accounts
    for by it opens a discrepancy.
    """

    def work() -> Done:
        if happened.kind in BESIDE_OTHERS:
            turns.take(actor.clinic)
        visit = {"clinic": actor.clinic, "encounter": encounter}
        row = locked(**visit)
        judged, ordered = _ordered(row, happened, at, by=actor.practitioner)
        before = ledger_recharted.given(**visit)
        event = append(row, ordered, actor=actor, at=at, beside=beside)
        order_control.follow(row, event, judged, actor=actor, at=at)
        ledger_recharted.tell(
            before, kind=ledger_recharted.CORRECTED, actor=actor, uid=uid, at=at,
            encounter=encounter,
        )  # fmt: skip
        given_ug = stream(clinic=row.clinic_id, encounter=encounter).given_ug(ms(at))
        return Done(
            subject_kind="encounter",
            subject=encounter,
            result={"event": str(event.pk), "state": row.state, "given_ug": given_ug},
            detail={
                "kind": happened.kind, "reported": happened.reported,
                **correcting.told(happened.corrects),
            },
        )

    return perform("infusion.run", actor=actor, uid=uid, at=at, work=work)


def _ordered(
    row: InfusionState, happened: Happened, at: datetime, *, by: uuid.UUID | None
) -> tuple[order_control.Judged, Happened]:
    """The act under its order: refused when asked outside of it, marked when already done."""
    check(happened, at)
    detail = dict(happened.detail)
    over_min = None
    if happened.kind == "bolus":
        over_min = order_control.bolus_minutes(detail, reported=happened.reported)
        detail |= {} if over_min is None else {"over_min": over_min}
    wanted = order_control.Wanted(
        kind=happened.kind, at_ms=ms(happened.at or at), by=by,
        rate_ug_per_h=happened.rate_ug_per_h, dose_ug=happened.dose_ug, over_min=over_min,
        reported=happened.reported, corrects=happened.corrects,
    )  # fmt: skip
    judged = order_control.judge(row, wanted, at=at)
    return judged, replace(
        happened, detail=detail, order=happened.order or judged.order,
        deviation=happened.deviation or judged.deviation,
    )  # fmt: skip


def halve(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, note: str = ""
) -> dict[str, Any]:
    """This function will set half the present rate, rounded down to 0.1 mg/h."""
    row = InfusionState.of(actor.clinic).filter(encounter_id=encounter).first()
    if row is None:
        raise NotFound(N_("There is no such infusion."))
    half_ug = row.rate_ug_per_h // 2 // RATE_STEP_UG * RATE_STEP_UG
    happened = Happened(kind="rate", rate_ug_per_h=half_ug, note=note, detail={"halved": True})
    return act(actor=actor, uid=uid, at=at, encounter=encounter, happened=happened)


def locked(*, clinic: uuid.UUID, encounter: uuid.UUID) -> InfusionState:
    """This function will return an infusion's projection, locked for this act. Raises NotFound."""
    row = InfusionState.of(clinic).select_for_update().filter(encounter_id=encounter).first()
    if row is None:
        raise NotFound(N_("There is no such infusion."))
    return row


def append(
    row: InfusionState, happened: Happened, *, actor: Actor, at: datetime, beside: bool = False
) -> InfusionEvent:
    """This function will add an act to the stream and renew the projection, inside an act."""
    happened_at = happened.at or at
    check(happened, at)
    _check_chair(row, happened)
    placed = infusion_stream.place(
        row, kind=happened.kind, at_ms=ms(happened_at), reported=happened.reported,
        corrects=happened.corrects,
    )  # fmt: skip
    row.state = placed.state
    note = notes.optional(
        happened.note, clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
    )
    event: InfusionEvent = InfusionEvent.objects.add(
        clinic_id=row.clinic_id, encounter_id=row.encounter_id, kind=happened.kind,
        at_ms=ms(happened_at), recorded_ms=_heard_ms(row, at), rate_ug_per_h=happened.rate_ug_per_h,
        dose_ug=happened.dose_ug, order_id=happened.order, chair_id=happened.chair,
        detail=dict(happened.detail), note=note, reported=happened.reported,
        deviation=happened.deviation or placed.out_of_place, addendum=placed.addendum or beside,
        corrects_id=happened.corrects, recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    project(row, happened.chair)
    _tell_others(row, happened.kind, at)
    announce(row.clinic_id, row.encounter_id, at)
    return event


def _heard_ms(row: InfusionState, at: datetime) -> int:
    """When the server heard of the act: after every act before it, so that two acts in one
    millisecond keep their order. The row is locked."""
    rows = InfusionEvent.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    last = rows.aggregate(last=Max("recorded_ms"))["last"]
    return ms(at) if last is None else max(ms(at), last + 1)


def _tell_others(row: InfusionState, kind: str, at: datetime) -> None:
    """The alarms, the monitor's link and the charting schedule follow what was done."""
    if kind in ENDS_LINK:
        monitor_links.end(row, at=at)
    if kind == "started":
        alarm_policy.forget_baseline(row.encounter_id)
    _tell_alarms(row, kind, at)
    alarm_fold.expect(clinic=row.clinic_id, encounter=row.encounter_id, at_ms=ms(at))


def _tell_alarms(row: InfusionState, kind: str, at: datetime) -> None:
    """A silent monitor is worse while the drug runs, so the alarms must know whether it does.

    What is entered late or corrected says what happened then; the state says what runs now.
    """
    if kind not in NEEDS_RATE | STOPPING:
        return
    runs = row.state == "running"
    event = ev.InfusionRunning(at_ms=ms(at)) if runs else ev.InfusionStopped(at_ms=ms(at))
    alarm_fold.fold(
        clinic=row.clinic_id, encounter=row.encounter_id, events=[event], recorded_ms=ms(at)
    )


def check(happened: Happened, at: datetime) -> None:
    """This function will raise BadValue for an act with a missing or impossible value."""
    if ms(happened.at or at) > ms(at) + FUTURE_MS:
        raise BadValue("at", "is in the future")
    for name, kinds in (("rate_ug_per_h", NEEDS_RATE), ("dose_ug", NEEDS_DOSE)):
        value = getattr(happened, name)
        if happened.kind in kinds and value is None:
            raise BadValue(name, "is needed")
        if value is not None and value < 0:
            raise BadValue(name, "cannot be below nought")
    if happened.kind == "noted" and not happened.note.strip() and not happened.detail:
        raise BadValue("note", "is needed")


def _check_chair(row: InfusionState, happened: Happened) -> None:
    if happened.kind != "chair_moved":
        return
    if happened.chair is None:
        raise BadValue("chair", "is needed")
    if not Chair.of(row.clinic_id).filter(pk=happened.chair, active=True).exists():
        raise BadValue("chair", "is not a chair of this clinic")
    taken = InfusionState.of(row.clinic_id).filter(
        chair_id=happened.chair, state__in=alarm_fold.WATCHED
    )
    if taken.exclude(encounter_id=row.encounter_id).exists():
        raise Conflict(N_("Another patient is in this chair."))


def project(row: InfusionState, chair: uuid.UUID | None = None) -> None:
    """This function will renew an infusion's projection from its stream."""
    now = stream(clinic=row.clinic_id, encounter=row.encounter_id)
    row.rate_ug_per_h = now.rate_ug_per_h
    row.started_ms = now.started_ms
    row.ended_ms = now.ended_ms
    if chair is not None:
        row.chair_id = chair
    # The alarms' state is theirs: this row may have been read before they last changed it.
    row.save(update_fields=["state", "rate_ug_per_h", "started_ms", "ended_ms", "chair"])


def stream(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Course:
    """This function will fold an infusion's acts into its course."""
    return courses.of(clinic=clinic, encounter=encounter)


def announce(clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> None:
    """This function will tell open pages that an infusion changed."""
    changes.announce(clinic=clinic, topic="infusion", subject=encounter, at_ms=ms(at))


def must_run(row: InfusionState) -> None:
    """This function will raise NotNow unless the drug runs."""
    if row.state != "running":
        raise NotNow(
            Message(id=N_("The infusion does not run: it is {state}."), params={"state": row.state})
        )

"""After an infusion: the call on the next day, and the visit with its decision."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.outcomes.response import Response
from reprieve.pathway import (
    booking,
    closed_calls,
    closing,
    episodes,
    forecast_review,
    maintenance,
    observations,
    planning,
    risk,
    series,
    states,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records import notes
from reprieve.records.models import Appointment, Decision, Encounter, EpisodeOfCare, WorkItem
from reprieve.records.queries import response
from reprieve.records.queries.recovery import CALL

FALL_REVIEW = "fall_review"
FALL_WITHIN = timedelta(hours=4)
OUTCOMES = ("continue", "change", "booster", "step_down", "refer", "end")
DECISION = "follow_up"
NEXT = MappingProxyType({"change": planning.WANTED, "booster": maintenance.WANTED})
PLAN_WITHIN = timedelta(days=3)
MOOD_ALARM = 2
# What is asked on the telephone, and the code it is kept under: facts where a rule reads it.
ASKED = MappingProxyType(
    {
        "fell": "fall_after_infusion", "vivid_dreams": "vivid_dreams",
        "bladder": "bladder_symptoms", "thoughts_of_death": "suicidal_statement",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a patient says on the telephone; None was not asked. Pain and mood are 0 to 10.

    `broke_off`: the patient was reached, and not everything could be asked.
    """

    reached: bool
    fell: bool | None = None
    vivid_dreams: bool | None = None
    bladder: bool | None = None
    thoughts_of_death: bool | None = None
    mood: int | None = None
    pain: int | None = None
    note: str = ""
    broke_off: bool = False


def call(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, said: Call
) -> dict[str, Any]:
    """This function will write the call after 24 hours down; a patient not reached stays due, and
    so does a call that broke off: what was told until then is written and heard.

    A fall asks a physician to look at it, thoughts of death or a very low mood open the
    suicide-risk path. Returns `alert`. Raises BadValue naming what was not asked, NotNow when the
    call is done already.
    """
    _check(said)

    def work() -> Done:
        visit = _infusion(actor.clinic, encounter)
        item = _open_call(actor.clinic, encounter)
        if not said.reached:
            worklist.tried(actor=actor, at=at, item=item, text=said.note)
            return Done(subject_kind="work_item", subject=item.pk, result={"alert": False})
        row = _write(said, visit, actor=actor, at=at)
        alert = _follow(said, visit, actor=actor, at=at)
        if said.broke_off:
            worklist.tried(actor=actor, at=at, item=item, text=said.note)
        else:
            worklist.close(actor=actor, at=at, item=item, text=said.note)
            closed_calls.made(actor=actor, at=at, encounter=encounter)
        return Done(subject_kind="encounter", subject=row.pk, result={"alert": alert})

    return perform("followup.call", actor=actor, uid=uid, at=at, work=work)


def decide(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, outcome: str, reason: str,
    appointment: uuid.UUID | None = None,
) -> dict[str, Any]:  # fmt: skip
    """This function will write a follow-up visit's decision with the response then in view.

    A series that still runs is ended by it; a changed plan or a booster waits for the physician
    from then on; an end cancels what is booked. Returns the new `state` and how many visits were
    `cancelled`. Raises BadValue for an unknown outcome or a missing reason, NotNow before the
    first infusion.
    """
    if outcome not in OUTCOMES:
        raise BadValue("outcome", f"unknown {outcome!r}; known: {', '.join(OUTCOMES)}")
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        if series.ACT in states.possible("episode", episode.state):
            series.complete(episode=episode, actor=actor, at=at)
        after = episodes.advance(
            episode=episode, act=f"followup.{outcome}", actor=actor, at=at
        )
        visit = _visit(episode, appointment, actor=actor, at=at)
        if appointment is not None:
            booking.held(
                booking.get(clinic=actor.clinic, appointment=appointment), actor=actor, at=at
            )
        row = _decision(episode, visit, outcome, reason, actor=actor, at=at)
        for kind in (series.VISIT, *((maintenance.KIND,) if outcome != "booster" else ())):
            worklist.finish_within(actor=actor, at=at, kind=kind, patient=patient)
        worklist.finish_within(  # a review is held: it is not proposed again
            actor=actor, at=at, kind=forecast_review.KIND, patient=patient, text=reason
        )
        count = _lead_on(episode, outcome, actor=actor, at=at)
        return Done(
            subject_kind="decision", subject=row.pk, result={"state": after, "cancelled": count},
            detail={"outcome": outcome, "cancelled": count},
        )  # fmt: skip

    return perform("followup.decide", actor=actor, uid=uid, at=at, work=work)


def _lead_on(episode: EpisodeOfCare, outcome: str, *, actor: Actor, at: datetime) -> int:
    """What was decided is somebody's work from now on; an end returns the visits it cancelled."""
    if episode.state == "closed":
        return closing.settle(episode, actor=actor, at=at)
    if outcome in NEXT:
        worklist.open_once(
            actor=actor, at=at, kind=NEXT[outcome], owner_role=PHYSICIAN, due_at=at + PLAN_WITHIN,
            patient=episode.patient_id,
        )  # fmt: skip
    return 0


def _check(said: Call) -> None:
    for name in ("mood", "pain"):
        value = getattr(said, name)
        if value is not None and not 0 <= value <= 10:
            raise BadValue(name, N_("must be a whole number from 0 to 10"))
    if not said.reached:
        if any(getattr(said, name) is not None for name in (*ASKED, "mood", "pain")):
            raise BadValue("reached", N_("says no, but answers are given"))
        return
    if said.broke_off:
        return
    for name in ("fell", "thoughts_of_death", "mood"):
        if getattr(said, name) is None:
            raise BadValue(name, N_("is not answered"))


def _infusion(clinic: uuid.UUID, encounter: uuid.UUID) -> Encounter:
    row = Encounter.of(clinic).filter(pk=encounter, kind="infusion").first()
    if row is None:
        raise NotFound(N_("There is no such infusion."))
    return row


def _open_call(clinic: uuid.UUID, encounter: uuid.UUID) -> WorkItem:
    rows = WorkItem.of(clinic).select_for_update().filter(kind=CALL, encounter_id=encounter)
    item = rows.filter(state__in=worklist.OPEN).first()
    if item is None:
        raise NotNow(N_("No call is due after this infusion."))
    return item


def _write(said: Call, visit: Encounter, *, actor: Actor, at: datetime) -> Encounter:
    """The call is a visit of its own: the infusion's record may be signed by now."""
    row: Encounter = Encounter.objects.add(
        clinic_id=actor.clinic, patient_id=visit.patient_id, episode_id=visit.episode_id,
        kind="call", recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    answers = {code: getattr(said, name) for name, code in ASKED.items()}
    answers |= {"mood": said.mood, "pain": said.pain}
    told = [
        Told(code=code, value=value, unit="{score}" if code in ("mood", "pain") else "")
        for code, value in answers.items()
        if value is not None
    ]
    observations.write(
        told, actor=actor, at=at, measured_at=at, patient=visit.patient_id, encounter=row.pk,
        mode="call", note=said.note,
    )  # fmt: skip
    return row


def _follow(said: Call, visit: Encounter, *, actor: Actor, at: datetime) -> bool:
    if said.fell:
        worklist.open_item(
            actor=actor, at=at, kind=FALL_REVIEW, owner_role=PHYSICIAN, due_at=at + FALL_WITHIN,
            patient=visit.patient_id, encounter=visit.pk,
        )  # fmt: skip
    grave = bool(said.thoughts_of_death) or (said.mood is not None and said.mood <= MOOD_ALARM)
    if grave:
        risk.alert(actor=actor, at=at, patient=visit.patient_id)
    return grave


def _visit(
    episode: EpisodeOfCare, appointment: uuid.UUID | None, *, actor: Actor, at: datetime
) -> Encounter:
    if appointment is not None:
        known = Appointment.of(actor.clinic).filter(pk=appointment, patient_id=episode.patient_id)
        if not known.exists():
            raise NotFound(N_("There is no such appointment."))
    row: Encounter = Encounter.objects.add(
        clinic_id=actor.clinic, patient_id=episode.patient_id, episode=episode, kind="follow_up",
        appointment_id=appointment, recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return row


def _decision(
    episode: EpisodeOfCare, visit: Encounter, outcome: str, reason: str, *, actor: Actor,
    at: datetime,
) -> Decision:  # fmt: skip
    found = response.story(clinic=actor.clinic, patient=episode.patient_id, at=at).response
    note = notes.write(
        reason.strip(), clinic=actor.clinic, at=at, by=actor.practitioner,
        patient=episode.patient_id,
    )  # fmt: skip
    row: Decision = Decision.objects.add(
        clinic_id=actor.clinic, patient_id=episode.patient_id, episode=episode, encounter=visit,
        kind=DECISION, outcome=outcome, reason=note, findings=_in_view(found),
        knowledge=found.versions["response"][:40] if found else "", recorded_at=at,
        by_id=actor.practitioner,
    )  # fmt: skip
    return row


def _in_view(found: Response | None) -> list[dict[str, Any]]:
    """What the physician saw, as numbers: a later definition must not change it."""
    if found is None:
        return []
    return [
        {
            "rule": "response", "responder": found.responder,
            "relief_percent": found.now.relief_percent,
            "best_relief_percent": found.best.relief_percent,
            "baseline": {"source": found.baseline.source, "pain": found.baseline.pain},
            "peg_points": found.peg.points, "pgic": found.pgic,
            "relapse": found.relapse.status, "fading": found.fading.answer,
            "composite": found.composite.met, "versions": dict(found.versions),
        }
    ]  # fmt: skip

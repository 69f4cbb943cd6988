"""When care ends: what is booked is cancelled, what waits is not sent, links end, why is kept.

A physician ends a treatment at a visit, declines one, or a request leads no further; and whoever
learns that a patient changed their mind, moved away or died closes the file from any state.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    alarm_fold,
    booking,
    episodes,
    links,
    messages,
    to_book,
    work_kinds,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import Appointment, Decision, EpisodeOfCare, InfusionState
from reprieve.records.queries import closings

ACT = "episode.close"
REASONS = ("declined_by_patient", "moved_away", "died", "lost_to_follow_up", "other")
ENDED = N_("The treatment here has ended.")


def close(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, because: str, reason: str
) -> int:
    """This function will close a patient's file from any state and return the visits cancelled.

    `because` is one of REASONS, `reason` says it in words. Nobody writes to somebody who moved
    away or died; others are told of each visit that is cancelled. A new request opens a new
    course. Raises NotNow while an infusion is open.
    """
    if because not in REASONS:
        raise BadValue("because", f"unknown {because!r}; known: {', '.join(REASONS)}")
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        _refuse_open_infusion(episode)
        episodes.advance(episode=episode, act=ACT, actor=actor, at=at)
        _write(episode, because, reason, actor=actor, at=at)
        count = settle(episode, actor=actor, at=at)
        if because in closings.SILENT:
            messages.withdraw_all(clinic=actor.clinic, patient=patient)
        if because == closings.DIED:
            _end(work_kinds.TO_CALL, patient, actor=actor, at=at)
        return Done(
            subject_kind="episode", subject=episode.pk, result={"cancelled": count},
            detail={"because": because, "cancelled": count},
        )  # fmt: skip

    return int(perform(ACT, actor=actor, uid=uid, at=at, work=work)["cancelled"])


def settle(episode: EpisodeOfCare, *, actor: Actor, at: datetime) -> int:
    """This function will cancel what an ended course of care left behind, inside the caller's act.

    Visits still to come are cancelled and the patient is told; prompts, reminders, the patient's
    links and the work of a next step end: nobody waits for what would be written there. What was
    done to the patient is still reviewed. Returns the visits cancelled.
    """
    patient = episode.patient_id
    coming = Appointment.of(actor.clinic).select_for_update().filter(
        patient_id=patient, starts_at__gt=at, status__in=("booked", "late")
    )
    visits = list(coming.order_by("starts_at", "id"))  # first, as who moves a visit locks it first
    messages.withdraw_all(clinic=actor.clinic, patient=patient)
    links.revoke_all(clinic=actor.clinic, patient=patient, at=at)
    for visit in visits:
        booking.settle(visit, "cancelled", actor=actor, at=at, reason=ENDED)
    _end((*to_book.KINDS, *work_kinds.NEXT_STEPS), patient, actor=actor, at=at)
    return len(visits)


def _refuse_open_infusion(episode: EpisodeOfCare) -> None:
    rows = InfusionState.of(episode.clinic_id).filter(
        patient_id=episode.patient_id, state__in=alarm_fold.WATCHED
    )
    if rows.exists():
        raise NotNow(N_("An infusion is still open: discharge the patient first."))


def _write(
    episode: EpisodeOfCare, because: str, reason: str, *, actor: Actor, at: datetime
) -> None:
    note = notes.write(
        reason.strip(), clinic=actor.clinic, at=at, by=actor.practitioner,
        patient=episode.patient_id,
    )  # fmt: skip
    Decision.objects.add(
        clinic_id=actor.clinic, patient_id=episode.patient_id, episode=episode,
        kind=closings.KIND, outcome=because, reason=note, recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip


def _end(kinds: tuple[str, ...], patient: uuid.UUID, *, actor: Actor, at: datetime) -> None:
    for kind in kinds:
        worklist.finish_within(actor=actor, at=at, kind=kind, patient=patient, text=ENDED)

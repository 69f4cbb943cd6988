"""Who stands still between two steps with nothing booked: somebody is asked to lead them on."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from reprieve.pathway import alarm_fold, decision, not_come, planning, to_book, worklist
from reprieve.pathway.permissions import DESK, PHYSICIAN
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import Appointment, EpisodeOfCare, InfusionState, StateChange

# Defaults of this product, for the medical director to confirm: so long a step may rest, so soon
# it is somebody's, and so long the word of who closed the item is taken.
RESTS, WITHIN, QUIET = timedelta(days=3), timedelta(days=2), timedelta(days=7)
NEXT_VISIT = "next_visit"
# State -> what waits, and for whom.
STEPS = MappingProxyType({
    "requested": (NEXT_VISIT, DESK),
    "consultation_booked": (NEXT_VISIT, DESK),
    "evaluating": (decision.WANTED, PHYSICIAN),
    "accepted": (NEXT_VISIT, DESK),
    "consented": (planning.WANTED, PHYSICIAN),
    "planned": (to_book.INFUSION, DESK),
    "in_series": (to_book.INFUSION, DESK),
})  # fmt: skip
# These end by themselves once they are no longer true.
ENDS = frozenset({NEXT_VISIT, decision.WANTED})


def look(episode: EpisodeOfCare, at: datetime) -> list[Wanted]:
    """This function will say what is wanted for a patient who stands still; nothing for others."""
    if episode.state not in STEPS or not _stands_still(episode, at):
        return []
    if not_come.look(episode, at):  # first somebody says what became of the visit before
        return []
    kind, owner = STEPS[episode.state]
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    if _is_said(episode, kind, at) or worklist.already_open(kind="referral", **whose):
        return []
    return [Wanted(kind=kind, owner_role=owner, due_at=at + WITHIN)]


def is_true(kind: str, episode: EpisodeOfCare, at: datetime) -> bool:
    """This function will tell whether an open item of a kind still says how things stand."""
    return STEPS.get(episode.state, ("", ""))[0] == kind and not _is_booked(episode, at)


def _is_said(episode: EpisodeOfCare, kind: str, at: datetime) -> bool:
    """Somebody has said lately why nothing is booked."""
    kinds = {kind, "referral"} if episode.state == "requested" else {kind}
    return any(
        worklist.closed_since(
            clinic=episode.clinic_id, kind=one, patient=episode.patient_id, since=at - QUIET
        )
        for one in kinds
    )


def _stands_still(episode: EpisodeOfCare, at: datetime) -> bool:
    moved = StateChange.of(episode.clinic_id).filter(episode=episode, recorded_at__gt=at - RESTS)
    return not (moved.exists() or _is_booked(episode, at) or _sits(episode))


def _is_booked(episode: EpisodeOfCare, at: datetime) -> bool:
    """A series goes on by an infusion, every other step by any visit."""
    rows = Appointment.of(episode.clinic_id).filter(
        patient_id=episode.patient_id, ends_at__gt=at, status__in=("booked", "late", "arrived")
    )
    if STEPS.get(episode.state, ("", ""))[0] == to_book.INFUSION:
        rows = rows.filter(kind="infusion")
    return rows.exists()


def _sits(episode: EpisodeOfCare) -> bool:
    rows = InfusionState.of(episode.clinic_id).filter(patient_id=episode.patient_id)
    return rows.filter(state__in=alarm_fold.WATCHED).exists()

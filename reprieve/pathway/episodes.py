"""The course through the pathway: opened once, advanced only as the table of states allows."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import N_
from reprieve.pathway import states, worklist
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import Actor
from reprieve.records.models import EpisodeOfCare, Patient, StateChange

# What answers a request for a consultation, so that it stops waiting for the desk.
ANSWERS = frozenset({"booking.consultation", "evaluation.begin"})


def begin(*, patient: Patient, act: str, actor: Actor, at: datetime) -> EpisodeOfCare:
    """This function will open an episode, inside the caller's act."""
    episode: EpisodeOfCare = EpisodeOfCare.objects.add(
        clinic_id=patient.clinic_id,
        patient=patient,
        started_at=at,
        state=states.after("episode", act, ""),
    )
    _note(episode, act, "", actor, at)
    return episode


def advance(*, episode: EpisodeOfCare, act: str, actor: Actor, at: datetime) -> str:
    """This function will take an episode one step, inside the caller's act.

    Raises NotNow when the table of states does not allow it.
    """
    before = episode.state
    episode.state = states.after("episode", act, before)
    episode.save(update_fields=["state"])
    _note(episode, act, before, actor, at)
    if act in ANSWERS:
        worklist.finish_within(actor=actor, at=at, kind="referral", patient=episode.patient_id)
    return episode.state


def get(*, clinic: uuid.UUID, episode: uuid.UUID) -> EpisodeOfCare:
    """This function will return an episode locked for this act. Raises NotFound."""
    row = EpisodeOfCare.of(clinic).select_for_update().filter(pk=episode).first()
    if row is None:
        raise NotFound(N_("There is no such episode of care."))
    return row


def current(*, clinic: uuid.UUID, patient: uuid.UUID) -> EpisodeOfCare:
    """This function will return the patient's newest episode. Raises NotFound."""
    row = (
        EpisodeOfCare.of(clinic)
        .select_for_update()
        .filter(patient_id=patient)
        .order_by("-started_at")
        .first()
    )
    if row is None:
        raise NotFound(N_("This patient has no episode of care."))
    return row


def _note(episode: EpisodeOfCare, act: str, before: str, actor: Actor, at: datetime) -> None:
    StateChange.objects.add(
        clinic_id=episode.clinic_id, episode=episode, act=act, before=before, after=episode.state,
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip

"""When a series is over: after its last infusion, or because a physician ends it early."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.knowledge import N_
from reprieve.pathway import episodes, states, surveillance, to_book, worklist
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records.models import CarePlan, Encounter, EpisodeOfCare, InfusionState

ACT = "series.complete"
VISIT = "follow_up_visit"
VISIT_WITHIN = timedelta(days=28)  # the last day of the window in routines/followups.toml


def complete_if_last(*, encounter: Encounter, actor: Actor, at: datetime) -> bool:
    """This function will end a series in the act of its last infusion's discharge."""
    plan = encounter.plan
    if plan is None or given(plan) < plan.sessions:
        return False
    episode = episodes.get(clinic=actor.clinic, episode=encounter.episode_id)
    if ACT not in states.possible("episode", episode.state):
        return False
    complete(episode=episode, actor=actor, at=at)
    return True


def complete(*, episode: EpisodeOfCare, actor: Actor, at: datetime) -> None:
    """This function will end a series inside the caller's act and ask for the follow-up visit.

    After daily infusions the liver tests are due as well.

    Raises NotNow when no infusion was given.
    """
    started = InfusionState.of(actor.clinic).filter(
        encounter__episode=episode, started_ms__isnull=False
    )
    if not started.exists():
        raise NotNow(N_("No infusion has been given yet."))
    surveillance.before_series_ends(actor=actor, at=at, patient=episode.patient_id)
    episodes.advance(episode=episode, act=ACT, actor=actor, at=at)
    worklist.finish_within(
        actor=actor, at=at, kind=to_book.INFUSION, patient=episode.patient_id
    )
    waiting: uuid.UUID | None = worklist.already_open(
        clinic=actor.clinic, kind=VISIT, patient=episode.patient_id
    )
    if waiting is None:
        worklist.open_item(
            actor=actor, at=at, kind=VISIT, owner_role=PHYSICIAN, due_at=at + VISIT_WITHIN,
            patient=episode.patient_id,
        )  # fmt: skip


def given(plan: CarePlan) -> int:
    """This function will count the infusions of a plan whose drug has run."""
    visits = Encounter.of(plan.clinic_id).filter(plan=plan).values("id")
    rows = InfusionState.of(plan.clinic_id).filter(encounter_id__in=visits)
    return int(rows.filter(started_ms__isnull=False).count())

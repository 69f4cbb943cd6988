"""Surveillance that is due before the next infusion: liver, bladder and its score, memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from reprieve.outcomes.booster import surveillance_needs
from reprieve.outcomes.rules import rules
from reprieve.pathway import investigations, worklist
from reprieve.pathway.permissions import NURSE
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import Appointment, CarePlan, EpisodeOfCare
from reprieve.records.queries import response
from reprieve.records.queries.treatments import zone_of

# Fact of the surveillance table -> its work, and so long before an infusion it is asked for: the
# laboratory takes days. Defaults of this product, for the medical director to confirm.
KINDS = MappingProxyType({
    "liver-panel": ("due_liver", timedelta(days=7)),
    "bladder-questions": ("due_bladder", timedelta(days=3)),
    "bladder-score": ("due_bladder_score", timedelta(days=3)),
    "memory-question": ("due_memory", timedelta(days=3)),
})  # fmt: skip
ENDS = frozenset(kind for kind, _ahead in KINDS.values())
DAY_BEFORE, AT_LEAST, OPEN_DATE = timedelta(days=1), timedelta(hours=4), timedelta(days=3)
QUIET = timedelta(days=7)
LONGEST = max(ahead for _kind, ahead in KINDS.values())
ORDERED = investigations.kind("liver")


def look(episode: EpisodeOfCare, at: datetime) -> list[Wanted]:
    """This function will say which surveillance somebody must see to before the next infusion."""
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    return [
        Wanted(kind=kind, owner_role=NURSE, due_at=due)
        for kind, due in _due(episode, at).items()
        if not worklist.closed_since(kind=kind, since=at - QUIET, **whose)
    ]


def is_true(kind: str, episode: EpisodeOfCare, at: datetime) -> bool:
    """This function will tell whether the surveillance of an open item is still due."""
    return kind in _due(episode, at)


def _due(episode: EpisodeOfCare, at: datetime) -> dict[str, datetime]:
    """Each kind that is due, and until when."""
    begins = _next(episode, at)
    if begins is None:
        return {}
    needed = _needed(episode, at)
    until = max(at + AT_LEAST, begins - DAY_BEFORE)
    return {
        kind: until
        for fact, (kind, ahead) in KINDS.items()
        if fact in needed and begins - at <= ahead and not _is_ordered(kind, episode)
    }


def _needed(episode: EpisodeOfCare, at: datetime) -> set[str]:
    day = at.astimezone(zone_of(episode.clinic_id)).date()
    known = response.surveillance(
        clinic=episode.clinic_id, patient=episode.patient_id, at=at
    )
    needs = surveillance_needs(surveillance=known, at=day, rules=rules(on=day))
    return {need.fact for need in needs}


def _next(episode: EpisodeOfCare, at: datetime) -> datetime | None:
    """When the next infusion begins; a booster without a date might begin within days."""
    rows = Appointment.of(episode.clinic_id).filter(
        patient_id=episode.patient_id, kind="infusion", status__in=("booked", "late"),
        starts_at__gt=at,
    )  # fmt: skip
    begins: datetime | None = rows.order_by("starts_at").values_list("starts_at", flat=True).first()
    if begins is not None:
        return begins
    return at + OPEN_DATE if _is_booster(episode) else None


def _is_booster(episode: EpisodeOfCare) -> bool:
    rows = CarePlan.of(episode.clinic_id).filter(patient_id=episode.patient_id)
    newest = rows.order_by("-recorded_at", "-id").first()
    return episode.state == "planned" and newest is not None and newest.is_booster


def _is_ordered(kind: str, episode: EpisodeOfCare) -> bool:
    """Ordered liver tests wait on the list already."""
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    return kind == "due_liver" and bool(worklist.already_open(kind=ORDERED, **whose))

"""Answers that did not come: a week's questions that were missed, a form sent that nobody fills."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from reprieve.pathway import due_forms, links, worklist
from reprieve.pathway.permissions import DESK, NURSE
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import EpisodeOfCare, PatientLink
from reprieve.records.queries import questionnaires
from reprieve.records.queries.treatments import zone_of

# Defaults of this product, for the medical director to confirm.
WITHIN = timedelta(days=2)
LINK_WAITS = timedelta(days=3)
ASKED_FOR = timedelta(days=21)  # older answers say nothing about how a patient is now
ANSWERS, LINK = "answers_overdue", "link_unanswered"
AFTER = ("follow_up", "maintenance")
BEFORE = ("requested", "consultation_booked", "evaluating", "deferred")
ENDS = frozenset({ANSWERS, LINK})


def look(episode: EpisodeOfCare, at: datetime) -> list[Wanted]:
    """This function will say which answers somebody should ask for; once for each that is missed.
    """
    found = []
    for kind, owner in ((ANSWERS, NURSE), (LINK, DESK)):
        since = _since(kind, episode, at)
        whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
        if since and not worklist.closed_since(kind=kind, since=since, **whose):
            found.append(Wanted(kind=kind, owner_role=owner, due_at=at + WITHIN))
    return found


def is_true(kind: str, episode: EpisodeOfCare, at: datetime) -> bool:
    """This function will tell whether the answers of an open item are still missing."""
    return _since(kind, episode, at) is not None


def _since(kind: str, episode: EpisodeOfCare, at: datetime) -> datetime | None:
    """From when on the newest missing answer is missing, None where none is."""
    return _missed(episode, at) if kind == ANSWERS else _unanswered(episode, at)


def _missed(episode: EpisodeOfCare, at: datetime) -> datetime | None:
    if episode.state not in AFTER:
        return None
    zone = zone_of(episode.clinic_id)
    day = at.astimezone(zone).date()
    missing = due_forms.overdue(clinic=episode.clinic_id, patient=episode.patient_id, at=at)
    ends = [one.last for one in missing if day - one.last <= ASKED_FOR]
    return datetime.combine(max(ends) + timedelta(days=1), time(), zone) if ends else None


def _unanswered(episode: EpisodeOfCare, at: datetime) -> datetime | None:
    if episode.state not in BEFORE:
        return None
    rows = PatientLink.of(episode.clinic_id).filter(
        patient_id=episode.patient_id, form=links.EVALUATION, revoked_at__isnull=True,
        valid_from__gte=episode.started_at,
    )  # fmt: skip
    row = rows.order_by("-valid_from", "-id").first()
    if row is None or row.submitted_key or row.valid_from > at - LINK_WAITS:
        return None
    return None if _is_told_otherwise(row) else row.valid_from


def _is_told_otherwise(row: PatientLink) -> bool:
    """Everything that a link asks was answered since, on the clinic's tablet or to a person."""
    asked = links.asked(clinic=row.clinic_id, form=row.form, made_at=row.valid_from)
    told = (
        questionnaires.newest(clinic=row.clinic_id, patient=row.patient_id, instrument=one)
        for one in asked
    )
    return all(form is not None and form.recorded_at >= row.valid_from for form in told)

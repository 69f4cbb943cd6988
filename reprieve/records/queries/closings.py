"""Whose file is closed so that nobody may write to them: they moved away, or died."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from reprieve.records.models import Decision, EpisodeOfCare, StateChange

KIND = "closing"
DIED = "died"
SILENT = frozenset({"moved_away", DIED})


def silent(*, clinic: uuid.UUID, patients: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """This function will name those of some patients to whom nothing is sent any more.

    A new request opens a new course of care: then they are written to again.
    """
    asked = set(patients)
    rows = Decision.of(clinic).filter(patient_id__in=asked, kind=KIND, outcome__in=SILENT)
    closed = set(rows.values_list("episode_id", flat=True))
    if not closed:
        return set()
    courses = EpisodeOfCare.of(clinic).filter(patient_id__in=asked).order_by("started_at", "id")
    newest = dict(courses.values_list("patient_id", "id"))
    return {patient for patient, episode in newest.items() if episode in closed}


def is_ended(*, clinic: uuid.UUID, patient: uuid.UUID) -> bool:
    """This function will tell whether a patient's newest course of care is over, why ever."""
    return _ended(clinic, patient) is not None


def ended_at(*, clinic: uuid.UUID, patient: uuid.UUID) -> datetime | None:
    """This function will tell when a patient's newest course ended, None while it goes on."""
    course = _ended(clinic, patient)
    if course is None:
        return None
    changes = StateChange.of(clinic).filter(episode=course, after=course.state)
    return changes.order_by("-recorded_at").values_list("recorded_at", flat=True).first()


def reason(*, clinic: uuid.UUID, patient: uuid.UUID) -> str:
    """This function will return why a patient's newest course was closed, empty if it was not."""
    course = _ended(clinic, patient)
    if course is None:
        return ""
    rows = Decision.of(clinic).filter(episode=course, kind=KIND).order_by("-recorded_at")
    return rows.values_list("outcome", flat=True).first() or ""


def _ended(clinic: uuid.UUID, patient: uuid.UUID) -> EpisodeOfCare | None:
    courses = EpisodeOfCare.of(clinic).filter(patient_id=patient)
    newest = courses.order_by("-started_at", "-id").first()
    return newest if newest is not None and newest.state == "closed" else None

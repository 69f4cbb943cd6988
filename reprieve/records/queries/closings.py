"""Whose file is closed so that nobody may write to them: they moved away, or died."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from reprieve.records.models import Decision, EpisodeOfCare

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
    courses = EpisodeOfCare.of(clinic).filter(patient_id=patient)
    newest = courses.order_by("-started_at", "-id").first()
    return newest is not None and newest.state == "closed"


def reason(*, clinic: uuid.UUID, patient: uuid.UUID) -> str:
    """This function will return why a patient's newest course was closed, empty if it was not."""
    courses = EpisodeOfCare.of(clinic).filter(patient_id=patient)
    newest = courses.order_by("-started_at", "-id").first()
    if newest is None or newest.state != "closed":
        return ""
    rows = Decision.of(clinic).filter(episode=newest, kind=KIND).order_by("-recorded_at")
    return rows.values_list("outcome", flat=True).first() or ""

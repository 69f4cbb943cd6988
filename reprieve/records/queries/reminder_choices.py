"""What patients chose about reminders."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

from reprieve.records import identity
from reprieve.records.models import IdentityIndex, Patient, ReminderChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The choice that stands. `evening` is None for the clinic's usual time.

    `way` is mail, sms, or empty for the usual one.
    """

    wanted: bool = True
    evening: time | None = None
    way: str = ""


def of(*, clinic: uuid.UUID, patient: uuid.UUID) -> Choice:
    """This function will return a patient's choice; who chose nothing is reminded."""
    row = ReminderChoice.of(clinic).filter(patient_id=patient).order_by("-recorded_at").first()
    if row is None:
        return Choice()
    return Choice(wanted=row.wanted, evening=row.evening, way=row.way or "")


def stopped(*, clinic: uuid.UUID, patients: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """This function will name those of some patients who want no reminders."""
    rows = ReminderChoice.of(clinic).filter(patient_id__in=set(patients)).order_by("recorded_at")
    newest = dict(rows.values_list("patient_id", "wanted"))
    return {patient for patient, wanted in newest.items() if not wanted}


def by_phone(*, clinic: uuid.UUID, phone: str) -> list[uuid.UUID]:
    """This function will list the patients who have a telephone number, however it is written.

    The index answers, the longest match first. Numbers that it keeps in an older form are compared
    one by one.
    """
    for ending in identity.endings(phone):
        mark = identity.token(clinic, "phone", ending)
        rows = IdentityIndex.of(clinic).filter(kind="phone", token=mark)
        found = list(rows.values_list("patient_id", flat=True).distinct())
        if found:
            return found
    everybody = list(Patient.of(clinic).values_list("id", flat=True))
    known = identity.newest(clinic, everybody)
    return [who for who, one in known.items() if identity.same_phone(one.phone, phone)]

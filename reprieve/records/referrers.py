"""Who referred a patient, and how they are written to: kept encrypted, as names of people are.

A correction is a new row; the newest counts, also when it says that nobody referred.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, astuple, dataclass
from datetime import datetime

import orjson

from reprieve.records import notes
from reprieve.records.models import Referrer


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A colleague as letters name them; an empty text is 'not given'."""

    name: str = ""
    practice: str = ""
    address: str = ""
    phone: str = ""
    fax: str = ""

    @property
    def is_somebody(self) -> bool:
        return any(astuple(self))


NOBODY = Contact()


def save(
    contact: Contact, *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, by: uuid.UUID | None
) -> Referrer:
    """This function will keep who referred a patient, beside what was known before."""
    said = orjson.dumps(asdict(contact)).decode()
    note = notes.write(said, clinic=clinic, at=at, by=by, patient=patient)
    row: Referrer = Referrer.objects.add(
        clinic_id=clinic, patient_id=patient, contact=note, recorded_at=at, by_id=by
    )
    return row


def newest(*, clinic: uuid.UUID, patient: uuid.UUID) -> Contact:
    """This function will return who referred a patient, as it was said last."""
    rows = Referrer.of(clinic).filter(patient_id=patient).select_related("contact")
    row = rows.order_by("-recorded_at", "-id").first()
    return Contact(**orjson.loads(notes.read(row.contact))) if row else NOBODY

"""Free text and files, encrypted with the clinic's data key."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import BadValue
from reprieve.records import keys
from reprieve.records.models import Attachment, Note

LONGEST_NOTE = 20_000


def write(
    text: str,
    *,
    clinic: uuid.UUID,
    at: datetime,
    by: uuid.UUID | None = None,
    patient: uuid.UUID | None = None,
) -> Note:
    """This function will store free text. Raises BadValue when it is longer than 20,000 signs."""
    if len(text) > LONGEST_NOTE:
        raise BadValue("text", f"has {len(text)} characters; at most {LONGEST_NOTE} fit")
    note = Note(clinic_id=clinic, patient_id=patient, recorded_at=at, by_id=by)
    note.ciphertext = keys.encrypt(clinic, text.encode(), about=f"note:{note.pk}")
    note.save(force_insert=True)
    return note


def optional(
    text: str,
    *,
    clinic: uuid.UUID,
    at: datetime,
    by: uuid.UUID | None = None,
    patient: uuid.UUID | None = None,
) -> Note | None:
    """This function will store free text if there is any."""
    stripped = text.strip()
    return write(stripped, clinic=clinic, at=at, by=by, patient=patient) if stripped else None


def read(note: Note | None) -> str:
    """This function will return a note's text, or nothing where there is no note."""
    if note is None:
        return ""
    return keys.decrypt(note.clinic_id, note.ciphertext, about=f"note:{note.pk}").decode()


def attach(
    content: bytes,
    *,
    media_type: str,
    clinic: uuid.UUID,
    at: datetime,
    by: uuid.UUID | None = None,
    patient: uuid.UUID | None = None,
) -> Attachment:
    """This function will store a file's bytes encrypted."""
    row = Attachment(
        clinic_id=clinic,
        patient_id=patient,
        recorded_at=at,
        by_id=by,
        media_type=media_type,
        size=len(content),
    )
    row.ciphertext = keys.encrypt(clinic, content, about=f"attachment:{row.pk}")
    row.save(force_insert=True)
    return row


def attached(row: Attachment) -> bytes:
    """This function will return a stored file's bytes."""
    return keys.decrypt(row.clinic_id, row.ciphertext, about=f"attachment:{row.pk}")

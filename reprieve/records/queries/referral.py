"""Requests for a consultation: the desk's inbox, and what came with each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from reprieve.records import notes, referrers
from reprieve.records.models import Attachment, Referral, WorkItem
from reprieve.records.referrers import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralView:
    """One request as it came in."""

    id: uuid.UUID
    patient: uuid.UUID
    episode: uuid.UUID
    state: str
    source: str
    received_at: datetime
    message: str
    attachment: uuid.UUID | None
    media_type: str


def inbox(*, clinic: uuid.UUID, newest: int = 200) -> list[ReferralView]:
    """This function will list the requests that still wait for an answer, oldest first.

    Whose they are does not matter: somebody in treatment asks again, too.
    """
    waits = WorkItem.of(clinic).filter(
        kind="referral", state__in=("open", "seen"), patient=OuterRef("patient"),
        opened_at__lte=OuterRef("recorded_at"),
    )  # fmt: skip
    rows = Referral.of(clinic).filter(Exists(waits))
    return _views(rows.order_by("recorded_at", "id")[:newest])


def of_patient(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[ReferralView]:
    """This function will list a patient's requests, oldest first."""
    rows = Referral.of(clinic).filter(patient_id=patient)
    return _views(rows.order_by("recorded_at", "id"))


def referrer(*, clinic: uuid.UUID, patient: uuid.UUID) -> Contact:
    """This function will return who referred a patient; an empty contact is nobody."""
    return referrers.newest(clinic=clinic, patient=patient)


def count_web(*, clinic: uuid.UUID, since: datetime) -> int:
    """This function will count the requests that came by the public page since a moment."""
    return Referral.of(clinic).filter(source="web", recorded_at__gte=since).count()


def file(*, clinic: uuid.UUID, attachment: uuid.UUID) -> tuple[str, bytes, uuid.UUID | None] | None:
    """This function will return a file's kind, bytes and patient, or None."""
    row = Attachment.of(clinic).filter(pk=attachment).first()
    return None if row is None else (row.media_type, notes.attached(row), row.patient_id)


def _views(rows: QuerySet[Referral]) -> list[ReferralView]:
    found = rows.select_related("note", "episode", "attachment")
    return [
        ReferralView(
            id=row.pk, patient=row.patient_id, episode=row.episode_id, state=row.episode.state,
            source=row.source, received_at=row.recorded_at, message=notes.read(row.note),
            attachment=row.attachment_id,
            media_type=row.attachment.media_type if row.attachment else "",
        )
        for row in found
    ]  # fmt: skip

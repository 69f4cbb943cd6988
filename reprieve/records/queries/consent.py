"""Whether a patient has agreed to the treatment, to which text, and until when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reprieve.clinical import consent as texts
from reprieve.records import notes
from reprieve.records.models import Consent

State = Literal["none", "valid", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """One agreement or withdrawal. `signed_name` of a withdrawal is its reason."""

    id: uuid.UUID
    patient: uuid.UUID
    given: bool
    language: str
    text_version: str
    text_sha256: str
    signed_name: str
    recorded_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    by: str
    witness: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """How consent stands now, with the row it rests on."""

    state: State
    consent: ConsentView | None = None


def current(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Current:
    """This function will tell how a patient's consent stands at a moment.

    `expired` also when the clinic's text has changed so much that it must be signed again.
    """
    found = [view for view in history(clinic=clinic, patient=patient) if view.valid_from <= at]
    if not found:
        return Current(state="none")
    return Current(state=_state(found[-1], at), consent=found[-1])


def _state(view: ConsentView, at: datetime) -> State:
    if not view.given:
        return "withdrawn"
    ended = view.valid_until is not None and view.valid_until <= at
    still = texts.counts(language=view.language, version=view.text_version)
    return "valid" if still and not ended else "expired"


def history(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[ConsentView]:
    """This function will list a patient's agreements and withdrawals, oldest first."""
    rows = Consent.of(clinic).filter(patient_id=patient)
    rows = rows.select_related("signed_name", "signature_image", "witness", "by")
    return [_view(row) for row in rows.order_by("recorded_at", "id")]


def one(*, clinic: uuid.UUID, consent: uuid.UUID) -> ConsentView | None:
    """This function will return one agreement of the clinic, or None."""
    rows = Consent.of(clinic).filter(pk=consent)
    row = rows.select_related("signed_name", "signature_image", "witness", "by").first()
    return _view(row) if row else None


def image(*, clinic: uuid.UUID, consent: uuid.UUID) -> bytes | None:
    """This function will return the signature or the scan as it was stored, or None."""
    row = Consent.of(clinic).filter(pk=consent).select_related("signature_image").first()
    if row is None or row.signature_image is None:
        return None
    return notes.attached(row.signature_image)


def _view(row: Consent) -> ConsentView:
    return ConsentView(
        id=row.pk,
        patient=row.patient_id,
        given=row.given,
        language=row.language,
        text_version=row.text_version,
        text_sha256=row.text_sha256,
        signed_name=notes.read(row.signed_name),
        recorded_at=row.recorded_at,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        by=row.by.name if row.by else "",
        witness=row.witness.name if row.witness else "",
        media_type=row.signature_image.media_type if row.signature_image else "",
    )

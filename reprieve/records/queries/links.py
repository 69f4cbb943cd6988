"""Patients' links: found by their token, listed for the staff, never the token itself."""

from __future__ import annotations

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from reprieve.records import link_tokens
from reprieve.records.models import PatientLink, QuestionnaireResponse

State = Literal["open", "early", "expired", "revoked", "used"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A link of one patient for one form and period. `bound` is the browser it belongs to."""

    id: uuid.UUID
    clinic: uuid.UUID
    patient: uuid.UUID
    form: str
    language: str
    valid_from: datetime
    valid_until: datetime
    bound: bytes | None
    submitted_key: uuid.UUID | None
    revoked_at: datetime | None

    def state(self, at: datetime) -> State:
        """Say whether the link may be used at a moment."""
        if self.revoked_at is not None:
            return "revoked"
        if at < self.valid_from:
            return "early"
        if at >= self.valid_until:
            return "expired"
        return "used" if self.submitted_key is not None else "open"

    def belongs_to(self, secret: str) -> bool:
        """Say whether a browser that holds `secret` is the one that this link was bound to."""
        if self.bound is None or not secret:
            return False
        return hmac.compare_digest(self.bound, link_tokens.fingerprint(secret))


def by_token(token: str) -> LinkView | None:
    """This function will find a link by its token: asked before any clinic is known."""
    if len(token) > link_tokens.LONGEST:
        return None
    rows = PatientLink.objects.every().filter(token_sha256=link_tokens.fingerprint(token))
    row = rows.select_related("patient").first()
    return None if row is None else _view(row)


def of_patient(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[LinkView]:
    """This function will list a patient's links, the newest first."""
    rows = PatientLink.of(clinic).filter(patient_id=patient).select_related("patient")
    return [_view(row) for row in rows.order_by("-valid_from", "-id")]


def finished(*, clinic: uuid.UUID, link: uuid.UUID) -> frozenset[str]:
    """This function will name the instruments that were finished by a link."""
    rows = QuestionnaireResponse.of(clinic).filter(link_id=link, complete=True)
    return frozenset(rows.values_list("instrument", flat=True))


def token_of(*, clinic: uuid.UUID, link: uuid.UUID) -> str:
    """This function will make a link's token again, for a message or a picture on the screen."""
    return link_tokens.token(clinic, link)


def _view(row: PatientLink) -> LinkView:
    return LinkView(
        id=row.pk, clinic=row.clinic_id, patient=row.patient_id, form=row.form,
        language=row.patient.language, valid_from=row.valid_from, valid_until=row.valid_until,
        bound=None if row.bound_sha256 is None else bytes(row.bound_sha256),
        submitted_key=row.submitted_key, revoked_at=row.revoked_at,
    )  # fmt: skip

"""Who signed a visit's record, what for, and whether the content is still what was signed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.records import signing
from reprieve.records.models import Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureView:
    """One signature. `is_intact` compares its content with the record as it stands now."""

    printed_name: str
    meaning: str
    at: datetime
    content_sha256: str
    is_intact: bool


def of_encounter(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[SignatureView]:
    """This function will list a visit's signatures, the first one first.

    A discharge's signature covers the discharge alone, which is never changed.
    """
    now = signing.content_hash(clinic=clinic, encounter=encounter)
    rows = Signature.of(clinic).filter(encounter_id=encounter)
    return [
        SignatureView(
            printed_name=row.printed_name, meaning=row.meaning, at=row.recorded_at,
            content_sha256=row.content_sha256,
            is_intact=row.subject_kind != "encounter" or row.content_sha256 == now,
        )
        for row in rows.order_by("recorded_at", "id")
    ]  # fmt: skip

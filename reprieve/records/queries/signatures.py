"""Who signed a visit's record, what for, and whether the content is still what was signed."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reprieve.records import signing
from reprieve.records.models import Encounter, Signature


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

    The plan's signature and those of its orders stand there, too. A discharge's signature covers
    the discharge alone, which is never changed.
    """
    plans = Encounter.of(clinic).filter(pk=encounter, plan__isnull=False).values("plan_id")
    own = Q(encounter_id=encounter) | Q(subject_kind="careplan", subject__in=plans)
    rows = list(Signature.of(clinic).filter(own).order_by("recorded_at", "id"))
    contents = {row.content_sha256 for row in rows if row.subject_kind == "encounter"}
    stands = {
        content
        for content in contents
        if signing.still_stands(content, clinic=clinic, encounter=encounter)
    }
    return [
        SignatureView(
            printed_name=row.printed_name, meaning=row.meaning, at=row.recorded_at,
            content_sha256=row.content_sha256,
            is_intact=_is_intact(row, stands),
        )
        for row in rows
    ]  # fmt: skip


def _is_intact(row: Signature, stands: Collection[str]) -> bool:
    if row.subject_kind == "encounter":
        return row.content_sha256 in stands
    return signing.row_stands(row) is not False

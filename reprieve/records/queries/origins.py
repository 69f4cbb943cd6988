"""Where a vial came from and who made it, as its receipt says."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reprieve.records.models import LedgerEntry

RECEIVED = "received"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What stands on a vial and on its delivery's paper. Empty: nobody recorded it."""

    supplier: str = ""
    manufacturer: str = ""
    ndc: str = ""


UNKNOWN = Origin()


def of_vials(*, clinic: uuid.UUID, vials: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Origin]:
    """This function will return the origin of each vial, by its key."""
    rows = LedgerEntry.of(clinic).filter(vial__in=set(vials), kind=RECEIVED)
    return {key: _origin(detail or {}) for key, detail in rows.values_list("vial_id", "detail")}


def _origin(detail: Mapping[str, str]) -> Origin:
    return Origin(
        supplier=detail.get("supplier", ""), manufacturer=detail.get("manufacturer", ""),
        ndc=detail.get("ndc", ""),
    )  # fmt: skip

"""Who answers for a visit, how many nurses are in the room, and for how many patients.

The people are named at the gate; the chairs in use are counted.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.records.models import InfusionState, Observation

LIFE_SUPPORT, PHYSICIAN, STARTER = "acls_person", "supervising_physician", "starting_person"
PEOPLE = frozenset({LIFE_SUPPORT, PHYSICIAN, STARTER})
NURSES = "nurses_present"
# Whoever is in these states has a nurse: the drug runs, waits, or still has its effect.
IN_CARE = ("running", "paused", "stopped", "recovery")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The people by their keys, empty while nobody is named.

    `since` is when one of them last took another's place, None when nobody did.
    """

    life_support: str = ""
    physician: str = ""
    starter: str = ""
    nurses: int | None = None
    since: datetime | None = None


def named(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Named:
    """This function will return whom people named for a visit, as they named them last."""
    rows = Observation.of(clinic).filter(encounter_id=encounter, code__in=[*PEOPLE, NURSES])
    found: dict[str, Any] = {}
    since = None
    for row in rows.filter(corrections__isnull=True).order_by("measured_at", "recorded_at"):
        if row.code in PEOPLE and found.get(row.code, row.value) != row.value:
            since = row.recorded_at
        found[row.code] = row.value
    return Named(
        life_support=found.get(LIFE_SUPPORT) or "", physician=found.get(PHYSICIAN) or "",
        starter=found.get(STARTER) or "", nurses=found.get(NURSES), since=since,
    )  # fmt: skip


def patients_here(*, clinic: uuid.UUID, encounter: uuid.UUID) -> int:
    """This function will count who infuses or recovers at the visit's site, this visit included.

    Whoever sits in no chair may be anywhere, so they count; a visit in no chair counts the clinic.
    """
    this = InfusionState.of(clinic).select_related("chair").filter(encounter_id=encounter).first()
    others = InfusionState.of(clinic).filter(state__in=IN_CARE).exclude(encounter_id=encounter)
    if this is not None and this.chair is not None:
        elsewhere = others.filter(chair__isnull=False).exclude(chair__site_id=this.chair.site_id)
        others = others.exclude(pk__in=elsewhere.values("pk"))
    return others.count() + 1

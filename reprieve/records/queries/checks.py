"""Double-checks of bag and pump: the last one, and whether it still holds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.records.models import DoubleCheck, InfusionEvent, Practitioner
from reprieve.records.queries import bags

# After these the pump was set anew: an earlier check says nothing about it.
HANGS = ("started", "restarted", "bag_changed")
SPENT_BY = (*HANGS, "stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One blind check: what was expected, what the second person entered, and by whom."""

    id: uuid.UUID
    bag: uuid.UUID | None
    occasion: str
    expected: dict[str, Any]
    entered: dict[str, Any]
    agrees: bool
    first_name: str
    second_name: str
    at: datetime


def newest(*, clinic: uuid.UUID, encounter: uuid.UUID) -> CheckView | None:
    """This function will return the last double-check of a visit."""
    rows = DoubleCheck.of(clinic).filter(encounter_id=encounter)
    row = rows.order_by("-recorded_at", "-id").first()
    if row is None:
        return None
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    bag = row.expected.get("bag")
    return CheckView(
        id=row.pk, bag=uuid.UUID(bag) if bag else None, occasion=row.occasion,
        expected=row.expected, entered=row.entered, agrees=row.agrees,
        first_name=names.get(row.by_id, "") if row.by_id else "",
        second_name=names.get(row.second_id, ""),
        at=row.recorded_at,
    )  # fmt: skip


def let_start(*, clinic: uuid.UUID, encounter: uuid.UUID) -> bool:
    """This function will tell whether the last check agreed on the bag that was hung with it."""
    bag = bags.newest(clinic=clinic, encounter=encounter)
    check = newest(clinic=clinic, encounter=encounter)
    if bag is None or check is None or not check.agrees or check.bag != bag.id:
        return False
    hung = InfusionEvent.of(clinic).filter(
        encounter_id=encounter, kind__in=HANGS, recorded_at__gte=check.at,
        corrects__isnull=True,
    )
    return hung.exists()


def holds(*, clinic: uuid.UUID, encounter: uuid.UUID) -> bool:
    """This function will tell whether the last check agrees, is of the bag in use, and is unspent.

    A new bag, a stop, a start or a bag change asks for a new check; a correction of one does not.
    """
    bag = bags.newest(clinic=clinic, encounter=encounter)
    check = newest(clinic=clinic, encounter=encounter)
    if bag is None or check is None or not check.agrees or check.bag != bag.id:
        return False
    later = InfusionEvent.of(clinic).filter(
        encounter_id=encounter, kind__in=SPENT_BY, recorded_at__gte=check.at,
        corrects__isnull=True,
    )
    return not later.exists()

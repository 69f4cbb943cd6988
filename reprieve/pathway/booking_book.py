"""What the scheduler must know: opening hours, chairs, nurses, absences and what is taken."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.records.queries import booking, clinics, closed_days, settings
from reprieve.scheduling.blocks import Visit
from reprieve.scheduling.conflicts import Book, Staffing
from reprieve.scheduling.opening import Absence, Hours, Opening
from reprieve.scheduling.slots import Interval, slot_at

# What a clinic that has said nothing works: Monday to Friday. The clinic's own are settings.
USUAL_HOURS: Mapping[str, list[list[str]]] = {str(day): [["08:00", "18:00"]] for day in range(5)}
USUAL_VISITS: Mapping[str, Mapping[str, int]] = {
    "consultation": {"prep_min": 0, "infusion_min": 60, "recovery_min": 0, "clinician_min": 60},
    "follow_up": {"prep_min": 0, "infusion_min": 30, "recovery_min": 0, "clinician_min": 30},
    "infusion": {"prep_min": 30, "infusion_min": 120, "recovery_min": 60, "buffer_min": 10},
}
KINDS = tuple(USUAL_VISITS)


def book(*, clinic: uuid.UUID, start: datetime, end: datetime, at: datetime) -> Book:
    """This function will gather everything that decides whether a time is free in a period."""
    taken = booking.taken(clinic=clinic, first_slot=slot_at(start), last_slot=slot_at(end))
    chairs = [str(chair.id) for chair in clinics.chairs(clinic=clinic)]
    chosen = settings.every(clinic=clinic, at=at)
    nursed: dict[int, int] = {}
    for (kind, _), slots in taken.items():
        for slot in slots if kind == "chair" else ():
            nursed[slot] = nursed.get(slot, 0) + 1
    return Book(
        opening=opening(clinic=clinic, start=start, end=end, chosen=chosen),
        chairs=tuple(chairs),
        staffing=Staffing(
            chairs_per_nurse=int(chosen.get("booking.chairs_per_nurse", 3)),
            nurses=int(chosen.get("booking.nurses", max(1, -(-len(chairs) // 3)))),
        ),
        taken={str(resource): slots for (_, resource), slots in taken.items()},
        nursed=nursed,
    )


def opening(
    *, clinic: uuid.UUID, start: datetime, end: datetime, chosen: Mapping[str, Any]
) -> Opening:
    """This function will read the opening hours, closures and absences from the settings."""
    weekly = chosen.get("booking.hours", USUAL_HOURS)
    return Opening(
        zone=clinics.clinic(clinic).timezone,
        weekly={int(day): tuple(_hours(pair) for pair in pairs) for day, pairs in weekly.items()},
        closures=closed_days.days_of(chosen.get(closed_days.KEY, {})),
        absences=tuple(
            Absence(who=str(who), during=Interval(start=begin, end=stop), reason=why)
            for who, begin, stop, why in booking.absences(clinic=clinic, start=start, end=end)
        ),
    )


def visit(
    *, clinic: uuid.UUID, kind: str, at: datetime, infusion_min: int | None = None,
    recovery_min: int | None = None,
) -> Visit:  # fmt: skip
    """This function will return the blocks of a visit. Raises BadValue for an unknown kind."""
    if kind not in KINDS:
        raise BadValue("kind", f"unknown {kind!r}; known: {', '.join(KINDS)}")
    own = settings.value(clinic=clinic, key=f"booking.visit_{kind}", at=at, default={})
    minutes = {**USUAL_VISITS[kind], **own}
    if infusion_min is not None:
        minutes["infusion_min"] = infusion_min
    if recovery_min is not None:
        minutes["recovery_min"] = recovery_min
    return Visit(**minutes)


def around(moment: datetime, *, days: int = 1) -> tuple[datetime, datetime]:
    """This function will return a period wide enough to judge a visit near a moment."""
    middle = moment.astimezone(UTC)
    return middle - timedelta(days=days), middle + timedelta(days=days)


def _hours(pair: list[str]) -> Hours:
    opens, closes = pair
    return Hours(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))

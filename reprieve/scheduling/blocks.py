"""The parts of a visit: preparation, infusion, recovery, and the buffer that cleans the chair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reprieve.knowledge import BadValue
from reprieve.scheduling.slots import Interval
from reprieve.scheduling.wall import utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """How long each part takes, in whole minutes.

    The chair is held for all of it, a nurse until recovery ends, the clinician for
    `clinician_min` from arrival (0: not held, only to be present).
    """

    prep_min: int
    infusion_min: int
    recovery_min: int
    buffer_min: int = 0
    clinician_min: int = 0

    def __post_init__(self) -> None:
        parts = ("prep_min", "infusion_min", "recovery_min", "buffer_min", "clinician_min")
        for part in parts:
            if getattr(self, part) < 0:
                raise BadValue(part, f"must be 0 or more, not {getattr(self, part)}")
        if self.infusion_min == 0:
            raise BadValue("infusion_min", "must be above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A visit placed in time. Parts of no length are None."""

    prep: Interval | None
    infusion: Interval
    recovery: Interval | None
    buffer: Interval | None
    nursed: Interval
    chair: Interval
    clinician: Interval | None


def block(*, start: datetime, visit: Visit) -> Block:
    """Place a visit that begins (the patient arrives) at `start`, in real minutes."""
    begin = utc(start)
    infusion = begin + timedelta(minutes=visit.prep_min)
    recovery = infusion + timedelta(minutes=visit.infusion_min)
    buffer = recovery + timedelta(minutes=visit.recovery_min)
    end = buffer + timedelta(minutes=visit.buffer_min)
    return Block(
        prep=_part(begin, infusion),
        infusion=Interval(start=infusion, end=recovery),
        recovery=_part(recovery, buffer),
        buffer=_part(buffer, end),
        nursed=Interval(start=begin, end=buffer),
        chair=Interval(start=begin, end=end),
        clinician=_part(begin, begin + timedelta(minutes=visit.clinician_min)),
    )


def _part(start: datetime, end: datetime) -> Interval | None:
    return Interval(start=start, end=end) if start < end else None

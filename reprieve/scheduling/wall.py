"""Wall-clock times of a clinic turned into moments, with daylight saving named, never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reprieve.knowledge import N_, BadValue, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class WallTime:
    """A moment (UTC) that a wall clock shows, and whether the clock had trouble showing it.

    `nonexistent`: clocks jump over it; the moment is as far after the jump as asked for.
    `ambiguous`: clocks show it twice; the moment is the first, or the second with `fold=1`.
    """

    at: datetime
    kind: Literal["plain", "nonexistent", "ambiguous"]
    note: Message | None


@cache
def zone_of(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name. Raises BadValue for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadValue("timezone", f"unknown {name!r}; use a name like Europe/Madrid") from error


def resolve(*, day: date, wall: time, zone: str, fold: int = 0) -> WallTime:
    """Find the moment at which the clinic's clock shows `wall` on `day`.

    `fold` 0 or 1 chooses between the two moments of an ambiguous time.
    """
    here = zone_of(zone)
    naive = datetime.combine(day, wall.replace(tzinfo=None, fold=0))
    first, second = (naive.replace(tzinfo=here, fold=f) for f in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return WallTime(at=first.astimezone(UTC), kind="plain", note=None)
    if first.astimezone(UTC).astimezone(here).replace(tzinfo=None) != naive:
        says = N_("{time} does not exist on {day}: clocks go forward. Moved to {moved}.")
        moved = first.astimezone(UTC).astimezone(here)
        return _noted(first, "nonexistent", says, time=wall, day=day, moved=moved.time())
    says = N_("{time} comes twice on {day}: clocks go back. Offset {offset} is meant.")
    chosen = second if fold else first
    offset = chosen.strftime("%z")
    return _noted(chosen, "ambiguous", says, time=wall, day=day, offset=offset)


def local(at: datetime, zone: str) -> datetime:
    """Give a moment on the clinic's clock. Raises BadValue for a time without a zone."""
    return utc(at).astimezone(zone_of(zone))


def utc(at: datetime) -> datetime:
    """Give a moment in UTC. Raises BadValue for a time without a zone.

    Arithmetic is done here: adding to a local time would count wall-clock hours, not real ones.
    """
    if at.utcoffset() is None:
        raise BadValue("time", f"{at.isoformat()} needs a time zone")
    return at.astimezone(UTC)


def same_wall_time(at: datetime, *, days: int, zone: str) -> datetime:
    """Move a moment by calendar days, keeping the time the clinic's clock shows."""
    here = local(at, zone)
    day = here.date() + timedelta(days=days)
    return resolve(day=day, wall=here.time(), zone=zone, fold=here.fold).at


def _noted(
    at: datetime, kind: Literal["nonexistent", "ambiguous"], says: str, **params: object
) -> WallTime:
    return WallTime(at=at.astimezone(UTC), kind=kind, note=Message(id=says, params=params))

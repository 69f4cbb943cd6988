"""When something was measured: HL7 time stamps, their offsets, and what to do without one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reprieve.knowledge import BadValue

# To the minute at least: a date alone says nothing about when within a day.
_STAMP = re.compile(
    r"(?P<date>[0-9]{8})(?P<minute>[0-9]{4})(?P<second>[0-9]{2})?(?:\.(?P<part>[0-9]{0,9}))?"
    r"(?:(?P<offset>[+-][0-9]{2}:?[0-9]{2})|(?P<utc>Z))?"
)
_EARLIEST, _LATEST = 1990, 2100  # years outside are a clock that was never set
_FURTHEST = timedelta(hours=14)
_LONGEST = 40  # letters of the longest stamp there is
AMBIGUOUS = "ambiguous local time"
SKIPPED = "local time skipped by daylight saving"
FUTURE = "in the future"
_SLACK = timedelta(seconds=60)  # a clock this little ahead is not worth a mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time. Naive (`zone` None) when neither message nor clinic says the offset.

    `field` is the HL7 field it came from; `flags` say what is odd about it.
    """

    at: datetime
    field: str
    flags: tuple[str, ...] = ()

    @property
    def zone(self) -> str | None:
        """The offset as `+05:30`, or None for a naive time."""
        return self.at.isoformat()[-6:] if self.at.tzinfo else None

    @property
    def ms(self) -> int | None:
        """Milliseconds since 1970 UTC, or None for a naive time."""
        if self.at.tzinfo is None:
            return None
        return (self.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

    def iso(self) -> str:
        """Write it as ISO 8601, with milliseconds only when it has some."""
        return self.at.isoformat(timespec="milliseconds" if self.at.microsecond else "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How to read times that name no offset.

    `header` is MSH-7 (its offset is borrowed), `zone` the clinic's, `received` the arrival (aware),
    used only to mark times in the future and to choose between two readings of an hour that
    daylight saving repeats; without it the first reading is taken.
    """

    header: str = ""
    zone: ZoneInfo | None = None
    received: datetime | None = None

    def first_of(self, *candidates: tuple[str, str]) -> Moment | None:
        """Return the first usable time of (field, text) pairs; None when no pair has one.

        A field that is filled but unreadable is passed over and named in the flags.
        """
        passed: list[str] = []
        for field, text in candidates:
            local = stamp(text)
            if local is not None:
                return self._placed(local, field, tuple(passed))
            if text.strip("0"):
                passed.append(f"{field} is not readable")
        return None

    def _placed(self, local: datetime, field: str, flags: tuple[str, ...]) -> Moment:
        at, oddity = self._with_offset(local)
        ahead = self.received is not None and at.tzinfo and at > self.received + _SLACK
        odd = (*flags, *oddity, *((FUTURE,) if ahead else ()))
        return Moment(at=at, field=field, flags=odd)

    def _with_offset(self, local: datetime) -> tuple[datetime, tuple[str, ...]]:
        if local.tzinfo is not None:
            return local, ()
        header = stamp(self.header)
        if header is not None and header.tzinfo is not None:
            return local.replace(tzinfo=header.tzinfo), ()
        return (local, ()) if self.zone is None else self._in_clinic(local, self.zone)

    def _in_clinic(self, local: datetime, zone: ZoneInfo) -> tuple[datetime, tuple[str, ...]]:
        """Place a local time in the clinic's zone and fix its offset."""
        first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first == second:
            return _fixed(first, zone), ()
        if first > second:  # the hour that daylight saving leaves out
            return _fixed(first, zone), (SKIPPED,)
        later = self.received is not None and second <= self.received + _SLACK
        return _fixed(second if later else first, zone), (AMBIGUOUS,)


def stamp(text: str) -> datetime | None:
    """Read an HL7 time stamp to the millisecond, aware if it names an offset; None if unusable.

    Unusable: no minute given, impossible date or offset, a year outside 1990 to 2100.
    """
    plain = text.strip()
    return _stamp(plain) if len(plain) <= _LONGEST else None


@lru_cache(maxsize=256)  # the rows of one message repeat its time
def _stamp(text: str) -> datetime | None:
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    day, hour = match["date"], match["minute"] + (match["second"] or "00")
    # Python's own reader of dates shifts digits where a field is out of range (25 h, 60 min).
    iso = f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour[:2]}:{hour[2:4]}:{hour[4:]}"
    part = ((match["part"] or "") + "000")[:3]
    try:
        local = datetime.fromisoformat(f"{iso}.{part}")
        at = local.replace(tzinfo=_offset(match["offset"], match["utc"]))
    except ValueError:
        return None
    return at if _EARLIEST <= at.year <= _LATEST else None


def zone_named(name: str) -> ZoneInfo:
    """Find a time zone by its name. Raises BadValue naming `timezone`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadValue("timezone", f"unknown {name!r}") from error


def _offset(text: str | None, utc: str | None) -> timezone | None:
    if utc:
        return UTC
    if not text:
        return None
    away = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    if away > _FURTHEST or int(text[-2:]) > 59:
        raise ValueError("offset")
    return timezone(-away if text[0] == "-" else away)


def _fixed(at: datetime, zone: ZoneInfo) -> datetime:
    """Keep the offset and drop the zone's rules, so that the value means the same for ever."""
    local = at.astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()), fold=0)

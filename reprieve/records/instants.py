"""Moments as the database keeps those of the bedside: whole milliseconds of UTC, and back."""

from __future__ import annotations

from datetime import UTC, datetime


def ms(moment: datetime) -> int:
    """This function will return a moment as whole UTC milliseconds."""
    return round(moment.timestamp() * 1000)


def moment(at_ms: int) -> datetime:
    """This function will return UTC milliseconds as a moment."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def known(at_ms: int | None) -> datetime | None:
    """This function will return UTC milliseconds as a moment, None for one that nobody knows."""
    return None if at_ms is None else moment(at_ms)

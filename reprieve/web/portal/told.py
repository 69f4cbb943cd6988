"""When a phone says that something was told, which may have waited there for days."""

from __future__ import annotations

from datetime import datetime


def told_at(text: str) -> datetime | None:
    """This function will read a moment with its zone; None without a word that is one."""
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told if told.tzinfo else None

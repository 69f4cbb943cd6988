"""What a look at a patient finds that somebody should do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One piece of work: its kind, whose it is, until when, and what is kept with it."""

    kind: str
    owner_role: str
    due_at: datetime
    text: str = ""

"""The clinic's own numbers in place of those that the safety rules ship with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from reprieve.records.queries import settings

KEY = "safety.numbers"


def own(*, clinic: uuid.UUID, at: datetime) -> Mapping[str, Mapping[str, float]] | None:
    """This function will return them by rule and number, None where the shipped ones hold."""
    return settings.value(clinic=clinic, key=KEY, at=at) or None

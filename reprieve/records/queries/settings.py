"""What a clinic chose: the newest setting in force at a moment."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.records.models import ClinicSetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A setting as it was chosen."""

    value: Any
    reason: str
    since: datetime
    by: str


def value(*, clinic: uuid.UUID, key: str, at: datetime, default: Any = None) -> Any:
    """This function will return the clinic's setting in force at a moment, or the default."""
    row = (
        ClinicSetting.of(clinic)
        .filter(key=key, valid_from__lte=at)
        .order_by("-valid_from", "-recorded_at")
        .first()
    )
    return default if row is None else row.value


def newest(*, clinic: uuid.UUID, key: str, at: datetime) -> Chosen | None:
    """This function will return the setting in force with who chose it, why and since when."""
    rows = ClinicSetting.of(clinic).filter(key=key, valid_from__lte=at).select_related("by")
    row = rows.order_by("-valid_from", "-recorded_at").first()
    if row is None:
        return None
    return Chosen(
        value=row.value, reason=row.reason, since=row.valid_from, by=row.by.name if row.by else ""
    )


def several(*, clinic: uuid.UUID, keys: Iterable[str], at: datetime) -> dict[str, Any]:
    """This function will return those of the named settings that are in force at a moment."""
    rows = ClinicSetting.of(clinic).filter(key__in=list(keys), valid_from__lte=at)
    return {row.key: row.value for row in rows.order_by("valid_from", "recorded_at")}


def beginning(*, clinic: uuid.UUID, prefix: str, at: datetime) -> dict[str, Any]:
    """This function will return the settings in force whose names begin alike."""
    rows = ClinicSetting.of(clinic).filter(key__startswith=prefix, valid_from__lte=at)
    return {row.key: row.value for row in rows.order_by("valid_from", "recorded_at")}


def every(*, clinic: uuid.UUID, at: datetime) -> dict[str, Any]:
    """This function will return all settings in force at a moment."""
    rows = ClinicSetting.of(clinic).filter(valid_from__lte=at).order_by("valid_from", "recorded_at")
    return {row.key: row.value for row in rows}

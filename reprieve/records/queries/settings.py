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
    return None if row is None else _chosen(row)


def during(
    *, clinic: uuid.UUID, key: str, since: datetime, until: datetime
) -> tuple[Chosen, ...]:
    """This function will return what was in force from one moment to another, in order.

    The first may be older than `since`; none stands before the first where nothing was chosen yet.
    """
    before = newest(clinic=clinic, key=key, at=since)
    rows = ClinicSetting.of(clinic).filter(key=key, valid_from__gt=since, valid_from__lte=until)
    later = rows.select_related("by").order_by("valid_from", "recorded_at")
    return (*([before] if before else []), *(_chosen(row) for row in later))


def _chosen(row: ClinicSetting) -> Chosen:
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

"""Forecasts as they were made, for a patient and for the clinic."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from itertools import groupby

from reprieve.outcomes.forecasts import WEEK, Said, Week
from reprieve.records.models import Forecast


def said(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[Said]:
    """This function will list what was forecast of a patient, oldest first."""
    rows = Forecast.of(clinic).filter(patient_id=patient).order_by("day")
    return [_said(row.day, row.weeks, row.fits) for row in rows]


def newest(*, clinic: uuid.UUID, patient: uuid.UUID) -> Said | None:
    """This function will give what was forecast of a patient last."""
    row = Forecast.of(clinic).filter(patient_id=patient).order_by("-day").first()
    return None if row is None else _said(row.day, row.weeks, row.fits)


def by_patient(
    *, clinic: uuid.UUID, since: date
) -> Iterator[tuple[uuid.UUID, list[Said]]]:
    """This function will give each patient of whom something was forecast since a day."""
    rows = Forecast.of(clinic).filter(day__gte=since).order_by("patient_id", "day")
    values = rows.values_list("patient_id", "day", "weeks", "fits").iterator(chunk_size=2000)
    for patient, group in groupby(values, key=lambda row: row[0]):
        yield patient, [_said(*kept) for _patient, *kept in group]


def _said(made: date, weeks: list[list[float]], fits: bool | None) -> Said:
    return Said(
        made=made, fits=fits,
        weeks=tuple(
            Week(first=made + n * WEEK, mean=mean, low=low, high=high)
            for n, (mean, low, high) in enumerate(weeks)
        ),
    )

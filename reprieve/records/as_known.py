"""What was known at a moment: a paper of that day tells that day's facts whenever it is printed."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def as_known(rows: QuerySet[Row], as_of: datetime | None) -> QuerySet[Row]:
    """This function will leave out what was recorded after `as_of`, corrections too; None: nothing.

    Rows are never changed: what was left out is all that came since.
    """
    return rows.filter(recorded_at__lte=as_of) if as_of else rows

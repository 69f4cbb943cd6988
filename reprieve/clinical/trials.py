"""When a therapy was tried: as near as a month or a year, and how long it can have been at most."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from reprieve.knowledge import N_, BadValue

MONTH = re.compile(r"(?P<year>(19|20)[0-9]{2})(-(?P<month>0[1-9]|1[0-2]))?")
DAYS_A_WEEK = 7


def month(field: str, text: str, *, today: date) -> str | None:
    """This function will read a month `2023-05` or a year `2023`; None for nothing (not known).

    Raises BadValue naming the field for anything else, and for what lies in the future.
    """
    said = text.strip()
    if not said:
        return None
    if not MONTH.fullmatch(said):
        raise BadValue(field, N_("must be a month as 2023-05 or a year as 2023"))
    if first_day(said) > today:
        raise BadValue(field, N_("is in the future"))
    return said


def check_order(began: str | None, ended: str | None) -> None:
    """This function will refuse an end that lies before the beginning. Raises BadValue."""
    if began and ended and last_day(ended) < first_day(began):
        raise BadValue("tried_to", N_("is before the beginning"))


def most_weeks(began: str | None, ended: str | None) -> float | None:
    """This function will return how many weeks a trial can have lasted at most; None: not known.

    From the first day of the month or year of its beginning to the last day of that of its end.
    """
    if not began or not ended:
        return None
    return ((last_day(ended) - first_day(began)).days + 1) / DAYS_A_WEEK


def first_day(said: str) -> date:
    """This function will return the first day of a month or a year."""
    year, _, month_of = said.partition("-")
    return date(int(year), int(month_of or 1), 1)


def last_day(said: str) -> date:
    """This function will return the last day of a month or a year."""
    year, _, month_of = said.partition("-")
    number = int(month_of or 12)
    return date(int(year), number, monthrange(int(year), number)[1])

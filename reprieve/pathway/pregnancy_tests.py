"""The day of a pregnancy test: a result that is said again is not a new test."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.records.queries import pregnancy

TEST, AGE = pregnancy.CODE, "pregnancy_test_age_days"


def at_the_gate(
    facts: Mapping[str, Any], *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime
) -> datetime | None:
    """This function will place a test that is told with its age in days, None without a result.

    Raises BadValue for an age without a result, and for a result of no day.
    """
    days, result = facts.get(AGE), facts.get(TEST)
    if result not in pregnancy.RESULTS:
        if days is not None:
            raise BadValue(TEST, N_("is needed beside its age"))
        return None
    if days is not None:
        return at - timedelta(days=days)
    known = _known(str(result), clinic=clinic, patient=patient)
    if known is None and result == "negative":
        raise BadValue(AGE, N_("is needed for a new result: 0 is today"))
    return known or at


def in_a_history(
    result: object, *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime
) -> datetime:
    """This function will place a result that was typed without a day: today, if it is new.

    Raises BadValue when it would lift a positive test.
    """
    if result not in pregnancy.RESULTS:
        return at
    last = pregnancy.newest_result(clinic=clinic, patient=patient)
    if last is not None and last.value == "positive" and result == "negative":
        raise BadValue(TEST, N_("was positive: give the day of the newer test"))
    return _known(str(result), clinic=clinic, patient=patient) or at


def _known(result: str, *, clinic: uuid.UUID, patient: uuid.UUID) -> datetime | None:
    last = pregnancy.newest_result(clinic=clinic, patient=patient)
    return last.measured_at if last is not None and last.value == result else None

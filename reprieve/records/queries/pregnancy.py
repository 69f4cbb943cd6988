"""The newest pregnancy test with its own day: a positive one is lifted by a newer result alone."""

from __future__ import annotations

import uuid

from reprieve.records.queries import observations
from reprieve.records.queries.observations import ObservationView

CODE = "pregnancy_test"
RESULTS = frozenset({"negative", "positive"})


def newest_result(*, clinic: uuid.UUID, patient: uuid.UUID) -> ObservationView | None:
    """This function will return the test done last that has a result, None without one."""
    found = [v for v in _rows(clinic, patient) if v.value in RESULTS]
    return found[-1] if found else None


def newest(*, clinic: uuid.UUID, patient: uuid.UUID) -> ObservationView | None:
    """This function will return what is on record about the test now.

    That is the newest result. Only after a negative one does it count when somebody said later
    that a test was refused, was not done or is not known.
    """
    rows = _rows(clinic, patient)
    result = newest_result(clinic=clinic, patient=patient)
    if not rows or (result is not None and result.value == "positive"):
        return result
    said = max(rows, key=lambda v: (v.recorded_at, v.measured_at))
    return result if result is not None and said.value in RESULTS else said


def _rows(clinic: uuid.UUID, patient: uuid.UUID) -> list[ObservationView]:
    rows = observations.history(clinic=clinic, patient=patient, code=CODE)
    return [view for view in rows if not view.corrected]

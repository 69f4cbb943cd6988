"""The liver tests: how old they are, and how much was given since, by what is on record.

The recorded tests count, whatever else is said. What was only told counts where no test is
recorded; it grows older, and what is given here is added to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from reprieve.records.queries.observations import ObservationView

TESTS = ("alt_times_uln", "ast_times_uln", "alp_times_uln", "ggt_times_uln", "bilirubin_times_uln")
AGE, SESSIONS = "liver_tests_age_days", "sessions_since_liver_tests_n"
# Counted from the recorded tests.
COUNTED = frozenset({AGE, SESSIONS})


def facts(
    newest: Mapping[str, ObservationView], *, given: Sequence[datetime], at: datetime
) -> dict[str, Any]:
    """This function will return the age of the tests in days and the infusions since; None unknown.

    `newest` are the newest answers by code, `given` the starts of the infusions given here. A panel
    is as old as the oldest of its five tests; one that is not whole has no age.
    """
    recorded = [newest[name] for name in TESTS if is_known(newest, name)]
    if not recorded:
        return {name: _told(newest, name, given, at) for name in (AGE, SESSIONS)}
    if len(recorded) < len(TESTS):
        return dict.fromkeys((AGE, SESSIONS))
    tested_at = min(view.measured_at for view in recorded)
    since = [started for started in given if started >= tested_at]
    # Of a patient who was given nothing here, only somebody can say what was given elsewhere.
    told_after = SESSIONS in newest and newest[SESSIONS].measured_at >= tested_at
    said = newest[SESSIONS].value if told_after and not given else None
    return {AGE: (at - tested_at).days, SESSIONS: len(since) if given else said}


def are_recorded(newest: Mapping[str, ObservationView]) -> bool:
    """This function will tell whether any result of a liver test is on record."""
    return any(is_known(newest, name) for name in TESTS)


def is_known(newest: Mapping[str, ObservationView], name: str) -> bool:
    """This function will tell whether a fact was answered with a value."""
    return name in newest and newest[name].value is not None


def _told(
    newest: Mapping[str, ObservationView], name: str, given: Sequence[datetime], at: datetime
) -> int | None:
    """What somebody said, as it is by now."""
    if not is_known(newest, name):
        return None
    view = newest[name]
    since = (at - view.measured_at).days
    if name == SESSIONS:
        since = sum(started >= view.measured_at for started in given)
    return int(view.value) + max(0, since)

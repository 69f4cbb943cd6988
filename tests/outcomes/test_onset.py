"""Onset in hours and days. Baseline 8, infusion at 15:00 UTC on 1 March."""

from datetime import UTC, date, datetime
from typing import Literal

import pytest

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.onset import onset
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.weeks import Course


def entry(
    day: int, hour: int | None, pain: int | None, kind: Literal["diary", "recovery"] = "diary"
) -> DiaryEntry:
    at = None if hour is None else datetime(2026, 3, day, hour, tzinfo=UTC)
    return DiaryEntry(day=date(2026, 3, day), at=at, average_pain=pain, kind=kind)


@pytest.mark.parametrize(
    ("entries", "seen"),
    [
        ([entry(1, 20, 5), entry(2, 9, 5)], (0, 5.0, "yes")),
        ([entry(2, 9, 5), entry(1, 20, 5)], (0, 5.0, "yes")),  # given in any order
        ([entry(1, 17, 2, "recovery"), entry(1, 20, 3)], (0, 2.0, "yes")),
        ([entry(1, 17, 2, "recovery"), entry(1, 20, 8), entry(2, 9, 4)], (1, 18.0, "unknown")),
        ([entry(1, 20, 7), entry(2, 9, 6), entry(3, 19, 5), entry(4, 19, 5)], (2, 52.0, "yes")),
        ([entry(3, None, 5), entry(4, None, 5)], (2, None, "yes")),
        ([entry(3, 9, 7), entry(3, None, 5), entry(4, 9, 5)], (2, None, "yes")),
        ([entry(2, 9, 5), entry(5, 9, 8)], (1, 18.0, "unknown")),  # too far to deny it
        ([entry(2, 9, 5), entry(3, 9, None), entry(4, 9, 5)], (1, 18.0, "yes")),
        ([entry(1, 14, 2), entry(1, None, 2), entry(2, 9, 8)], None),  # before the start
        ([entry(2, 9, 8), entry(3, 9, 6)], None),
        ([], None),
    ],
)
def test_onset(
    entries: list[DiaryEntry],
    seen: tuple[int, float | None, str] | None,
    single: Course,
    eight: Baseline,
    rules: Rules,
) -> None:
    found = onset(entries=entries, course=single, baseline=eight, rules=rules)
    assert (found and (found.days, found.hours, found.sustained)) == seen


def test_answers_after_the_next_infusion_belong_to_it(eight: Baseline, rules: Rules) -> None:
    course = Course(
        started_at=datetime(2026, 3, 1, 15, tzinfo=UTC),
        first_infusion=date(2026, 3, 1),
        last_infusion=date(2026, 3, 1),
        infusions=1,
        follow_up_ends=date(2026, 3, 4),
    )
    entries = [entry(3, 9, 8), entry(4, 9, 2), entry(5, 9, 2)]
    assert onset(entries=entries, course=course, baseline=eight, rules=rules) is None

"""Hand-made courses: the infusions end on Sunday 1 March 2026, baseline pain is 8."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from reprieve.outcomes.baseline import Baseline, Recall, baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.rules import rules as in_force
from reprieve.outcomes.weeks import Course

LAST = date(2026, 3, 1)
Number = int | Decimal | None
Daily = Callable[..., tuple[DiaryEntry, ...]]


@pytest.fixture
def rules() -> Rules:
    return in_force(on=date(2026, 12, 1))


@pytest.fixture
def single() -> Course:
    return Course(
        started_at=datetime(2026, 3, 1, 15, tzinfo=UTC),
        first_infusion=LAST,
        last_infusion=LAST,
        infusions=1,
    )


@pytest.fixture
def series() -> Course:
    """Three weeks of infusions: 8 February to 1 March."""
    return Course(
        started_at=datetime(2026, 2, 8, 15, tzinfo=UTC),
        first_infusion=date(2026, 2, 8),
        last_infusion=LAST,
        infusions=6,
    )


@pytest.fixture
def eight(rules: Rules) -> Baseline:
    return baseline(
        diary=(),
        first_infusion=date(2026, 2, 8),
        recall=Recall(day=date(2026, 2, 1), pain=8),
        rules=rules,
    )


@pytest.fixture
def daily() -> Daily:
    """Entries of consecutive days; None is a day without an answer."""

    def entries(
        pains: list[Number], *, first: date, opioid: Number = None
    ) -> tuple[DiaryEntry, ...]:
        mme = None if opioid is None else Decimal(opioid)
        return tuple(
            DiaryEntry(day=first + timedelta(days=n), average_pain=pain, rescue_opioid_mme=mme)
            for n, pain in enumerate(pains)
        )

    return entries


@pytest.fixture
def by_week(daily: Daily) -> Daily:
    """Entries of whole weeks from the day after the last infusion, each day its week's pain."""

    def entries(
        pains: list[Number], *, first: date = LAST + timedelta(days=1)
    ) -> tuple[DiaryEntry, ...]:
        return daily([pain for pain in pains for _ in range(7)], first=first)

    return entries

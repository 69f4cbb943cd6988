"""What is due after an infusion and after a series."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from reprieve.scheduling.followups import call_due, instruments_due, visit_due
from reprieve.scheduling.opening import Opening

Make = Callable[..., Opening]
NY = "America/New_York"
LAST = date(2026, 3, 2)
ENDED = datetime(2026, 3, 2, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "state"), [(0, "coming"), (18, "due"), (24, "due"), (35, "due"), (36, "overdue")]
)
def test_the_call_after_a_day(opening: Make, hours: int, state: str) -> None:
    found = call_due(ended_at=ENDED, at=ENDED + timedelta(hours=hours), opening=opening())
    assert (found.due_at, found.state) == (ENDED + timedelta(hours=24), state)
    assert found.note is None


def test_a_call_made_is_done(opening: Make) -> None:
    found = call_due(ended_at=ENDED, at=ENDED + timedelta(hours=40), opening=opening(), done=True)
    assert found.state == "done"


def test_a_call_on_a_closed_day_is_not_put_off(opening: Make) -> None:
    friday = datetime(2026, 3, 6, 17, tzinfo=UTC)
    found = call_due(ended_at=friday, at=friday, opening=opening())
    assert found.due_at == datetime(2026, 3, 7, 17, tzinfo=UTC)
    assert "closed" in str(found.note)


@pytest.mark.parametrize(
    ("day", "state"), [(13, "coming"), (14, "due"), (28, "due"), (29, "overdue")]
)
def test_the_visit_at_two_to_four_weeks(opening: Make, day: int, state: str) -> None:
    found = visit_due(last_infusion=LAST, at=LAST + timedelta(days=day), opening=opening())
    assert (found.first, found.best, found.last) == (
        date(2026, 3, 16),
        date(2026, 3, 23),
        date(2026, 3, 30),
    )
    assert (found.open_day, found.state) == (date(2026, 3, 23), state)


def test_the_visit_goes_to_the_nearest_open_day(opening: Make) -> None:
    shop = replace(opening(), closures=dict.fromkeys([date(2026, 3, 23)], "holiday"))
    assert visit_due(last_infusion=LAST, at=LAST, opening=shop).open_day == date(2026, 3, 24)
    shut = Opening(zone=NY, weekly={})
    assert visit_due(last_infusion=LAST, at=LAST, opening=shut).open_day is None


def test_a_visit_that_took_place_is_done(opening: Make) -> None:
    found = visit_due(
        last_infusion=LAST, at=LAST + timedelta(days=60), opening=opening(), done=True
    )
    assert found.state == "done"


def test_instruments_by_week() -> None:
    found = instruments_due(last_infusion=LAST, at=LAST)
    weeks = {(i.instrument, i.week) for i in found}
    assert weeks >= {(name, week) for name in ("peg", "phq-9") for week in (1, 4, 8, 12)}
    assert {i.week for i in found if i.instrument == "promis-pain-interference-4a"} == {4, 12}
    assert [i.week for i in found] == sorted(i.week for i in found)
    assert {i.state for i in found} == {"coming"}


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (date(2026, 3, 6), "coming"),
        (date(2026, 3, 7), "due"),
        (date(2026, 3, 9), "due"),
        (date(2026, 3, 13), "due"),
        (date(2026, 3, 14), "overdue"),
    ],
)
def test_an_instrument_has_a_window(at: date, state: str) -> None:
    first = instruments_due(last_infusion=LAST, at=at)[0]
    assert (first.week, first.day, first.state) == (1, date(2026, 3, 9), state)


def test_an_answer_counts_for_its_week_alone() -> None:
    found = instruments_due(last_infusion=LAST, at=LAST + timedelta(days=40), answered={("peg", 1)})
    states = {i.week: i.state for i in found if i.instrument == "peg"}
    assert states == {1: "done", 4: "overdue", 8: "coming", 12: "coming"}

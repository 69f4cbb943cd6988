"""The booster ladder: longer intervals while relief holds, a review where nobody knows."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reprieve.knowledge import BadValue, load, names, parse
from reprieve.scheduling.boosters import (
    PACKAGE,
    Given,
    Held,
    Ladder,
    climb,
    ladder,
    next_due,
    read,
)

END = date(2026, 3, 2)


@pytest.fixture
def practice() -> Ladder:
    return ladder("crps-practice")


def given(*blocks: tuple[int, Held]) -> list[Given]:
    return [Given(day=END + timedelta(days=n), held=held) for n, held in blocks]


@pytest.mark.parametrize("name", names(PACKAGE))
def test_every_ladder_says_where_it_comes_from(name: str) -> None:
    data = load(PACKAGE, name).data
    assert data["source"]
    assert isinstance(data["verified"], bool)
    assert isinstance(data["valid_from"], date)
    assert ladder(name).version.endswith(load(PACKAGE, name).sha256[:12])


def test_the_ladder_is_the_one_that_was_published(practice: Ladder) -> None:
    seen = [(s.every_n_days, s.count, s.sessions_per_visit_block) for s in practice.steps]
    assert seen == [(14, 2, 2), (14, 2, 1), (30, 3, 1), (91, 0, 1)]


@pytest.mark.parametrize(
    ("helds", "step"),
    [
        ([], 1),
        (["yes"], 1),
        (["yes"] * 2, 2),
        (["yes"] * 4, 3),
        (["yes"] * 6, 3),
        (["yes"] * 7, 4),
        (["yes"] * 20, 4),
        (["unknown"] * 9, 1),  # nobody knows: nothing lengthens
        (["yes", "unknown", "yes"], 2),
        (["no"], 1),
        (["yes", "yes", "no"], 1),
        (["yes"] * 4 + ["no"], 2),
        (["yes"] * 4 + ["no", "yes"], 2),
        (["yes"] * 4 + ["no", "yes", "yes"], 3),
    ],
)
def test_climbing(practice: Ladder, helds: list[Held], step: int) -> None:
    blocks = given(*((n + 1, held) for n, held in enumerate(helds)))
    assert climb(ladder=practice, given=blocks) == step - 1


def test_a_ladder_may_stay_where_it_is_on_fading(practice: Ladder) -> None:
    stays = replace(practice, on_fading="stay")
    blocks = given((1, "yes"), (2, "yes"), (3, "yes"), (4, "no"))
    assert climb(ladder=stays, given=blocks) == 1


def test_the_first_booster_after_a_series(practice: Ladder) -> None:
    due = next_due(ladder=practice, series_ended=END, holds="yes", at=END)
    assert (due.step, due.day, due.sessions) == (1, date(2026, 3, 16), 2)
    assert (due.window_from, due.window_until) == (date(2026, 3, 13), date(2026, 3, 19))
    assert (due.early, due.review) == (False, False)
    assert "14 days" in str(due.because)


def test_unknown_relief_asks_for_a_review(practice: Ladder) -> None:
    due = next_due(ladder=practice, series_ended=END, holds="unknown", at=END)
    assert (due.day, due.early, due.review) == (date(2026, 3, 16), False, True)


def test_fading_comes_early_and_one_step_down(practice: Ladder) -> None:
    blocks = given((14, "yes"), (28, "yes"), (42, "yes"), (56, "yes"))
    at = END + timedelta(days=70)
    since = END + timedelta(days=60)
    due = next_due(
        ladder=practice, series_ended=END, given=blocks, holds="no", fading_since=since, at=at
    )
    assert (due.step, due.day, due.window_from, due.early, due.review) == (2, at, at, True, True)
    assert str(since) in str(due.because)


def test_fading_never_passes_under_the_shortest_gap(practice: Ladder) -> None:
    blocks = given((14, "yes"))
    due = next_due(
        ladder=practice,
        series_ended=END,
        given=blocks,
        holds="no",
        at=END + timedelta(days=16),
    )
    assert due.day == END + timedelta(days=21)
    assert "since" not in str(due.because)


@pytest.mark.parametrize(
    ("blocks", "field"),
    [
        ([(0, "yes")], "given"),
        ([(14, "yes"), (14, "yes")], "given"),
        ([(14, "yes"), (99, "yes")], "given"),
    ],
)
def test_an_impossible_history_is_refused(
    practice: Ladder, blocks: list[tuple[int, Held]], field: str
) -> None:
    with pytest.raises(BadValue) as error:
        next_due(
            ladder=practice,
            series_ended=END,
            given=given(*blocks),
            holds="yes",
            at=END + timedelta(days=50),
        )
    assert error.value.field == field


def test_an_unknown_ladder_is_refused() -> None:
    with pytest.raises(BadValue, match="known: crps-practice, crps-practice-early"):
        ladder("spiral")


GOOD = """
verified = false
min_gap_days = 7
on_fading = "back"
[[step]]
every_n_days = 14
count = 2
sessions_per_visit_block = 1
window_days = 3
[[step]]
every_n_days = 30
count = 0
sessions_per_visit_block = 1
window_days = 3
"""


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("count = 2", "count = 0", "step"),
        ("count = 0", "count = 3", "step"),
        ("min_gap_days = 7", "min_gap_days = 12", "min_gap_days"),
        ("min_gap_days = 7", "min_gap_days = 0", "min_gap_days"),
        ("window_days = 3", "window_days = -1", "min_gap_days"),
        ("sessions_per_visit_block = 1", "sessions_per_visit_block = 0", "sessions_per_visit"),
        ('"back"', '"sideways"', "on_fading"),
        ("window_days = 3", "", "own"),
        ("min_gap_days = 7", "", "own"),
        ("[[step]]", "[[rung]]", "own"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(old: str, new: str, field: str) -> None:
    assert len(read(parse("own", GOOD.encode())).steps) == 2
    with pytest.raises(BadValue, match=field):
        read(parse("own", GOOD.replace(old, new).encode()))

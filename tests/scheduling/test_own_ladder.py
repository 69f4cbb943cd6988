"""A clinic's own ladder: held in bounds, lengthening, and looser where it lets more be given."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from reprieve.clinical import own_numbers
from reprieve.knowledge import BadValue, names
from reprieve.scheduling import boosters, own_ladder
from reprieve.scheduling.boosters import Ladder, Step

USUAL = boosters.ladder("crps-practice")
STEPS, GAP = USUAL.steps, USUAL.min_gap_days


def changed(n: int, **numbers: int) -> tuple[Step, ...]:
    """The shipped steps with some numbers of one of them (from 1) changed."""
    return tuple(replace(s, **numbers) if i == n else s for i, s in enumerate(STEPS, start=1))


def made(steps: tuple[Step, ...], *, gap: int = GAP) -> Ladder:
    return own_ladder.read(own_ladder.kept(steps, min_gap_days=gap))


def test_what_is_kept_is_read_as_it_was_said() -> None:
    found = made(changed(3, every_n_days=42), gap=10)
    assert (found.steps, found.min_gap_days) == (changed(3, every_n_days=42), 10)
    assert (found.id, found.on_fading, found.verified) == ("own", "back", True)
    assert found.version != made(STEPS).version


@pytest.mark.parametrize("name", names(boosters.PACKAGE))
def test_each_shipped_ladder_lies_in_the_bounds(name: str) -> None:
    shipped = boosters.ladder(name)
    own = made(shipped.steps, gap=shipped.min_gap_days)
    assert own.steps == shipped.steps
    assert not own_ladder.is_looser(own, than=shipped)


def test_each_number_of_a_step_has_bounds() -> None:
    assert set(own_numbers.rungs()) == {*Step.__dataclass_fields__, own_ladder.GAP}
    assert all(one.lowest < one.highest for one in own_numbers.rungs().values())


@pytest.mark.parametrize(
    ("steps", "gap", "says"),
    [
        ((), GAP, "step: a ladder has one step or more"),
        ((*STEPS[:1] * 6, STEPS[-1]), GAP, "step: a ladder has one step or more"),
        (changed(1, every_n_days=6), GAP, "every_n_days_1: is no value that is safe"),
        (changed(4, every_n_days=366), GAP, "every_n_days_4: is no value that is safe"),
        (changed(2, every_n_days=12), GAP, "every_n_days_2: is shorter than in the step before"),
        (changed(3, count=0), GAP, "count_3: is no value that is safe"),
        (changed(4, count=2), GAP, "count_4: the last step goes on"),
        (changed(1, sessions_per_visit_block=4), GAP, "sessions_per_visit_block_1: is no value"),
        (changed(2, window_days=15), GAP, "window_days_2: is no value that is safe"),
        (changed(2, window_days=8), GAP, "window_days_2: would come nearer"),
        (STEPS, 4, "min_gap_days: is no value that is safe"),
        (STEPS, 12, "window_days_1: would come nearer"),
    ],
)
def test_what_cannot_be_is_refused_by_its_number(
    steps: tuple[Step, ...], gap: int, says: str
) -> None:
    with pytest.raises(BadValue, match=says):
        own_ladder.kept(steps, min_gap_days=gap)


@pytest.mark.parametrize(
    ("steps", "gap", "looser"),
    [
        (STEPS, GAP, False),
        (changed(1, every_n_days=13), GAP, True),
        (changed(1, sessions_per_visit_block=3), GAP, True),
        (changed(1, count=3), GAP, True),  # two sessions each time go on for longer
        (changed(2, window_days=4), GAP, True),  # each may come a day earlier
        (changed(4, every_n_days=84), GAP, True),
        (STEPS, 6, True),
        (changed(1, sessions_per_visit_block=1), GAP, False),
        (changed(4, every_n_days=330, sessions_per_visit_block=3), GAP, True),  # larger, if late
        (changed(2, count=1), GAP, False),  # what is left out is never caught up with
        (changed(4, every_n_days=120), GAP, False),
        (STEPS, 9, False),
        (STEPS[-1:], GAP, False),
    ],
)
def test_looser_is_what_lets_more_be_given_by_some_day(
    steps: tuple[Step, ...], gap: int, looser: bool
) -> None:
    assert own_ladder.is_looser(made(steps, gap=gap), than=USUAL) is looser


def test_the_early_variant_is_looser_than_the_usual_one() -> None:
    assert own_ladder.is_looser(boosters.ladder("crps-practice-early"), than=USUAL)


def test_a_longer_interval_anywhere_is_never_looser() -> None:
    for n, step in enumerate(STEPS, start=1):
        longer = [s.every_n_days for s in changed(n, every_n_days=step.every_n_days + 1)]
        if all(b >= a for a, b in pairwise(longer)):
            own = made(changed(n, every_n_days=step.every_n_days + 1))
            assert not own_ladder.is_looser(own, than=USUAL)

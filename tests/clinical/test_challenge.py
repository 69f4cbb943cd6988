"""Dechallenge and rechallenge, as small tables of courses and what the times show."""

from __future__ import annotations

import pytest

from reprieve.clinical import challenge
from reprieve.clinical.challenge import DOES_NOT_APPLY, NO, UNKNOWN, YES, Reaction


def reaction(ended: int | None, outcome: str = "resolved") -> Reaction:
    """A reaction that began at minute 10."""
    return Reaction(onset_ms=10, ended_ms=ended, outcome=outcome)


@pytest.mark.parametrize(
    ("ended", "outcome", "cuts", "says"),
    [
        (30, "resolved", [20], YES),
        (20, "resolved", [20], YES),
        (30, "resolved with sequelae", [20, 90], YES),
        (15, "resolved", [20], DOES_NOT_APPLY),  # was over before anything was changed
        (30, "resolved", [], DOES_NOT_APPLY),
        (30, "resolved", [5], DOES_NOT_APPLY),  # lowered before it began
        (None, "ongoing", [], DOES_NOT_APPLY),  # the drug still runs
        (None, "ongoing", [20], UNKNOWN),
        (None, "resolved", [20], UNKNOWN),  # nobody wrote when
        (30, "unknown", [20], UNKNOWN),
        (None, "worse", [20], NO),
        (30, "worse", [20], NO),
    ],
)
def test_abated_after_the_drug_was_stopped_or_lowered(
    ended: int | None, outcome: str, cuts: list[int], says: str
) -> None:
    assert challenge.abated(reaction(ended, outcome), cuts_ms=cuts) == says


@pytest.mark.parametrize(
    ("abated", "again", "onsets", "says"),
    [
        (YES, [40], [10, 45], YES),
        (YES, [90, 40], [10, 50], YES),
        (YES, [40], [10], UNKNOWN),  # what nobody recorded is not taken to be absent
        (YES, [40], [10, 35], UNKNOWN),  # came again before the drug did
        (YES, [], [10], DOES_NOT_APPLY),
        (NO, [40], [10, 45], DOES_NOT_APPLY),
        (DOES_NOT_APPLY, [40], [10, 45], DOES_NOT_APPLY),
        (UNKNOWN, [40], [10, 45], UNKNOWN),
    ],
)
def test_came_back_with_the_drug(
    abated: str, again: list[int], onsets: list[int], says: str
) -> None:
    assert challenge.reappeared(abated=abated, again_ms=again, onsets_ms=onsets) == says


def test_given_again_counts_from_the_end_of_the_reaction() -> None:
    assert challenge.again(reaction(30), rises_ms=[90, 30, 29]) == [30, 90]
    assert challenge.again(reaction(None), rises_ms=[90]) == []

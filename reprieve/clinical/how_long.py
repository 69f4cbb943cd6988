"""How long an answer is believed: history lasts, what changes is asked anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from reprieve import knowledge

# What says that a state is absent; any other answer about a state stays until it is lifted.
ABSENT = (False, "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class HowLong:
    """The time that an answer counts in a series and among boosters, and which facts are states.

    `course_pause`: the longest time between two days of one course.
    """

    series: timedelta
    booster: timedelta
    course_pause: timedelta
    present_states: frozenset[str]
    states_of_the_day: frozenset[str]

    @property
    def states(self) -> frozenset[str]:
        """Every state that comes and goes."""
        return self.present_states | self.states_of_the_day


@cache
def how_long() -> HowLong:
    """This function will read how long answers count."""
    data = knowledge.load("reprieve.clinical", "how_long").data
    return HowLong(
        series=timedelta(days=data["series_days"]),
        booster=timedelta(days=data["booster_days"]),
        course_pause=timedelta(days=data["course_pause_days"]),
        present_states=frozenset(data["present_states"]),
        states_of_the_day=frozenset(data["states_of_the_day"]),
    )


def stays(name: str, value: Any) -> bool:
    """This function will tell whether an answer is a state that is there until it is lifted."""
    return name in how_long().states and value is not None and value not in ABSENT

"""Many patients, one by one: faults wait for the others, but for a database that is away."""

from __future__ import annotations

import pytest
from django.db import InterfaceError, OperationalError

from reprieve.knowledge import BadValue
from reprieve.pathway.errors import NotNow
from reprieve.pathway.one_by_one import OneByOne


def test_a_fault_waits_for_the_others_and_a_refusal_is_an_answer() -> None:
    looks, seen = OneByOne(), []
    for error in (ValueError("x"), BadValue("field", "y"), NotNow("z"), KeyError("k"), None):
        with looks.turn():
            seen.append(error)
            if error is not None:
                raise error
    assert len(seen) == 5
    with pytest.raises(ExceptionGroup) as told:
        looks.tell("job")
    assert [type(one) for one in told.value.exceptions] == [ValueError, KeyError]


def test_nothing_is_told_where_nothing_went_wrong() -> None:
    OneByOne().tell("job")


@pytest.mark.parametrize("away", [OperationalError, InterfaceError])
def test_a_database_that_is_away_ends_the_look(away: type[Exception]) -> None:
    with pytest.raises(away), OneByOne().turn():
        raise away

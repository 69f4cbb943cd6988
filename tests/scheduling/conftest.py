"""A clinic open 08:00-17:00 on weekdays, with three chairs and one nurse who watches two."""

from collections.abc import Callable
from datetime import time

import pytest

from reprieve.scheduling.blocks import Visit
from reprieve.scheduling.conflicts import Book, Staffing
from reprieve.scheduling.opening import Hours, Opening

DAY_HOURS = (Hours(opens=time(8), closes=time(17)),)


@pytest.fixture
def opening() -> Callable[[str], Opening]:
    def make(zone: str = "America/New_York") -> Opening:
        return Opening(zone=zone, weekly=dict.fromkeys(range(5), DAY_HOURS))

    return make


@pytest.fixture
def visit() -> Visit:
    """Half an hour, 40 minutes, an hour, 10 minutes of cleaning."""
    return Visit(prep_min=30, infusion_min=40, recovery_min=60, buffer_min=10, clinician_min=15)


@pytest.fixture
def book(opening: Callable[[str], Opening]) -> Book:
    return Book(
        opening=opening("America/New_York"),
        chairs=("A", "B", "C"),
        staffing=Staffing(chairs_per_nurse=2, nurses=1),
    )

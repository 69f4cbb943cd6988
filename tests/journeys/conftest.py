"""Fixtures of the journeys: a clinic that is being served, and its people at their browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.house.running import LiveClinic
    from tests.journeys.people import House


@pytest.fixture
def house(
    served: LiveClinic, new_context: Callable[..., BrowserContext], axe: Callable[[Page], None]
) -> Iterator[House]:
    """The clinic, open. At the end no page that was seen may have a barrier."""
    from tests.journeys.people import House, open_clinic  # Django must have started

    world = open_clinic(served)
    here = House(served.start(), world, new_context, axe)
    yield here
    assert not here.barriers, "\n\n".join(here.barriers)

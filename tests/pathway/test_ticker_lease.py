"""The lease of the clock: one holder, given on when it lapses or when the machine's time jumps."""

from __future__ import annotations

import pytest

from reprieve.pathway import ticker

pytestmark = pytest.mark.usefixtures("db")
NOW = 1_772_557_200_000
HOUR = 3_600_000


def test_one_holds_it_until_it_lapses() -> None:
    assert ticker.hold(holder="a", at_ms=NOW)
    assert not ticker.hold(holder="b", at_ms=NOW + 2_000)
    assert ticker.hold(holder="b", at_ms=NOW + 3_001)
    assert ticker.is_held(at_ms=NOW + 3_001)


def test_a_lease_from_a_time_that_never_was_stops_nobody() -> None:
    assert ticker.hold(holder="a", at_ms=NOW + HOUR)  # the machine's clock ran ahead
    assert not ticker.is_held(at_ms=NOW)
    assert ticker.hold(holder="b", at_ms=NOW)
    assert ticker.is_held(at_ms=NOW)

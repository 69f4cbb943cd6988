"""Milliseconds and moments: there and back, and nothing of what nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from reprieve.records import instants


@pytest.mark.parametrize("at_ms", [0, 1, 1_772_539_200_123, 4_102_444_800_999])
def test_there_and_back(at_ms: int) -> None:
    assert instants.ms(instants.moment(at_ms)) == at_ms
    assert instants.known(at_ms) == instants.moment(at_ms)
    assert instants.moment(at_ms).tzinfo is UTC


def test_any_zone_and_to_the_nearest() -> None:
    far = timezone(timedelta(hours=-5))
    assert instants.ms(datetime(1970, 1, 1, tzinfo=far)) == 5 * 3_600_000
    assert instants.ms(datetime(1970, 1, 1, microsecond=1_600, tzinfo=UTC)) == 2


def test_what_nobody_knows() -> None:
    assert instants.known(None) is None

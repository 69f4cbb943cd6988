"""The night's forecasts are made in a process of their own, and only when a diary has news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reprieve.config import forecasts
from reprieve.records.models import Forecast
from tests import world as worlds
from tests.chairside import weighed
from tests.house.engines import Copy
from tests.treated import responder


def test_a_process_makes_them_once_a_day(
    fresh_database: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in fresh_database.env.items():
        monkeypatch.setenv(name, value)
    world = worlds.found(at=datetime.now(UTC) - timedelta(days=22))
    assert not forecasts.make_wanted()
    made = weighed(responder(world, weeks=(3,)))
    assert forecasts.make_wanted()
    assert Forecast.of(world.id).get().patient_id == made.patient
    assert not forecasts.make_wanted()

"""The night's forecasts are made in a process of their own, and only when a diary has news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reprieve.config import forecasts
from reprieve.pathway import forecast
from reprieve.records.models import Forecast
from tests import world as worlds
from tests.chairside import weighed
from tests.house.engines import Copy
from tests.treated import responder


@pytest.fixture
def world(fresh_database: Copy, monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    for name, value in fresh_database.env.items():
        monkeypatch.setenv(name, value)
    return worlds.found(at=datetime.now(UTC) - timedelta(days=22))


def test_a_process_makes_them_once_a_day(world: worlds.World) -> None:
    assert not forecasts.make_wanted()
    made = weighed(responder(world, weeks=(3,)))
    assert forecasts.make_wanted()
    assert Forecast.of(world.id).get().patient_id == made.patient
    assert not forecasts.make_wanted()


def test_several_processes_say_what_one_says(
    world: worlds.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasts, "WORTH_IT", 3)
    monkeypatch.setattr(forecasts, "AT_ONCE", 1)
    start, people = world.at, []
    for during in (2, 3, 4):
        world.at = start  # all three in the same weeks
        people.append(weighed(responder(world, weeks=(3,), during=during)).patient)
    assert forecasts.make() == 3
    for patient in people:
        kept = Forecast.of(world.id).get(patient_id=patient)
        said = forecast.next_weeks(clinic=world.id, patient=patient, at=kept.recorded_at)
        assert kept.weeks == [[round(n, 3) for n in (w.mean, w.low, w.high)] for w in said.weeks]
    assert forecasts.make() == 0

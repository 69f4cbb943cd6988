"""The machine's clock jumps while monitors send: nothing is lost, doubled or on two lists."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reprieve.records.models import Device, DeviceAssociation
from reprieve.records.queries import charts
from tests import world as worlds
from tests.faults.conftest import GatewayProcess
from tests.faults.held import parked_times
from tests.faults.wire import Monitor
from tests.house.engines import Copy
from tests.house.running import wait_for
from tests.world import World

JUMPS_S = (3600, 0, -3600, 0)
AROUND_S, AROUND_LONG_S = 1.5, 30.0
PER_S = 10


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    file = tmp_path / "offset"
    file.write_text("0")
    return file


@pytest.fixture
def jumping(fresh_database: Copy, today: World, clock: Path) -> Iterator[GatewayProcess]:
    """The real gateway, whose clock the test can set."""
    process = GatewayProcess(
        fresh_database,
        REPRIEVE_TESTS_CLOCK=str(clock),
        PYTHONPATH=f"{Path(__file__).parent / 'clock'}:{Path(__file__).parents[2]}",
    )
    process.start()
    yield process
    process.stop()


def test_a_jumping_clock_loses_and_doubles_nothing(
    today: World, jumping: GatewayProcess, clock: Path, is_long: bool
) -> None:
    visit = worlds.prepared(today, *worlds.person(today))
    today.at = datetime.now(UTC)
    link = worlds.linked(today, visit, sender="SIM-1")
    monitor = Monitor(device="SIM-1", port=jumping.port, per_s=PER_S, tireless=True)
    monitor.start()
    for jump_s in JUMPS_S:
        time.sleep(AROUND_LONG_S if is_long else AROUND_S)
        clock.write_text(str(jump_s))
        before = len(monitor.acknowledged)
        wait_for(lambda n=before: len(monitor.acknowledged) > n + 5, "answers after the jump")
    monitor.finish()

    values = charts.values(clinic=today.id, encounter=visit)
    charted = [v.at_ms for v in values if v.signal == "heart_rate"]
    parked = parked_times(today)
    assert set(monitor.acknowledged) <= set(charted) | set(parked)
    assert len(charted) == len(set(charted))
    assert set(charted).isdisjoint(parked)
    assert set(charted) | set(parked) <= set(monitor.sent)
    # An hour behind, the chair would have been another patient's: such values are put aside.
    assert len(charted) > len(parked)
    assert DeviceAssociation.objects.get(pk=link.pk).until_ms is None
    assert Device.of(today.id).filter(sender="SIM-1").count() == 1

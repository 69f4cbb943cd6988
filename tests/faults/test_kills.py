"""Nothing acknowledged is lost and nothing is charted twice, whatever is killed and when.

The campaign (`test_campaign.py`) kills the same at full size, and pulls cables and fills disks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from tests.faults import ward as wards
from tests.faults.wire import Monitor
from tests.house.running import PARTS, LiveClinic

KILLS, KILLS_LONG = 3, 30  # rounds: each of the parts, then the supervisor


@pytest.fixture
def ward(served: LiveClinic) -> Iterator[dict[str, Monitor]]:
    """Five monitors, each linked to a patient of its own: visits by id."""
    monitors = wards.monitors(served, served.mllp_port)
    yield monitors
    for monitor in monitors.values():
        if monitor.is_alive():
            monitor.finish()


@pytest.mark.timeout(0)  # every wait inside it ends; how long twenty kills take is the machine's
def test_acknowledged_values_outlive_every_process_once(
    served: LiveClinic,
    ward: dict[str, Monitor],
    is_long: bool,
    record_property: Callable[[str, object], None],
) -> None:
    served.start()
    for monitor in ward.values():
        monitor.start()
    for _ in range(KILLS_LONG if is_long else KILLS):
        for part in random.sample(PARTS, k=len(PARTS)):
            wards.await_traffic(ward)
            wards.any_moment()
            wards.kill_part(served, part)
        wards.await_parts(served)
        wards.await_traffic(ward)
        wards.any_moment()
        wards.kill_supervisor(served)
    wards.await_traffic(ward)
    assert wards.verified(served) == []  # while values still arrive

    for monitor in ward.values():
        monitor.finish()
    for visit, monitor in ward.items():
        wards.compare(wards.charted(served, visit), monitor)
    assert served.stop() == 0
    for visit in ward:
        wards.check_alarms(visit)
    record_property("messages sent", sum(len(m.sent) for m in ward.values()))
    record_property("acknowledged", sum(len(m.acknowledged) for m in ward.values()))
    assert wards.verified(served) == []

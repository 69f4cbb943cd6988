"""Nothing acknowledged is lost and nothing is charted twice, whatever is killed and when."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from reprieve.pathway.clock import ms
from reprieve.records.models import AlarmTransition, InfusionState
from tests import world as worlds
from tests.faults.wire import Monitor
from tests.house.running import PARTS, LiveClinic, accepts, is_running, wait_for
from tests.world import World

MONITORS = 5
PER_S = 50
KILLS, KILLS_LONG = 3, 30  # rounds: each of the parts, then the supervisor
OVER = {"cleared", "sounding", "silenced"}


@pytest.fixture
def ward(served: LiveClinic) -> Iterator[dict[str, Monitor]]:
    """Five monitors, each linked to a patient of its own: visits by id."""
    world = served.world
    assert world is not None
    world.at = datetime.now(UTC)
    monitors = dict(_linked(world, number, served.mllp_port) for number in range(MONITORS))
    yield monitors
    for monitor in monitors.values():
        if monitor.is_alive():
            monitor.finish()


def _linked(world: World, number: int, port: int) -> tuple[str, Monitor]:
    patient, episode = worlds.person(world, mrn=f"A-{number}")
    visit = worlds.prepared(world, patient, episode)
    device = f"SIM-{number}"
    worlds.linked(world, visit, sender=device)
    # Two of the five are of the kind that gives an unanswered message up.
    tireless = number < MONITORS - 2
    return str(visit), Monitor(
        device=device, port=port, per_s=PER_S / MONITORS, tireless=tireless
    )


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
            kill_part(served, part, ward)
        wait_for(lambda: set(served.parts()) == set(PARTS), "every part to come back")
        kill_supervisor(served, ward)
    await_traffic(ward)
    assert verified(served) == []  # while values still arrive

    for monitor in ward.values():
        monitor.finish()
    for visit, monitor in ward.items():
        compare(charted(served, visit), monitor)
    assert served.stop() == 0
    for visit in ward:
        check_alarms(visit)
    record_property("messages sent", sum(len(m.sent) for m in ward.values()))
    record_property("acknowledged", sum(len(m.acknowledged) for m in ward.values()))
    assert verified(served) == []


def kill_part(served: LiveClinic, part: str, ward: dict[str, Monitor]) -> None:
    """Kill a part at any moment of traffic; its supervisor brings it back."""
    await_traffic(ward)
    time.sleep(random.uniform(0, 0.5))
    killed = served.parts()[part]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: not is_running(killed), f"{part} to be gone")


def kill_supervisor(served: LiveClinic, ward: dict[str, Monitor]) -> None:
    """Kill the supervisor: every part ends with it, and the next start serves again."""
    await_traffic(ward)
    time.sleep(random.uniform(0, 0.5))
    parts = served.parts().values()
    served.kill()
    wait_for(lambda: not any(is_running(pid) for pid in parts), "every part to end")
    wait_for(lambda: not accepts(served.port), "the port to be free")
    served.start()


def await_traffic(ward: dict[str, Monitor]) -> None:
    """A kill between messages proves little: wait until every monitor is heard again."""
    before = {m: len(m.acknowledged) for m in ward.values()}
    wait_for(lambda: all(len(m.acknowledged) > n for m, n in before.items()), "traffic")


def verified(served: LiveClinic) -> list[str]:
    answer = served.reprieve("verify", "--json")
    assert answer.stderr == ""
    faults: list[str] = json.loads(answer.stdout)["faults"]
    assert answer.returncode == (1 if faults else 0)
    return faults


def charted(served: LiveClinic, visit: str) -> Counter[tuple[int, str, float]]:
    answer = served.reprieve("chart", visit, "--json")
    assert answer.returncode == 0, answer.stderr
    return Counter(
        (ms(datetime.fromisoformat(v["at"])), v["signal"], float(v["value"]))
        for v in json.loads(answer.stdout)["values"]
    )


def compare(found: Counter[tuple[int, str, float]], monitor: Monitor) -> None:
    """Acknowledged is charted, charted was sent, and everything once."""
    acknowledged, sent = rows(monitor.acknowledged), rows(monitor.sent)
    assert acknowledged
    assert acknowledged - set(found) == set()
    assert set(found) - sent == set()
    assert [row for row, count in found.items() if count > 1] == []


def rows(measured: dict[int, dict[str, float]]) -> set[tuple[int, str, float]]:
    return {(at, name, float(v)) for at, values in measured.items() for name, v in values.items()}


def check_alarms(visit: str) -> None:
    """Each alarm's steps follow one another, and the last is what the stored state says."""
    rows = AlarmTransition.objects.filter(encounter_id=visit).order_by("id")
    last: dict[str, str] = {}
    for alarm, before, after in rows.values_list("alarm", "before", "after"):
        assert before == last.get(alarm, before)
        last[alarm] = after
    state = InfusionState.objects.every().get(encounter_id=visit).alarm_fold
    shown = {a["id"]: a["phase"] for a in state["alarms"].values() if a["phase"] != "pending"}
    assert {alarm: after for alarm, after in last.items() if after not in OVER} == shown
    assert any(alarm.startswith("spo2 ") for alarm in last)

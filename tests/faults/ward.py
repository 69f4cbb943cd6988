"""A ward under fire: five monitors that send, what is killed, and what the charts must hold."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime

from benchmarks.processes import is_running
from reprieve.pathway.clock import ms
from reprieve.records.models import AlarmTransition, InfusionState
from tests import world as worlds
from tests.faults.wire import Monitor
from tests.house.running import PARTS, LiveClinic, accepts, wait_for
from tests.world import World

MONITORS = 5
PER_S = 50
OVER = {"cleared", "sounding", "silenced"}


def monitors(served: LiveClinic, port: int) -> dict[str, Monitor]:
    """This function will link five monitors to a patient each: visits by id."""
    world = served.world
    assert world is not None
    world.at = datetime.now(UTC)
    return dict(_linked(world, number, port) for number in range(MONITORS))


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


def any_moment() -> None:
    """This function will wait so that what follows falls anywhere between two messages."""
    time.sleep(random.uniform(0, 0.5))


def kill_part(served: LiveClinic, part: str) -> None:
    """This function will kill a part; its supervisor brings it back."""
    killed = served.parts()[part]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: not is_running(killed), f"{part} to be gone")


def kill_supervisor(served: LiveClinic) -> None:
    """This function will kill the supervisor, with which every part ends, and serve again."""
    parts = served.parts().values()
    served.kill()
    wait_for(lambda: not any(is_running(pid) for pid in parts), "every part to end")
    wait_for(lambda: not accepts(served.port), "the port to be free")
    served.start()


def await_parts(served: LiveClinic) -> None:
    """This function will wait until every part runs."""
    wait_for(lambda: set(served.parts()) == set(PARTS), "every part to come back")


def await_traffic(ward: dict[str, Monitor]) -> None:
    """This function will wait until every monitor is heard again.

    A kill between messages proves little.
    """
    before = {m: len(m.acknowledged) for m in ward.values()}
    wait_for(lambda: all(len(m.acknowledged) > n for m, n in before.items()), "traffic")


def verified(served: LiveClinic) -> list[str]:
    """This function will return what `reprieve verify` finds."""
    answer = served.reprieve("verify", "--json")
    assert answer.stderr == ""
    faults: list[str] = json.loads(answer.stdout)["faults"]
    assert answer.returncode == (1 if faults else 0)
    return faults


def charted(served: LiveClinic, visit: str) -> Counter[tuple[int, str, float]]:
    """This function will read a chart as the command prints it."""
    answer = served.reprieve("chart", visit, "--json")
    assert answer.returncode == 0, answer.stderr
    return Counter(
        (ms(datetime.fromisoformat(v["at"])), v["signal"], float(v["value"]))
        for v in json.loads(answer.stdout)["values"]
    )


def compare(found: Counter[tuple[int, str, float]], monitor: Monitor) -> None:
    """This function will compare: acknowledged is charted, charted was sent, everything once."""
    acknowledged, sent = _rows(monitor.acknowledged), _rows(monitor.sent)
    assert acknowledged
    assert acknowledged - set(found) == set()
    assert set(found) - sent == set()
    assert [row for row, count in found.items() if count > 1] == []


def _rows(measured: dict[int, dict[str, float]]) -> set[tuple[int, str, float]]:
    return {(at, name, float(v)) for at, values in measured.items() for name, v in values.items()}


def check_alarms(visit: str) -> None:
    """This function will check that alarms' steps join and end in the stored state."""
    rows = AlarmTransition.objects.filter(encounter_id=visit).order_by("id")
    last: dict[str, str] = {}
    for alarm, before, after in rows.values_list("alarm", "before", "after"):
        assert before == last.get(alarm, before)
        last[alarm] = after
    state = InfusionState.objects.every().get(encounter_id=visit).alarm_fold
    shown = {a["id"]: a["phase"] for a in state["alarms"].values() if a["phase"] != "pending"}
    assert {alarm: after for alarm, after in last.items() if after not in OVER} == shown
    assert any(alarm.startswith("spo2 ") for alarm in last)

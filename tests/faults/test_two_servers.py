"""Two whole servers over one PostgreSQL: the leader dies in mid-alarm, and help is called once."""

from __future__ import annotations

import contextlib
import os
import signal
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reprieve.pathway import feed
from reprieve.pathway.clock import ms
from reprieve.records.models import AlarmTransition, Lease
from tests.chairside import Chair, sent, sit
from tests.house.engines import Copy
from tests.house.running import LiveClinic, wait_for
from tests.world import World, linked

pytestmark = [pytest.mark.postgresql, pytest.mark.long]
FIRST_S, SECOND_S = 30, 60  # the rungs of the ladder: all nurses, a physician
AT_ONCE = "chair and board"
WITHIN_S = 10.0


@pytest.fixture
def two(fresh_database: Copy, today: World, tmp_path: Path) -> Iterator[list[LiveClinic]]:
    """Two machines, each with pages, a gateway and a clock; the keys are the same."""
    servers = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        env = {**fresh_database.env, "REPRIEVE_DATA": str(folder)}
        servers.append(LiveClinic(folder=folder, env=env))
    try:
        yield [server.start() for server in servers]
    finally:
        for server in servers:
            server.stop()


def leader() -> int:
    """The process that holds the clock."""
    return int(Lease.objects.get(name="ticker").holder.partition("-")[0])


def calls(chair: Chair) -> list[AlarmTransition]:
    """The calls for help that the low saturation made so far, beyond its own chair."""
    rows = AlarmTransition.objects.filter(encounter_id=chair.encounter, priority="high")
    of_spo2 = [row for row in rows.order_by("id") if row.detail["signal"] == "spo2"]
    called = [row for row in of_spo2 if row.detail["cause"] == "escalation"]
    return [row for row in called if row.detail["to"] != AT_ONCE]


def ready(server: LiveClinic) -> bool:
    try:
        with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_help_is_called_in_time_and_once_when_the_leader_dies(
    two: list[LiveClinic], today: World
) -> None:
    wait_for(lambda: all(ready(server) for server in two), "both servers to be ready")
    today.at = datetime.now(UTC) - timedelta(seconds=FIRST_S + 2)
    began = today.at
    chair = sit(today)
    linked(today, chair.encounter)
    chair.start()
    answer = feed.receive([sent(today, raw="low", spo2=80)], clinic=today.id)
    assert answer == ["charted"]
    wait_for(lambda: len(calls(chair)) >= 1, "the nurses to be called", within_s=WITHIN_S)
    assert len(calls(chair)) == 1

    first = leader()
    wait_for(lambda: _seconds(began) > SECOND_S - 2, "the next rung to be near")
    dying = next(server for server in two if server.parts()["jobs"] == first)
    living = next(server for server in two if server is not dying)
    dying.kill()
    with contextlib.suppress(ProcessLookupError):  # told to end, it might call once more itself
        os.kill(first, signal.SIGKILL)
    wait_for(lambda: len(calls(chair)) == 2, "the physician to be called", within_s=30)
    late_s = calls(chair)[1].recorded_ms / 1000 - began.timestamp() - SECOND_S
    assert late_s < WITHIN_S
    assert leader() == living.parts()["jobs"]
    assert ready(living)
    assert ms(datetime.now(UTC)) - calls(chair)[1].recorded_ms < 30_000
    rungs = [row.detail.get("to") for row in calls(chair)]
    assert rungs == ["all nurses", "physician"]  # nobody was called twice
    assert living.reprieve("verify", "--json").returncode == 0


def _seconds(since: datetime) -> float:
    return (datetime.now(UTC) - since).total_seconds()

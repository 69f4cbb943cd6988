"""A campaign of kills, full disks and cut cables: nothing acknowledged is lost, and it comes back.

Every kind of fault happens once a round, in another order each time, at any moment of traffic:
monitors send, the front desk types calls, the clock is kept. Back is when all three are answered
again. `--long` is at least a hundred faults on each engine.
"""

from __future__ import annotations

import json
import random
import statistics
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import mishaps, ward
from tests.faults.mishaps import Scene
from tests.house.engines import ROOT, Copy, Engine, Postgresql, Sqlite
from tests.house.running import LiveClinic, wait_for
from tests.house.server import DURABLE, Server

AT_LEAST, USUALLY = 100, 4
EVERY = 1_000_000
BACK_S, BACK_ON_A_BUSY_MACHINE_S = 10.0, 60.0
FIGURES = ROOT / ".tools" / "figures"


@pytest.fixture(scope="module")
def own_server(request: pytest.FixtureRequest) -> Iterator[Server | None]:
    """A PostgreSQL that may be killed, and that keeps what it acknowledged then."""
    if request.config.getoption("--engine") == "sqlite":
        yield None
        return
    server = Server(options=DURABLE)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def database_engine(
    own_server: Server | None, tmp_path_factory: pytest.TempPathFactory
) -> Engine:
    if own_server is None:
        return Sqlite()
    return Postgresql(own_server.address, run=tmp_path_factory.mktemp("engine"))


@pytest.fixture
def scene(
    served: LiveClinic, fresh_database: Copy, own_server: Server | None
) -> Iterator[Scene]:
    made = mishaps.set_up(served, fresh_database, own_server)
    yield made
    made.clear_up()


@pytest.mark.timeout(0)  # every wait inside it ends
def test_nothing_acknowledged_is_lost_whatever_happens(
    scene: Scene, is_long: bool, record_property: Callable[[str, object], None]
) -> None:
    seed = random.randrange(2**32)
    events = _drawn(scene, seed, at_least=AT_LEAST if is_long else USUALLY)
    scene.begin()
    await_service(scene)
    took: list[tuple[str, float]] = []
    for name in events:
        ward.any_moment()
        began = mishaps.KINDS[name](scene)
        _await_return(scene, name, took)
        took.append((name, time.monotonic() - began))
    assert ward.verified(scene.served) == []  # while everybody still works

    scene.finish()
    for visit, monitor in scene.monitors.items():
        ward.compare(ward.charted(scene.served, visit), monitor)
    assert scene.served.stop() == 0
    for visit in scene.monitors:
        ward.check_alarms(visit)
    compare_calls(scene)
    assert ward.verified(scene.served) == []
    figures = _told(scene, took, seed)
    for name, value in figures.items():
        record_property(name, value)
    limit = BACK_S if is_long else BACK_ON_A_BUSY_MACHINE_S
    assert [one for one in took if one[1] > limit] == []


def _drawn(scene: Scene, seed: int, *, at_least: int) -> list[str]:
    """Rounds of every kind that the engine has, shuffled; fewer than a round is a sample."""
    rng, kinds = random.Random(seed), scene.kinds
    if at_least < len(kinds):
        return rng.sample(kinds, at_least)
    rounds = -(-at_least // len(kinds))
    return [name for _ in range(rounds) for name in rng.sample(kinds, len(kinds))]


def await_service(scene: Scene) -> None:
    """Monitors and the desk are answered, and the clock is held."""
    ward.await_parts(scene.served)
    ward.await_traffic(scene.monitors)
    before = len(scene.desk.acknowledged)
    wait_for(lambda: len(scene.desk.acknowledged) > before, "the desk to be answered")
    wait_for(lambda: _is_ready(scene.served), "the clock to be held")


def _await_return(scene: Scene, name: str, took: list[tuple[str, float]]) -> None:
    """Wait for service, and name the fault that it did not return after."""
    try:
        await_service(scene)
    except AssertionError as error:
        raise AssertionError(f"after {name}: {error}; before it {took}") from error


def _is_ready(served: LiveClinic) -> bool:
    try:
        with urllib.request.urlopen(f"{served.url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def compare_calls(scene: Scene) -> None:
    """Every call that was acknowledged is in the inbox with its audit row, and none is twice."""
    from reprieve.records.models import AuditEvent
    from reprieve.records.queries import patients, referral

    assert scene.served.world is not None
    clinic = scene.served.world.id
    waiting = referral.inbox(clinic=clinic, newest=EVERY)
    who = patients.many(clinic=clinic, patients=[one.patient for one in waiting])
    names = Counter(who[one.patient].identity.given for one in waiting)
    assert scene.desk.acknowledged
    assert set(scene.desk.acknowledged) - set(names) == set()
    assert set(names) - set(scene.desk.typed) == set()
    assert [name for name, count in names.items() if count > 1] == []
    acts = set(scene.desk.acknowledged.values())
    written = AuditEvent.objects.filter(clinic_id=clinic, act__in=acts).values_list("act")
    assert Counter(act for (act,) in written) == Counter(acts)


def _told(scene: Scene, took: list[tuple[str, float]], seed: int) -> dict[str, object]:
    """The figures, kept in a file too: for the page about reliability."""
    seconds = [s for _, s in took]
    worst = max(took, key=lambda one: one[1])
    figures = {
        "engine": "PostgreSQL" if scene.postgres else "SQLite",
        "seed": seed,
        "faults": len(took),
        "back_median_s": round(statistics.median(seconds), 2),
        "back_worst_s": round(worst[1], 2),
        "worst": worst[0],
        "late": dict(Counter(name for name, s in took if s > BACK_S)),
        "median_by_kind_s": _by_kind(took),
        "messages_sent": sum(len(m.sent) for m in scene.monitors.values()),
        "messages_acknowledged": sum(len(m.acknowledged) for m in scene.monitors.values()),
        "calls_acknowledged": len(scene.desk.acknowledged),
    }
    FIGURES.mkdir(parents=True, exist_ok=True)
    file = Path(FIGURES / f"campaign-{str(figures['engine']).lower()}.json")
    file.write_text(json.dumps(figures, indent=1))
    return figures


def _by_kind(took: list[tuple[str, float]]) -> dict[str, float]:
    kinds = sorted({name for name, _ in took})
    return {k: round(statistics.median(s for n, s in took if n == k), 2) for k in kinds}

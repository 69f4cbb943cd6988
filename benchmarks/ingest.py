"""What the gateway takes in durably, beside peers that store nothing; a ward; a long chart.

Each message carries six values and is answered once it is on the disk with the alarms it causes;
each connection waits for its answer before it sends the next, as monitors do. The peers parse the
same messages, answer, and keep nothing. Turns are interleaved.
"""

from __future__ import annotations

import statistics
import tempfile

from benchmarks import ingest_chart, ingest_ward, listeners, processes, stored
from benchmarks.harness import Figure, figure, percentile
from benchmarks.listeners import Listener

CONNECTIONS = (1, 8, 64)
# Of python-hl7's rate.
GOALS = {8: 1.0, 64: 2.0}
ROUNDS, ROUNDS_QUICK = 5, 3
SECONDS, SECONDS_QUICK = 6.0, 3.0
MOST_GROWTH_MIB = 8.0
MOST_BYTES = 24.0


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will measure rates, a ward with open charts, and the opening of a chart."""
    return {
        **_rates(quick=quick),
        **ingest_ward.measured(quick=quick),
        **ingest_chart.measured(quick=quick),
    }


def _rates(*, quick: bool) -> dict[str, Figure]:
    rounds, seconds = (ROUNDS_QUICK, SECONDS_QUICK) if quick else (ROUNDS, SECONDS)
    with tempfile.TemporaryDirectory(prefix="reprieve-ingest-") as folder:
        env = listeners.folder_env(folder)
        listeners.seated(env, max(CONNECTIONS))
        with listeners.gateway(env) as own, listeners.peers() as peers:
            figures: dict[str, Figure] = {}
            listeners.sent(own.port, max(CONNECTIONS), lasting_s=seconds)  # warm
            before = processes.pss_mib(own.pid)
            for monitors in CONNECTIONS:
                figures |= _at(monitors, own, peers, rounds, seconds)
            after = processes.pss_mib(own.pid)
        figures["ingest memory"] = figure(after, unit="MiB")
        figures["ingest memory growth"] = figure(
            after - before, unit="MiB", at_most=MOST_GROWTH_MIB
        )
        figures["ingest bytes per value"] = figure(
            stored.bytes_per_value(folder), unit="B", at_most=MOST_BYTES
        )
    return figures


def _at(
    monitors: int, own: Listener, peers: list[Listener], rounds: int, seconds: float
) -> dict[str, Figure]:
    """Let each take a turn, and again; the median of the rounds counts."""
    rates: dict[str, list[float]] = {one.name: [] for one in (own, *peers)}
    times: list[float] = []
    for _ in range(rounds):
        for one in (own, *peers):
            took = [ms for _, ms, _ in listeners.sent(one.port, monitors, lasting_s=seconds)]
            rates[one.name].append(len(took) / seconds)
            times += took if one is own else []
    median = {name: statistics.median(each) for name, each in rates.items()}
    return _figures(monitors, median, times)


def _figures(monitors: int, rate: dict[str, float], times: list[float]) -> dict[str, Figure]:
    name = f"ingest {monitors} connection{'s' * (monitors > 1)}"
    peer = rate.get("python-hl7")
    goal = GOALS[monitors] * peer if peer and monitors in GOALS else None
    return {
        name: figure(rate["reprieve"], unit="msg/s", at_least=goal, peer=peer),
        f"{name} p50": figure(percentile(times, 50), unit="ms"),
        f"{name} p99": figure(percentile(times, 99), unit="ms"),
        **{
            f"{name} of {other}": figure(each, unit="msg/s")
            for other, each in rate.items()
            if other != "reprieve"
        },
    }

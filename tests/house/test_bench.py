"""Figures are taken in turns and told in one shape; memory counts shared pages once."""

import importlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import children, harness, load_users, processes
from tests.house.engines import ROOT
from tests.house.running import wait_for

SLEEP = "import time; time.sleep(30)"


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [
        (149.0, {"at_most": 150.0}, True),
        (150.0, {"at_most": 150.0}, True),
        (151.0, {"at_most": 150.0}, False),
        (49.0, {"at_least": 50.0}, False),
        (50.0, {"at_least": 50.0}, True),
        (0.0, {"at_most": 0.0}, True),
        (7.0, {}, None),
    ],
)
def test_a_goal_is_met_or_not_or_none_is_set(
    value: float, goal: dict[str, float], met: bool | None
) -> None:
    figure = harness.figure(value, unit="ms", **goal)
    assert figure["met"] is met
    assert figure["goal"] == next(iter(goal.values()), None)


def test_a_peer_gives_a_ratio() -> None:
    assert harness.figure(30.0, unit="ms", peer=20.0)["ratio"] == 1.5
    assert harness.figure(30.0, unit="ms", peer=0.0)["ratio"] is None
    assert harness.figure(30.0, unit="ms")["ratio"] is None


def test_candidates_take_turns_after_warming_up() -> None:
    order: list[str] = []
    times = harness.seconds(
        {"ours": lambda: order.append("ours"), "theirs": lambda: order.append("theirs")},
        turns=3, warm_up=2,
    )  # fmt: skip
    assert order == ["ours", "theirs"] * 5
    assert {name: len(taken) for name, taken in times.items()} == {"ours": 3, "theirs": 3}


def test_time_is_measured_in_seconds() -> None:
    times = harness.seconds({"sleep": lambda: time.sleep(0.02)}, turns=1, warm_up=0)
    assert harness.medians(times)["sleep"] >= 0.02


@pytest.mark.parametrize(("percent", "found"), [(0, 1), (50, 5), (95, 10), (90, 9), (100, 10)])
def test_percentile_is_the_nearest_rank(percent: float, found: int) -> None:
    assert harness.percentile([3, 1, 2, 10, 9, 8, 7, 6, 5, 4], percent) == found


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="needs values"):
        harness.percentile([], 50)


def test_the_memory_of_a_tree_is_that_of_all_its_processes() -> None:
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEP!r}])"
    with subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"MARK": "1"}) as parent:
        try:
            wait_for(lambda: len(processes.tree(parent.pid)) == 2, "the child")
            child = processes.tree(parent.pid)[1]
            wait_for(lambda: processes.pss_mib(child) > 1, "the child to be up")
            assert processes.pss_mib(parent.pid) > processes.pss_mib(child)
            assert processes.environment(parent.pid)["MARK"] == "1"
        finally:
            for pid in reversed(processes.tree(parent.pid)):
                os.kill(pid, 9)


def test_a_process_that_ended_has_neither_memory_nor_children() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert processes.tree(ended.pid) == [ended.pid]
    assert processes.pss_mib(ended.pid) == 0
    assert processes.environment(ended.pid) == {}


def test_figures_are_laid_out_a_line_each() -> None:
    lines = bench.table(
        {
            "p95": harness.figure(160.0, unit="ms", at_most=150.0, peer=80.0),
            "memory": harness.figure(200.0, unit="MiB", at_most=400.0),
            "seen": harness.figure(3.0, unit="times"),
        }
    ).splitlines()
    assert [" ".join(line.split()) for line in lines] == [
        "p95 160 ms goal 150 MISSED peer 80 (x2.00)",
        "memory 200 MiB goal 400 met",
        "seen 3 times",
    ]


def test_every_bench_can_be_asked_for_by_name() -> None:
    for name in bench.names():
        assert callable(importlib.import_module(f"benchmarks.{name}").run)
    assert not {"harness", "processes", "__main__"} & set(bench.names())


HELD = """
import sys, tempfile
from benchmarks import children
children.end_when_told()
with tempfile.TemporaryDirectory() as folder:
    code = "import time; print('up', flush=True); time.sleep(60)"
    with children.running([sys.executable, "-c", code], stdout=-1) as child:
        child.stdout.readline()
        print(child.pid, folder, flush=True)
        child.wait()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_bench_that_is_stopped_leaves_no_process(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HELD], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as started:  # fmt: skip
        assert started.stdout is not None
        child, folder = started.stdout.readline().split()
        assert processes.is_running(int(child))
        started.send_signal(number)
        started.wait(30)
        wait_for(lambda: not processes.is_running(int(child)), "the child to end")
    if number != signal.SIGKILL:
        assert not Path(folder).exists()


def test_a_child_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "GRACE_S", 0.5)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"
    with children.running(
        [sys.executable, "-c", f"{deaf}; time.sleep(60)"], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
    assert child.returncode == -signal.SIGKILL


def test_processor_time_is_that_of_a_tree_with_those_that_ended() -> None:
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE) as parent:
        wait_for(lambda: processes.cpu_s(parent.pid) >= 0.5, "the work to be counted")
        assert parent.stdin is not None
        parent.stdin.close()


def test_a_diary_day_of_the_load_is_one_that_the_page_offers() -> None:
    page = 'data-today="2026-03-03"'
    days = [load_users._day(page, number) for number in range(4)]
    assert days == ["2026-03-03", "2026-03-02", "2026-03-01", "2026-03-03"]

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time

import pytest

from reprieve.interop.hl7v2 import simulator
from reprieve.interop.hl7v2.arrivals import Outcome, stored
from reprieve.interop.hl7v2.bedside import Bed
from reprieve.interop.hl7v2.framing import Deframer
from reprieve.interop.hl7v2.gateway import serve
from reprieve.interop.hl7v2.read import read
from reprieve.interop.hl7v2.simulator import Simulator
from reprieve.knowledge import BadValue
from tests.interop.hl7v2.senders import WAIT_S


class Ward:
    """A gateway in a thread of its own that keeps what it hears."""

    def __init__(self, port: int = 0) -> None:
        self.heard = []
        self.refusing = False
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self.port = port
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._up.wait(WAIT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(
            serve(host="127.0.0.1", port=self.port, commit=self._commit, started=self._started)
        )
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()

    def _started(self, gateway) -> None:
        self.port = gateway.port
        self._up.set()

    def _commit(self, arrivals):
        if self.refusing:
            return [Outcome(ack="AE") for _ in arrivals]
        self.heard += [a.message for a in arrivals]
        return [stored(a) for a in arrivals]

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(WAIT_S)


def until(condition) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, "never happened"
        time.sleep(0.005)


@pytest.fixture
def ward():
    ward = Ward()
    yield ward
    ward.close()


@pytest.fixture
def monitor(monkeypatch):
    # A gateway on a machine that stalls answers late: the monitor would say all of it again.
    monkeypatch.setattr(simulator, "_ANSWER_S", WAIT_S)
    made = []

    def build(port: int, **options) -> Simulator:
        bed = Bed(bed="Chair 1", patient_id="DEMO-1", device="SIM1")
        options = {"seed": 7, "period_s": 0.01, "cuff_s": 300} | options
        made.append(Simulator(host="127.0.0.1", port=port, bed=bed, **options))
        return made[-1]

    yield build
    for one in made:
        one.stop()


def signals(message) -> set[str]:
    return {c.signal for c in message.charted}


def test_sends_to_a_real_gateway_and_obeys_its_switches(ward, monitor):
    m = monitor(ward.port)
    m.start()
    until(lambda: m.acked >= 3)
    assert "sbp" in signals(ward.heard[0])
    assert "sbp" not in signals(ward.heard[1])
    m.switch("probe-off")
    assert m.scene.name == "probe-off"
    until(lambda: any(p.kind == "marker" for p in ward.heard[-1].parked))
    m.switch("hypertension")
    until(lambda: any(c.signal == "sbp" and c.value > 150 for h in ward.heard for c in h.charted))
    assert len({h.control_id for h in ward.heard}) == len(ward.heard)


def test_inflates_the_cuff_by_its_cycle(ward, monitor):
    m = monitor(ward.port, cuff_s=0.05)
    m.start()
    until(lambda: sum("sbp" in signals(h) for h in ward.heard) >= 3)
    # Of messages that come more slowly than the cuff inflates, each one tells of it.
    until(lambda: any("sbp" not in signals(h) for h in ward.heard))


def test_a_lost_link_is_silent_until_it_is_mended(ward, monitor):
    m = monitor(ward.port)
    m.start()
    until(lambda: m.acked)
    m.switch("lost-link")
    until(lambda: m._wire is None)  # nothing is under way any more
    silent = len(ward.heard)
    time.sleep(0.1)
    assert len(ward.heard) == silent
    m.switch("steady")
    until(lambda: len(ward.heard) > silent)


def test_repeats_what_was_not_acknowledged_on_a_new_connection(monitor):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        m = monitor(deaf.getsockname()[1])
        m.start()
        seen = []
        for _ in range(3):
            wire, _address = deaf.accept()
            seen.append(read(_frame(wire)).control_id)
            wire.close()
    assert seen == [seen[0]] * 3
    m.stop()
    assert (m.acked, m.refused) == (0, 0)


def _frame(wire: socket.socket) -> bytes:
    deframer = Deframer()
    while not (frames := deframer.feed(wire.recv(4096))):
        continue
    return frames[0]


def test_goes_on_with_a_gateway_that_comes_back(monitor):
    first = Ward()
    m = monitor(first.port)
    m.start()
    until(lambda: m.acked >= 2)
    first.close()
    second = Ward(port=first.port)
    until(lambda: len(second.heard) >= 2)
    ids = [h.control_id for h in second.heard]
    assert ids == sorted(set(ids))
    m.stop()
    second.close()


def test_counts_refusals(ward, monitor):
    ward.refusing = True
    m = monitor(ward.port)
    m.start()
    until(lambda: m.refused >= 2)
    assert m.acked == 0


def test_refuses_an_unknown_scenario_and_keeps_the_old(monitor):
    m = monitor(1)
    with pytest.raises(BadValue):
        m.switch("asleep")
    assert m.scene.name == "steady"
    m.stop()

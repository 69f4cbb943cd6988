"""The gateway's process: which clinic it speaks for, whom it lets in, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from reprieve.records.models import ParkedMessage
from tests import world as worlds
from tests.faults.wire import STORED, Wire
from tests.house.engines import ROOT, Copy, clean_environment
from tests.house.running import accepts, wait_for
from tests.house.server import free_port

ORU = (
    rb"MSH|^~\&|TESTMON||||20260303120000-0500||ORU^R01^ORU_R01|c7|P|2.6" b"\r"
    b"PID|||00417\rPV1||I|^^3\rOBR|1|||1^Vitals^L|||20260303120000-0500\r"
    b"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||71|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F\r"
)


class Started:
    """A gateway's process with some variables of its own."""

    def __init__(self, copy: Copy) -> None:
        self.port = free_port()
        self._env = clean_environment(**copy.env, REPRIEVE_MLLP_PORT=str(self.port))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reprieve.config.gateway"],
            env=self._env | more, cwd=ROOT, stderr=subprocess.PIPE,
        )  # fmt: skip
        return self.process


@pytest.fixture
def started(fresh_database: Copy) -> Iterator[Started]:
    made = Started(fresh_database)
    yield made
    if made.process is not None:
        made.process.kill()
        made.process.communicate()


def test_it_stores_before_it_answers_and_ends_when_told(started: Started) -> None:
    world = worlds.found()
    process = started.start()
    wait_for(lambda: accepts(started.port), "the gateway to listen")
    wire = Wire(started.port)
    assert wire.say(ORU) == ("AA", "c7")
    row = ParkedMessage.objects.get(clinic_id=world.id)  # committed by now, in another process
    assert (row.sender, row.bed) == ("TESTMON", "3")
    at = datetime(2026, 3, 3, 17, tzinfo=UTC)
    assert row.measured_ms == int(at.timestamp() * 1000)
    process.terminate()
    assert process.wait(20) == 0
    assert not accepts(started.port)


def test_without_a_clinic_it_waits_for_one(started: Started) -> None:
    process = started.start()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)
    assert not accepts(started.port)
    worlds.found()
    wait_for(lambda: accepts(started.port), "the gateway to listen")


def test_a_named_clinic_is_the_one_it_speaks_for(started: Started) -> None:
    worlds.found("First")
    second = worlds.found("Second")
    started.start(REPRIEVE_MLLP_CLINIC=str(second.id))
    wait_for(lambda: accepts(started.port), "the gateway to listen")
    assert Wire(started.port).say(ORU)[0] in STORED
    assert list(ParkedMessage.objects.values_list("clinic_id", flat=True)) == [second.id]


def test_senders_that_are_not_listed_are_turned_away(started: Started) -> None:
    worlds.found()
    started.start(REPRIEVE_MLLP_ALLOW="192.0.2.0/24")
    wait_for(lambda: accepts(started.port), "the gateway to listen")
    with pytest.raises(ConnectionError):
        Wire(started.port).say(ORU)
    assert not ParkedMessage.objects.exists()

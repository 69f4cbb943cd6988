"""The gateway's process: which clinic it speaks for, whom it lets in, and how it ends."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reprieve.config import tls
from reprieve.interop.hl7v2.framing import frame
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


@pytest.mark.parametrize("asks", [False, True])
def test_with_a_certificate_it_speaks_tls_alone(
    started: Started, tmp_path: Path, asks: bool
) -> None:
    worlds.found()
    now = datetime.now(UTC)
    authority = tls.make_authority(tmp_path, name="Clinic", at=now)
    pair = tls.issued(tmp_path, names=("localhost",), at=now)
    wants = {"REPRIEVE_MLLP_CLIENT_CA": str(authority)} if asks else {}
    started.start(
        REPRIEVE_MLLP_CERT=str(pair.cert), REPRIEVE_MLLP_KEY=str(pair.key), **wants
    )  # fmt: skip
    wait_for(lambda: accepts(started.port), "the gateway to listen")
    with pytest.raises(OSError):
        Wire(started.port).say(ORU)  # plain
    answer = _said_over_tls(ssl.create_default_context(cafile=str(authority)), started.port)
    # A monitor that shows no certificate is heard only where none is asked for.
    assert (b"MSA|AA|c7" in answer) is not asks


def _said_over_tls(context: ssl.SSLContext, port: int) -> bytes:
    """Return the answer; nothing when the gateway hangs up, which TLS 1.3 tells only later."""
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    try:
        with context.wrap_socket(plain, server_hostname="localhost") as wire:
            wire.sendall(frame(ORU))
            return wire.recv(4096)
    except OSError:
        return b""


def test_half_a_certificate_stops_it_with_a_word(started: Started) -> None:
    worlds.found()
    process = started.start(REPRIEVE_MLLP_CERT="only.pem")
    _, said = process.communicate(timeout=60)
    assert process.returncode
    assert b"REPRIEVE_MLLP_KEY" in said

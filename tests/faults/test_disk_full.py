"""A full disk: what cannot be stored is refused, nothing acknowledged is lost, and it goes on."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reprieve.interop.hl7v2.bedside import Bed, message, scenario
from tests.faults.conftest import GatewayProcess
from tests.faults.wire import PATIENT_ID, STORED, Wire, vitals
from tests.house.engines import COMPILES_NOTHING, ROOT, Copy, Sqlite, clean_environment

ROUNDS, ROUNDS_LONG = 2, 100
BETWEEN = 5
# Files that would grow beyond two pages cannot be written: no commit fits.
FULL = (8192, resource.RLIM_INFINITY)
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
REFUSED = {"AE", "CE"}


# A clinic of its own on SQLite, whatever the run uses: the other engine keeps its files elsewhere.
SEAT = """
from datetime import UTC, datetime, timedelta
from reprieve.config import boot
boot.start()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from tests import world
here = world.found(at=datetime.now(UTC) - timedelta(minutes=1))
world.linked(here, world.prepared(here, *world.person(here)), sender="SIM-0")
"""


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    made = Sqlite().new(tmp_path)
    env = clean_environment(**made.env)
    subprocess.run([sys.executable, "-c", SEAT], env=env, cwd=ROOT, check=True)
    return made


@pytest.fixture
def own(copy: Copy) -> Iterator[GatewayProcess]:
    """The real gateway alone: nobody else moves the log into the file meanwhile."""
    process = GatewayProcess(copy, **COMPILES_NOTHING)
    process.start()
    yield process
    process.stop()


def test_what_finds_no_room_is_refused_and_charted_once_when_there_is(
    copy: Copy, own: GatewayProcess, is_long: bool
) -> None:
    assert own.process is not None
    pid, wire = own.process.pid, Wire(own.port)
    acknowledged: set[int] = set()
    for round_ in range(ROUNDS_LONG if is_long else ROUNDS):
        for number in range(BETWEEN):
            at_ms, raw = _message(round_ * BETWEEN + number)
            assert wire.say(raw)[0] in STORED
            acknowledged.add(at_ms)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, FULL)
        at_ms, raw = _message(round_)
        answers = [wire.say(raw)[0] for _ in range(3)]
        assert set(answers) <= REFUSED  # full, and still answering
        resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)
        assert wire.say(raw)[0] in STORED  # the monitor sends it again
        acknowledged.add(at_ms)
    wire.close()
    assert _charted(copy.folder) == sorted(acknowledged)


def _message(number: int) -> tuple[int, bytes]:
    at = datetime.now(UTC)
    bed = Bed(bed="1", patient_id=PATIENT_ID, device="SIM-0")
    raw = message(vitals(number), at=at, bed=bed, scene=scenario("steady"), cuff=True)
    return int(at.timestamp() * 1000), raw


def _charted(folder: Path) -> list[int]:
    import pysqlite3

    with pysqlite3.connect(folder / "clinic.sqlite3") as clinic:
        (fine,) = clinic.execute("PRAGMA integrity_check").fetchone()
        rows = clinic.execute('SELECT "measured_ms" FROM "records_frame" ORDER BY 1').fetchall()
    assert fine == "ok"
    return [at_ms for (at_ms,) in rows]

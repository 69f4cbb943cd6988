"""What the gateway takes in durably: acknowledged messages a second over real sockets.

The real gateway process over a clinic of its own on SQLite. Each message carries six values, is
answered only once it is on the disk, and each connection waits for its answer before it sends the
next, as monitors do; every monitor is linked to a patient, so that alarms are worked out as well.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import processes
from benchmarks.harness import Figure, figure, percentile

CONNECTIONS = (1, 8, 64)
SECONDS, SECONDS_QUICK = 20.0, 5.0
WARM_UP_S = 1.0
SIX = ("heart_rate", "spo2", "respiratory_rate", "sbp", "dbp", "map")
# A ward of 50 monitors that send once a second.
GOAL_PER_S = 50.0
GOAL_P95_MS = 1000.0


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will measure the gateway with one, eight and sixty-four monitors."""
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory(prefix="reprieve-ingest-") as folder:
        env = _clinic_folder(Path(folder))
        _apart(_seat, env)
        with _gateway(env) as pid:
            port = int(env["REPRIEVE_MLLP_PORT"])
            for monitors in CONNECTIONS:
                taken = _load(port, monitors, SECONDS_QUICK if quick else SECONDS)
                figures |= _figures(monitors, taken)
            figures["ingest memory"] = figure(processes.pss_mib(pid), unit="MiB")
    return figures


def _figures(monitors: int, taken: tuple[list[float], float]) -> dict[str, Figure]:
    times_ms, lasted_s = taken
    name = f"ingest {monitors} connections" if monitors > 1 else "ingest 1 connection"
    is_ward = monitors == max(CONNECTIONS)
    goal = GOAL_PER_S if is_ward else None
    slow = GOAL_P95_MS if is_ward else None
    return {
        name: figure(len(times_ms) / lasted_s, unit="msg/s", at_least=goal),
        f"{name} p50": figure(percentile(times_ms, 50), unit="ms"),
        f"{name} p95": figure(percentile(times_ms, 95), unit="ms", at_most=slow),
    }


def _clinic_folder(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("REPRIEVE_")}
    return kept | {
        "REPRIEVE_DATA": str(folder),
        "REPRIEVE_SECRET_KEY": secrets.token_hex(32),
        "REPRIEVE_MASTER_KEY": secrets.token_hex(32),
        "REPRIEVE_MLLP_PORT": str(_free_port()),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _apart(work: Callable[[dict[str, str]], None], env: dict[str, str]) -> None:
    """Do something in a process of its own, with an environment of its own."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=(env,))
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError("the clinic of the bench could not be made")


def _seat(env: dict[str, str]) -> None:
    """Make a clinic with a visit for each monitor, linked since an hour."""
    os.environ.update(env)
    from reprieve.config import boot

    boot.start()
    from reprieve.config.migrate import migrate

    migrate()
    from reprieve.pathway import clinic, people
    from reprieve.records.models import User

    at = datetime.now(UTC)
    email = "admin@example.org"
    made = clinic.found(
        name="Bench", timezone="UTC", admin_name="Ada", admin_email=email,
        password=secrets.token_hex(12), at=at,
    )  # fmt: skip
    admin = people.actor_of(user=User.objects.get(username=email).pk)
    for number in range(max(CONNECTIONS)):
        _link(made.id, admin, number, at)


def _link(clinic: Any, actor: Any, number: int, at: datetime) -> None:
    from reprieve.pathway import infusion, patients
    from reprieve.pathway.permissions import NURSE
    from reprieve.records.identity import Identity
    from reprieve.records.models import Device, DeviceAssociation

    who = Identity(
        given="Iva", family=f"Invented {number}", birth_date=date(1980, 5, 17), mrn=str(number)
    )
    nurse = replace(actor, roles=frozenset({NURSE}))
    done = patients.register(actor=nurse, uid=uuid.uuid4(), at=at, identity=who)
    visit = infusion.prepare(
        actor=nurse, uid=uuid.uuid4(), at=at, patient=uuid.UUID(done["id"]),
        episode=uuid.UUID(done["episode"]),
    )  # fmt: skip
    device = Device.objects.add(clinic_id=clinic, sender=f"SIM-{number}", bed="1", seen_first=at)
    hour_ago = int((at - timedelta(hours=1)).timestamp() * 1000)
    DeviceAssociation.objects.create(
        clinic_id=clinic, device=device, encounter_id=visit, from_ms=hour_ago,
        by_id=nurse.practitioner,
    )  # fmt: skip


@contextmanager
def _gateway(env: dict[str, str]) -> Iterator[int]:
    """Run the real gateway and the clock beside it, as `serve` does."""
    started = [
        subprocess.Popen([sys.executable, "-m", f"reprieve.config.{part}"], env=env)
        for part in ("jobs", "gateway")
    ]
    try:
        _await_port(int(env["REPRIEVE_MLLP_PORT"]))
        yield started[-1].pid
    finally:
        for process in started:
            process.terminate()
            process.wait(30)


def _await_port(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the gateway does not listen")


def _load(port: int, monitors: int, lasting_s: float) -> tuple[list[float], float]:
    """Send from a process of its own, so that the sender's work is not the gateway's."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_send, (port, monitors, lasting_s))


def _send(port: int, monitors: int, lasting_s: float) -> tuple[list[float], float]:
    return asyncio.run(_send_all(port, monitors, lasting_s))


async def _send_all(port: int, monitors: int, lasting_s: float) -> tuple[list[float], float]:
    began = time.monotonic() + WARM_UP_S
    each = [_one(port, f"SIM-{n}", began, began + lasting_s) for n in range(monitors)]
    times = await asyncio.gather(*each)
    return [ms for one in times for ms in one], time.monotonic() - began


async def _one(port: int, device: str, began: float, until: float) -> list[float]:
    """Send message after message; the times to each answer in ms, those of the warm-up left out."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken: list[float] = []
    number = 0
    while (sent_at := time.monotonic()) < until:
        writer.write(_message(device, number))
        answer = await reader.readuntil(b"\x1c\r")
        if b"MSA|AA" not in answer and b"MSA|CA" not in answer:
            raise RuntimeError(f"not stored: {answer!r}")
        if sent_at >= began:
            taken.append((time.monotonic() - sent_at) * 1000)
        number += 1
    writer.close()
    return taken


def _message(device: str, number: int) -> bytes:
    from reprieve.interop.hl7v2.bedside import Bed, message, scenario
    from reprieve.interop.hl7v2.framing import frame

    values = dict(zip(SIX, (60 + number % 40, 97, 14, 120 + number % 7, 70, 90), strict=True))
    bed = Bed(bed="1", patient_id="00417", device=device)
    at = datetime.now(UTC)
    return frame(message(values, at=at, bed=bed, scene=scenario("steady"), cuff=True))

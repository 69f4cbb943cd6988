"""Connections cut in the middle of a message: half a message is never charted, none is lost."""

from __future__ import annotations

import random
import socket
import struct
import time
from datetime import UTC, datetime

from reprieve.interop.hl7v2.bedside import Bed, message, scenario
from reprieve.interop.hl7v2.framing import frame
from reprieve.records.queries import charts
from tests import world as worlds
from tests.faults.conftest import GatewayProcess
from tests.faults.wire import PATIENT_ID, STORED, Monitor, Wire, vitals
from tests.world import World

CUTS, CUTS_LONG = 40, 2000


def test_a_cut_in_mid_frame_harms_that_message_alone(
    today: World, gateway: GatewayProcess, is_long: bool
) -> None:
    visits = {}
    today.at = datetime.now(UTC)
    for name in ("CUT", "CALM"):
        patient = worlds.person(today, mrn=name)
        visits[name] = worlds.prepared(today, *patient)
        worlds.linked(today, visits[name], sender=name)
    calm = Monitor(device="CALM", port=gateway.port, per_s=20, tireless=False)
    calm.start()

    rng = random.Random(20260303)
    halves, wholes = set(), set()
    for number in range(CUTS_LONG if is_long else CUTS):
        at_ms = int(time.time() * 1000) + number
        raw = frame(_message(number, at_ms))
        _cut(gateway.port, raw[: rng.randrange(1, len(raw))], reset=rng.random() < 0.5)
        halves.add(at_ms)
        if number % 4 == 0:  # a monitor that comes back sends the message again, whole
            wire = Wire(gateway.port)
            assert wire.say(_message(number, at_ms))[0] in STORED
            wire.close()
            wholes.add(at_ms)
    calm.finish()

    assert _charted(today, visits["CUT"]) == sorted(wholes)
    assert halves > wholes
    assert set(calm.acknowledged) == set(calm.sent)
    assert _charted(today, visits["CALM"]) == sorted(calm.acknowledged)


def _message(number: int, at_ms: int) -> bytes:
    at = datetime.fromtimestamp(at_ms / 1000, UTC)
    bed = Bed(bed="1", patient_id=PATIENT_ID, device="CUT")
    return message(vitals(number), at=at, bed=bed, scene=scenario("steady"), cuff=True)


def _cut(port: int, data: bytes, *, reset: bool) -> None:
    """Send the beginning of a frame and hang up, politely or as a pulled plug does."""
    wire = socket.create_connection(("127.0.0.1", port), timeout=10)
    if reset:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.sendall(data)
    wire.close()


def _charted(world: World, visit) -> list[int]:
    values = charts.values(clinic=world.id, encounter=visit)
    return sorted(v.at_ms for v in values if v.signal == "heart_rate")

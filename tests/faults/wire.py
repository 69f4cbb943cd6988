"""A monitor's end of the wire: real sockets, and what the gateway answered."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reprieve.interop.hl7v2.bedside import Bed, message, scenario
from reprieve.interop.hl7v2.framing import Deframer, frame
from reprieve.interop.hl7v2.parse import parse

ANSWER_S = 10.0
STORED = {"AA", "CA"}
TWICE_EVERY = 7  # a retry whose first answer did arrive
PATIENT_ID = "00417"


class Wire:
    """One connection. `say` sends a message and returns MSA-1 and MSA-2 of its answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)
        self._deframer = Deframer()

    def say(self, raw: bytes) -> tuple[str, str]:
        """This function will send a message and wait for its answer. Raises OSError."""
        self._socket.sendall(frame(raw))
        while not (answers := self._deframer.feed(self._received())):
            continue
        msa = parse(answers[0]).every("MSA")[0]
        return msa.text(1), msa.raw(2)

    def close(self) -> None:
        """This function will hang up."""
        self._socket.close()

    def _received(self) -> bytes:
        data = self._socket.recv(4096)
        if not data:
            raise ConnectionError("the gateway hung up")
        return data


def vitals(number: int) -> dict[str, float]:
    """This function will invent six values for a message; a third of the time oxygen is low."""
    return {
        "heart_rate": 60 + number % 40,
        "spo2": 82 if number // 20 % 3 == 2 else 97,
        "respiratory_rate": 14,
        "sbp": 120 + number % 7,
        "dbp": 70,
        "map": 90,
    }


@dataclass
class Monitor(threading.Thread):
    """Sends `per_s` messages a second, late ones after an outage; `tireless` ones send again.

    `sent` and `acknowledged` hold what was measured by its time in UTC ms.
    """

    device: str
    port: int
    per_s: float
    tireless: bool
    sent: dict[int, dict[str, float]] = field(default_factory=dict)
    acknowledged: dict[int, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._stopping = threading.Event()
        self._wire: Wire | None = None

    def __hash__(self) -> int:
        return id(self)

    def finish(self) -> None:
        """This function will stop sending after the present message."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        """Send what is due, and after an outage all that fell due meanwhile."""
        began, number = time.time(), 0
        while not self._stopping.is_set():
            due = began + number / self.per_s
            self._stopping.wait(max(due - time.time(), 0))
            self._measure(number, due)
            number += 1
        self._hang_up()

    def _measure(self, number: int, due: float) -> None:
        at_ms, values = int(due * 1000), vitals(number)
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        bed = Bed(bed="1", patient_id=PATIENT_ID, device=self.device)
        raw = message(values, at=at, bed=bed, scene=scenario("steady"), cuff=True)
        self.sent[at_ms] = values
        # Told to finish it gives up too: a gateway that a failed test left dead answers nobody.
        while not self._is_stored(raw) and self.tireless and not self._stopping.is_set():
            time.sleep(0.05)
        if number % TWICE_EVERY == 0:
            self._is_stored(raw)

    def _is_stored(self, raw: bytes) -> bool:
        head = parse(raw).msh
        try:
            self._wire = self._wire or Wire(self.port)
            code, control = self._wire.say(raw)
        except OSError:
            self._hang_up()
            return False
        assert control == head.raw(10)
        if code in STORED:
            at_ms = int(control.rpartition("-")[2])
            self.acknowledged[at_ms] = self.sent[at_ms]
        return code in STORED

    def _hang_up(self) -> None:
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.close()
        self._wire = None

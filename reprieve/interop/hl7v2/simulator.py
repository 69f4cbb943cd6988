"""A bedside monitor for demo, training and tests: speaks ORU^R01 over real MLLP to a gateway.

One thread a bed, one message a second. Its scenario may be switched at any time from any thread;
it reconnects by itself and repeats the one message that was not acknowledged.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from reprieve.interop.hl7v2.bedside import STEADY, Bed, Patient, Scenario, message, scenario
from reprieve.interop.hl7v2.framing import Deframer, frame
from reprieve.interop.hl7v2.parse import parse

_ANSWER_S = 5.0
_POSITIVE = {"AA", "CA"}


def _now() -> datetime:
    return datetime.now(tz=UTC)


class Simulator:
    """One simulated monitor. `start`, `switch` and `stop` may be called from any thread.

    `seed` fixes the vital signs, `period_s` the time between messages, `cuff_s` the cycle of the
    blood-pressure cuff, which is also inflated at once when the scenario is switched.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        bed: Bed,
        seed: int,
        period_s: float = 1.0,
        cuff_s: float = 300.0,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.bed = bed
        self.acked = 0
        self.refused = 0
        self._address = (host, port)
        self._period_s = period_s
        self._cuff_s = cuff_s
        self._now = now
        self._patient = Patient(random.Random(seed))  # noqa: S311 invented vital signs, no secret
        self._scene = scenario(STEADY)
        self._inflated_at: datetime | None = None
        self._unanswered: bytes | None = None
        self._wire: socket.socket | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"bedside-{bed.device}", daemon=True)

    @property
    def scene(self) -> Scenario:
        """Return the scenario that is running."""
        with self._lock:
            return self._scene

    def switch(self, name: str) -> None:
        """Change the scenario from the next message on. Raises BadValue when it is unknown."""
        scene = scenario(name)
        with self._lock:
            self._scene = scene
            self._inflated_at = None

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Stop sending and wait for the thread to end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._period_s):
            self._second()
        self._hang_up()

    def _second(self) -> None:
        """Live through one second: the patient goes on whether or not anybody listens."""
        scene = self.scene
        values = self._patient.step(scene)
        if not scene.linked:
            self._hang_up()
            return
        at = self._now()
        raw = message(values, at=at, bed=self.bed, scene=scene, cuff=self._inflates(at))
        try:
            self._say_all(raw)
        except OSError:
            self._hang_up()

    def _inflates(self, at: datetime) -> bool:
        """Tell whether the cuff is due, and wind it up again."""
        with self._lock:
            since = (at - self._inflated_at).total_seconds() if self._inflated_at else self._cuff_s
            due = since >= self._cuff_s
            self._inflated_at = at if due else self._inflated_at
            return due

    def _say_all(self, raw: bytes) -> None:
        """Send what was left unanswered, then this."""
        waiting = [self._unanswered, raw] if self._unanswered else [raw]
        for each in waiting:
            self._unanswered = each
            self._say(each)
            self._unanswered = None

    def _say(self, raw: bytes) -> None:
        wire = self._connected()
        wire.sendall(frame(raw))
        code = _answer(wire)
        self.acked += code in _POSITIVE
        self.refused += code not in _POSITIVE

    def _connected(self) -> socket.socket:
        if self._wire is None:
            self._wire = socket.create_connection(self._address, timeout=_ANSWER_S)
        return self._wire

    def _hang_up(self) -> None:
        if self._wire is not None:
            with contextlib.suppress(OSError):
                self._wire.close()
        self._wire = None


def _answer(wire: socket.socket) -> str:
    """Wait for the acknowledgement and return its code. Raises OSError when none comes."""
    deframer = Deframer()
    while True:
        data = wire.recv(4096)
        if not data:
            raise ConnectionError("the gateway hung up")
        for answer in deframer.feed(data):
            return next(iter(parse(answer).every("MSA"))).text(1)

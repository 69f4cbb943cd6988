"""Monitors that send over real sockets and wait for each answer, from one process of their own.

`python -m benchmarks.senders PORT MONITORS LASTING_S EVERY_S` prints JSON: for each message
the moment it was measured (UTC ms), what it took until the answer (ms), and whether it may alarm.
EVERY_S 0 sends the next message as soon as the last is answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

WARM_UP_S = 1.0
# One measurement in twenty is of a patient who needs help, for long enough to alarm.
LOW_EVERY, LOW_FOR = 240, 12
_TEXT = (
    "\x0bMSH|^~\\&|BEDSIDE_SIM^{device}^EUI-64|SIMULATOR|||{stamp}||ORU^R01^ORU_R01|{control}|P"
    "|2.6|||AL|NE||UNICODE UTF-8\rPID|||00417\rPV1||I|^^1\r"
    "OBR|1|||182777000^monitoring of patient^SCT|||{stamp}\r"
    "OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||{heart}|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F\r"
    "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||{spo2}|262688^MDC_DIM_PERCENT^MDC|||||F\r"
    "OBX|3|NM|151578^MDC_TTHOR_RESP_RATE^MDC||14|264928^MDC_DIM_RESP_PER_MIN^MDC|||||F\r"
    "OBX|4|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC||{sbp}|266016^MDC_DIM_MMHG^MDC|||||F\r"
    "OBX|5|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC||70|266016^MDC_DIM_MMHG^MDC|||||F\r"
    "OBX|6|NM|150023^MDC_PRESS_BLD_NONINV_MEAN^MDC||90|266016^MDC_DIM_MMHG^MDC|||||F\r\x1c\r"
)
POSITIVE = (b"MSA|AA", b"MSA|CA")


@dataclass
class Sent:
    """One message of one monitor."""

    at_ms: int
    took_ms: float
    low: bool


@dataclass
class Monitor(asyncio.Protocol):
    """One monitor on one connection."""

    device: str
    every_s: float
    began: float
    until: float
    phase: int
    done: asyncio.Future[None]
    sent: list[Sent] = field(default_factory=list)
    number: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._wire, self._heard = transport, b""
        self._say()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._heard.endswith(b"\x1c\r"):
            return
        now = time.monotonic()
        if not any(mark in self._heard for mark in POSITIVE):
            self.done.set_exception(RuntimeError(f"not stored: {self._heard!r}"))
            return
        self._heard = b""
        if self._said >= self.began:
            self.sent.append(Sent(self._at_ms, (now - self._said) * 1000, self._low))
        self.number += 1
        due = self._said + self.every_s
        if max(due, now) >= self.until:
            self._wire.close()
            self.done.set_result(None)
        elif due <= now:
            self._say()
        else:
            asyncio.get_running_loop().call_later(due - now, self._say)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("hung up"))

    def _say(self) -> None:
        at = time.time()
        self._at_ms = int(at * 1000)
        beat = self.number + self.phase
        self._low = beat % LOW_EVERY < LOW_FOR
        stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(at)) + f".{self._at_ms % 1000:03d}+0000"
        text = _TEXT.format(
            device=self.device, stamp=stamp, control=f"{self.device}-{self._at_ms}",
            heart=60 + beat % 40, spo2=83 if self._low else 97, sbp=120 + beat % 7,
        )  # fmt: skip
        self._said = time.monotonic()
        self._wire.write(text.encode())


async def send(port: int, monitors: int, lasting_s: float, every_s: float) -> list[Sent]:
    """This function will let monitors send for a while and return what they sent."""
    loop = asyncio.get_running_loop()
    began = time.monotonic() + WARM_UP_S
    made = [
        Monitor(
            device=f"SIM-{n}", every_s=every_s, began=began, until=began + lasting_s,
            phase=n * 7, done=loop.create_future(),
        )
        for n in range(monitors)
    ]  # fmt: skip
    for n, one in enumerate(made):
        await loop.create_connection(lambda m=one: m, "127.0.0.1", port)  # type: ignore[misc]
        if every_s:
            await asyncio.sleep(every_s / monitors if n < monitors - 1 else 0)
    await asyncio.gather(*(one.done for one in made))
    return [sent for one in made for sent in one.sent]


def main() -> None:
    """This function will send as asked and print what was sent."""
    port, monitors = int(sys.argv[1]), int(sys.argv[2])
    sent = asyncio.run(send(port, monitors, float(sys.argv[3]), float(sys.argv[4])))
    print(json.dumps([[s.at_ms, round(s.took_ms, 3), s.low] for s in sent]))


if __name__ == "__main__":
    main()

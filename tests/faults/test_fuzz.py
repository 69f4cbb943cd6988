"""Framing and reading under bytes that nobody would send: no crash, no unbounded memory."""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from reprieve.config.commands.message import as_json
from reprieve.interop.hl7v2.ack import acknowledge
from reprieve.interop.hl7v2.framing import Deframer, frame
from reprieve.interop.hl7v2.parse import parse
from reprieve.interop.hl7v2.read import Reader
from reprieve.knowledge import BadValue
from tests.house.engines import ROOT

SECONDS, SECONDS_LONG = 3.0, 600.0
LEAST = 300  # inputs, however slow the machine is
SEEDS = Path(__file__).parent / "corpus"
KEPT = ROOT / ".tools" / "corpus"
MOST_KEPT = 2000
LONGEST = 20_000
MAX_FRAME = 8192
MOST_GROWTH = 64 << 20
AT = datetime(2026, 3, 3, 17, tzinfo=UTC)
TOKENS = (
    b"\x0b", b"\x1c\r", b"\x1c", b"\r", b"\n", b"\x00", b"|", b"^", b"~", b"\\", b"&", b'""',
    b"\\X0B1C\\", b"\\F\\", b"MSH|^~\\&|", b"OBX||NM|147842^HR^MDC||", b"OBR|", b"PID|||", b"-999",
    b"0", b"1e999", b"NaN", b"\xff\xfe", "\u0663\u0664".encode(), b"99991231235959", b"+1400",
    b"UNICODE UTF-16", b"8859/99", b"GB 18030-2000",
)  # fmt: skip


def test_no_input_breaks_framing_or_reading(is_long: bool) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    rng = random.Random(seed)
    corpus, known = _corpus(), set()
    reader = Reader(clinic_zone="Europe/Berlin")
    for one in corpus:
        known.add(_survived(one, reader, rng, seed))
    before = _resident()
    tried, until = 0, time.monotonic() + (SECONDS_LONG if is_long else SECONDS)
    while tried < LEAST or time.monotonic() < until:
        raw = _changed(rng, corpus)
        shape = _survived(raw, reader, rng, seed)
        if shape not in known and len(corpus) < MOST_KEPT:
            known.add(shape)
            corpus.append(raw)
            _keep(raw)
        tried += 1
    assert len(known) > 10  # the fuzzer got past the first check of a message
    assert _resident() - before < MOST_GROWTH


def _corpus() -> list[bytes]:
    kept = sorted(KEPT.glob("*.bin"))[:MOST_KEPT] if KEPT.is_dir() else []
    return [file.read_bytes() for file in (*sorted(SEEDS.glob("*.hl7")), *kept)]


def _keep(raw: bytes) -> Path:
    KEPT.mkdir(parents=True, exist_ok=True)
    file = KEPT / f"{hashlib.sha256(raw).hexdigest()[:16]}.bin"
    file.write_bytes(raw)
    return file


def _survived(raw: bytes, reader: Reader, rng: random.Random, seed: int) -> object:
    """Frame it, cut it, read it; return what became of it, by which inputs are told apart."""
    try:
        return _tried(raw, reader, rng)
    except Exception as error:
        file = _keep(raw)
        raise AssertionError(f"{file} (seed {seed}) broke the reading: {error!r}") from error


def _tried(raw: bytes, reader: Reader, rng: random.Random) -> object:
    deframer, step = Deframer(max_frame=MAX_FRAME), rng.choice((1, 7, 1000, 1 << 16))
    found: list[bytes] = []
    for piece in _pieces(b"\x0b" + raw + b"\x1c\r", step):
        found += deframer.feed(piece)
        assert len(deframer._buffer) <= MAX_FRAME + step + 1
    return tuple(_read(one, reader) for one in (*found[:4], raw))


def _read(raw: bytes, reader: Reader) -> object:
    try:
        message = reader.read(raw, AT)
    except BadValue as error:
        return str(error)
    as_json(message)
    if message.ack:
        answer = acknowledge(message.header, code=message.ack, at=AT, ack_id="1")
        (whole,) = Deframer().feed(answer)
        assert parse(whole).every("MSA")[0].text(1) == message.ack
        assert frame(whole) == answer
    return (
        message.type, message.ack, message.training, message.watchdog, message.dialect,
        bool(message.charted), bool(message.alerts), frozenset(p.kind for p in message.parked),
        message.reject.level if message.reject else "",
    )  # fmt: skip


def _pieces(data: bytes, step: int) -> Iterator[bytes]:
    return (data[at : at + step] for at in range(0, len(data), step))


def _changed(rng: random.Random, corpus: list[bytes]) -> bytes:
    raw = bytearray(rng.choice(corpus))
    for _ in range(rng.randint(1, 6)):
        at, end = sorted((rng.randint(0, len(raw)), rng.randint(0, len(raw))))
        change = rng.randrange(6)
        if change == 0:
            raw[at:at] = rng.choice(TOKENS)
        elif change == 1:
            del raw[at : min(end, at + 40)]
        elif change == 2 and raw:
            raw[min(at, len(raw) - 1)] = rng.randrange(256)
        elif change == 3:
            raw[at:at] = raw[at : min(end, at + 400)] * rng.choice((1, 2, 30))
        elif change == 4:
            other = rng.choice(corpus)
            raw[at:] = other[rng.randint(0, len(other)) :]
        else:
            lines = bytes(raw).split(b"\r")
            rng.shuffle(lines)
            raw = bytearray(b"\r".join(lines))
    return bytes(raw[:LONGEST])


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")

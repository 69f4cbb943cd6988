"""`reprieve message FILE.hl7`: how a monitor's message would be read. Changes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from reprieve.interop.hl7v2.framing import START, Deframer
from reprieve.interop.hl7v2.own_dialects import together
from reprieve.interop.hl7v2.read import read
from reprieve.interop.hl7v2.times import Moment
from reprieve.interop.hl7v2.values import Alert, Charted, Message, Parked
from reprieve.knowledge import BadValue

HELP = "how a bedside monitor's message would be read (maps only, changes nothing)"
_LONGEST = 1 << 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name the file."""
    parser.add_argument("file", metavar="FILE.hl7", help="one message, framed or not")
    parser.add_argument(
        "--dialect", metavar="FILE.toml", action="append", default=[],
        help="read by this dialect, in the place of a shipped one of its name; may be repeated",
    )  # fmt: skip


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Read the file's message and return it as JSON values."""
    files = {Path(name).stem: _text(name) for name in args.dialect}
    return as_json(read(_one_message(_bytes(args.file)), dialects=together(files)))


def text(answer: dict[str, Any]) -> str:
    """Say in lines what would be charted and what not."""
    head = f"{answer['control_id']}: ack {answer['ack']}, bed {answer['bed']}, {answer['time']}"
    charted = [
        f"  chart {c['signal']} {c['value']} {c['unit']} {c['time']}" for c in answer["charted"]
    ]
    parked = [f"  park  {p['code']} {p['value']!r}: {p['reason']}" for p in answer["parked"]]
    alerts = [f"  alert {a['priority']} {a['text']}" for a in answer["alerts"]]
    return "\n".join([head, *charted, *parked, *alerts])


def as_read(raw: bytes, *, zone: str, files: Mapping[str, str]) -> dict[str, Any]:
    """Read one message, framed or not, as a clinic's gateway would. Raises BadValue.

    `files` are the clinic's own dialects, TOML by name.
    """
    return as_json(read(_one_message(raw), dialects=together(files), clinic_zone=zone))


def as_json(message: Message) -> dict[str, Any]:
    """Write a message as the command prints it."""
    answer: dict[str, Any] = {
        "control_id": message.control_id,
        "ack": message.ack,
        "type": "^".join(p for p in (message.type, message.trigger) if p),
        "patient_ids": list(message.patient_ids),
        "bed": message.bed,
        "location": message.location,
        "device": message.device,
        "time": message.time.iso() if message.time else None,
        "zone": message.time.zone if message.time else None,
        "training": message.training,
        "watchdog": message.watchdog,
        "dialect": message.dialect,
        "dialect_version": message.dialect_version,
        "charted": [_charted(c) for c in message.charted],
        "parked": [_parked(p) for p in message.parked],
        "alerts": [_alert(a) for a in message.alerts],
    }
    return answer | ({"reject": message.reject.reason} if message.reject else {})


def _charted(row: Charted) -> dict[str, Any]:
    return {
        "signal": row.signal,
        "value": _number(row.value),
        "unit": row.unit,
        "time": row.time.iso(),
        "zone": row.time.zone,
        "source": row.source,
        "code": row.code,
        "flags": list(row.flags),
    }


def _parked(row: Parked) -> dict[str, Any]:
    return {
        "code": row.code,
        "value": row.value,
        "reason": row.reason,
        "kind": row.kind,
        "signal": row.signal,
        "text": row.text,
        "unit": row.unit,
    }


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "code": alert.code,
        "text": alert.text,
        "priority": alert.priority,
        "kind": alert.kind,
        "phase": alert.phase,
        "state": alert.state,
        "about": alert.about,
        "time": _iso(alert.time),
    }


def _iso(moment: Moment | None) -> str | None:
    return moment.iso() if moment else None


def _number(value: Decimal) -> int | float:
    """Write a number as JSON does: whole ones without a point."""
    return int(value) if value == value.to_integral_value() else float(value)


def _bytes(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            raw = file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadValue("file", f"{name}: {reason}") from error
    if len(raw) > _LONGEST:
        raise BadValue("file", f"{name}: longer than {_LONGEST} bytes")
    return raw


def _text(name: str) -> str:
    try:
        return _bytes(name).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadValue("dialect", f"{name}: not UTF-8") from error


def _one_message(raw: bytes) -> bytes:
    """Take the message out of its frame, if it has one; a lost end block is forgiven here."""
    deframer = Deframer(max_frame=_LONGEST)
    frames = deframer.feed(raw)
    begun = len(frames) + deframer.lost + deframer.partial
    if begun > 1:
        raise BadValue("message", f"the file holds {begun} messages, not one")
    return frames[0] if frames else raw[raw.find(START) + 1 :]

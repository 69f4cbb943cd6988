"""Reads one message whole: what would be charted, what is parked and why, what is answered.

Pure: no clock (an arrival time may be given), no database, no matching of patients or beds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reprieve.interop.hl7v2 import alerts as alarms
from reprieve.interop.hl7v2 import identity, observations
from reprieve.interop.hl7v2.ack import can_be_echoed, header
from reprieve.interop.hl7v2.dialects import Dialect, pick, shipped
from reprieve.interop.hl7v2.groups import Group, groups
from reprieve.interop.hl7v2.parse import Hl7, parse
from reprieve.interop.hl7v2.times import Clock, Moment, zone_named
from reprieve.interop.hl7v2.values import Alert, Charted, Message, Parked, Reject

_RESULTS = {"", "R01", "W01"}
_ALERTS = {"R40"}
_ANSWERS = {"ACK", "MCF", "ORA"}  # answering an answer would never end
_TEST_TRAFFIC = {"T", "D"}
_PROCESSING = {"", "P", *_TEST_TRAFFIC}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    charted: tuple[Charted, ...] = ()
    parked: tuple[Parked, ...] = ()
    alerts: tuple[Alert, ...] = ()
    watchdog: bool = False


def read(
    raw: bytes,
    *,
    dialects: Sequence[Dialect] | None = None,
    clinic_zone: str | None = None,
    received: datetime | None = None,
) -> Message:
    """Read a monitor's message.

    `raw` is one message, framed or not. `dialects` are the clinic's (the shipped ones if None);
    `clinic_zone` (IANA name) places times that name no offset, which else stay naive; `received`
    (aware) marks times in the future and settles the hour that daylight saving repeats.
    Raises BadValue when the bytes are not HL7 or the zone is unknown, and nothing else.
    """
    zone = zone_named(clinic_zone) if clinic_zone else None
    tree = parse(raw)
    clock = Clock(header=tree.msh.text(7), zone=zone, received=received)
    return _read(tree, clock, shipped() if dialects is None else dialects)


def _read(tree: Hl7, clock: Clock, dialects: Sequence[Dialect]) -> Message:
    msh = tree.msh
    dialect = _dialect(tree, dialects)
    reject = _reject(tree)
    training = msh.text(11).upper() in _TEST_TRAFFIC
    content = _content(tree, clock, dialect, reject, training=training)
    place = identity.place(tree, dialect=dialect)
    return Message(
        header=header(tree),
        control_id=msh.raw(10) if msh.raw(10).strip() else None,
        type=msh.text(9),
        trigger=msh.text(9, 2),
        version=msh.text(12),
        ack=_ack(tree, reject),
        sender=identity.sender(tree),
        device=identity.device(tree, dialect=dialect),
        patient_ids=identity.patient_ids(tree),
        bed=place.bed,
        location=place.location,
        time=_time(tree, clock),
        training=training,
        watchdog=content.watchdog,
        charted=content.charted,
        parked=content.parked,
        alerts=content.alerts,
        reject=reject,
        dialect=dialect.name if dialect else None,
        dialect_version=dialect.version if dialect else None,
    )


def _dialect(tree: Hl7, dialects: Sequence[Dialect]) -> Dialect | None:
    systems = {obx.text(3, at) for obx in tree.every("OBX") for at in (3, 6)} - {""}
    return pick(
        dialects, application=tree.msh.text(3), facility=tree.msh.text(4), systems=systems
    ) or pick(dialects, application="", facility="", systems={"MDC"})


def _reject(tree: Hl7) -> Reject | None:
    msh = tree.msh
    kind, trigger, control = msh.text(9), msh.text(9, 2), msh.raw(10)
    if len(tree.every("MSH")) > 1:
        return Reject(level="E", reason="more than one MSH in one message")
    if not kind:
        return Reject(level="E", reason="no message type (MSH-9)")
    if not control.strip():
        return Reject(level="E", reason="no control id (MSH-10)")
    if not can_be_echoed(control):
        return Reject(level="E", reason="control characters in the control id (MSH-10)")
    if not _handled(kind, trigger):
        name = f"{kind}^{trigger}" if trigger else kind
        return Reject(level="R", reason=f"message type {name[:40]} is not handled here")
    return _reject_header(msh.text(12), msh.text(11))


def _reject_header(version: str, processing: str) -> Reject | None:
    if version and not version.startswith("2."):
        return Reject(level="R", reason=f"version {version[:20]} is not HL7 2 (MSH-12)")
    if processing.upper() not in _PROCESSING:
        return Reject(level="R", reason=f"unknown processing id {processing[:20]} (MSH-11)")
    return None


def _handled(kind: str, trigger: str) -> bool:
    return kind in _ANSWERS or (kind == "ORU" and trigger in _RESULTS | _ALERTS)


def _ack(tree: Hl7, reject: Reject | None) -> str | None:
    """Return the code that is due: accept level when MSH-15 says AL, else application level."""
    if tree.msh.text(9) in _ANSWERS:
        return None
    level = "C" if tree.msh.text(15).upper() == "AL" else "A"
    return level + (reject.level if reject else "A")


def _time(tree: Hl7, clock: Clock) -> Moment | None:
    """Return when the message as a whole was measured: its first group, then its first row."""
    parts = groups(tree)
    first = parts[0] if parts else Group(obr=None, rows=())
    shared = first.time(clock)
    return shared or next((t for r in first.rows if (t := first.time(clock, row=r))), None)


def _content(
    tree: Hl7, clock: Clock, dialect: Dialect | None, reject: Reject | None, *, training: bool
) -> _Content:
    if tree.msh.text(9) != "ORU":
        return _Content()
    if reject is not None:
        return _all_parked(tree, clock, dialect, kind="rejected", reason=reject.reason)
    if training:
        return _all_parked(tree, clock, dialect, kind="training", reason="training mode (MSH-11)")
    if identity.is_of_several(tree):
        reason = "more than one patient or bed in one message"
        return _all_parked(tree, clock, dialect, kind="identity", reason=reason)
    return _accepted(tree, clock, dialect)


def _all_parked(
    tree: Hl7, clock: Clock, dialect: Dialect | None, *, kind: str, reason: str
) -> _Content:
    rows = [row for group in groups(tree) for row in _rows(group, clock, dialect)]
    return _Content(parked=tuple(observations.park(r, kind=kind, reason=reason) for r in rows))


def _accepted(tree: Hl7, clock: Clock, dialect: Dialect | None) -> _Content:
    found: list[tuple[observations.Row, Charted | Parked]] = []
    raised: list[Alert] = []
    watchdog = False
    for group in groups(tree):
        whole = group.of_alerts or tree.msh.text(9, 2) in _ALERTS
        beside, beat = alarms.grouped_alerts(group, clock=clock) if whole else ((), False)
        watchdog = watchdog or beat
        raised += beside
        for row in _rows(group, clock, dialect):
            if alarms.numbered(row.obx):
                raised.append(alarms.numbered_alert(row.obx, group=group, clock=clock))
            else:
                found.append((row, _alert_part(row) if whole else observations.read_row(row)))
    settled = observations.settle(found)
    return _Content(
        charted=tuple(r for r in settled if isinstance(r, Charted)),
        parked=tuple(r for r in settled if isinstance(r, Parked)),
        alerts=tuple(raised),
        watchdog=watchdog,
    )


def _alert_part(row: observations.Row) -> Parked:
    return observations.park(row, kind="alert", reason="part of the monitor's own alert")


def _rows(group: Group, clock: Clock, dialect: Dialect | None) -> list[observations.Row]:
    return [
        observations.row(
            obx, dialect=dialect, time=group.time(clock, row=obx), setting=group.of_settings
        )
        for obx in group.rows
    ]

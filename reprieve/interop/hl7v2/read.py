"""Reads one message whole: what would be charted, what is parked and why, what is answered.

Pure: no clock (an arrival time may be given), no database, no matching of patients or beds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from reprieve.interop.hl7v2 import alerts as alarms
from reprieve.interop.hl7v2 import observations
from reprieve.interop.hl7v2.ack import can_be_echoed
from reprieve.interop.hl7v2.dialects import Dialect, shipped
from reprieve.interop.hl7v2.forms import ANSWERS, Form, Forms
from reprieve.interop.hl7v2.groups import Group, groups
from reprieve.interop.hl7v2.observations import Row
from reprieve.interop.hl7v2.parse import Hl7, parse
from reprieve.interop.hl7v2.times import Clock, Moment, zone_named
from reprieve.interop.hl7v2.values import Alert, Charted, Message, Parked, Reject

_REMEMBERED = 8192  # bytes; longer messages are read anew each time, so that memory stays bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    charted: tuple[Charted, ...] = ()
    parked: tuple[Parked, ...] = ()
    alerts: tuple[Alert, ...] = ()
    watchdog: bool = False


class Reader:
    """Reads the messages of a clinic's monitors, one after another, and learns their forms.

    `dialects` are the clinic's (the shipped ones if None); `clinic_zone` (IANA name) places times
    that name no offset, which else stay naive. Raises BadValue when the zone is unknown.
    """

    def __init__(
        self, *, dialects: Sequence[Dialect] | None = None, clinic_zone: str | None = None
    ) -> None:
        self._zone = zone_named(clinic_zone) if clinic_zone else None
        self._forms = Forms(shipped() if dialects is None else dialects)

    def read(self, raw: bytes, received: datetime | None = None) -> Message:
        """Read one message, framed or not.

        `received` (aware) marks times in the future and settles the hour that daylight saving
        repeats. Raises BadValue when the bytes are not HL7, and nothing else.
        """
        tree = parse(raw)
        clock = Clock(header=tree.msh.text(7), zone=self._zone, received=received)
        return _read(tree, clock, self._forms.of(tree, remember=len(raw) <= _REMEMBERED))


def read(
    raw: bytes,
    *,
    dialects: Sequence[Dialect] | None = None,
    clinic_zone: str | None = None,
    received: datetime | None = None,
) -> Message:
    """Read a single message, as a `Reader` of these dialects and this zone does."""
    return Reader(dialects=dialects, clinic_zone=clinic_zone).read(raw, received)


def _read(tree: Hl7, clock: Clock, form: Form) -> Message:
    control = tree.msh.raw(10)
    reject = form.no_message or _unanswerable(control) or form.not_handled
    parts = groups(tree)
    content = _content(parts, clock, form, reject)
    return Message(
        header=replace(form.header, control=control),
        control_id=control if control.strip() else None,
        type=form.type,
        trigger=form.trigger,
        version=form.version,
        ack=_ack(form, reject),
        sender=form.sender,
        device=form.device,
        patient_ids=form.patient_ids,
        bed=form.place.bed,
        location=form.place.location,
        time=_time(parts, clock),
        training=form.training,
        watchdog=content.watchdog,
        charted=content.charted,
        parked=content.parked,
        alerts=content.alerts,
        reject=reject,
        dialect=form.dialect.name if form.dialect else None,
        dialect_version=form.dialect.version if form.dialect else None,
    )


def _unanswerable(control: str) -> Reject | None:
    if not control.strip():
        return Reject(level="E", reason="no control id (MSH-10)")
    if not can_be_echoed(control):
        return Reject(level="E", reason="control characters in the control id (MSH-10)")
    return None


def _ack(form: Form, reject: Reject | None) -> str | None:
    """Return the code that is due: accept level when MSH-15 says AL, else application level."""
    if form.type in ANSWERS:
        return None
    level = "C" if form.accept_level else "A"
    return level + (reject.level if reject else "A")


def _time(parts: Sequence[Group], clock: Clock) -> Moment | None:
    """Return when the message as a whole was measured: its first group, then its first row."""
    first = parts[0] if parts else Group(obr=None, rows=())
    shared = first.time(clock)
    return shared or next((t for r in first.rows if (t := first.time(clock, row=r))), None)


def _content(
    parts: Sequence[Group], clock: Clock, form: Form, reject: Reject | None
) -> _Content:
    if form.type != "ORU":
        return _Content()
    rows = _rows(parts, clock, form)
    if reject is not None:
        return _all_parked(rows, kind="rejected", reason=reject.reason)
    if form.training:
        return _all_parked(rows, kind="training", reason="training mode (MSH-11)")
    if form.of_several:
        reason = "more than one patient or bed in one message"
        return _all_parked(rows, kind="identity", reason=reason)
    return _accepted(parts, rows, clock, form)


def _rows(parts: Sequence[Group], clock: Clock, form: Form) -> Iterator[Row]:
    forms = iter(form.rows)
    for part in parts:
        for obx in part.rows:
            yield Row(obx=obx, form=next(forms), time=part.time(clock, row=obx))


def _all_parked(rows: Iterator[Row], *, kind: str, reason: str) -> _Content:
    return _Content(parked=tuple(observations.park(r, kind=kind, reason=reason) for r in rows))


def _accepted(
    parts: Sequence[Group], rows: Iterator[Row], clock: Clock, form: Form
) -> _Content:
    found: list[tuple[Row, Charted | Parked]] = []
    raised: list[Alert] = []
    watchdog = False
    for number, part in enumerate(parts):
        whole = number in form.alerts_in
        beside, beat = alarms.grouped_alerts(part, clock=clock) if whole else ((), False)
        watchdog = watchdog or beat
        raised += beside
        for _ in part.rows:
            row = next(rows)
            if alarms.is_numbered(row.obx, named=row.form.of_alert):
                raised.append(alarms.numbered_alert(row.obx, group=part, clock=clock))
            else:
                found.append((row, _alert_part(row) if whole else observations.read_row(row)))
    settled = observations.settle(found)
    return _Content(
        charted=tuple(r for r in settled if isinstance(r, Charted)),
        parked=tuple(r for r in settled if isinstance(r, Parked)),
        alerts=tuple(raised),
        watchdog=watchdog,
    )


def _alert_part(row: Row) -> Parked:
    return observations.park(row, kind="alert", reason="part of the monitor's own alert")

"""What one OBX means: a measurement to chart, or something parked with its reason.

A value is charted only when code, text, unit and sub-id agree, it is one plain number inside the
plausible range, and the message says when it was measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from reprieve import units
from reprieve.interop.hl7v2 import alerts, words
from reprieve.interop.hl7v2.dialects import Dialect, Entry
from reprieve.interop.hl7v2.parse import Segment, unescape
from reprieve.interop.hl7v2.times import Moment
from reprieve.interop.hl7v2.values import Charted, Parked
from reprieve.monitoring import vitals

_SHOWN = 200  # characters of a value worth keeping beside its reason
_CENT = Decimal("0.01")  # to what a converted value is rounded
_PRESSURES = {"sbp", "dbp", "map"}
_MDC_PARTITION = 65536  # a sub-id part above this is a code, not a position


class _NotCharted(Exception):
    """Leaves the reading of a row with its kind and reason."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


class Refusal(NamedTuple):
    """Why a row is not charted: a kind for programs, a reason for people."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForm:
    """What a row says without its number and its time, which alone change every second.

    `withheld` refuses the row whatever its number is, `refused` when it has one at all, `no_unit`
    a number that is neither zero nor a marker. `of_alert` says that its code is an alert's.
    """

    code: str
    text: str
    shown_unit: str
    signal: str | None
    source: str
    ucum: str
    withheld: Refusal | None
    refused: Refusal | None
    no_unit: Refusal | None
    of_alert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One OBX with what is needed to read it."""

    obx: Segment
    form: RowForm
    time: Moment | None


def row_form(obx: Segment, *, dialect: Dialect | None, setting: bool) -> RowForm:
    """Read all of a row that does not change, and look its code up: its first coding, else the
    alternate one.
    """
    entry = _entry(obx, dialect, 1) or _entry(obx, dialect, 4)
    withheld = _refusal(_refuse_what_is_none, obx, setting)
    refused = _refusal(_refuse_codes, obx, entry)
    ucum, no_unit = "", None
    if entry is not None and refused is None:
        ucum = _refuse_other_units(obx, entry.signal) or ""
        no_unit = None if ucum else _refusal(_unit_left_out, entry.signal)
    return RowForm(
        code=obx.text(3),
        text=obx.text(3, 2)[:_SHOWN],
        shown_unit=(obx.text(6, 2) or obx.text(6))[:_SHOWN],
        signal=entry.signal if entry else None,
        source=_source(obx, entry) if entry else "",
        ucum=ucum,
        withheld=withheld,
        refused=refused,
        no_unit=no_unit,
        of_alert=obx.text(3, 3) in alerts.tables(),
    )


def read_row(row: Row) -> Charted | Parked:
    """Read one observation on its own."""
    try:
        return _charted(row)
    except _NotCharted as stop:
        return park(row, kind=stop.kind, reason=stop.reason)


def park(row: Row, *, kind: str, reason: str) -> Parked:
    """Put a row aside with a reason."""
    return Parked(
        code=row.form.code[:_SHOWN],
        value=_shown(row.obx),
        reason=reason,
        kind=kind,
        signal=row.form.signal,
        time=row.time,
        text=row.form.text,
        unit=row.form.shown_unit,
    )


def settle(found: Sequence[tuple[Row, Charted | Parked]]) -> list[Charted | Parked]:
    """Compare the readings of one message with each other.

    Parks a second reading of the same signal, source and time, and pairs of systolic and diastolic
    pressure that cannot be.
    """
    charted = [c for _, c in found if isinstance(c, Charted)]
    crossed = _crossed(charted)
    if not crossed and len({(c.signal, c.source) for c in charted}) == len(charted):
        return [reading for _, reading in found]
    seen: set[tuple[str, str, datetime]] = set()
    result: list[Charted | Parked] = []
    for row, reading in found:
        if not isinstance(reading, Charted):
            result.append(reading)
        elif _key(reading) in seen:
            result.append(park(row, kind="repeated", reason=_again(row)))
        elif reading.signal in {"sbp", "dbp"} and _cuff(reading) in crossed:
            seen.add(_key(reading))
            result.append(park(row, kind="implausible", reason="systolic is not above diastolic"))
        else:
            seen.add(_key(reading))
            result.append(reading)
    return result


def _charted(row: Row) -> Charted:
    form, signal = row.form, row.form.signal
    if form.withheld is not None:
        raise _NotCharted(*form.withheld)
    if not _shown(row.obx):
        raise _NotCharted("no value", "no value: empty")
    if form.refused is not None:
        raise _NotCharted(*form.refused)
    assert signal is not None
    value = _number(row.obx)
    sent = vitals.plausible(signal, float(value))
    _refuse_zero_and_markers(value, sent)
    if form.no_unit is not None:
        raise _NotCharted(*form.no_unit)
    own = vitals.signal(signal).unit
    if form.ucum and form.ucum != own:
        value = units.convert(value, form.ucum, own).quantize(_CENT)
        sent = vitals.plausible(signal, float(value))
    if not sent.ok:
        raise _NotCharted("implausible", str(sent.message))
    if row.time is None:
        raise _NotCharted("no time", "no usable time in OBX-14, OBR-7, OBR-14 or MSH-7")
    return Charted(
        signal=signal,
        value=value,
        unit=own,
        time=row.time,
        source=form.source,
        code=form.code,
        flags=row.time.flags,
    )


def _refusal(check: Callable[..., object], *args: object) -> Refusal | None:
    """Return why a check refuses a row, or None."""
    try:
        check(*args)
    except _NotCharted as stop:
        return Refusal(stop.kind, stop.reason)
    return None


def _entry(obx: Segment, dialect: Dialect | None, at: int) -> Entry | None:
    """Look up one coding of OBX-3: components 1-3, or the alternate 4-6."""
    code, text, system = (obx.text(3, n) for n in (at, at + 1, at + 2))
    if dialect is None or not code:
        return None
    if system:
        return dialect.entry(code, system=system)
    return dialect.entry(code, system="") or _vouched(dialect, code, text)


def _vouched(dialect: Dialect, code: str, text: str) -> Entry | None:
    """Accept a code without its system only when its text says the same thing."""
    found = dialect.codes.get(code.lower())
    return found if found and found.signal in words.signals_in(text) else None


def _refuse_what_is_none(obx: Segment, setting: bool) -> None:
    rules = words.rules()
    kind, status, title = obx.text(2), obx.text(11).upper(), f"{obx.text(3, 2)} {obx.text(3, 3)}"
    if kind in rules["wave_types"] or words.speaks_of(title, kind="wave_words"):
        raise _NotCharted("wave", "waveform")
    if setting or _is_setting(obx):
        raise _NotCharted("setting", "setting or limit of the monitor")
    if status not in rules["value_status"]:
        raise _NotCharted("no value", f"no value: result status {status[:_SHOWN]} (OBX-11)")
    if not kind:
        raise _NotCharted("no value", "no value: no value type (OBX-2)")


def _refuse_codes(obx: Segment, entry: Entry | None) -> None:
    kind = obx.text(2)
    if kind not in words.rules()["number_types"]:
        raise _NotCharted("no value", f"no number: value type {kind[:_SHOWN]} (OBX-2)")
    if entry is None:
        raise _NotCharted("unmapped", "unmapped code")
    _refuse_conflicts(obx, entry)


def _is_setting(obx: Segment) -> bool:
    # One maker marks settings in OBX-13, where others write how a value was taken.
    return any(words.speaks_of(t, kind="setting_words") for t in (obx.text(13), obx.text(3, 2)))


def _refuse_conflicts(obx: Segment, entry: Entry) -> None:
    """Refuse a row whose code, text, unit and sub-id do not agree."""
    text = obx.text(3, 2)
    said = words.signals_in(text)
    if words.OTHER in said or (said and entry.signal not in said):
        raise _NotCharted("conflict", f"text {text[:_SHOWN]!r} contradicts the code")
    if {entry.source, words.source_in(text)} == {"nibp", "arterial"}:
        raise _NotCharted("conflict", f"text {text[:_SHOWN]!r} contradicts the code's source")
    _refuse_other_codes(obx, entry)
    _refuse_other_units(obx, entry.signal)


def _refuse_other_codes(obx: Segment, entry: Entry) -> None:
    """Compare with the code that some makers repeat at the end of the sub-id."""
    last = obx.text(4).rpartition(".")[2]
    code = obx.text(3)
    if last.isascii() and last.isdigit() and code.isdigit() and len(last) < 10:
        told = int(last)
        if told > _MDC_PARTITION and told != int(code):
            raise _NotCharted("conflict", f"sub-id {obx.text(4)[:_SHOWN]!r} names another code")


def _refuse_other_units(obx: Segment, signal: str) -> str | None:
    """Return the row's UCUM unit, None when it names none."""
    found = words.units_of(obx.text(6), obx.text(6, 2))
    if not found:
        return None
    shown = (obx.text(6, 2) or obx.text(6))[:_SHOWN]
    ucum = found.pop()
    if found:
        raise _NotCharted("conflict", f"unit code and unit text {shown!r} disagree")
    if ucum is None:
        raise _NotCharted("unit", f"unknown unit {shown!r}")
    if not units.same_dimension(ucum, vitals.signal(signal).unit):
        raise _NotCharted("conflict", f"unit {shown!r} does not measure {signal}")
    return ucum


def _number(obx: Segment) -> Decimal:
    value = words.number(obx.raw(5).strip())
    if value is None:
        raise _NotCharted("number", "not one plain number")
    return value


def _refuse_zero_and_markers(value: Decimal, verdict: vitals.Verdict) -> None:
    """Judge the number as sent: a marker is one before any conversion."""
    if verdict.reason == "zero":
        raise _NotCharted("zero", str(verdict.message))
    if verdict.reason == "no_value":
        raise _NotCharted("marker", f"{value} stands for no value")


def _unit_left_out(signal: str) -> None:
    if signal not in words.rules()["unit_may_be_missing"]:
        raise _NotCharted("unit", "no unit")


def _source(obx: Segment, entry: Entry) -> str:
    """Return how it was measured; an unspecific pressure takes what its text says."""
    said = words.source_in(obx.text(3, 2)) if entry.signal in _PRESSURES else None
    return said or entry.source


def _shown(obx: Segment) -> str:
    """Return OBX-5 as text, all components and repetitions, cut to a length worth showing."""
    raw = obx.raw(5).strip()
    if raw.isdigit() and len(raw) <= _SHOWN:
        return raw
    return "" if raw == '""' else unescape(raw, delimiters=obx.delimiters)[:_SHOWN]


def _key(reading: Charted) -> tuple[str, str, datetime]:
    return reading.signal, reading.source, reading.time.at


def _cuff(reading: Charted) -> tuple[str, datetime]:
    return reading.source, reading.time.at


def _again(row: Row) -> str:
    return f"second reading at the same time (sub-id {row.obx.text(4)[:_SHOWN]})"


def _crossed(charted: Sequence[Charted]) -> set[tuple[str, datetime]]:
    """Return the cuffs and moments whose systolic pressure is not above the diastolic."""
    lowest: dict[tuple[str, datetime], Decimal] = {}
    for c in charted:
        if c.signal == "sbp":
            lowest[_cuff(c)] = min(c.value, lowest.get(_cuff(c), c.value))
    bottoms = [c for c in charted if c.signal == "dbp" and _cuff(c) in lowest]
    return {_cuff(c) for c in bottoms if lowest[_cuff(c)] <= c.value}

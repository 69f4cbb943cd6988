"""What one OBX means: a measurement to chart, or something parked with its reason.

A value is charted only when code, text, unit and sub-id agree, it is one plain number inside the
plausible range, and the message says when it was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reprieve import units
from reprieve.interop.hl7v2 import words
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One OBX with what is needed to read it."""

    obx: Segment
    entry: Entry | None
    time: Moment | None
    setting: bool = False


def row(obx: Segment, *, dialect: Dialect | None, time: Moment | None, setting: bool) -> Row:
    """Look a row's code up: its first coding, else the alternate one."""
    entry = _entry(obx, dialect, 1) or _entry(obx, dialect, 4)
    return Row(obx=obx, entry=entry, time=time, setting=setting)


def read_row(row: Row) -> Charted | Parked:
    """Read one observation on its own."""
    try:
        return _charted(row)
    except _NotCharted as stop:
        return park(row, kind=stop.kind, reason=stop.reason)


def park(row: Row, *, kind: str, reason: str) -> Parked:
    """Put a row aside with a reason."""
    obx = row.obx
    return Parked(
        code=obx.text(3)[:_SHOWN],
        value=_shown(obx),
        reason=reason,
        kind=kind,
        signal=row.entry.signal if row.entry else None,
        time=row.time,
        text=obx.text(3, 2)[:_SHOWN],
        unit=(obx.text(6, 2) or obx.text(6))[:_SHOWN],
    )


def settle(found: Sequence[tuple[Row, Charted | Parked]]) -> list[Charted | Parked]:
    """Compare the readings of one message with each other.

    Parks a second reading of the same signal, source and time, and pairs of systolic and diastolic
    pressure that cannot be.
    """
    crossed = _crossed([c for _, c in found if isinstance(c, Charted)])
    seen: set[tuple[str, str, object]] = set()
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
    _refuse_what_holds_no_number(row)
    if row.entry is None:
        raise _NotCharted("unmapped", "unmapped code")
    ucum = _refuse_conflicts(row.obx, row.entry)
    value = _number(row.obx)
    _refuse_zero_and_markers(value, row.entry.signal)
    value = _in_own_unit(value, ucum or _unit_left_out(row.obx, row.entry.signal), row.entry.signal)
    _refuse_implausible(value, row.entry.signal)
    if row.time is None:
        raise _NotCharted("no time", "no usable time in OBX-14, OBR-7, OBR-14 or MSH-7")
    return Charted(
        signal=row.entry.signal,
        value=value,
        unit=vitals.signal(row.entry.signal).unit,
        time=row.time,
        source=_source(row.obx, row.entry),
        code=row.obx.text(3),
        flags=row.time.flags,
    )


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


def _refuse_what_holds_no_number(row: Row) -> None:
    obx, rules = row.obx, words.rules()
    kind, status, title = obx.text(2), obx.text(11).upper(), f"{obx.text(3, 2)} {obx.text(3, 3)}"
    if kind in rules["wave_types"] or words.speaks_of(title, kind="wave_words"):
        raise _NotCharted("wave", "waveform")
    if row.setting or _is_setting(obx):
        raise _NotCharted("setting", "setting or limit of the monitor")
    if status not in rules["value_status"]:
        raise _NotCharted("no value", f"no value: result status {status[:_SHOWN]} (OBX-11)")
    if not kind:
        raise _NotCharted("no value", "no value: no value type (OBX-2)")
    if not _shown(obx):
        raise _NotCharted("no value", "no value: empty")
    if kind not in rules["number_types"]:
        raise _NotCharted("no value", f"no number: value type {kind[:_SHOWN]} (OBX-2)")


def _is_setting(obx: Segment) -> bool:
    # One maker marks settings in OBX-13, where others write how a value was taken.
    return any(words.speaks_of(t, kind="setting_words") for t in (obx.text(13), obx.text(3, 2)))


def _refuse_conflicts(obx: Segment, entry: Entry) -> str | None:
    """Return the row's UCUM unit (None when it names none) if code, text, unit, sub-id agree."""
    text = obx.text(3, 2)
    said = words.signals_in(text)
    if words.OTHER in said or (said and entry.signal not in said):
        raise _NotCharted("conflict", f"text {text[:_SHOWN]!r} contradicts the code")
    if {entry.source, words.source_in(text)} == {"nibp", "arterial"}:
        raise _NotCharted("conflict", f"text {text[:_SHOWN]!r} contradicts the code's source")
    _refuse_other_codes(obx, entry)
    return _refuse_other_units(obx, entry.signal)


def _refuse_other_codes(obx: Segment, entry: Entry) -> None:
    """Compare with the code that some makers repeat at the end of the sub-id."""
    last = obx.text(4).rpartition(".")[2]
    code = obx.text(3)
    if last.isascii() and last.isdigit() and code.isdigit() and len(last) < 10:
        told = int(last)
        if told > _MDC_PARTITION and told != int(code):
            raise _NotCharted("conflict", f"sub-id {obx.text(4)[:_SHOWN]!r} names another code")


def _refuse_other_units(obx: Segment, signal: str) -> str | None:
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


def _refuse_zero_and_markers(value: Decimal, signal: str) -> None:
    """Judge the number as sent: a marker is one before any conversion."""
    verdict = vitals.plausible(signal, float(value))
    if verdict.reason == "zero":
        raise _NotCharted("zero", str(verdict.message))
    if verdict.reason == "no_value":
        raise _NotCharted("marker", f"{value} stands for no value")


def _refuse_implausible(value: Decimal, signal: str) -> None:
    verdict = vitals.plausible(signal, float(value))
    if not verdict.ok:
        raise _NotCharted("implausible", str(verdict.message))


def _unit_left_out(obx: Segment, signal: str) -> str:
    if signal not in words.rules()["unit_may_be_missing"]:
        raise _NotCharted("unit", "no unit")
    return vitals.signal(signal).unit


def _in_own_unit(value: Decimal, ucum: str, signal: str) -> Decimal:
    own = vitals.signal(signal).unit
    if ucum == own:
        return value
    return units.convert(value, ucum, own).quantize(_CENT)


def _source(obx: Segment, entry: Entry) -> str:
    """Return how it was measured; an unspecific pressure takes what its text says."""
    said = words.source_in(obx.text(3, 2)) if entry.signal in _PRESSURES else None
    return said or entry.source


def _shown(obx: Segment) -> str:
    """Return OBX-5 as text, all components and repetitions, cut to a length worth showing."""
    raw = obx.raw(5).strip()
    return "" if raw == '""' else unescape(raw, delimiters=obx.delimiters)[:_SHOWN]


def _key(reading: Charted) -> tuple[str, str, str]:
    return reading.signal, reading.source, reading.time.iso()


def _cuff(reading: Charted) -> tuple[str, str]:
    return reading.source, reading.time.iso()


def _again(row: Row) -> str:
    return f"second reading at the same time (sub-id {row.obx.text(4)[:_SHOWN]})"


def _crossed(charted: Sequence[Charted]) -> set[tuple[str, str]]:
    """Return the cuffs and moments whose systolic pressure is not above the diastolic."""
    lowest: dict[tuple[str, str], Decimal] = {}
    for c in charted:
        if c.signal == "sbp":
            lowest[_cuff(c)] = min(c.value, lowest.get(_cuff(c), c.value))
    bottoms = [c for c in charted if c.signal == "dbp" and _cuff(c) in lowest]
    return {_cuff(c) for c in bottoms if lowest[_cuff(c)] <= c.value}

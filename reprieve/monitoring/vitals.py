"""What counts as a measurement: the signals, their plausible ranges, and what is no value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from reprieve.knowledge import N_, BadValue, Knowledge, Message, load

Source = Literal["device", "hand"]
Reason = Literal["plausible", "zero", "no_value", "out_of_range", "pair"]

NO_VALUE = "no_value"  # the device itself says that this is not a result
PAIR = "pair"  # systolic not above diastolic in the same message
ARTERIAL = "arterial"  # an arterial line: continuous, not a cuff cycle
BESIDE_MS = 60_000  # a cuff's value beside an arterial line heard within this says nothing newer
ARTEFACT = "artefact"  # suspected by a rule: drawn differently, still judged by every alarm
DERIVED = "derived"  # worked out of other values, for the limits: never charted as measured
WITHDRAWN = "withdrawn"  # struck through by a person: kept, printed, no longer a measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One vital sign or score: its UCUM unit, inclusive plausible range and codes."""

    name: str
    unit: str
    low: float
    high: float
    loinc: str = ""
    mdc: tuple[int, ...] = ()
    zero_alarms: bool = False
    zero_is_value: bool = False
    intermittent: bool = False
    spike: float | None = None
    sources: tuple[str, ...] = ()
    # Whether every value within the range is a measurement: none of them stands for "no value".
    is_plain: bool = False

    @property
    def range_text(self) -> str:
        """Return the range as people write it: `40 to 100 %`."""
        return f"{self.low:g} to {self.high:g} {self.unit}".replace("mm[Hg]", "mmHg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value as it came. `at_ms` is when it was measured, `recorded_ms` when it reached us."""

    signal: str
    value: float
    at_ms: int
    recorded_ms: int
    source: Source = "device"
    device: str = ""
    flags: frozenset[str] = frozenset()

    @property
    def taken_ms(self) -> int:
        """Return the moment the alarms use: nothing is measured after it was recorded.

        A device whose clock runs ahead would otherwise make every later value look old.
        """
        return min(self.at_ms, self.recorded_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a value may be charted as a measurement, and why not."""

    ok: bool
    reason: Reason
    message: Message | None = None
    look_at_patient: bool = False


_PLAUSIBLE = Verdict(ok=True, reason="plausible")


def knowledge() -> Knowledge:
    """Return the data file the signals come from, with its version."""
    return load("reprieve.monitoring", "vitals")


@cache
def signals() -> Mapping[str, Signal]:
    """Return the nine vital signs by name, in the order of the data file."""
    rows = knowledge().data["signal"]
    return MappingProxyType({name: _signal(name, row) for name, row in rows.items()})


@cache
def scores() -> Mapping[str, Signal]:
    """Return the scores that alarms know by name: sedation and dissociation."""
    rows = knowledge().data["score"]
    return MappingProxyType({name: _signal(name, row) for name, row in rows.items()})


@cache
def _known() -> Mapping[str, Signal]:
    return MappingProxyType({**scores(), **signals()})


def signal(name: str) -> Signal:
    """Return a vital sign or score. Raises BadValue naming the unknown one and the known."""
    found = _known().get(name)
    if found is None:
        raise BadValue("signal", f"unknown {name!r}; known: {', '.join(signals())}")
    return found


def plausible(name: str, value: float) -> Verdict:
    """Judge one value: a measurement, a zero, a device's word for nothing, or out of range.

    Zero in heart rate, SpO2 or respiratory rate asks for a look at the patient at once.
    """
    sign = signal(name)
    if sign.is_plain and sign.low <= value <= sign.high:
        return _PLAUSIBLE
    if value == 0 and not sign.zero_is_value:
        return _zero(sign)
    if not math.isfinite(value) or (not sign.zero_is_value and value in _no_values()):
        return Verdict(ok=False, reason="no_value", message=_says(N_("{signal}: no value"), sign))
    if not sign.low <= value <= sign.high:
        return Verdict(ok=False, reason="out_of_range", message=_outside(sign, value))
    return _PLAUSIBLE


def judge(reading: Reading) -> Verdict:
    """Judge a reading with what its message said about it."""
    if not reading.flags:
        return plausible(reading.signal, reading.value)
    if NO_VALUE in reading.flags:
        return Verdict(
            ok=False, reason="no_value", message=_says(N_("{signal}: no value"), reading)
        )
    if PAIR in reading.flags:
        text = N_("systolic pressure is not above diastolic")
        return Verdict(ok=False, reason="pair", message=Message(id=text))
    return plausible(reading.signal, reading.value)


def flag_pairs(message: Iterable[Reading]) -> tuple[Reading, ...]:
    """Flag the pressures of one message whose systolic value is not above the diastolic.

    Only values that are plausible alone are compared: a zero says nothing about its partner.
    """
    readings = tuple(message)
    value = {r.signal: r.value for r in readings if judge(r).ok}
    if value.get("sbp", math.inf) > value.get("dbp", -math.inf):
        return readings
    return tuple(_paired(r) if r.signal in {"sbp", "dbp"} else r for r in readings)


def by_hand(name: str, value: float) -> float:
    """Return a typed value. Raises BadValue naming the limits when it is none of them."""
    sign = signal(name)
    if not plausible(name, value).ok:
        raise BadValue(name, f"{value:g} is not between {sign.range_text.replace(' to ', ' and ')}")
    return value


def by_hand_pressure(*, sbp: float, dbp: float) -> tuple[float, float]:
    """Return a typed blood pressure. Raises BadValue when either, or their order, is impossible."""
    pair = by_hand("sbp", sbp), by_hand("dbp", dbp)
    if sbp <= dbp:
        raise BadValue("sbp", f"{sbp:g} is not above the diastolic pressure {dbp:g}")
    return pair


def _signal(name: str, row: Mapping[str, Any]) -> Signal:
    low, high = row["plausible"]
    return Signal(
        name=name,
        unit=row["unit"],
        low=low,
        high=high,
        loinc=row.get("loinc", ""),
        mdc=tuple(row.get("mdc", ())),
        zero_alarms=row.get("zero") == "alarm",
        zero_is_value="zero" not in row,
        intermittent=row.get("intermittent", False),
        spike=row.get("spike"),
        sources=tuple(row.get("sources", ())),
        is_plain=low > 0 and not any(low <= v <= high for v in _no_values()),
    )


@cache
def _no_values() -> frozenset[float]:
    return frozenset(float(v) for v in knowledge().data["no_value"])


def _zero(sign: Signal) -> Verdict:
    if not sign.zero_alarms:
        return Verdict(ok=False, reason="zero", message=_says(N_("{signal}: no value"), sign))
    text = N_("{signal}: no reading: look at the patient")
    return Verdict(ok=False, reason="zero", message=_says(text, sign), look_at_patient=True)


def _outside(sign: Signal, value: float) -> Message:
    params = {"signal": sign.name, "value": f"{value:g}", "range": sign.range_text}
    return Message(id=N_("{signal}: {value} is outside {range}"), params=params)


def _says(text: str, of: Signal | Reading) -> Message:
    return Message(id=text, params={"signal": of.name if isinstance(of, Signal) else of.signal})


def _paired(reading: Reading) -> Reading:
    return replace(reading, flags=reading.flags | {PAIR})

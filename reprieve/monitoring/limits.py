"""Alarm limits: one limit, reading a file of them, and the shipped defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args

from reprieve.knowledge import BadValue, Knowledge, load, parse
from reprieve.monitoring import vitals

Priority = Literal["high", "medium", "low"]
Compare = Literal[
    "below",
    "at_or_below",
    "above",
    "at_or_above",
    "above_percent_of_baseline",
    "below_percent_of_baseline",
]
Action = Literal["notify", "act", "stop"]

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
COMPARES: tuple[Compare, ...] = get_args(Compare)
ACTIONS: tuple[Action, ...] = get_args(Action)
LONGEST_DELAY_S = 86_400
_PLAIN_KEYS = {"signal", "priority", "delay_s", "confirm_s", "action", "name", *COMPARES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One threshold on one signal. Percent thresholds are shares of the baseline: 120 is +20 %.

    `label` is the limit as it is shown and printed: `below 90`, `above 120 % of baseline`. `key`
    tells it from every other limit of the same infusion. Both are made once: every reading asks.
    """

    signal: str
    compare: Compare
    threshold: float
    priority: Priority
    delay_s: float = 0
    confirm_s: float = 0
    action: Action | None = None
    name: str = ""
    loosest: float | None = None
    label: str = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        """Write the label and the key."""
        words = self.compare.replace("_percent_of_baseline", "").replace("_", " ")
        share = " % of baseline" if self.is_relative else ""
        label = f"{words} {_plain(self.threshold)}{share}"
        waits = f"/{_plain(self.delay_s)}s" * bool(self.delay_s)
        again = f"+{_plain(self.confirm_s)}s" * bool(self.confirm_s)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "key", f"{self.signal} {label}{waits}{again} {self.priority}")

    @property
    def is_relative(self) -> bool:
        """Tell whether the limit needs the patient's baseline."""
        return self.compare.endswith("_percent_of_baseline")

    @property
    def is_upper(self) -> bool:
        """Tell whether high values are the ones beyond."""
        return "above" in self.compare

    def beyond(self, value: float, *, baseline: float | None = None) -> bool:
        """Tell whether a plausible value lies beyond. A relative limit without baseline: never."""
        left, right = value, self.threshold
        if self.is_relative:
            if baseline is None:
                return False
            # Multiplied, not divided, so that +20 % of 120 is 144 exactly.
            left, right = value * 100, self.threshold * baseline
        if "at_or" in self.compare and left == right:
            return True
        return left > right if self.is_upper else left < right


def read(name: str, raw: bytes) -> tuple[Limit, ...]:
    """Read a limits file. Raises BadValue naming the limit and the key that cannot be used."""
    data = parse(name, raw).data
    extra = sorted(set(data) - {"limit"})
    if extra:
        raise BadValue(
            _one_line(extra[0]), "unknown key; a limits file holds only [[limit]] tables"
        )
    return from_rows(data.get("limit"), signals=tuple(vitals.signals()))


def from_rows(
    rows: object, *, signals: Sequence[str] | None = None, keys: frozenset[str] = frozenset()
) -> tuple[Limit, ...]:
    """Check and turn `[[limit]]` tables into limits. Raises BadValue naming table and key.

    `signals` are those that may be named (None: every vital sign and score), `keys` more keys.
    """
    allowed = (*vitals.signals(), *vitals.scores()) if signals is None else signals
    if rows is None or rows == []:
        raise BadValue("limit", "the file names no limit")
    if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
        raise BadValue("limit", "write each limit as a [[limit]] table")
    limits = tuple(_limit(r, f"limit {n}", allowed, keys) for n, r in enumerate(rows, 1))
    _refuse_twins(limits)
    return limits


def knowledge() -> Knowledge:
    """Return the data file of the defaults, with its version."""
    return load("reprieve.monitoring", "alarms")


@cache
def shipped() -> tuple[Limit, ...]:
    """Return the default limits; their thresholds are the guard-rail a clinic may tighten."""
    return from_rows(knowledge().data["limit"], keys=frozenset({"loosest"}))


def _limit(
    row: Mapping[str, Any], where: str, signals: Sequence[str], keys: frozenset[str]
) -> Limit:
    known = _PLAIN_KEYS | keys
    extra = sorted(set(row) - known)
    if extra:
        raise BadValue(
            f"{where} {_one_line(extra[0])}", f"unknown key; known: {', '.join(sorted(known))}"
        )
    signal = _one_of(row, "signal", signals, where)
    compare = _compare(row, where)
    threshold = _number(row[compare], f"{where} {compare}")
    return Limit(
        signal=signal,
        compare=compare,
        threshold=_share(threshold, compare, f"{where} {compare}"),
        priority=_one_of(row, "priority", PRIORITIES, where),
        delay_s=_seconds(row, "delay_s", where),
        confirm_s=_seconds(row, "confirm_s", where),
        action=_one_of(row, "action", ACTIONS, where) if "action" in row else None,
        name=_name(row, where),
        loosest=_number(row["loosest"], f"{where} loosest") if "loosest" in row else None,
    )


def _compare(row: Mapping[str, Any], where: str) -> Compare:
    given = [c for c in COMPARES if c in row]
    if len(given) == 1:
        return given[0]
    if not given:
        raise BadValue(where, f"no threshold; give one of {', '.join(COMPARES)}")
    raise BadValue(f"{where} {given[1]}", f"a second threshold beside {given[0]}; give one")


def _share(threshold: float, compare: Compare, where: str) -> float:
    """Read a percent threshold, which people write as +20 or as 120, into a share of baseline.

    No one wants an alarm at every value above a fifth of the baseline, so 20 means 120. Below the
    baseline both spellings could be meant (60 or -60), so only the share is taken.
    """
    if compare == "below_percent_of_baseline" and not 50 <= threshold < 100:
        raise BadValue(where, "give the share of the baseline, 50 to 99: 80 means 20 % below it")
    if compare != "above_percent_of_baseline":
        return threshold
    if not 0 < threshold <= 400 or threshold == 100:
        raise BadValue(where, "give 1 to 99 (a rise) or 101 to 400 (a share): 20 and 120 are +20 %")
    return threshold + 100 if threshold < 100 else threshold


def _one_of(row: Mapping[str, Any], key: str, known: Sequence[Any], where: str) -> Any:
    if key not in row:
        raise BadValue(f"{where} {key}", f"missing; one of {', '.join(known)}")
    if row[key] not in known:
        raise BadValue(f"{where} {key}", f"unknown {row[key]!r}; known: {', '.join(known)}")
    return row[key]


def _name(row: Mapping[str, Any], where: str) -> str:
    name = row.get("name", "")
    if not isinstance(name, str):
        raise BadValue(f"{where} name", f"{name!r} is not text")
    return name


def _seconds(row: Mapping[str, Any], key: str, where: str) -> float:
    seconds = _number(row.get(key, 0), f"{where} {key}")
    if not 0 <= seconds <= LONGEST_DELAY_S:
        raise BadValue(f"{where} {key}", f"{_plain(seconds)} is not 0 to {LONGEST_DELAY_S} seconds")
    return seconds


def _number(value: object, where: str) -> float:
    """Take a TOML integer or float; truth values, infinities and absurd sizes are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(where, f"{value!r} is not a number")
    if abs(value) > 1e9 or not math.isfinite(value):
        raise BadValue(where, "not a usable number")
    return float(value)


def _refuse_twins(limits: Sequence[Limit]) -> None:
    seen: dict[str, int] = {}
    for n, limit in enumerate(limits, 1):
        first = seen.setdefault(limit.key, n)
        if first != n:
            raise BadValue(f"limit {n}", f"says the same as limit {first}: {limit.key}")


def _plain(number: float) -> str:
    return f"{number:.10g}"


def _one_line(key: str) -> str:
    return key if key.isidentifier() else repr(key)

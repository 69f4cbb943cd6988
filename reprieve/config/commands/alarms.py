"""`reprieve alarms`: which alarms a stored series of vital signs would have raised."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.monitoring import limits, replay, series
from reprieve.monitoring.vitals import signals

HELP = "replay a series of vital signs through the alarm engine"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name the series, the limits and, for limits in percent, the baseline."""
    parser.add_argument("series", metavar="SERIES.csv", help="t and one column for each signal")
    parser.add_argument("--limits", required=True, metavar="LIMITS.toml", help="[[limit]] tables")
    parser.add_argument(
        "--baseline",
        action="append",
        default=[],
        metavar="SIGNAL=VALUE",
        help="for limits in percent of baseline; else the first plausible reading counts",
    )


def run(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the episodes as a bare list."""
    rules = limits.read("limits", _bytes(args.limits, "limits"))
    data = series.read(_bytes(args.series, "series"))
    found = replay.episodes(data, rules, baseline=_baseline(args.baseline))
    return [_row(episode, data) for episode in found]


def text(answer: list[dict[str, Any]]) -> str:
    """Return one line for each episode."""
    return "\n".join(_line(row) for row in answer) or "No alarm."


def _row(episode: replay.Episode, data: series.Series) -> dict[str, Any]:
    return {
        "signal": episode.signal,
        "limit": episode.limit,
        "priority": episode.priority,
        "start": data.written[episode.start_ms],
        "end": data.written[episode.end_ms],
        "open": episode.open,
        "kind": episode.kind,
    }


def _line(row: dict[str, Any]) -> str:
    ends = "open" if row["open"] else "ended"
    words = f"{row['start']}  {row['end']}  {row['priority']:6}  {row['kind']:9}"
    return f"{words}  {row['signal']} {row['limit']} ({ends})"


def _baseline(pairs: list[str]) -> dict[str, float]:
    baseline: dict[str, float] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        sign = signals().get(name)
        if sign is None:
            raise BadValue("baseline", f"unknown {name!r}; known: {', '.join(signals())}")
        number = _number(value)
        if not sign.low <= number <= sign.high:
            raise BadValue("baseline", f"{name} {value!r} is not {sign.range_text}")
        baseline[name] = number
    return baseline


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _bytes(path: str, field: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadValue(field, f"cannot read {path!r}: {reason}") from error

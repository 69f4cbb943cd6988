"""The manual's page on alarms, printed from the data files and the courses.

`python tests/spec/alarms/test_manual.py` writes it anew.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from reprieve.monitoring import limits, policy, schedule, vitals

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "manual" / "alarms.md"
PHASES = ("baseline", "first", "steady", "recovery")
MINUTE_MS = schedule.MINUTE_MS


def page() -> str:
    words = (HERE / "manual.txt").read_text(encoding="utf-8")
    tables = {
        "SIGNALS": _signals(),
        "LIMITS": _limits(),
        "LADDER": _ladder(),
        "SCHEDULE": _schedule(),
        "COURSES": _courses(),
    }
    for name, lines in tables.items():
        words = words.replace(f"@{name}\n", "\n".join([*lines, ""]))
    return words


def _signals() -> Iterable[str]:
    yield "| Signal | Unit | Plausible | Zero |"
    yield "|---|---|---|---|"
    for sign in vitals.signals().values():
        zero = "high technical alarm at once" if sign.zero_alarms else "no value"
        if sign.name in policy.live().absent:
            zero = "no value; high technical alarm after a value at the chair"
        yield f"| `{sign.name}` | {sign.unit} | {sign.low:g} to {sign.high:g} | {zero} |"


def _limits() -> Iterable[str]:
    yield "| Name | Signal | Limit | Delay | Second reading | Priority | Means | Loosest |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in limits.shipped():
        delay = f"{row.delay_s:g} s" if row.delay_s else ""
        again = f"{row.confirm_s:g} s later" if row.confirm_s else ""
        yield (
            f"| `{row.name}` | {row.signal} | {row.label} | {delay} | {again} | {row.priority}"
            f" | {row.action} | {row.loosest:g} |"
        )


def _ladder() -> Iterable[str]:
    live = policy.live()
    yield "| Called | High after | Medium after |"
    yield "|---|---|---|"
    for high, medium in zip(live.rungs("high"), live.rungs("medium"), strict=True):
        yield f"| {high.to} | {high.after_ms // 1000} s | {medium.after_ms // 1000} s |"


def _schedule() -> Iterable[str]:
    yield "| Observation | Sets before the start | First 15 min | Steady | Recovery | Monitor |"
    yield "|---|---|---|---|---|---|"
    for row in schedule.shipped().observe:
        every = " | ".join(f"{row.every_ms[p] // MINUTE_MS} min" for p in PHASES[1:])
        sent = "may send it" if row.monitored else ""
        yield f"| {row.what.replace('_', ' ')} | {row.sets} | {every} | {sent} |"


def _courses() -> Iterable[str]:
    for course in tomllib.loads((HERE / "courses.toml").read_text())["course"]:
        given = ", ".join(f"{k} {v}" for k, v in course.get("limit", {}).items())
        yield f"**{course['title']}**" + (f" ({given})" if given else "")
        yield ""
        yield "- Values: " + ", ".join(f"{v} at {s} s" for s, v in course["values"])
        acts = ", ".join(f"{what} at {s} s" for s, what in course.get("acts", []))
        yield from [f"- Then: {acts}"] if acts else []
        yield "- Engine: " + ("; ".join(course["says"]) or "nothing")
        yield ""


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""`reprieve registry`: what the clinic learns, computed now, or as a kept report stood on a day.

The clock's process keeps a report each night.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Mapping
from datetime import UTC, date
from typing import Any

from reprieve.knowledge import BadValue

HELP = "response by condition, regimen and dose over all patients treated"
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add which clinic, of which day, and whether it is kept for the page."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--keep", action="store_true", help="keep it as the newest report")
    what.add_argument(
        "--at", metavar="DATE", help="the last report kept on that day of the clinic, as it stood"
    )
    parser.add_argument("--clinic", metavar="ID", help="which clinic, where there are several")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will compute the registry or read a kept one. BadValue says what is wrong."""
    from reprieve.config.migrate import require_database
    from reprieve.pathway import clock, registry
    from reprieve.pathway.errors import PathwayError
    from reprieve.pathway.permissions import system
    from reprieve.records.queries import clinics

    require_database()
    found = [c for c in clinics.clinics() if not args.clinic or str(c.id) == args.clinic]
    if len(found) != 1:
        raise BadValue("clinic", "no clinic has this id" if not found else "say which: --clinic ID")
    clinic, at = found[0].id, clock.now(found[0].id).astimezone(UTC)
    if args.at is not None:
        return _kept(clinic, args.at)
    try:
        if not args.keep:
            made = registry.compute(clinic=clinic, at=at)
        else:
            made = registry.make(actor=system(clinic, "registry"), uid=uuid.uuid4(), at=at)
    except PathwayError as error:
        raise BadValue("registry", str(error.message)) from error
    return _shown(made)


def _kept(clinic: uuid.UUID, asked: str) -> dict[str, Any]:
    from reprieve.records.queries import registry

    try:
        day = date.fromisoformat(asked)
    except ValueError as error:
        raise BadValue("at", f"is no date: {asked!r}; example: 2026-03-31") from error
    found = registry.kept_on(clinic=clinic, day=day)
    if found is None:
        raise BadValue("at", f"no report was kept on {day}; {_nearest(clinic, day)}")
    return {"day": day.isoformat(), "made_at": found.at.isoformat(), **_shown(found.content)}


def _nearest(clinic: uuid.UUID, day: date) -> str:
    from reprieve.records.queries import registry

    days = [one.day for one in registry.made(clinic=clinic)]
    if not days:
        return "none was kept yet"
    return f"the nearest is of {min(days, key=lambda one: abs(one - day))}"


def _shown(content: Mapping[str, Any]) -> dict[str, Any]:
    """Which patient is behind a figure is for those who may see it, on the page."""
    return {name: value for name, value in content.items() if name != "behind"}


def text(answer: dict[str, Any]) -> str:
    """This function will lay out a line a group, under the day of a report that was kept."""
    lines = [f"Report of {answer['day']}, made {answer['made_at']}"] if "made_at" in answer else []
    for dimension, groups in {"all": [answer["everybody"]], **answer["groups"]}.items():
        lines += [f"{dimension}: {_line(one)}" for one in groups]
    return "\n".join(lines)


def _line(one: dict[str, Any]) -> str:
    name = one["key"] or "(none)"
    if one["withheld"]:
        return f"{name}: {one['withheld']['id'].format(**one['withheld']['params'])}"
    share, relief = one["responders"], one["relief"]
    percent = "unknown" if share["percent"] is None else f"{share['percent']:.0f} %"
    ends = relief.get("ends_day")
    until = "" if ends is None else f" by day {ends - 1}"
    median = relief["median_days"]
    lasted = f"not reached{until}" if median is None else f"{median} days"
    return f"{name}: {one['patients']} patients, responders {percent}, median relief {lasted}"

"""`reprieve registry`: what the clinic learns, computed now; the clock's process keeps it."""

from __future__ import annotations

import argparse
import uuid
from datetime import UTC
from typing import Any

from reprieve.knowledge import BadValue

HELP = "response by condition, regimen and dose over all patients treated"
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add which clinic, and whether the answer is kept for the page."""
    parser.add_argument("--keep", action="store_true", help="keep it as the newest report")
    parser.add_argument("--clinic", metavar="ID", help="which clinic, where there are several")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will compute the registry. BadValue says what is missing."""
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
    try:
        if not args.keep:
            made = registry.compute(clinic=clinic, at=at)
        else:
            made = registry.make(actor=system(clinic, "registry"), uid=uuid.uuid4(), at=at)
    except PathwayError as error:
        raise BadValue("registry", str(error.message)) from error
    # Which patient is behind a figure is for those who may see it, on the page.
    return {name: value for name, value in made.items() if name != "behind"}


def text(answer: dict[str, Any]) -> str:
    """This function will lay out a line a group."""
    lines = []
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

"""The registry made from the records and kept, each night and when somebody asks."""

from __future__ import annotations

import importlib.util
import uuid
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import orjson

from reprieve.knowledge import N_
from reprieve.outcomes.registry.tables import TABLES
from reprieve.outcomes.rules import rules
from reprieve.pathway import forecast_keeping
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Act, RegistryReport
from reprieve.records.queries import registry
from reprieve.records.queries.treatments import zone_of

ASK, MAKE = "registry.ask", "registry.make"
NIGHT_HOUR, AFTER = 3, timedelta(hours=2)
# What is kept of each patient behind a figure; the name is looked up by who may see it.
BEHIND = (
    "patient", "condition", "regimen", "dose_band", "responder", "status", "relief_days", "half",
    "peg", "pgic", "opioid_cut", "mme_before", "mme_now", "expected_days", "missing_days",
)  # fmt: skip
NEEDED = ("duckdb", "ibis", "pyarrow")


def is_installed() -> bool:
    """This function will tell whether the registry's optional packages are there."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def ask(*, actor: Actor, uid: uuid.UUID, at: datetime) -> None:
    """This function will note that somebody wants the registry made anew; the clock makes it."""
    if not is_installed():
        raise NotNow(N_("The registry's packages are not installed: install reprieve[registry]."))
    perform(
        ASK, actor=actor, uid=uid, at=at,
        work=lambda: Done(subject_kind="registry", subject=uid),
    )  # fmt: skip


def is_wanted(*, clinic: uuid.UUID, at: datetime) -> bool:
    """This function will tell whether somebody asked since the last one, or its night has come."""
    last = registry.newest(clinic=clinic)
    asked = Act.objects.filter(clinic_id=clinic, kind=ASK)
    if last is not None:
        asked = asked.filter(at__gt=last.at)
    if asked.exists():
        return True
    is_night = at.astimezone(zone_of(clinic)).hour == NIGHT_HOUR
    return is_night and (last is None or at - last.at > AFTER)


def make(*, actor: Actor, uid: uuid.UUID, at: datetime) -> dict[str, Any]:
    """This function will compute the registry as seen at a moment and keep it.

    Raises NotNow without the optional packages.
    """
    content = {
        **compute(clinic=actor.clinic, at=at),
        "forecasts": forecast_keeping.of_clinic(clinic=actor.clinic, at=at),
    }  # fmt: skip
    day = at.astimezone(zone_of(actor.clinic)).date()

    def work() -> Done:
        row = RegistryReport.objects.add(
            clinic_id=actor.clinic, day=day, content=content, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
        return Done(
            subject_kind="registry", subject=row.pk, detail={"patients": len(content["behind"])}
        )

    perform(MAKE, actor=actor, uid=uid, at=at, work=work)
    return content


def compute(*, clinic: uuid.UUID, at: datetime) -> dict[str, Any]:
    """This function will compute the registry's figures as plain values, and keep nothing."""
    if not is_installed():
        raise NotNow(N_("The registry's packages are not installed: install reprieve[registry]."))
    from reprieve.outcomes.registry import engines
    from reprieve.outcomes.registry.report import report
    from reprieve.outcomes.registry.run import run

    day = at.astimezone(zone_of(clinic)).date()
    in_force, at_day = rules(on=day), (day - registry.EPOCH).days
    flat = registry.tables(clinic=clinic, at=at)
    sheets = run(engines.from_rows(flat, TABLES), at_day=at_day, rules=in_force)
    made = report(sheets, at_day=at_day, rules=in_force)
    # Values become plain as JSON makes them; a mapping that cannot be changed becomes a copy.
    plain: dict[str, Any] = orjson.loads(orjson.dumps(made, default=dict))
    counts = {name: Counter(row[0] for row in flat[name]) for name in ("infusions", "events")}
    behind = [
        {name: row[name] for name in BEHIND}
        | {name: told[row["patient"]] for name, told in counts.items()}
        for row in sheets.cases
    ]
    return {**plain, "behind": behind}

"""Tests that repeated ketamine makes due by itself: work for a nurse, closed by the result."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reprieve.clinical import investigations, safety
from reprieve.clinical.findings import Outcome, Step
from reprieve.pathway import investigations as ordered
from reprieve.pathway.permissions import Actor
from reprieve.records.queries import exposure, facts, safety_numbers

LIVER = "liver"
RESULT = "liver-result"


def after_liver_tests(
    *, actor: Actor, at: datetime, patient: uuid.UUID, measured_at: datetime,
    results: Mapping[str, Any],
) -> None:  # fmt: skip
    """This function will ask for the tests again, a week on, while one is past its limit.

    Inside the act that wrote them down. `results` are the facts of the sheet, whatever its day.
    """
    known = facts.facts(clinic=actor.clinic, patient=patient, at=at) | dict(results)
    own = safety_numbers.own(clinic=actor.clinic, at=at)
    judged = safety.examine(facts=known, step=Step.EVALUATION, own_numbers=own)
    found = next(finding for finding in judged if finding.rule == RESULT)
    if found.outcome is not Outcome.FINDS:
        return
    numbers = next(entry.numbers for entry in safety.rules() if entry.name == RESULT)
    again = measured_at + timedelta(days=numbers["recheck_days"])
    ordered.due(actor=actor, at=at, patient=patient, test=LIVER, due_at=again)


def before_series_ends(*, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    """This function will ask for liver tests when a series with daily infusions ends.

    Inside the act that ends it, before the series counts as over.
    """
    began = facts.series_began(clinic=actor.clinic, patient=patient)
    last = exposure.of(clinic=actor.clinic, patient=patient, at=at).last_multiday
    if last is None or (began is not None and last < began.date()):
        return
    due_at = at + investigations.investigation(LIVER).due
    ordered.due(actor=actor, at=at, patient=patient, test=LIVER, due_at=due_at)

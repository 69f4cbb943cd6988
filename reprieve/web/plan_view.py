"""Regimens side by side: dose, chair time, evidence, and what a model expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reprieve.clinical.regimens import regimen
from reprieve.knowledge import BadValue
from reprieve.pathway.planning import Draft, Plan, draft
from reprieve.pathway.planning_outlook import AFTER_MIN, Outlook, outlook
from reprieve.web.amounts import short
from reprieve.web.presenters import FindingCard, finding_card
from reprieve.web.words import bad_value, quantity, say

CRPS = "crps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One regimen as a column. `problem` says why it cannot be worked out for this person."""

    id: str
    name: str
    rows: tuple[tuple[str, str], ...]
    findings: tuple[FindingCard, ...]
    source: str
    verified: bool
    outlook: Outlook | None
    assumes: tuple[str, ...] = ()
    problem: str = ""
    blocks: bool = False


def columns(plans: Sequence[Plan], *, limits: Any) -> tuple[Column, ...]:
    """This function will work each plan out as a column, their levels on one scale of time."""
    worked = [(plan, _worked(plan, limits)) for plan in plans]
    minutes = [w.regimen.duration_min for _plan, w in worked if isinstance(w, Draft)]
    until_min = max(minutes, default=0) + AFTER_MIN
    return tuple(_column(plan, found, until_min) for plan, found in worked)


def _worked(plan: Plan, limits: Any) -> Draft | BadValue:
    try:
        return draft(plan, limits=limits)
    except BadValue as error:
        return error


def _column(plan: Plan, worked: Draft | BadValue, until_min: int) -> Column:
    if isinstance(worked, BadValue):
        return Column(
            id=plan.regimen, name=_(regimen(plan.regimen).name), rows=(), findings=(), source="",
            verified=False, outlook=None, problem=bad_value(worked), blocks=True,
        )  # fmt: skip
    expected = outlook(worked, crps=plan.condition == CRPS, until_min=until_min)
    return Column(
        id=plan.regimen, name=_(worked.regimen.name), rows=_rows(worked, expected),
        findings=tuple(finding_card(f) for f in worked.findings), source=worked.regimen.source,
        verified=worked.regimen.verified, outlook=expected,
        blocks=any(f.blocks for f in worked.findings),
        assumes=() if expected is None else _assumes(expected),
    )  # fmt: skip


def _assumes(found: Outlook) -> tuple[str, ...]:
    """What the curves of a regimen rest on: whose blood, which people, what nobody measured."""
    said = [
        _("Levels: a typical person of this weight, {site} plasma, model {model} ({version}). "
          "{source}").format(site=_(found.sampling_site), model=found.model,
                             version=found.version[:12], source=found.source),
        _("Studied in: {people}").format(people=_(found.population)),
        _("Relief: cumulative exposure to S-ketamine with a half-life of about 11 days, "
          "reconstructed from Dahan 2011; {share} % are taken to respond.").format(
              share=round(100 * found.responder_probability)),
        *(say(message) for message in found.extrapolated),
    ]  # fmt: skip
    if found.spread_assumed:
        said.append(_("How people differ is assumed in this model: the true range may be wider."))
    return tuple(said)


def _rows(worked: Draft, expected: Outlook | None) -> tuple[tuple[str, str], ...]:
    first, last = worked.doses[0], worked.doses[-1]
    rates = _span(first.steps[0].rate_mg_per_h, last.steps[0].rate_mg_per_h, "mg/h")
    rows = [
        (_("Infusions"), str(len(worked.doses))),
        (_("Each"), quantity(worked.regimen.duration_min, "min")),
        (_("Rate"), rates),
        (_("Dose of one"), _span(first.total_mg, last.total_mg, "mg")),
        (_("By weight"), _span(first.mg_per_kg, last.mg_per_kg, "mg/kg")),
        (_("Whole series"), quantity(short(worked.total_mg), "mg")),
        (_("In the chair"), quantity(round(worked.chair_min / 60, 1), "h")),
        (_("From first to last"), quantity(worked.regimen.days[-1] + 1, _("days"))),
    ]
    if first.capped or last.capped:
        rows.append((_("Lowered to a ceiling"), _("yes")))
    if expected is not None:
        rows.append((_("Expected highest level"),
                     quantity(round(expected.peak_ng_per_ml), "ng/mL")))  # fmt: skip
        rows.append((_("Expected best mean relief"), quantity(round(expected.best_percent), "%")))
    return tuple(rows)


def _span(first: Decimal, last: Decimal, unit: str) -> str:
    if first == last:
        return quantity(short(first), unit)
    return f"{short(first):f} – {quantity(short(last), unit)}"

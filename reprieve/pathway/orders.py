"""No drug without an order: what was ordered for a visit, and whether a change stays inside it.

What is asked may be refused. What was already given is always recorded, marked as a deviation,
raises a high alarm and opens a review; the past then counts against every further increase.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from reprieve.clinical import guardrails
from reprieve.clinical import orders as rules
from reprieve.clinical.delivery import MS_PER_MIN, Bolus, Segment
from reprieve.clinical.findings import Finding
from reprieve.knowledge import N_, BadValue
from reprieve.monitoring.course import Course
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.records.models import MedicationRequest
from reprieve.records.queries import courses

KETAMINE = "ketamine"
MICROGRAMS = Decimal(1000)


def session_order(*, clinic: uuid.UUID, encounter: uuid.UUID) -> MedicationRequest | None:
    """This function will return the ketamine order in force for a visit, the newest signed."""
    rows = MedicationRequest.of(clinic).filter(
        encounter_id=encounter, drug=KETAMINE, as_needed=False
    )
    return rows.order_by("-recorded_at", "-id").first()


def needed_order(*, clinic: uuid.UUID, encounter: uuid.UUID) -> MedicationRequest:
    """This function will return the ketamine order in force. Raises NotNow without one."""
    row = session_order(clinic=clinic, encounter=encounter)
    if row is None:
        raise NotNow(N_("There is no signed order for this infusion."))
    return row


def change_findings(
    *,
    clinic: uuid.UUID,
    encounter: uuid.UUID,
    at: datetime,
    rate_ug_per_h: int | None = None,
    bolus_ug: int | None = None,
    bolus_min: int = 10,
) -> tuple[Finding, ...]:
    """This function will judge a rate or a bolus against the order and the guard-rails.

    The rate is judged as if it ran to the end of the plan; what was given counts in each window.
    Raises NotNow without an order.
    """
    order = needed_order(clinic=clinic, encounter=encounter)
    if order.weight_g is None:
        raise BadValue("weight", "the order names no weight")
    now = courses.of(clinic=clinic, encounter=encounter)
    weight_kg = Decimal(order.weight_g) / MICROGRAMS
    at_ms = ms(at)
    until_ms = max(plan_end_ms(order, now, at_ms), at_ms + MS_PER_MIN)
    if bolus_ug is not None:
        given = Bolus(
            start_ms=at_ms, duration_ms=bolus_min * MS_PER_MIN, dose_mg=bolus_ug / MICROGRAMS
        )
        return _bolus(order, now, given, weight_kg, max(until_ms, given.end_ms))
    return _rate(order, now, at_ms, Decimal(rate_ug_per_h or 0) / MICROGRAMS, weight_kg, until_ms)


def _rate(
    order: MedicationRequest,
    now: Course,
    at_ms: int,
    rate_mg_per_h: Decimal,
    weight_kg: Decimal,
    until_ms: int,
) -> tuple[Finding, ...]:
    segments, boluses = given_segments(now, until_ms), given_boluses(now)
    change = rules.RateChange(at_ms=at_ms, rate_mg_per_h=rate_mg_per_h, until_ms=until_ms)
    return (
        *rules.order_check(
            order=as_session_order(order), change=change, segments=segments, boluses=boluses
        ),
        *guardrails.check_change(
            segments=segments, boluses=boluses, weight_kg=weight_kg, at_ms=at_ms,
            rate_mg_per_h=rate_mg_per_h, until_ms=until_ms,
        ),
    )  # fmt: skip


def _bolus(
    order: MedicationRequest, now: Course, given: Bolus, weight_kg: Decimal, until_ms: int
) -> tuple[Finding, ...]:
    segments, boluses = given_segments(now, until_ms), given_boluses(now)
    change = rules.BolusRequest(bolus=given, until_ms=until_ms)
    return (
        *rules.order_check(
            order=as_session_order(order), change=change, segments=segments, boluses=boluses
        ),
        *guardrails.check_bolus(
            segments=segments, boluses=boluses, weight_kg=weight_kg, bolus=given,
            until_ms=until_ms,
        ),
    )  # fmt: skip


def refuse_blocked(findings: Sequence[Finding]) -> None:
    """This function will raise NotNow with the first reason when a finding blocks."""
    for finding in findings:
        if finding.blocks:
            raise NotNow(finding.says)


def as_session_order(row: MedicationRequest) -> rules.SessionOrder:
    """This function will return an order's row as the rules read it."""
    highest = Decimal(row.max_rate_ug_per_h or 0) / MICROGRAMS
    first = row.steps[0]["rate_ug_per_h"] if row.steps else row.max_rate_ug_per_h or 0
    return rules.SessionOrder(
        start_rate_mg_per_h=Decimal(first) / MICROGRAMS,
        highest_rate_mg_per_h=highest,
        maximum_mg=Decimal(row.max_total_ug) / MICROGRAMS,
        bolus_max_mg=None if row.max_dose_ug is None else Decimal(row.max_dose_ug) / MICROGRAMS,
        hold_for=tuple(row.hold_for),
        valid_from_ms=ms(row.valid_from),
        valid_until_ms=ms(row.valid_until),
    )


def plan_end_ms(order: MedicationRequest, now: Course, at_ms: int) -> int:
    """This function will return when the planned run ends, counted from the start or from now.

    A pause moves the end: what counts is the time that the drug still has to run.
    """
    planned_ms = max((step["end_min"] for step in order.steps), default=0) * MS_PER_MIN
    ran = sum(
        min(s.end_ms if s.end_ms is not None else at_ms, at_ms) - s.start_ms
        for s in now.segments
        if s.start_ms < at_ms
    )
    return at_ms + max(planned_ms - ran, 0)


def given_segments(now: Course, until_ms: int) -> tuple[Segment, ...]:
    """This function will return a course's rates as the guard-rails read them."""
    return tuple(
        Segment(
            start_ms=s.start_ms,
            end_ms=s.end_ms if s.end_ms is not None else max(until_ms, s.start_ms),
            rate_mg_per_h=Decimal(s.rate_ug_per_h) / MICROGRAMS,
        )
        for s in now.segments
    )


def given_boluses(now: Course) -> tuple[Bolus, ...]:
    """This function will return a course's boluses; a push counts at once."""
    return tuple(
        Bolus(start_ms=b.at_ms, duration_ms=0, dose_mg=Decimal(b.dose_ug) / MICROGRAMS)
        for b in now.boluses
    )


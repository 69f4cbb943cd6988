"""No drug without an order: what was ordered for a visit, and whether a change stays inside it.

What is asked may be refused. What was already given is always recorded, marked as a deviation,
raises a high alarm and opens a review; the past then counts against every further increase.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reprieve.clinical import guardrails
from reprieve.clinical import orders as rules
from reprieve.clinical.delivery import MS_PER_MIN, Bolus, Segment
from reprieve.clinical.findings import Finding, blocking
from reprieve.knowledge import N_, BadValue
from reprieve.monitoring.course import Course
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.records.models import MedicationRequest
from reprieve.records.queries import courses, settings

KETAMINE = "ketamine"
MICROGRAMS = Decimal(1000)
USUAL_BOLUS_MIN = 10
LONGEST_WINDOW_MS = 60 * MS_PER_MIN
# The clinic's own guard-rails: {"changes": {limit: "value"}, "approved_by", "reason", "on"}.
OWN_LIMITS = "dose.limits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A change of the pump: a rate from a moment on, or a bolus over some minutes."""

    at_ms: int
    rate_ug_per_h: int | None = None
    bolus_ug: int | None = None
    bolus_min: int = USUAL_BOLUS_MIN


def session_order(*, clinic: uuid.UUID, encounter: uuid.UUID) -> MedicationRequest | None:
    """This function will return the ketamine order in force for a visit, the newest signed."""
    rows = MedicationRequest.of(clinic).filter(
        encounter_id=encounter, drug=KETAMINE, as_needed=False
    )
    return rows.order_by("-recorded_at", "-valid_until", "-id").first()


def order_at(
    *, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int
) -> MedicationRequest | None:
    """This function will return the ketamine order that was in force at a moment.

    Before the first order that is the first one: what was done then lies outside of it.
    """
    rows = MedicationRequest.of(clinic).filter(
        encounter_id=encounter, drug=KETAMINE, as_needed=False
    )
    newest_first = list(rows.order_by("-recorded_at", "-valid_until", "-id"))
    begun = (row for row in newest_first if ms(row.valid_from) <= at_ms)
    return next(begun, newest_first[-1] if newest_first else None)


def needed_order(*, clinic: uuid.UUID, encounter: uuid.UUID) -> MedicationRequest:
    """This function will return the ketamine order in force. Raises NotNow without one."""
    row = session_order(clinic=clinic, encounter=encounter)
    if row is None:
        raise NotNow(N_("There is no signed order for this infusion."))
    return row


def check_change(
    *, clinic: uuid.UUID, encounter: uuid.UUID, proposed: Proposed, at: datetime,
    order: MedicationRequest | None = None, without: uuid.UUID | None = None,
) -> tuple[Finding, ...]:  # fmt: skip
    """This function will judge a rate or a bolus against the order and the guard-rails.

    The rate is judged as if it ran to the end of the plan; what was given counts in each window.
    `order` is the one to judge by where it is not the newest; `without` an act that is corrected
    by this one. Raises NotNow without an order.
    """
    order = order or needed_order(clinic=clinic, encounter=encounter)
    now = courses.of(clinic=clinic, encounter=encounter, without=without)
    past = given_boluses(now, courses.bolus_minutes(clinic=clinic, encounter=encounter))
    limits = limits_in_force(clinic=clinic, at=at)
    if proposed.bolus_ug is not None:
        return _bolus(order, now, past, proposed, limits)
    return _rate(order, now, past, proposed, limits)


def _rate(
    order: MedicationRequest,
    now: Course,
    boluses: tuple[Bolus, ...],
    proposed: Proposed,
    limits: guardrails.Limits,
) -> tuple[Finding, ...]:
    until_ms = plan_end_ms(order, now, proposed.at_ms)
    segments = given_segments(now, until_ms)
    rate = Decimal(proposed.rate_ug_per_h or 0) / MICROGRAMS
    change = rules.RateChange(at_ms=proposed.at_ms, rate_mg_per_h=rate, until_ms=until_ms)

    def judged(until_ms: int) -> tuple[Finding, ...]:
        return guardrails.check_change(
            segments=given_segments(now, until_ms), boluses=boluses, weight_kg=weight_kg(order),
            at_ms=proposed.at_ms, rate_mg_per_h=rate, until_ms=until_ms, limits=limits,
        )  # fmt: skip

    return (
        *rules.order_check(
            order=as_session_order(order), change=change, segments=segments, boluses=boluses
        ),
        *_running_on(judged, at_ms=proposed.at_ms, until_ms=until_ms),
    )  # fmt: skip


def _bolus(
    order: MedicationRequest,
    now: Course,
    boluses: tuple[Bolus, ...],
    proposed: Proposed,
    limits: guardrails.Limits,
) -> tuple[Finding, ...]:
    bolus = Bolus(
        start_ms=proposed.at_ms, duration_ms=proposed.bolus_min * MS_PER_MIN,
        dose_mg=Decimal(proposed.bolus_ug or 0) / MICROGRAMS,
    )  # fmt: skip
    until_ms = max(plan_end_ms(order, now, proposed.at_ms), bolus.end_ms)
    segments = given_segments(now, until_ms)
    change = rules.BolusRequest(bolus=bolus, until_ms=until_ms)

    def judged(until_ms: int) -> tuple[Finding, ...]:
        return guardrails.check_bolus(
            segments=given_segments(now, until_ms), boluses=boluses, weight_kg=weight_kg(order),
            bolus=bolus, until_ms=until_ms, limits=limits,
        )  # fmt: skip

    return (
        *rules.order_check(
            order=as_session_order(order), change=change, segments=segments, boluses=boluses
        ),
        *_running_on(judged, at_ms=proposed.at_ms, until_ms=until_ms),
    )  # fmt: skip


def _running_on(
    judged: Callable[[int], tuple[Finding, ...]], *, at_ms: int, until_ms: int
) -> tuple[Finding, ...]:
    """Near its planned end a pump may run on for a while: windows are judged an hour ahead."""
    longer_ms = max(until_ms, at_ms + LONGEST_WINDOW_MS)
    rest = (f for f in judged(until_ms) if f.rule not in guardrails.WINDOWS)
    return (*(f for f in judged(longer_ms) if f.rule in guardrails.WINDOWS), *rest)


def past_findings(
    *, order: MedicationRequest, now: Course, boluses: tuple[Bolus, ...], at_ms: int,
    limits: guardrails.Limits,
) -> tuple[Finding, ...]:  # fmt: skip
    """This function will find the limits that a course passes, or will by the end of its plan.

    Nothing is asked here: what was given, and what runs on, is held against order and guard-rails.
    """
    until_ms = plan_end_ms(order, now, at_ms)
    segments = given_segments(now, until_ms)
    nothing_more = rules.RateChange(at_ms=until_ms, rate_mg_per_h=Decimal(0), until_ms=until_ms)
    beyond = rules.order_check(
        order=as_session_order(order), change=nothing_more, segments=segments, boluses=boluses
    )
    return (
        *(f for f in beyond if f.rule != "order-validity"),
        *blocking(
            guardrails.check(
                segments=segments, boluses=boluses, weight_kg=weight_kg(order), limits=limits
            )
        ),
    )


def refuse_blocked(findings: Sequence[Finding]) -> None:
    """This function will raise NotNow with the first reason when a finding blocks."""
    for finding in blocking(findings):
        raise NotNow(finding.says)


def limits_in_force(*, clinic: uuid.UUID, at: datetime) -> guardrails.Limits:
    """This function will return the guard-rails: shipped ones, or the clinic's own where allowed.

    A looser limit holds only with the director's name and reason on the setting. What cannot be
    used leaves the shipped limit in force: a slip in a setting neither opens nor shuts a pump.
    """
    own = settings.value(clinic=clinic, key=OWN_LIMITS, at=at) or {}
    limits, approval = guardrails.shipped(), _approval(own, at)
    for name, value in _changes(own).items():
        with suppress(BadValue, ArithmeticError):
            change = {name: Decimal(str(value))}
            limits = guardrails.adjusted(limits, changes=change, approval=approval)
    return limits


def _changes(own: Mapping[str, object]) -> dict[str, object]:
    changes = own.get("changes")
    return dict(changes) if isinstance(changes, Mapping) else {}


def _approval(own: Mapping[str, object], at: datetime) -> guardrails.Approval | None:
    by, reason = own.get("approved_by"), own.get("reason")
    if not by or not reason:
        return None
    return guardrails.Approval(by=str(by), reason=str(reason), on=at.date())


def weight_kg(order: MedicationRequest) -> Decimal:
    """This function will return the weight that an order was made for."""
    if order.weight_g is None:
        raise BadValue("weight", "the order names no weight")
    return Decimal(order.weight_g) / MICROGRAMS


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
    """This function will return when the planned run ends, at least a minute from now.

    A pause moves the end: what counts is the time that the drug still has to run.
    """
    planned_ms = max((step["end_min"] for step in order.steps), default=0) * MS_PER_MIN
    ran = sum(
        min(s.end_ms if s.end_ms is not None else at_ms, at_ms) - s.start_ms
        for s in now.segments
        if s.start_ms < at_ms
    )
    return at_ms + max(planned_ms - ran, MS_PER_MIN)


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


def given_boluses(now: Course, minutes: Mapping[int, int]) -> tuple[Bolus, ...]:
    """This function will return a course's boluses; one of unknown length counts as a push."""
    return tuple(
        Bolus(
            start_ms=b.at_ms, duration_ms=minutes.get(b.at_ms, 0) * MS_PER_MIN,
            dose_mg=Decimal(b.dose_ug) / MICROGRAMS,
        )
        for b in now.boluses
    )  # fmt: skip

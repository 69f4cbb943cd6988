"""The session order: what was signed, and whether a change of the pump stays inside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reprieve import knowledge
from reprieve.clinical.delivery import Bolus, Segment, changed, given_mg, shown_mg
from reprieve.clinical.dosing import RateStep, SessionDose
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.clinical.guardrails import is_reduction, softened
from reprieve.knowledge import N_, BadValue, Message

NOT_VALID = N_("The order is not valid at this time.")
START = N_("{rate} mg/h is above the ordered start rate of {limit} mg/h.")
HIGHEST = N_("{rate} mg/h is above the highest ordered rate of {limit} mg/h.")
BEYOND = N_("A rate of {rate} mg/h was given, above the highest ordered rate of {limit} mg/h.")
MOST = N_("{total_mg} mg by the end of the plan are more than the ordered {limit_mg} mg.")
NO_BOLUS = N_("The order allows no bolus.")
BOLUS = N_("A bolus of {dose_mg} mg is more than the ordered {limit_mg} mg.")
ORDERED = Message(id=N_("A change outside the order needs a new or a verbal order."))
SOURCE = "Default of this product: no drug without an order"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOrder:
    """A signed order of one session. `hold_for` names what the nurse stops for."""

    start_rate_mg_per_h: Decimal
    highest_rate_mg_per_h: Decimal
    maximum_mg: Decimal
    bolus_max_mg: Decimal | None
    hold_for: tuple[str, ...]
    valid_from_ms: int
    valid_until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChange:
    """A rate that would run from a moment to the end of the plan."""

    at_ms: int
    rate_mg_per_h: Decimal
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BolusRequest:
    """A bolus, while the plan runs on to its end."""

    bolus: Bolus
    until_ms: int


Change = RateChange | BolusRequest


def session_order(
    *,
    dose: SessionDose,
    hold_for: tuple[str, ...],
    valid_from_ms: int,
    valid_until_ms: int,
) -> SessionOrder:
    """This function will propose the order of a planned dose, to be signed: its rates, no bolus.

    Raises BadValue when the order would end before it begins.
    """
    if valid_until_ms <= valid_from_ms:
        raise BadValue("valid_until_ms", f"must be after valid_from_ms ({valid_from_ms})")
    return SessionOrder(
        start_rate_mg_per_h=dose.steps[0].rate_mg_per_h,
        highest_rate_mg_per_h=max(step.rate_mg_per_h for step in dose.steps),
        maximum_mg=shown_mg(sum((_exact_mg(step) for step in dose.steps), Fraction(0))),
        bolus_max_mg=None,
        hold_for=hold_for,
        valid_from_ms=valid_from_ms,
        valid_until_ms=valid_until_ms,
    )


def order_check(
    *,
    order: SessionOrder,
    change: Change,
    segments: Sequence[Segment] = (),
    boluses: Sequence[Bolus] = (),
) -> tuple[Finding, ...]:
    """This function will find where a change would leave the order; nothing means it stays inside.

    `segments` and `boluses` are what was given and what is planned without the change. What was
    already given beyond the order, while it was in force, counts, so that every increase after it
    is refused; a stop or a reduction never is, its findings become warnings to acknowledge.
    """
    if isinstance(change, BolusRequest):
        return tuple(_finding(*said) for said in _bolus(order, change, segments, boluses))
    found = tuple(_finding(*said) for said in _rate(order, change, segments, boluses))
    lower = is_reduction(
        segments,
        at_ms=change.at_ms,
        rate_mg_per_h=change.rate_mg_per_h,
        until_ms=change.until_ms,
    )
    return tuple(softened(f) for f in found) if lower else found


Said = tuple[str, Message]


def _exact_mg(step: RateStep) -> Fraction:
    """Keep the third of a microgram, so that a plan is never beyond its own order."""
    return Fraction(step.rate_mg_per_h) * (step.end_min - step.start_min) / 60


def _rate(
    order: SessionOrder, change: RateChange, segments: Sequence[Segment], boluses: Sequence[Bolus]
) -> Iterable[Said]:
    yield from _validity(order, change.at_ms)
    yield from _past(order, segments, change.at_ms)
    rate = change.rate_mg_per_h
    begun = any(s.rate_mg_per_h for s in segments if s.start_ms < change.at_ms)
    if not begun and rate > order.start_rate_mg_per_h:
        params = {"rate": rate, "limit": order.start_rate_mg_per_h}
        yield "order-start-rate", Message(id=START, params=params)
    if rate > order.highest_rate_mg_per_h:
        params = {"rate": rate, "limit": order.highest_rate_mg_per_h}
        yield "order-highest-rate", Message(id=HIGHEST, params=params)
    after = changed(segments, at_ms=change.at_ms, rate_mg_per_h=rate, until_ms=change.until_ms)
    yield from _total(order, after, boluses, change.until_ms)


def _bolus(
    order: SessionOrder, change: BolusRequest, segments: Sequence[Segment], boluses: Sequence[Bolus]
) -> Iterable[Said]:
    bolus = change.bolus
    if change.until_ms < bolus.end_ms:
        raise BadValue("until_ms", f"must not be before the bolus ends ({bolus.end_ms})")
    yield from _validity(order, bolus.start_ms)
    yield from _past(order, segments, bolus.start_ms)
    if order.bolus_max_mg is None:
        yield "order-bolus", Message(id=NO_BOLUS)
    elif bolus.dose_mg > order.bolus_max_mg:
        params = {"dose_mg": bolus.dose_mg, "limit_mg": order.bolus_max_mg}
        yield "order-bolus", Message(id=BOLUS, params=params)
    yield from _total(order, segments, (*boluses, bolus), change.until_ms)


def _validity(order: SessionOrder, at_ms: int) -> Iterable[Said]:
    if not order.valid_from_ms <= at_ms < order.valid_until_ms:
        yield "order-validity", Message(id=NOT_VALID)


def _past(order: SessionOrder, segments: Sequence[Segment], at_ms: int) -> Iterable[Said]:
    """Say when a rate beyond the order was set under it: nothing is raised after it.

    A rate set before the order was signed is judged by the order of its own time: a doctor who
    knew of it has ordered since. Its milligrams still count in every total.
    """
    given = [s.rate_mg_per_h for s in segments if order.valid_from_ms <= s.start_ms < at_ms]
    if max(given, default=Decimal(0)) > order.highest_rate_mg_per_h:
        params = {"rate": max(given), "limit": order.highest_rate_mg_per_h}
        yield "order-deviation", Message(id=BEYOND, params=params)


def _total(
    order: SessionOrder, segments: Sequence[Segment], boluses: Sequence[Bolus], until_ms: int
) -> Iterable[Said]:
    total = given_mg(segments, boluses, from_ms=None, until_ms=until_ms)
    if total > Fraction(order.maximum_mg):
        params = {"total_mg": shown_mg(total), "limit_mg": order.maximum_mg}
        yield "order-maximum", Message(id=MOST, params=params)


def _finding(rule: str, says: Message) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.STOP,
        outcome=Outcome.FINDS,
        says=says,
        because=ORDERED,
        source=SOURCE,
        saw=says.params,
        overridable=False,
        verified=False,
        knowledge_version=knowledge.load("reprieve.clinical", "guardrails").version,
    )

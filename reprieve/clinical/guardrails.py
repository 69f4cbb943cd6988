"""The guard-rails of dose: windows, session and bolus limits, over the past and the future.

Hard limits refuse (STOP, never overridable), notices inform (WARN). A plan and what is really
given are measured by the same code, boluses included. A change is judged as if its rate ran on to
the end of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from reprieve import knowledge
from reprieve.clinical.delivery import (
    MS_PER_MIN,
    Bolus,
    Segment,
    changed,
    given_mg,
    rate_at,
    shown_mg,
)
from reprieve.clinical.dosing import HEAVIEST_KG, LIGHTEST_KG, checked
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.knowledge import N_, BadValue, Message

WINDOW = N_("{given_mg} mg within {window_min} minutes pass the limit of {limit_mg} mg.")
SESSION = N_("{given_mg} mg in this session pass the limit of {limit_mg} mg.")
BOLUS = N_("A bolus of {given_mg} mg passes the limit of {limit_mg} mg.")
BOLUS_FAST = N_("A bolus over {given_min} minutes is faster than {limit_min} minutes.")
BELOW = N_("Below the guideline's dose: {given_mg} mg over {given_min} minutes.")
TOO_MUCH = Message(id=N_("Higher levels bring awakening or anaesthesia levels within reach."))
TOO_LITTLE = Message(id=N_("The guideline found more relief from higher totals over longer times."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits in force, with the version of their data."""

    per_30_min_mg_per_kg: Decimal
    per_60_min_mg_per_kg: Decimal
    session_mg: Decimal
    session_mg_per_kg: Decimal
    bolus_mg_per_kg: Decimal
    bolus_over_min: Decimal
    notice_60_min_mg_per_kg: Decimal
    notice_session_mg: Decimal
    guideline_total_mg: Decimal
    guideline_duration_min: Decimal
    source: str
    verified: bool
    version: str


HIGHEST = ("per_30_min_mg_per_kg", "per_60_min_mg_per_kg", "session_mg", "session_mg_per_kg",
           "bolus_mg_per_kg", "notice_60_min_mg_per_kg", "notice_session_mg")  # fmt: skip
LOWEST = ("bolus_over_min",)
# The findings about what any window holds.
WINDOWS = frozenset({"dose-30-min", "dose-60-min", "dose-60-min-notice"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Who allowed a looser limit, why and when: the medical director alone may."""

    by: str
    reason: str
    on: date


def shipped() -> Limits:
    """This function will read the limits that the product ships with."""
    file = knowledge.load("reprieve.clinical", "guardrails")
    tables = ("hard", "hard_minimum", "notice", "notice_minimum")
    numbers = {name: Decimal(v) for table in tables for name, v in file.data[table].items()}
    return Limits(
        source=file.data["source"],
        verified=file.data["verified"],
        version=file.version,
        **numbers,
    )


def adjusted(
    limits: Limits, *, changes: Mapping[str, Decimal], approval: Approval | None = None
) -> Limits:
    """This function will apply a clinic's own limits: tighter freely, looser with approval.

    Raises BadValue naming a limit that is unknown, unusable, or looser without approval.
    """
    for name, value in changes.items():
        if name not in HIGHEST + LOWEST:
            raise BadValue(name[:60], f"unknown limit; known: {', '.join(HIGHEST + LOWEST)}")
        before = getattr(limits, name)
        checked(value, field=name)
        if (value > before if name in HIGHEST else value < before) and not _complete(approval):
            raise BadValue(name, "is looser: needs the medical director, a reason and a date")
    own = ",".join(f"{name}={changes[name]}" for name in sorted(changes))
    return replace(limits, **changes, version=f"{limits.version};{own}")  # type: ignore[arg-type]


def check(
    *,
    segments: Sequence[Segment],
    weight_kg: Decimal,
    boluses: Sequence[Bolus] = (),
    until_ms: int | None = None,
    limits: Limits | None = None,
) -> tuple[Finding, ...]:
    """This function will find every limit that a plan, or what was given, passes.

    Each rate, with its boluses, counts in every window of 30 and 60 minutes and in the session.
    `until_ms` closes a segment that still runs. Returns nothing when all is within its limits.
    Raises BadValue for an unusable weight or a running segment without `until_ms`.
    """
    in_force = limits or shipped()
    weight = checked(weight_kg, field="weight_kg", low=LIGHTEST_KG, high=HEAVIEST_KG)
    closed = _closed(segments, until_ms)
    found = [*_windows(closed, boluses, weight, in_force)]
    found += _session(closed, boluses, weight, in_force)
    found += [f for bolus in boluses for f in _bolus(bolus, weight, in_force)]
    return tuple(found)


def check_plan(
    *, segments: Sequence[Segment], weight_kg: Decimal, limits: Limits | None = None
) -> tuple[Finding, ...]:
    """This function will check a plan, and say when it is below the guideline's dose or time."""
    in_force = limits or shipped()
    found = check(segments=segments, weight_kg=weight_kg, limits=in_force)
    given = sum((given_mg([s], [], from_ms=None, until_ms=_end(s)) for s in segments), Fraction(0))
    length_ms = sum(_end(s) - s.start_ms for s in segments if s.rate_mg_per_h)
    minutes = Fraction(length_ms, MS_PER_MIN)
    if given >= Fraction(in_force.guideline_total_mg) and minutes >= Fraction(
        in_force.guideline_duration_min
    ):
        return found
    says = Message(id=BELOW, params={"given_mg": shown_mg(given), "given_min": shown_mg(minutes)})
    return (*found, _finding("below-guideline-dose", Severity.WARN, says, in_force, TOO_LITTLE))


def check_change(
    *,
    segments: Sequence[Segment],
    weight_kg: Decimal,
    at_ms: int,
    rate_mg_per_h: Decimal,
    until_ms: int,
    boluses: Sequence[Bolus] = (),
    limits: Limits | None = None,
) -> tuple[Finding, ...]:
    """This function will judge a new rate that would run from `at_ms` to the end of the plan.

    `segments` is what was given and what is planned without the change. Once a limit is passed,
    by the past or the future, an increase is refused; a reduction never is, its findings become
    warnings to acknowledge.
    """
    after = changed(segments, at_ms=at_ms, rate_mg_per_h=rate_mg_per_h, until_ms=until_ms)
    found = check(segments=after, boluses=boluses, weight_kg=weight_kg, limits=limits)
    if is_reduction(segments, at_ms=at_ms, rate_mg_per_h=rate_mg_per_h, until_ms=until_ms):
        return tuple(softened(f) for f in found)
    return found


def check_bolus(
    *,
    segments: Sequence[Segment],
    weight_kg: Decimal,
    bolus: Bolus,
    until_ms: int,
    boluses: Sequence[Bolus] = (),
    limits: Limits | None = None,
) -> tuple[Finding, ...]:
    """This function will judge one more bolus while the present plan runs on to `until_ms`."""
    return check(
        segments=segments,
        boluses=(*boluses, bolus),
        weight_kg=weight_kg,
        until_ms=until_ms,
        limits=limits,
    )


def is_reduction(
    segments: Sequence[Segment], *, at_ms: int, rate_mg_per_h: Decimal, until_ms: int
) -> bool:
    """This function will say whether a new rate is at no moment above what would run anyway."""
    moments = {at_ms, *_edges(segments)}
    return all(
        rate_mg_per_h <= rate_at(segments, at_ms=t) for t in moments if at_ms <= t < until_ms
    )


def softened(finding: Finding) -> Finding:
    """This function will turn a refusal into a warning that must be acknowledged."""
    return replace(finding, severity=Severity.WARN_HIGH) if finding.blocks else finding


def worst_window_mg(
    segments: Sequence[Segment], boluses: Sequence[Bolus], *, window_min: int
) -> Fraction:
    """This function will find the most that any window of this length holds, exactly.

    The amount in a sliding window changes its slope only where an edge enters or leaves it, so
    the largest value is found by looking at windows that begin or end at an edge.
    """
    length = window_min * MS_PER_MIN
    edges = {*_edges(segments), *(t for b in boluses for t in (b.start_ms, b.end_ms))}
    ends = {t for edge in edges for t in (edge, edge + length)}
    amounts = (given_mg(segments, boluses, from_ms=t - length, until_ms=t) for t in ends)
    return max(amounts, default=Fraction(0))


def _windows(
    segments: Sequence[Segment], boluses: Sequence[Bolus], weight_kg: Decimal, limits: Limits
) -> Iterable[Finding]:
    for name, minutes, per_kg, severity in (
        ("dose-30-min", 30, limits.per_30_min_mg_per_kg, Severity.STOP),
        ("dose-60-min", 60, limits.per_60_min_mg_per_kg, Severity.STOP),
        ("dose-60-min-notice", 60, limits.notice_60_min_mg_per_kg, Severity.WARN),
    ):
        worst = worst_window_mg(segments, boluses, window_min=minutes)
        if worst > Fraction(per_kg * weight_kg):
            says = _says(WINDOW, worst, per_kg * weight_kg, window_min=minutes)
            yield _finding(name, severity, says, limits)


def _session(
    segments: Sequence[Segment], boluses: Sequence[Bolus], weight_kg: Decimal, limits: Limits
) -> Iterable[Finding]:
    last = max((*_edges(segments), *(b.end_ms for b in boluses)), default=0)
    total = given_mg(segments, boluses, from_ms=None, until_ms=last)
    for name, limit_mg, severity in (
        ("dose-session", limits.session_mg, Severity.STOP),
        ("dose-session-by-weight", limits.session_mg_per_kg * weight_kg, Severity.STOP),
        ("dose-session-notice", limits.notice_session_mg, Severity.WARN),
    ):
        if total > Fraction(limit_mg):
            yield _finding(name, severity, _says(SESSION, total, limit_mg), limits)


def _bolus(bolus: Bolus, weight_kg: Decimal, limits: Limits) -> Iterable[Finding]:
    limit_mg = limits.bolus_mg_per_kg * weight_kg
    if bolus.dose_mg > limit_mg:
        says = _says(BOLUS, Fraction(bolus.dose_mg), limit_mg)
        yield _finding("dose-bolus", Severity.STOP, says, limits)
    if bolus.duration_ms < limits.bolus_over_min * MS_PER_MIN:
        minutes = shown_mg(Fraction(bolus.duration_ms, MS_PER_MIN))
        params = {"given_min": minutes, "limit_min": limits.bolus_over_min}
        says = Message(id=BOLUS_FAST, params=params)
        yield _finding("bolus-speed", Severity.STOP, says, limits)


def _finding(
    rule: str, severity: Severity, says: Message, limits: Limits, because: Message = TOO_MUCH
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        outcome=Outcome.FINDS,
        says=says,
        because=because,
        source=limits.source,
        saw=says.params,
        overridable=severity is not Severity.STOP,
        verified=limits.verified,
        knowledge_version=limits.version,
    )


def _says(text: str, given: Fraction, limit_mg: Decimal, **more: int) -> Message:
    return Message(id=text, params={"given_mg": shown_mg(given), "limit_mg": limit_mg, **more})


def _closed(segments: Sequence[Segment], until_ms: int | None) -> tuple[Segment, ...]:
    if until_ms is None:
        for segment in segments:
            _end(segment)
        return tuple(segments)
    return tuple(
        replace(s, end_ms=max(until_ms, s.start_ms)) if s.end_ms is None else s for s in segments
    )


def _end(segment: Segment) -> int:
    if segment.end_ms is None:
        raise BadValue("until_ms", "is needed while a segment still runs")
    return segment.end_ms


def _edges(segments: Iterable[Segment]) -> set[int]:
    return {t for s in segments for t in (s.start_ms, s.end_ms) if t is not None}


def _complete(approval: Approval | None) -> bool:
    return approval is not None and bool(approval.by.strip() and approval.reason.strip())

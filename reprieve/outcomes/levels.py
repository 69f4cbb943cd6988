"""Levels of response: 30 and 50 percent, IMMPACT, and scores compared with their baseline."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from reprieve.knowledge import BadValue
from reprieve.outcomes.diary import check_number, relief_percent, shown
from reprieve.outcomes.rules import Answer, Rules, at_least

Immpact = Literal["none", "minimal", "moderate", "substantial", "unknown"]
_HIGHEST = MappingProxyType(
    {"peg": 10, "activity": 10, "promis": 100, "bpi_interference": 10, "odi": 100, "goal": 10}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What one relief in percent amounts to."""

    relief_percent: float | None
    r30: Answer
    r50: Answer
    immpact: Immpact


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Scores before the course and at this visit; None where not taken.

    PEG, its question about general activity, goal and BPI interference 0-10; ODI 0-100 percent;
    PROMIS pain interference as a T score; PGIC 1-7. All but the goal fall when things get better;
    the goal rises towards what the patient wants.
    """

    peg_before: int | Decimal | None = None
    peg_now: int | Decimal | None = None
    activity_before: int | Decimal | None = None
    activity_now: int | Decimal | None = None
    promis_before: int | Decimal | None = None
    promis_now: int | Decimal | None = None
    bpi_interference_before: int | Decimal | None = None
    bpi_interference_now: int | Decimal | None = None
    odi_before: int | Decimal | None = None
    odi_now: int | Decimal | None = None
    goal_before: int | Decimal | None = None
    goal_now: int | Decimal | None = None
    pgic: int | None = None
    satisfied: bool | None = None

    def __post_init__(self) -> None:
        for name, highest in _HIGHEST.items():
            for moment in ("before", "now"):
                field = f"{name}_{moment}"
                check_number(field, getattr(self, field), highest=highest)
        if self.pgic is not None and self.pgic not in range(1, 8):
            raise BadValue("pgic", f"must lie between 1 and 7, not {self.pgic}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A score before and now. `points` and `percent` are positive when it fell."""

    before: float | None
    now: float | None
    points: float | None
    percent: float | None
    met: Answer


def level(relief: Fraction | None, *, rules: Rules) -> Level:
    """Grade a relief in percent, exact, so that a value on a limit reaches it."""
    return Level(
        relief_percent=shown(relief),
        r30=at_least(relief, rules.r30_percent),
        r50=at_least(relief, rules.r50_percent),
        immpact=_immpact(relief, rules),
    )


def peg_change(scores: Scores, *, rules: Rules) -> Change:
    """Compare PEG; met from the percent fall on."""
    fall = _percent(scores.peg_before, scores.peg_now)
    return _change(scores.peg_before, scores.peg_now, at_least(fall, rules.peg_percent))


def bpi_change(scores: Scores, *, rules: Rules) -> Change:
    """Compare BPI interference; met from the points on."""
    before, now = scores.bpi_interference_before, scores.bpi_interference_now
    return _change(before, now, at_least(_points(before, now), rules.bpi_interference_points))


def activity_change(scores: Scores) -> Change:
    """Compare PEG's question about general activity; the definitions set no level for it."""
    return _change(scores.activity_before, scores.activity_now, "unknown")


def promis_change(scores: Scores) -> Change:
    """Compare PROMIS pain interference in T points; the definitions set no level for it."""
    return _change(scores.promis_before, scores.promis_now, "unknown")


def odi_change(scores: Scores, *, rules: Rules) -> Change:
    """Compare ODI; met by points or by percent, either is enough."""
    before, now = scores.odi_before, scores.odi_now
    points = at_least(_points(before, now), rules.composite_odi_points)
    percent = at_least(_percent(before, now), Fraction(rules.composite_odi_percent))
    return _change(before, now, either(points, percent))


def goal_gain(scores: Scores) -> float | None:
    """Give how far the personal goal has come nearer, in points of 0-10."""
    fall = _points(scores.goal_before, scores.goal_now)
    return None if fall is None else float(-fall)


def pgic_met(scores: Scores, *, rules: Rules) -> Answer:
    """Say whether the patient calls it much or very much improved."""
    if scores.pgic is None:
        return "unknown"
    return "yes" if scores.pgic <= rules.pgic_highest else "no"


def either(*answers: Answer) -> Answer:
    """One yes is enough; "no" needs every answer to be no."""
    if "yes" in answers:
        return "yes"
    return "unknown" if "unknown" in answers else "no"


def every(*answers: Answer) -> Answer:
    """One no is enough; "yes" needs every answer to be yes."""
    if "no" in answers:
        return "no"
    return "unknown" if "unknown" in answers else "yes"


def _immpact(relief: Fraction | None, rules: Rules) -> Immpact:
    if relief is None:
        return "unknown"
    if relief >= rules.immpact_substantial_percent:
        return "substantial"
    if relief >= rules.immpact_moderate_percent:
        return "moderate"
    return "minimal" if relief >= rules.immpact_minimal_percent else "none"


def _points(before: int | Decimal | None, now: int | Decimal | None) -> Fraction | None:
    return None if before is None or now is None else Fraction(before) - Fraction(now)


def _percent(before: int | Decimal | None, now: int | Decimal | None) -> Fraction | None:
    if before is None or now is None:
        return None
    return relief_percent(baseline=Fraction(before), now=Fraction(now))


def _change(before: int | Decimal | None, now: int | Decimal | None, met: Answer) -> Change:
    return Change(
        before=None if before is None else float(before),
        now=None if now is None else float(now),
        points=shown(_points(before, now)),
        percent=shown(_percent(before, now)),
        met=met,
    )

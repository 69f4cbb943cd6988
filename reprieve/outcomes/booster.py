"""Whether observed fading proposes a booster to the physician, and what has to be known first.

A forecast has no way in here: only what the patient reported proposes anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from reprieve.knowledge import N_, Message
from reprieve.outcomes.response import Response
from reprieve.outcomes.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveillance:
    """The day each surveillance fact was last known; absent or None is unknown.

    `not_applicable` names facts that do not concern this patient (a pregnancy test).
    `courses_365d` counts treatment courses, None when unknown.
    """

    last: Mapping[str, date | None] = field(default_factory=dict)
    not_applicable: frozenset[str] = frozenset()
    courses_365d: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A fact a physician needs before a booster, and why it is open."""

    fact: str
    reason: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class BoosterProposal:
    """A proposal for the physician's decision, never a decision; every need is to be settled."""

    reason: Message
    since: date
    needs: tuple[Need, ...]


def has_faded(response: Response) -> bool:
    """Tell whether the relief of somebody who had responded was observed to fade."""
    fading = response.fading
    return response.responder == "yes" and fading.answer == "yes" and fading.since is not None


def propose_booster(
    *, response: Response, surveillance: Surveillance, at: date, rules: Rules
) -> BoosterProposal | None:
    """Propose a booster for a responder whose relief was observed to fade; else None."""
    fading = response.fading
    if not has_faded(response):
        return None
    assert fading.since is not None
    return BoosterProposal(
        reason=fading.because,
        since=fading.since,
        needs=surveillance_needs(surveillance=surveillance, at=at, rules=rules),
    )


def surveillance_needs(*, surveillance: Surveillance, at: date, rules: Rules) -> tuple[Need, ...]:
    """List the surveillance facts that are unknown or too old for a treatment on the day `at`."""
    ages = rules.surveillance_max_age_days
    wanted = {f: age for f, age in ages.items() if f not in surveillance.not_applicable}
    reasons = {f: _open(surveillance.last.get(f), age, at) for f, age in wanted.items()}
    needs = [Need(fact=f, reason=reason) for f, reason in reasons.items() if reason is not None]
    return (*needs, *_courses(surveillance.courses_365d, rules))


def _open(last: date | None, max_age_days: int, at: date) -> Message | None:
    if last is None or last > at:
        return Message(id=N_("Not known."))
    if (at - last).days <= max_age_days:
        return None
    says = N_("Last known on {last}; must not be older than {days} days.")
    return Message(id=says, params={"last": last, "days": max_age_days})


def _courses(count: int | None, rules: Rules) -> tuple[Need, ...]:
    if count is None:
        reason = Message(id=N_("The courses of the last 365 days are not known."))
        return (Need(fact="course-review", reason=reason),)
    if count < rules.courses_review_from:
        return ()
    says = N_("{count} courses in 365 days: a physician's review is due.")
    return (Need(fact="course-review", reason=Message(id=says, params={"count": count})),)

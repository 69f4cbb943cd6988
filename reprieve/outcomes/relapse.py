"""Loss of relief after a response: each week judged, the relapse, and whether relief fades now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from reprieve.knowledge import N_, Message
from reprieve.outcomes.rules import Answer, Rules
from reprieve.outcomes.weeks import Week

State = Literal["held", "lost", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A week and what it says: `lost` only when an earlier response of this course has gone."""

    week: Week
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Relapse:
    """Time from the last infusion to relapse in days, or to where knowledge ends (censored).

    `no-response` and `unknown` courses do not belong into a survival estimate of relief.
    """

    status: Literal["relapsed", "censored", "no-response", "unknown"]
    since: date | None
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """Whether observed relief fades now, since when, why, and what would settle an unknown."""

    answer: Answer
    since: date | None
    because: Message
    needs: tuple[Message, ...] = ()


def judge(
    weeks: Sequence[Week], *, opioid_baseline: Fraction | None, rules: Rules
) -> tuple[Judged, ...]:
    """Judge each week against the best before it, by pain and by rescue opioid.

    Lost by pain: relief below the limit and pain at least the rise above the best week so far.
    Lost by opioid: back at or above baseline after a week below it; where the baseline is
    nothing or unknown there is no such sign. A week whose sign cannot be read is unknown.
    """
    best: Fraction | None = None
    cut = False
    judged = []
    for week in weeks:
        signs = (_lost_by_pain(week, best, rules), _lost_by_opioid(week, opioid_baseline, cut=cut))
        judged.append(Judged(week=week, state=_state(signs)))
        best = _lowest(best, week.exact_pain)
        cut = cut or _is_cut(week, opioid_baseline)
    return tuple(judged)


def responded(judged: Sequence[Judged], *, rules: Rules) -> Answer:
    """Say whether any week reached the response limit; "no" only when no week is missing."""
    reliefs = [j.week.exact_relief for j in judged]
    if any(r is not None and r >= rules.relapse_relief_below_percent for r in reliefs):
        return "yes"
    after = [j for j in judged if j.week.number >= 1]
    return "unknown" if not after or None in reliefs else "no"


def relapse(judged: Sequence[Judged], *, last_infusion: date, rules: Rules) -> Relapse:
    """Find the first run of lost weeks after the last infusion, else where knowledge ends."""
    response = responded(judged, rules=rules)
    if response != "yes":
        status: Literal["no-response", "unknown"] = "no-response" if response == "no" else "unknown"
        return Relapse(status=status, since=None, days=None)
    since = _confirmed(_from_response(judged, rules), rules)
    if since is not None:
        return Relapse(status="relapsed", since=since, days=(since - last_infusion).days)
    known = [j.week.last for j in judged if j.week.number >= 1 and j.state != "unknown"]
    end = max(known, default=last_infusion)
    return Relapse(status="censored", since=None, days=(end - last_infusion).days)


def fading(judged: Sequence[Judged], *, rules: Rules) -> Fading:
    """Say whether relief is lost now; relief that came back is not fading."""
    after = [j for j in judged if j.week.number >= 1]
    if not after:
        return _unknown(N_("No whole week has passed since the last infusion."), judged)
    response = responded(judged, rules=rules)
    if response == "no":
        because = Message(id=N_("No response was seen, so there is none to fade."))
        return Fading(answer="no", since=None, because=because)
    if response == "unknown":
        return _unknown(N_("Too few diary days to say whether there was a response."), judged)
    return _now(_from_response(judged, rules), rules)


def _now(after: Sequence[Judged], rules: Rules) -> Fading:
    """Judge the weeks since relief was last held; none means that it holds."""
    held = [n for n, j in enumerate(after) if j.state == "held"]
    tail = after[held[-1] + 1 :] if held else after
    if not tail:
        because = Message(id=N_("Relief held in the last whole week."))
        return Fading(answer="no", since=None, because=because)
    since = _confirmed(tail, rules)
    if since is not None:
        says = N_("Relief lost in {weeks} weeks in a row since {since}.")
        because = Message(id=says, params={"weeks": rules.relapse_windows, "since": since})
        return Fading(answer="yes", since=since, because=because)
    if tail[-1].state == "lost":
        return _unknown(N_("Relief was lost in one week; a second in a row is needed."), tail)
    return _unknown(N_("Too few diary days in the last whole week."), tail)


def _unknown(says: str, judged: Sequence[Judged]) -> Fading:
    return Fading(answer="unknown", since=None, because=Message(id=says), needs=_needs(judged))


def _needs(judged: Sequence[Judged]) -> tuple[Message, ...]:
    says = N_("Diary answers (average pain, rescue opioid) of the coming week.")
    if not judged:
        return (Message(id=says),)
    last = judged[-1].week
    until = last.last + (last.last - last.first) + timedelta(days=1)
    says = N_("Diary answers (average pain, rescue opioid) until {until}.")
    return (Message(id=says, params={"until": until}),)


def _from_response(judged: Sequence[Judged], rules: Rules) -> list[Judged]:
    """Keep the weeks after the last infusion that follow the first week with a response."""
    limit = rules.relapse_relief_below_percent
    reached = next(
        j.week.number
        for j in judged
        if j.week.exact_relief is not None and j.week.exact_relief >= limit
    )
    return [j for j in judged if j.week.number >= max(1, reached)]


def _confirmed(after: Sequence[Judged], rules: Rules) -> date | None:
    """Find the first day of the first run of enough lost weeks in a row."""
    run = 0
    for n, judged in enumerate(after):
        run = run + 1 if judged.state == "lost" else 0
        if run == rules.relapse_windows:
            return after[n - run + 1].week.first
    return None


def _lost_by_pain(week: Week, best: Fraction | None, rules: Rules) -> Answer:
    if week.exact_relief is None or week.exact_pain is None:
        return "unknown"
    if best is None or week.exact_relief >= rules.relapse_relief_below_percent:
        return "no"
    return "yes" if week.exact_pain - best >= rules.relapse_rise_points else "no"


def _lost_by_opioid(week: Week, baseline: Fraction | None, *, cut: bool) -> Answer:
    if not baseline or not cut:
        return "no"
    if week.exact_opioid is None:
        return "unknown"
    return "yes" if week.exact_opioid >= baseline else "no"


def _is_cut(week: Week, baseline: Fraction | None) -> bool:
    return bool(baseline) and week.exact_opioid is not None and week.exact_opioid < (baseline or 0)


def _state(signs: tuple[Answer, Answer]) -> State:
    if "yes" in signs:
        return "lost"
    return "unknown" if "unknown" in signs else "held"


def _lowest(best: Fraction | None, pain: Fraction | None) -> Fraction | None:
    known = [value for value in (best, pain) if value is not None]
    return min(known, default=None)

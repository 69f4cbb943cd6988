"""The response to a course as the follow-up page shows it: one value, with reasons and unknowns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from reprieve.knowledge import N_, Message
from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.composite import Composite, composite
from reprieve.outcomes.diary import DiaryEntry, by_day, relief_percent, week
from reprieve.outcomes.gains import Gain, function_gain, gain
from reprieve.outcomes.levels import (
    Change,
    Level,
    Scores,
    activity_change,
    bpi_change,
    goal_gain,
    level,
    odi_change,
    peg_change,
    pgic_met,
    promis_change,
)
from reprieve.outcomes.onset import Onset, onset
from reprieve.outcomes.opioids import OpioidChange
from reprieve.outcomes.relapse import Fading, Judged, Relapse, fading, judge, relapse, responded
from reprieve.outcomes.rules import Answer, Rules
from reprieve.outcomes.weeks import Course, Week, weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """How long relief lasted from its onset, in days; `censored` means at least that long."""

    days: int
    censored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Everything a follow-up visit shows about one course, seen on the day `at`.

    `now` is the 7 days that ended yesterday, `best` the best whole week; `weeks` has each whole
    week with its state. `missing_days` of `expected_days` since the last infusion have no
    average pain. `unknown` says what could not be judged and why. `versions` names the
    definitions used. Nothing here comes from a model.
    """

    at: date
    course: Course
    baseline: Baseline
    responder: Answer
    now: Level
    best: Level
    best_week: Week | None
    weeks: tuple[Judged, ...]
    onset: Onset | None
    relapse: Relapse
    duration: Duration | None
    fading: Fading
    peg: Change
    bpi_interference: Change
    odi: Change
    activity: Change
    promis: Change
    function: Gain
    goal: Gain
    goal_gain: float | None
    pgic: int | None
    pgic_met: Answer
    composite: Composite
    opioids: OpioidChange | None
    expected_days: int
    missing_days: int
    unknown: tuple[Message, ...]
    versions: Mapping[str, str]


def respond(
    *,
    course: Course,
    baseline: Baseline,
    diary: Iterable[DiaryEntry],
    scores: Scores | None = None,
    opioids: OpioidChange | None = None,
    at: date,
    rules: Rules,
) -> Response:
    """Judge the response to a course from what was observed before the day `at`.

    Entries of the day `at` itself may be incomplete and wait for tomorrow. A later infusion ends
    the course's follow-up (`Course.follow_up_ends`), where everything is censored.
    """
    entries = tuple(e for e in diary if e.day < at)
    seen = scores or Scores()
    found = weeks(course=course, baseline=baseline, diary=entries, at=at, rules=rules)
    judged = judge(found, opioid_baseline=baseline.exact_opioid, rules=rules)
    lost = relapse(judged, last_infusion=course.last_infusion, rules=rules)
    began = onset(entries=entries, course=course, baseline=baseline, rules=rules)
    best = _best(found)
    now = _now(entries, course, baseline, at, rules)
    expected, missing = _missing(entries, course, at)
    return Response(
        at=at,
        course=course,
        baseline=baseline,
        responder=responded(judged, rules=rules),
        now=level(now, rules=rules),
        best=level(best.exact_relief if best else None, rules=rules),
        best_week=best,
        weeks=judged,
        onset=began,
        relapse=lost,
        duration=_duration(began, lost, course),
        fading=fading(judged, rules=rules),
        peg=peg_change(seen, rules=rules),
        bpi_interference=bpi_change(seen, rules=rules),
        odi=odi_change(seen, rules=rules),
        activity=activity_change(seen),
        promis=promis_change(seen),
        function=function_gain(
            entries=entries, baseline=baseline, after=course.first_infusion,
            through=course.last_whole_day(at=at), rules=rules,
        ),
        goal=gain(before=seen.goal_before, now=seen.goal_now),
        goal_gain=goal_gain(seen),
        pgic=seen.pgic,
        pgic_met=pgic_met(seen, rules=rules),
        composite=composite(
            course=course,
            judged=judged,
            relapse=lost,
            scores=seen,
            opioid_cut=opioids.cut if opioids else "unknown",
            rules=rules,
        ),
        opioids=opioids,
        expected_days=expected,
        missing_days=missing,
        unknown=_gaps(baseline, judged, now, seen, opioids),
        versions=rules.versions,
    )


def _best(found: Sequence[Week]) -> Week | None:
    known = [w for w in found if w.exact_pain is not None]
    return min(known, key=lambda w: (w.exact_pain or Fraction(0), w.first), default=None)


def _now(
    entries: Sequence[DiaryEntry], course: Course, baseline: Baseline, at: date, rules: Rules
) -> Fraction | None:
    """Take the latest window; days up to the first infusion never enter it."""
    through = course.last_whole_day(at=at)
    first = through - timedelta(days=rules.window_days - 1)
    daily = by_day(entries, "average_pain")
    later = {day: value for day, value in daily.items() if day > course.first_infusion}
    return relief_percent(
        baseline=baseline.exact_pain, now=week(later, first=first, rules=rules).mean
    )


def _missing(entries: Sequence[DiaryEntry], course: Course, at: date) -> tuple[int, int]:
    through = course.last_whole_day(at=at)
    expected = max(0, (through - course.last_infusion).days)
    days = by_day(entries, "average_pain")
    answered = sum(1 for day in days if course.last_infusion < day <= through)
    return expected, expected - answered


def _duration(began: Onset | None, lost: Relapse, course: Course) -> Duration | None:
    """Count from onset to the day relief was lost, or to where knowledge ends."""
    if began is None or lost.days is None:
        return None
    end = course.last_infusion + timedelta(days=lost.days)
    days = max(0, (end - began.day).days)
    return Duration(days=days, censored=lost.status == "censored")


def _gaps(
    baseline: Baseline,
    judged: Sequence[Judged],
    now: Fraction | None,
    scores: Scores,
    opioids: OpioidChange | None,
) -> tuple[Message, ...]:
    gaps = []
    if baseline.exact_pain is None:
        gaps.append(baseline.because)
    if baseline.exact_pain == 0:
        gaps.append(Message(id=N_("Baseline pain is 0: no change in percent exists.")))
    if now is None:
        gaps.append(Message(id=N_("Too few diary days in the last 7 days.")))
    few = sum(1 for j in judged if j.week.exact_pain is None)
    if few:
        says = N_("{few} of {weeks} weeks have too few diary days.")
        gaps.append(Message(id=says, params={"few": few, "weeks": len(judged)}))
    if baseline.exact_opioid is None:
        gaps.append(Message(id=N_("Rescue opioid before treatment was not recorded.")))
    return (*gaps, *_not_taken(scores, opioids))


def _not_taken(scores: Scores, opioids: OpioidChange | None) -> tuple[Message, ...]:
    missing = {
        N_("PEG was not taken before and now."): scores.peg_before is None
        or scores.peg_now is None,
        N_("Global impression of change was not asked."): scores.pgic is None,
        N_("Opioid doses were not compared."): opioids is None,
    }
    return tuple(Message(id=says) for says, is_missing in missing.items() if is_missing)

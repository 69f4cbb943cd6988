"""Response and relapse of each patient's first course, by the diary, in whole numbers.

Pain is counted in units of which one point has `60 * L`: days answered up to six times and means
over up to a window's days are whole then, so that a value on a threshold falls on the right side
on every engine. The same judgement as `outcomes.response` and `outcomes.relapse`, without the
rescue opioid, which no diary holds.
"""

from __future__ import annotations

from math import lcm
from typing import Any

from reprieve.outcomes.registry.tables import Tables
from reprieve.outcomes.rules import Rules

BASELINE = -1_000_000  # stands for the days before the first infusion, where weeks are numbered
ANSWERS = 60  # as the diary table counts: divisible by 1 to 6 answers of one day


def unit(rules: Rules) -> int:
    """Give how many units one point of pain has."""
    longest = max(rules.window_days, rules.baseline_window_days)
    return ANSWERS * lcm(*range(1, longest + 1))


def first_courses(found: Any, rules: Rules, *, at_day: int) -> Any:
    """Keep each patient's first course and where its follow-up ends, seen on the day `at_day`."""
    import ibis

    first = found.filter(found.course == 1)
    ends = ibis.least(first.ends_day.fill_null(at_day), at_day)
    known, length = first.mutate(through=ends - 1), rules.window_days
    return known.mutate(
        weeks_before=((known.last_day - known.first_day) // length).cast("int64"),
        weeks_after=((known.through - known.last_day) // length).cast("int64"),
    )


def counted(first: Any, t: Tables, rules: Rules) -> Any:
    """Count answered days and their pain by week, the days of the baseline as a week of their own.

    The diary is by far the longest table: it is gone through once, here. Week 1 begins after the
    last infusion; the last week may be cut off where follow-up ends.
    """
    near = first.select("patient", "first_day", "last_day", "through")
    joined = near.inner_join(t.diary, "patient")
    seen = joined.filter(
        (joined.day <= joined.through)
        & (joined.day >= joined.first_day - rules.baseline_window_days)
    )
    week = ((seen.day - seen.last_day - 1) // rules.window_days).cast("int64") + 1
    placed = seen.mutate(week=(seen.day < seen.first_day).ifelse(BASELINE, week).cast("int64"))
    return placed.group_by("patient", "week").agg(
        n=placed.count(), total=placed.pain_60.sum().cast("int64")
    )


def answered(seen: Any) -> Any:
    """Count the days after the last infusion that have an average pain."""
    after = seen.filter(seen.week >= 1)
    return after.group_by("patient").agg(answered=after.n.sum().cast("int64"))


def baselines(first: Any, seen: Any, t: Tables, rules: Rules) -> Any:
    """Find each baseline in units: diary mean, else the newest recall; null when there is none.

    `seen` is what `counted` gives.
    """
    enough = seen.filter((seen.week == BASELINE) & (seen.n >= rules.baseline_min_days))
    by_diary = enough.select("patient", diary_pain=_mean(enough.total, enough.n, rules))
    asked = first.select("patient", "first_day").inner_join(
        t.scores.filter(t.scores.instrument == "peg.pain"), "patient"
    )
    asked = asked.filter(asked.day <= asked.first_day)
    points = asked.group_by("patient").agg(value_u=asked.value_u.argmax(asked.at_s))
    recalled = points.select(
        "patient", recall_pain=(points.value_u * unit(rules) // 1_000_000).cast("int64")
    )
    found = first.select("patient").left_join(by_diary, "patient").drop("patient_right")
    return found.left_join(recalled, "patient").drop("patient_right")


def weeks(first: Any, seen: Any, rules: Rules) -> Any:
    """Give the whole weeks of `counted` that have enough answers."""
    near = first.select("patient", "weeks_before", "weeks_after")
    placed = near.inner_join(seen.filter(seen.n >= rules.window_min_days), "patient")
    whole = placed.filter(
        (placed.week >= 1 - placed.weeks_before) & (placed.week <= placed.weeks_after)
    )
    return whole.select("patient", "week", pain=_mean(whole.total, whole.n, rules))


def judged(found: Any, rules: Rules) -> Any:
    """Judge each week with a baseline against the best before it; see `relapse.judge`."""
    order = {"group_by": found.patient, "order_by": found.week}
    best = found.mutate(best_yet=found.pain.cummin(**order))
    import ibis

    place = ibis.window(group_by=best.patient, order_by=best.week)
    seen = best.mutate(best_before=best.best_yet.lag().over(place))
    fall = (seen.baseline - seen.pain) * 100
    reached = fall >= seen.baseline * rules.relapse_relief_below_percent
    rise = seen.pain - seen.best_before >= rules.relapse_rise_points * unit(rules)
    return seen.mutate(
        reached=reached.cast("int64"), lost=(~reached & rise.fill_null(False)).cast("int64")
    )


def relapses(seen: Any, rules: Rules) -> Any:
    """Find, of each patient, whether relief was reached, and the week in which a loss began."""
    import ibis

    place = ibis.window(group_by=seen.patient)
    from_week = (seen.reached == 1).ifelse(seen.week, ibis.null("int64")).min().over(place)
    rows = seen.mutate(from_week=ibis.greatest(from_week, 1))
    order = ibis.window(group_by=rows.patient, order_by=rows.week)
    run = rows.lost == 1
    for back in range(1, rules.relapse_windows):
        run &= rows.lost.lag(back).over(order).fill_null(0) == 1
        run &= rows.week.lag(back).over(order).fill_null(-10_000) == rows.week - back
    begins = rows.week - (rules.relapse_windows - 1)
    counted = run & (begins >= rows.from_week)
    told = rows.mutate(lost_from=counted.ifelse(begins, ibis.null("int64")))
    return told.group_by("patient").agg(
        reached=told.reached.max(), lost_from=told.lost_from.min(), weeks_known=told.count(),
        last_known=told.week.max(), best_pain=told.pain.min(),
    )  # fmt: skip


def _mean(total: Any, answered: Any, rules: Rules) -> Any:
    import ibis

    whole = ibis.literal(unit(rules) // ANSWERS, "int64")
    return total * (whole // answered).cast("int64")

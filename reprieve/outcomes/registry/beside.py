"""What stands beside pain: scores, opioid dose, and side effects by infusion."""

from __future__ import annotations

from typing import Any

from reprieve.outcomes.registry.tables import Tables
from reprieve.outcomes.rules import Rules


def change(first: Any, t: Tables, instrument: str) -> Any:
    """Give a score before the first infusion and the newest after it, in the course's time."""
    rows = t.scores.filter(t.scores.instrument == instrument)
    joined = first.select("patient", "first_s", "through").inner_join(rows, "patient")
    joined = joined.filter(joined.day <= joined.through)
    is_before = joined.at_s <= joined.first_s
    return joined.group_by("patient").agg(
        **{
            f"{instrument}_before_u": joined.value_u.argmax(joined.at_s, where=is_before),
            f"{instrument}_now_u": joined.value_u.argmax(joined.at_s, where=~is_before),
        }
    )


def opioids(first: Any, t: Tables, rules: Rules) -> Any:
    """Give known days and summed dose of the week before treatment and of the last 7 days."""
    import ibis

    joined = first.select("patient", "first_day", "through").inner_join(t.opioids, "patient")
    before = _overlap(joined, joined.first_day - rules.baseline_window_days, joined.first_day)
    begins = ibis.greatest(joined.through + 1 - rules.window_days, joined.first_day + 1)
    now = _overlap(joined, begins, joined.through + 1)
    seen = joined.mutate(before_days=before, now_days=now)
    return seen.group_by("patient").agg(
        mme_before_days=seen.before_days.sum(), mme_now_days=seen.now_days.sum(),
        mme_before=(seen.before_days * seen.ug_mme).sum(),
        mme_now=(seen.now_days * seen.ug_mme).sum(),
    )  # fmt: skip


def events(infusions: Any, courses: Any, t: Tables) -> Any:
    """Count infusions, side effects and infusions with one, by what the course was."""
    seen = t.events.group_by("infusion").agg(
        events=t.events.count(), grave=(t.events.grade >= 3).cast("int64").sum(),
        serious=t.events.serious.sum(),
    )  # fmt: skip
    given = infusions.select("patient", "course", "infusion")
    kinds = courses.select("patient", "course", "regimen", "dose_band", "is_booster")
    rows = given.inner_join(kinds, ["patient", "course"])
    rows = rows.inner_join(t.patients.select("patient", "condition"), "patient")
    rows = rows.left_join(seen, "infusion").drop("infusion_right")
    return rows.group_by("condition", "regimen", "dose_band").agg(
        infusions=rows.count(), boosters=rows.is_booster.sum(),
        events=rows.events.fill_null(0).sum(), grave=rows.grave.fill_null(0).sum(),
        serious=rows.serious.fill_null(0).sum(),
        affected=(rows.events.fill_null(0) > 0).cast("int64").sum(),
    )  # fmt: skip


def _overlap(rows: Any, first: Any, until: Any) -> Any:
    import ibis

    begins = ibis.greatest(rows.from_day, first)
    ends = ibis.least(rows.until_day, until)
    return ibis.greatest(ends - begins, 0)


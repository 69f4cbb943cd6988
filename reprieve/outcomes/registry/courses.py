"""Infusions put together as courses, and each patient's first course, from which response counts.

The same grouping as `records.queries.treatments`, for all patients at once.
"""

from __future__ import annotations

from typing import Any

from reprieve.outcomes.registry.tables import Tables
from reprieve.outcomes.rules import Rules


def numbered(t: Tables, rules: Rules) -> Any:
    """Give each infusion the number of its course: 1 is the patient's first.

    A new course begins after a gap, with a change between series and booster, and with each
    booster plan.
    """
    import ibis

    rows = t.infusions
    place = ibis.window(group_by=rows.patient, order_by=[rows.start_s, rows.infusion])
    before_day, before_kind = rows.day.lag().over(place), rows.is_booster.lag().over(place)
    other_plan = (rows.is_booster == 1) & (rows.plan != rows.plan.lag().over(place))
    begins = (
        before_day.isnull()
        | (rows.day - before_day > rules.course_gap_days)
        | (rows.is_booster != before_kind)
        | other_plan
    )
    marked = rows.mutate(begins=begins.cast("int64"))
    course = marked.begins.cumsum(
        group_by=marked.patient, order_by=[marked.start_s, marked.infusion]
    )
    return marked.mutate(course=course.cast("int64"), ug_per_kg=_ug_per_kg(marked)).drop("begins")


def courses(infusions: Any, rules: Rules) -> Any:
    """Put numbered infusions together: days, dose, regimen of the first, band of the mean dose.

    `ends_day` is the day of the next course, null for the last.
    """
    import ibis

    found = infusions.group_by("patient", "course").agg(
        first_s=infusions.start_s.min(), first_day=infusions.day.min(),
        last_day=infusions.day.max(), infusions=infusions.count(),
        is_booster=infusions.is_booster.max(), given_ug=infusions.given_ug.sum(),
        regimen=infusions.regimen.argmin(infusions.start_s),
        sum_ug_per_kg=infusions.ug_per_kg.sum(), weighed=infusions.ug_per_kg.count(),
    )  # fmt: skip
    place = ibis.window(group_by=found.patient, order_by=found.course)
    ends = found.first_day.lead().over(place)
    mean = (found.sum_ug_per_kg // found.weighed.nullif(0)).cast("int64")
    known = (found.weighed == found.infusions).ifelse(mean, ibis.null("int64"))
    made = found.mutate(ends_day=ends, mean_ug_per_kg=known)
    return made.mutate(dose_band=band(made.mean_ug_per_kg, rules)).drop("sum_ug_per_kg", "weighed")


def band(ug_per_kg: Any, rules: Rules) -> Any:
    """Name the band of a dose by its number, lowest 0; -1 when the dose per kg is unknown."""
    import ibis

    edges = list(rules.dose_band_edges_ug_per_kg)
    cases = [(ug_per_kg.isnull(), -1)]
    cases += [(ug_per_kg < edge, number) for number, edge in enumerate(edges)]
    return ibis.cases(*cases, else_=len(edges)).cast("int64")


def _ug_per_kg(rows: Any) -> Any:
    return (rows.given_ug * 1000 // rows.weight_g).cast("int64")

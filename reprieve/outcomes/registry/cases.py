"""One row a patient treated: what was given, what came of it, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reprieve.outcomes.registry import beside, responses
from reprieve.outcomes.registry.tables import Tables
from reprieve.outcomes.rules import Rules

FACTS = (
    "patient", "condition", "regimen", "dose_band", "mean_ug_per_kg", "infusions", "first_day",
    "last_day", "through",
)  # fmt: skip


Keep = Callable[[str, Any], Any]


def cases(t: Tables, first: Any, rules: Rules, *, keep: Keep) -> Any:
    """Judge each patient's first course. Answers are text: yes, no, unknown.

    `relief_days` runs from the last infusion to loss of relief (`status` relapsed) or to where
    knowledge ends (censored); null without a response. `keep` holds an intermediate table in the
    engine under a name, so that it is made once.
    """
    days = keep("counted", responses.counted(first, t, rules))
    base = keep("base", _baseline(responses.baselines(first, days, t, rules)))
    known = base.filter(base.baseline > 0)
    found = keep("weeks", responses.weeks(first, days, rules).inner_join(known, "patient"))
    seen = keep("judged", responses.judged(found, rules))
    lost = keep("lost", responses.relapses(seen, rules))
    rows = first.inner_join(t.patients.select("patient", "condition"), "patient")
    for part in (
        base, lost, keep("answered", responses.answered(days)),
        keep("peg", beside.change(first, t, "peg")), keep("pgic", beside.change(first, t, "pgic")),
        keep("mme", beside.opioids(first, t, rules)),
    ):  # fmt: skip
        rows = rows.left_join(part, "patient").drop("patient_right")
    return _answers(keep("joined", rows), rules)


def _baseline(found: Any) -> Any:
    import ibis

    source = ibis.cases(
        (found.diary_pain.notnull(), "diary"), (found.recall_pain.notnull(), "recall"),
        else_="none",
    )  # fmt: skip
    pain = ibis.coalesce(found.diary_pain, found.recall_pain)
    return found.select("patient", baseline=pain, baseline_source=source)


def _answers(rows: Any, rules: Rules) -> Any:
    import ibis

    length = rules.window_days
    reached = rows.reached.fill_null(0) == 1
    whole = (rows.weeks_after >= 1) & (
        rows.weeks_known.fill_null(0) == rows.weeks_before + rows.weeks_after
    )
    relapsed = reached & rows.lost_from.notnull()
    days = ibis.cases(
        (relapsed, 1 + (rows.lost_from - 1) * length),
        (reached, ibis.greatest(rows.last_known, 0) * length),
        else_=ibis.null("int64"),
    )  # fmt: skip
    expected = ibis.greatest(rows.through - rows.last_day, 0)
    fall = rows.baseline - rows.best_pain
    return rows.select(
        *FACTS, "baseline_source", "baseline", "best_pain",
        responder=ibis.cases((reached, "yes"), (whole, "no"), else_="unknown"),
        half=_at_least(fall * 100, rows.baseline * rules.r50_percent),
        status=ibis.cases(
            (relapsed, "relapsed"), (reached, "censored"), (whole, "no-response"),
            else_="unknown",
        ),
        relief_days=days.cast("int64"),
        expected_days=expected.cast("int64"),
        missing_days=(expected - rows.answered.fill_null(0)).cast("int64"),
        peg=_peg(rows, rules),
        pgic=_at_least(ibis.literal(rules.pgic_highest * 1_000_000), rows.pgic_now_u),
        **_opioids(rows, rules),
    )  # fmt: skip


def _peg(rows: Any, rules: Rules) -> Any:
    before = rows.peg_before_u.nullif(0)
    return _at_least((before - rows.peg_now_u) * 100, before * rules.peg_percent)


def _opioids(rows: Any, rules: Rules) -> dict[str, Any]:
    """Means are kept as sum and days, null with too few known days."""
    import ibis

    has_before = rows.mme_before_days >= rules.baseline_min_days
    has_now = rows.mme_now_days >= rules.window_min_days
    fall = rows.mme_before * rows.mme_now_days - rows.mme_now * rows.mme_before_days
    limit = rows.mme_before * rows.mme_now_days * rules.opioid_cut_percent
    cut = ibis.cases(
        (has_before & (rows.mme_before == 0), "no"),
        (has_before & has_now, _at_least(fall * 100, limit)),
        else_="unknown",
    )  # fmt: skip
    return {
        "opioid_cut": cut,
        "mme_before": _mean_or_null(rows.mme_before, rows.mme_before_days, has_before),
        "mme_now": _mean_or_null(rows.mme_now, rows.mme_now_days, has_now),
    }


def _mean_or_null(total: Any, days: Any, known: Any) -> Any:
    import ibis

    return known.ifelse(total / days / 1_000_000, ibis.null("float64"))


def _at_least(value: Any, limit: Any) -> Any:
    """Compare; what is not known gives no answer."""
    import ibis

    return ibis.cases((value >= limit, "yes"), (value < limit, "no"), else_="unknown")

"""The response of a patient in sentences, for the visit's page and for the letter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from reprieve.outcomes.composite import Composite
from reprieve.outcomes.gains import Gain
from reprieve.outcomes.levels import Change
from reprieve.outcomes.response import Response
from reprieve.records.queries.followup import Harm
from reprieve.records.queries.treatments import Treatment
from reprieve.web import relief_chart
from reprieve.web.presenters import Badge
from reprieve.web.words import day, quantity, say

OUTCOMES: dict[str, Promise] = {
    "continue": _lazy("Continue as before"), "change": _lazy("Change the plan"),
    "booster": _lazy("Booster"), "step_down": _lazy("Step down to fewer infusions"),
    "refer": _lazy("Refer elsewhere"), "end": _lazy("End the treatment"),
}  # fmt: skip
ANSWERS: dict[str, Promise] = {
    "yes": _lazy("yes"), "no": _lazy("no"), "unknown": _lazy("unknown"),
}  # fmt: skip
FACTS: dict[str, Promise] = {
    "liver-panel": _lazy("Liver tests"), "bladder-questions": _lazy("Bladder questions"),
    "bladder-score": _lazy("Bladder score"),
    "memory-question": _lazy("Question about memory"), "phq-9": _lazy("PHQ-9"),
    "c-ssrs": _lazy("C-SSRS"), "pdmp-check": _lazy("Prescription monitoring check"),
    "pregnancy-test": _lazy("Pregnancy test"), "course-review": _lazy("Review of the courses"),
}  # fmt: skip


def badge(answer: str) -> Badge:
    """This function will say yes, no or unknown as a state word."""
    kind = {"yes": "ok", "no": "off"}.get(answer, "unknown")
    return Badge(kind=kind, text=str(ANSWERS[answer]))


def lines(found: Response) -> list[tuple[str, str]]:
    """This function will put the response into pairs of name and value; unknown stays unknown."""
    base = found.baseline
    return [
        (_("Pain before treatment"), f"{_number(base.pain)} ({say(base.because)})"),
        (_("Pain, last 7 days"), _relief(found.now.relief_percent)),
        (_("Best week"), _best(found)),
        (_("Onset"), _onset(found)),
        (_("Relief lasted"), relief_chart.lasted(found) or _("unknown")),
        (_("PEG, change"), _points(found.peg.points)),
        *function(found),
        (_("Global impression of change"), str(found.pgic) if found.pgic else _("unknown")),
        (_("Composite of the 2018 guideline"), parts(found.composite)),
        (_("Extra opioid doses, morphine equivalents a day"), _extra(found)),
        (_("Opioid dose"), say(found.opioids.because) if found.opioids else _("unknown")),
        (
            _("Diary days without an answer"),
            _("{missing} of {expected}").format(
                missing=found.missing_days, expected=found.expected_days
            ),
        ),
    ]


def function(found: Response) -> list[tuple[str, str]]:
    """This function will say what the patient can do now and could before, and how near the goal.

    A scale that not every clinic asks is left out where it was never answered.
    """
    asked = [
        (_("BPI interference"), found.bpi_interference),
        (_("PROMIS pain interference, T score"), found.promis),
        (_("Oswestry Disability Index, percent"), found.odi),
    ]
    return [
        (_("Function in the diary, 10 best"), _rise(found.function)),
        (_("General activity, from PEG"), _fall(found.activity)),
        *((name, _fall(one)) for name, one in asked if (one.before, one.now) != (None, None)),
        (_("Own goal, 10 reached"), _rise(found.goal)),
    ]


def parts(found: Composite) -> str:
    """This function will say each part of the composite, so that an unknown one can be asked."""
    told = (
        (_("relief"), found.relief), (_("satisfied"), found.satisfied),
        (_("function (ODI)"), found.function), (_("fewer opioids"), found.opioid_cut),
        (_("lasts"), found.lasts),
    )  # fmt: skip
    return ", ".join(f"{name} {ANSWERS[answer]}" for name, answer in told)


def verdicts(found: Response) -> list[tuple[str, Badge]]:
    """This function will say what the response amounts to, each as a state word."""
    return [
        (_("Responder, 30 % or more in a week"), badge(found.responder)),
        (_("Half of the pain gone now"), badge(found.now.r50)),
        (_("Composite of the 2018 guideline"), badge(found.composite.met)),
        (_("Relief is fading"), badge(found.fading.answer)),
    ]


def given(treatments: Sequence[Treatment]) -> list[str]:
    """This function will tell each course in one sentence: how many, when, how many milligrams."""
    return [_course(one) for one in treatments]


def harms(found: Sequence[Harm]) -> list[str]:
    """This function will tell side effects by term, with the worst grade and how often."""
    by_term: dict[str, list[Harm]] = {}
    for one in found:
        by_term.setdefault(one.term, []).append(one)
    return [
        ngettext(
            "{term}: once, grade {grade}", "{term}: {n} times, worst grade {grade}", len(events)
        ).format(term=_(term), n=len(events), grade=max(e.grade for e in events))
        for term, events in sorted(by_term.items())
    ]


def _course(one: Treatment) -> str:
    mg = sum(i.given_ug for i in one.infusions) / 1000
    first, last = one.course.first_infusion, one.course.last_infusion
    count = ngettext("{n} infusion", "{n} infusions", len(one.infusions)).format(
        n=len(one.infusions)
    )
    kind = _("Booster") if one.is_booster else _("Series")
    return _("{kind}: {count}, {days}, {mg} of ketamine in all").format(
        kind=kind, count=count, days=_span(first, last), mg=quantity(mg, "mg", digits=1)
    )


def _span(first: date, last: date) -> str:
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def _number(value: float | None) -> str:
    return _("unknown") if value is None else f"{value:.1f}"


def _relief(percent: float | None) -> str:
    if percent is None:
        return _("unknown")
    if percent < 0:
        return _("{n} % higher than before").format(n=round(-percent))
    return _("{n} % lower than before").format(n=round(percent))


def _best(found: Response) -> str:
    if found.best_week is None:
        return _("unknown")
    return f"{day(found.best_week.first)}: {_relief(found.best.relief_percent)}"


def _onset(found: Response) -> str:
    began = found.onset
    if began is None:
        return _("none seen")
    if began.hours is not None and began.hours < 48:
        return _("{n} h after the start").format(n=round(began.hours))
    return ngettext("{n} day after the start", "{n} days after the start", began.days).format(
        n=began.days
    )


def _extra(found: Response) -> str:
    """By week, as it counts for a relapse; unknown where doses or medicine are not told."""
    weeks = [judged.week for judged in found.weeks if judged.week.number >= 1]
    now = weeks[-1].rescue_opioid_mme if weeks else None
    before = found.baseline.rescue_opioid_mme
    if before is not None and now is not None:
        return _("from {before} to {now} in the last whole week").format(
            before=f"{before:.1f}", now=f"{now:.1f}"
        )
    return _moved(before, now, "")


def _fall(change: Change) -> str:
    """A scale that falls when things get better: before, now, and by how much."""
    return _moved(change.before, change.now, _points(change.points))


def _rise(found: Gain) -> str:
    return _moved(found.before, found.now, _points(found.points))


def _moved(before: float | None, now: float | None, by: str) -> str:
    if before is None and now is None:
        return _("unknown")
    if now is None:
        return _("{before} before treatment, not known now").format(before=f"{before:.1f}")
    if before is None:
        return _("{now} now, not known before treatment").format(now=f"{now:.1f}")
    return _("from {before} to {now}: {by}").format(
        before=f"{before:.1f}", now=f"{now:.1f}", by=by
    )


def _points(points: float | None) -> str:
    if points is None:
        return _("unknown")
    return _("{n} points better").format(n=f"{points:.1f}") if points >= 0 else _(
        "{n} points worse"
    ).format(n=f"{-points:.1f}")

"""How pain may go on in one patient, as a model expects it, and how well it expected before.

Shown at the follow-up visit, never acted upon: a booster is proposed by what the patient reports
(`maintenance`), and nothing here is read by it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from reprieve.knowledge import N_, BadValue, Message
from reprieve.outcomes.diary import DiaryEntry, by_day
from reprieve.pathway import decision
from reprieve.pathway.expected_levels import infusions as as_given
from reprieve.pathway.planning_outlook import MODELS
from reprieve.records.queries import given_courses, response
from reprieve.records.queries.treatments import Infusion as Given
from reprieve.records.queries.treatments import zone_of

if TYPE_CHECKING:
    from reprieve.pharmacology import Entry, Infusion, Patient

MS_PER_MIN = 60_000
SEED = 1
WEEKS = 12
# Older courses have left no trace in the model: its effect halves in eleven days.
LOOKS_BACK = timedelta(days=366)
BASELINE_DAYS = 28
LEAST_ENTRIES = 7
CRPS = "crps"
# With so many comparisons and fewer than half of them inside, the page says not to rely on it.
ENOUGH, LEAST_INSIDE = 4, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Mean pain expected of one week, with the 80 % band of the reported mean."""

    first: date
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One week forecast eight to fourteen days ahead, and what the diary then said."""

    made: date
    week: Week
    seen: float

    @property
    def inside(self) -> bool:
        """Whether what was seen lay in the band."""
        return self.week.low <= self.seen <= self.week.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The forecast of one patient. `problem` says why there is none."""

    problem: Message | None = None
    model: str = ""
    version: str = ""
    weeks: tuple[Week, ...] = ()
    past: tuple[Past, ...] = ()
    entries: int = 0
    responder_probability: float | None = None
    extrapolated: tuple[Message, ...] = ()

    @property
    def inside(self) -> int:
        """How many earlier forecasts held."""
        return sum(one.inside for one in self.past)

    @property
    def off_by(self) -> float | None:
        """Mean distance of earlier forecasts from what was seen, in points of pain."""
        gaps = [abs(one.week.mean - one.seen) for one in self.past]
        return sum(gaps) / len(gaps) if gaps else None

    @property
    def unreliable(self) -> bool:
        """Whether most earlier forecasts failed in this patient."""
        return len(self.past) >= ENOUGH and self.inside < LEAST_INSIDE * len(self.past)


def outlook(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Outlook:
    """This function will forecast weekly pain without another infusion, and try past forecasts."""
    story = response.story(clinic=clinic, patient=patient, at=at)
    given = [i for t in story.treatments for i in t.infusions if at - i.started_at <= LOOKS_BACK]
    if not given:
        return _none(N_("No infusion was given within a year."))
    weight = given_courses.weight_kg(clinic=clinic, patient=patient)
    if weight is None:
        return _none(N_("There is no weight on record."))
    forms = {_form(clinic, one) for one in given}
    if len(forms) != 1 or not forms <= set(MODELS):
        return _none(N_("Which form of the drug was given is not known."))
    start = given[0]
    diary = _entries(story.entries, start.day)
    if len(diary) < LEAST_ENTRIES:
        return _none(N_("The diary has fewer than seven days: there is nothing to learn from."))
    from reprieve.pharmacology import Patient

    form = forms.pop()
    who = Patient(
        weight_kg=weight, model_name=MODELS[form], infusions=_infusions(clinic, given, at),
        diary=diary, crps=decision.evidence_of(clinic=clinic, patient=patient) == CRPS,
    )  # fmt: skip
    today = (at.astimezone(zone_of(clinic)).date() - start.day).days
    try:
        return _worked(who, start=start.day, today=today, racemic=form == "racemic")
    except BadValue as error:
        return _none(N_("No model answers for this: {why}"), why=error.reason)


def _none(words: str, **params: str) -> Outlook:
    return Outlook(problem=Message(id=words, params=params))


def _form(clinic: uuid.UUID, one: Given) -> str:
    found = given_courses.of(clinic=clinic, encounter=one.encounter)
    return "" if found is None else found.form


def _infusions(
    clinic: uuid.UUID, given: list[Given], at: datetime
) -> tuple[Infusion, ...]:
    """Minutes since the first infusion began: the model's day 0."""
    first_ms = round(given[0].started_at.timestamp() * 1000)
    until_ms = round(at.timestamp() * 1000)
    found: list[Infusion] = []
    for one in given:
        ran = given_courses.of(clinic=clinic, encounter=one.encounter)
        if ran is not None:
            found += as_given(ran.course, first_ms=first_ms, until_ms=until_ms)
    return tuple(found)


def _entries(told: Iterable[DiaryEntry], start: date) -> tuple[Entry, ...]:
    from reprieve.pharmacology import Entry

    daily = by_day([e for e in told if e.kind == "diary"], "average_pain")
    days = {(on - start).days: float(pain) for on, pain in daily.items()}
    return tuple(
        Entry(day=day, average_pain=days[day]) for day in sorted(days) if day >= -BASELINE_DAYS
    )


def _worked(who: Patient, *, start: date, today: int, racemic: bool) -> Outlook:
    import numpy as np

    from reprieve import pharmacology

    rng = np.random.default_rng(SEED)
    said = pharmacology.forecast(who, from_day=today, weeks=WEEKS, rng=rng)
    past = pharmacology.track_record(who, until_day=today, rng=rng)
    rows = zip(said.first_days, said.mean, said.low, said.high, strict=True)
    return Outlook(
        model=who.model_name, version=said.version, entries=said.entries,
        weeks=tuple(_week(start, *row) for row in rows),
        past=tuple(
            Past(
                made=start + timedelta(days=one.made_day), seen=one.seen,
                week=_week(start, one.first_day, one.mean, one.low, one.high),
            )
            for one in past
        ),
        responder_probability=said.responder_probability,
        extrapolated=pharmacology.extrapolated(crps=who.crps, racemic=racemic),
    )  # fmt: skip


def _week(start: date, first_day: int, mean: float, low: float, high: float) -> Week:
    first = start + timedelta(days=int(first_day))
    return Week(first=first, mean=float(mean), low=float(low), high=float(high))

"""How pain may go on in one patient, as a model expects it, and how well it expected before.

Shown at the follow-up visit, never acted upon: a booster is proposed by what the patient reports
(`maintenance`), and nothing here is read by it. Forecasts are kept as they are made
(`forecast_keeping`), and those are what a patient's track record is about.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from reprieve.knowledge import N_, BadValue, Message
from reprieve.outcomes.diary import by_day
from reprieve.outcomes.forecasts import Past, Record, Week, compare, record
from reprieve.outcomes.rules import rules
from reprieve.pathway import decision, expected_levels
from reprieve.pathway.planning_outlook import MODELS
from reprieve.records.queries import forecasts, given_courses, response, treatments
from reprieve.records.queries.given_courses import GivenCourse
from reprieve.records.queries.treatments import Infusion as Given
from reprieve.records.queries.treatments import zone_of

if TYPE_CHECKING:
    from reprieve.pharmacology import Entry, Patient

Dose = TypeVar("Dose")
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
# A page shows so many earlier forecasts.
SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The forecast of one patient. `problem` says why there is none.

    `hindsight`: nothing was kept that can be compared, so that `past` repeats what the model
    would have said from what was written by then. `misfit` says why the model does not fit this
    diary, where it does not.
    """

    problem: Message | None = None
    model: str = ""
    version: str = ""
    sampling_site: str = ""
    population: str = ""
    source: str = ""
    weeks: tuple[Week, ...] = ()
    past: tuple[Past, ...] = ()
    hindsight: bool = False
    entries: int = 0
    responder_probability: float | None = None
    misfit: tuple[Message, ...] = ()
    extrapolated: tuple[Message, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the model explains the diary."""
        return not self.misfit

    @property
    def record(self) -> Record:
        """How earlier forecasts did, those apart that said that the model did not fit."""
        return record(self.past)

    @property
    def unreliable(self) -> bool:
        """Whether most earlier forecasts failed in this patient."""
        told = self.record
        return told.compared >= ENOUGH and told.inside < LEAST_INSIDE * told.compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a forecast of one patient rests on; day 0 is that of the first infusion counted."""

    who: Patient
    start: date
    today: date
    racemic: bool
    daily: Mapping[date, Fraction]
    infusions: tuple[date, ...]


def outlook(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Outlook:
    """This function will forecast weekly pain without another infusion, with its track record."""
    known = _known(clinic=clinic, patient=patient, at=at)
    if isinstance(known, Message):
        return Outlook(problem=known)
    found = _worked(known)
    if found.problem is not None:
        return found
    said = forecasts.said(clinic=clinic, patient=patient)
    past = compare(
        said, daily=known.daily, infusions=known.infusions, until=known.today,
        rules=rules(on=known.today),
    )[-SHOWN:]  # fmt: skip
    if past:
        return replace(found, past=past)
    return replace(found, past=_in_hindsight(known), hindsight=True)


def next_weeks(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Outlook:
    """This function will forecast as `outlook` does, without looking back."""
    known = _known(clinic=clinic, patient=patient, at=at)
    return Outlook(problem=known) if isinstance(known, Message) else _worked(known)


def daily_pain(*, clinic: uuid.UUID, patient: uuid.UUID) -> dict[date, Fraction]:
    """This function will give the average pain of each answered day."""
    return by_day(response.diary_of(clinic=clinic, patient=patient), "average_pain")


def _known(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Known | Message:
    """What is known of a patient, or what is missing."""
    every = treatments.infusions(clinic=clinic, patient=patient, at=at)
    given = [one for one in every if at - one.started_at <= LOOKS_BACK]
    if not given:
        return Message(id=N_("No infusion was given within a year."))
    courses = given_courses.of_many(clinic=clinic, encounters=[one.encounter for one in given])
    weight = courses[0].weight_kg
    if weight is None:
        return Message(id=N_("There is no weight on record."))
    forms = {one.form for one in courses}
    if len(forms) != 1 or not forms <= set(MODELS):
        return Message(id=N_("Which form of the drug was given is not known."))
    daily = daily_pain(clinic=clinic, patient=patient)
    start, today = given[0].day, at.astimezone(zone_of(clinic)).date()
    diary = _entries(daily, start)
    if len(diary) < LEAST_ENTRIES:
        return Message(
            id=N_("The diary has fewer than seven days: there is nothing to learn from.")
        )
    from reprieve.pharmacology import Patient

    form = forms.pop()
    who = Patient(
        weight_kg=weight, model_name=MODELS[form], diary=diary,
        infusions=_given(courses, given, at, expected_levels.infusions),
        boluses=_given(courses, given, at, expected_levels.boluses),
        crps=decision.evidence_of(clinic=clinic, patient=patient) == CRPS,
        untreated_before=len(given) == len(every),
    )  # fmt: skip
    return Known(
        who=who, start=start, today=today, racemic=form == "racemic", daily=daily,
        infusions=tuple(one.day for one in every),
    )  # fmt: skip


def _given(
    courses: list[GivenCourse], given: list[Given], at: datetime, doses: Callable[..., list[Dose]]
) -> tuple[Dose, ...]:
    """What ran or was pushed, in minutes since the first infusion began: the model's day 0."""
    first_ms = round(given[0].started_at.timestamp() * 1000)
    until_ms = round(at.timestamp() * 1000)
    return tuple(
        one
        for ran in courses
        for one in doses(ran.course, first_ms=first_ms, until_ms=until_ms)
    )


def _entries(daily: Mapping[date, Fraction], start: date) -> tuple[Entry, ...]:
    from reprieve.pharmacology import Entry

    days = {(on - start).days: float(pain) for on, pain in daily.items()}
    return tuple(
        Entry(day=day, average_pain=days[day]) for day in sorted(days) if day >= -BASELINE_DAYS
    )


def _worked(known: Known) -> Outlook:
    import numpy as np

    from reprieve import pharmacology

    try:
        said = pharmacology.forecast(
            known.who, from_day=(known.today - known.start).days, weeks=WEEKS,
            rng=np.random.default_rng(SEED),
        )  # fmt: skip
    except BadValue as error:
        why = Message(id=N_("No model answers for this: {why}"), params={"why": error.reason})
        return Outlook(problem=why)
    rows = zip(said.first_days, said.mean, said.low, said.high, strict=True)
    chosen = pharmacology.model(known.who.model_name)
    return Outlook(
        model=chosen.name, version=said.version, entries=said.entries,
        sampling_site=chosen.sampling_site, population=chosen.population, source=chosen.source,
        weeks=tuple(_week(known.start, *row) for row in rows),
        responder_probability=said.responder_probability,
        misfit=tuple(gate.says for gate in said.gates if not gate.passed),
        extrapolated=pharmacology.extrapolated(crps=known.who.crps, racemic=known.racemic),
    )  # fmt: skip


def _in_hindsight(known: Known) -> tuple[Past, ...]:
    import numpy as np

    from reprieve import pharmacology

    past = pharmacology.track_record(
        known.who, until_day=(known.today - known.start).days, rng=np.random.default_rng(SEED),
        most=SHOWN,
    )  # fmt: skip
    return tuple(
        Past(
            made=known.start + timedelta(days=one.made_day), seen=one.seen, fits=one.fits,
            week=_week(known.start, one.first_day, one.mean, one.low, one.high),
        )
        for one in past
    )  # fmt: skip


def _week(start: date, first_day: int, mean: float, low: float, high: float) -> Week:
    first = start + timedelta(days=int(first_day))
    return Week(first=first, mean=float(mean), low=float(low), high=float(high))

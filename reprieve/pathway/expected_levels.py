"""The range of plasma levels that a model expects from the rates really given in an infusion.

To look at, on a physician's request. Nothing here alarms, gates or sets anything.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from reprieve.knowledge import N_, BadValue, Message
from reprieve.monitoring.course import MS_PER_H, Course
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound
from reprieve.pathway.planning_outlook import MODELS
from reprieve.records.queries import given_courses

if TYPE_CHECKING:
    from reprieve.pharmacology import Bolus, Infusion

MS_PER_MIN = 60_000
UG_PER_MG = 1000
PATIENTS = 1000
SEED = 1
PERCENTILES = (10.0, 50.0, 90.0)
MOST_POINTS = 90
AFTER_END_MS = 3 * MS_PER_H


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Percentiles of ketamine in plasma, ng/mL, over virtual patients of this weight.

    `from_s` are seconds since 1970. `low` and `high` hold 80 of 100 patients. `problem` says why
    there are none; `not_given_mg` is what ran beside the vein and is counted all the same;
    `spread_assumed` says that how people differ is assumed in this model, not published.
    """

    problem: Message | None = None
    model: str = ""
    version: str = ""
    form: str = ""
    sampling_site: str = ""
    population: str = ""
    source: str = ""
    weight_kg: float | None = None
    not_given_mg: float = 0.0
    spread_assumed: bool = False
    from_s: tuple[int, ...] = ()
    low: tuple[float, ...] = ()
    middle: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


def expected(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> Expected:
    """This function will work out the expected range from the start until `at`.

    It ends three hours after the drug's last change. Raises NotFound for an unknown infusion.
    """
    given = given_courses.of(clinic=clinic, encounter=encounter)
    if given is None:
        raise NotFound(N_("There is no such infusion."))
    if given.form not in MODELS:
        return _none(N_("Which form of the drug was given is not known."))
    if given.weight_kg is None:
        return _none(N_("There is no weight on record."))
    times_ms = _times_ms(given.course, ms(at))
    if len(times_ms) < 2:
        return _none(N_("No drug has run for a minute yet."))
    try:
        return _worked(given.course, given.form, given.weight_kg, times_ms)
    except BadValue as error:
        return _none(N_("No model answers for this: {why}"), why=error.reason)


def _none(words: str, **params: str) -> Expected:
    return Expected(problem=Message(id=words, params=params))


def _times_ms(course: Course, now_ms: int) -> list[int]:
    """Whole minutes from the first drug on, thinned, with the last one exact."""
    begins = [s.start_ms for s in course.segments] + [b.at_ms for b in course.boluses]
    if not begins or min(begins) >= now_ms:
        return []
    first = min(begins)
    ends = [now_ms if s.end_ms is None else s.end_ms for s in course.segments]
    last = min(now_ms, max([*ends, *(b.at_ms for b in course.boluses)]) + AFTER_END_MS)
    step = max(1, -(-(last - first) // (MOST_POINTS * MS_PER_MIN))) * MS_PER_MIN
    return [*range(first, last, step), last]


def _worked(course: Course, form: str, weight_kg: float, times_ms: list[int]) -> Expected:
    import numpy as np

    from reprieve import pharmacology

    chosen = pharmacology.model(MODELS[form])
    first, last = times_ms[0], times_ms[-1]
    found = pharmacology.bands(
        weight_kg=weight_kg, model_name=chosen.name, patients=PATIENTS, percentiles=PERCENTILES,
        infusions=infusions(course, first_ms=first, until_ms=last),
        boluses=boluses(course, first_ms=first, until_ms=last),
        times_min=[(t - first) / MS_PER_MIN for t in times_ms],
        rng=np.random.default_rng(SEED),
    )  # fmt: skip
    low, middle, high = (tuple(map(float, row)) for row in found.ng_per_ml["ketamine"])
    return Expected(
        model=chosen.name, version=chosen.version, form=form, sampling_site=chosen.sampling_site,
        population=chosen.population, source=chosen.source,
        weight_kg=weight_kg, not_given_mg=course.not_given_ug / UG_PER_MG,
        spread_assumed=any(p.omega_assumed for p in chosen.parameters.values()),
        from_s=tuple(t // 1000 for t in times_ms), low=low, middle=middle, high=high,
    )  # fmt: skip


def infusions(course: Course, *, first_ms: int, until_ms: int) -> list[Infusion]:
    """This function will give a course's rates as the models take them, minutes from `first_ms`."""
    from reprieve.pharmacology import Infusion

    ends = [(s, until_ms if s.end_ms is None else min(s.end_ms, until_ms)) for s in course.segments]
    return [
        Infusion(
            rate_mg_per_h=s.rate_ug_per_h / UG_PER_MG,
            start_min=(s.start_ms - first_ms) / MS_PER_MIN, end_min=(end - first_ms) / MS_PER_MIN,
        )
        for s, end in ends if s.start_ms < end
    ]  # fmt: skip


def boluses(course: Course, *, first_ms: int, until_ms: int) -> list[Bolus]:
    """This function will give a course's boluses as the models take them."""
    from reprieve.pharmacology import Bolus

    return [
        Bolus(dose_mg=b.dose_ug / UG_PER_MG, at_min=(b.at_ms - first_ms) / MS_PER_MIN)
        for b in course.boluses if b.at_ms <= until_ms
    ]  # fmt: skip

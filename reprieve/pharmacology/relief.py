"""The expected course of relief over a series, before and after the patient's diary is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.knowledge import N_, BadValue, Message
from reprieve.pharmacology import slow
from reprieve.pharmacology.diary import HIGHEST_PAIN, Entry
from reprieve.pharmacology.gates import Gate
from reprieve.pharmacology.misfit import Judged, understood
from reprieve.pharmacology.model import DEFAULT, Array, model
from reprieve.pharmacology.responders import (
    PLACEBO_RESPONDERS,
    RESPONDERS,
    Draws,
    draw,
)
from reprieve.pharmacology.schedule import Bolus, Infusion
from reprieve.pharmacology.simulate import check
from reprieve.pharmacology.slow import MIN_PER_DAY, Grid, Series

FOLLOWED_DAYS = 84
PERCENTILES = (10.0, 50.0, 90.0)
_DRAWS = 4000
_MOST_R_POTENCY = 0.5
# An entry is made in the evening, about twelve hours after the hour of the infusion.
EVENING_D = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """An expected course over the days: mean and 80 % band (10th, 50th, 90th percentile)."""

    mean: Array
    low: Array
    middle: Array
    high: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Relief:
    """An expected course of relief; arrays run over `days` since the first day of the series.

    `share` is the share of pain taken away (0 to 1) over all patients like this one, `responder`
    the same among those who respond to the drug, `placebo` its mean had placebo been given.
    `average_pain` (0 to 10) is None without a diary. `baseline_measured` is the mean of the week
    before treatment, `baseline_pain` what the model takes pain without treatment to be. Where the
    model does not explain the diary, `fits` is false, `gates` says why and the band of pain is as
    much wider. `extrapolated` lists what nobody measured.
    """

    version: str
    model: str
    days: Array
    typical_responder: Array
    share: Course
    responder: Course
    placebo: Array
    average_pain: Course | None
    baseline_pain: float | None
    baseline_measured: float | None
    responder_probability: float
    prior_probability: float
    half_life_d: float
    c50_ng_per_ml: float
    entries: int
    gates: tuple[Gate, ...]
    extrapolated: tuple[Message, ...]

    @property
    def fits(self) -> bool:
        """Whether the model explains the diary; nothing is held against it without one."""
        return all(gate.passed for gate in self.gates)


def relief(
    *,
    weight_kg: float,
    infusions: Sequence[Infusion],
    rng: np.random.Generator,
    boluses: Sequence[Bolus] = (),
    model_name: str = DEFAULT,
    days: Iterable[float] | None = None,
    diary: Sequence[Entry] = (),
    crps: bool = False,
    r_potency: float = 0.0,
    age_years: float | None = None,
) -> Relief:
    """Predict the course of relief over a series, for this patient when there is a diary.

    NRS(t) = E0 (1 - z I(t)) + scatter; see `slow` for I and `responders` for z and the update.
    Infusions and boluses are in minutes from the start of the first day; `days` defaults to every
    day until twelve weeks after the last of them. Outside CRPS the spread of C50 is wider and the
    answer is marked. `r_potency` (0 to 0.5) is how much R-ketamine counts beside S. Raises
    BadValue as `simulate` does. Source: Dahan 2011 (doi:10.1016/j.ejpain.2010.06.016), rebuilt.
    """
    series, wanted = series_of(weight_kg, infusions, model_name, days, r_potency, boluses=boluses)
    pairs = slow.grid(crps=crps)
    evenings = np.array([entry.day + EVENING_D for entry in diary])
    judged = understood(pairs, 1.0 - effects(series, pairs, evenings), diary)
    known = judged.known
    virtual = draw(known, size=_DRAWS, rng=rng)
    reached = effects(series, pairs, wanted)
    share = reached[virtual.kind, virtual.pair]
    by_pair = known.among_responders
    return Relief(
        version=slow.VERSION, model=series.model.name, days=wanted,
        typical_responder=slow.typical_inhibition(series, wanted),
        share=_course(np.tensordot(known.weights, reached, axes=2), share),
        responder=_responder(by_pair, reached[0], rng),
        placebo=PLACEBO_RESPONDERS * slow.placebo_course(series, wanted),
        average_pain=_pain(judged, wanted, reached, virtual, rng) if diary else None,
        baseline_pain=known.expected_baseline if diary else None,
        baseline_measured=None if known.measured is None else known.measured.pain,
        responder_probability=known.responder_probability, prior_probability=RESPONDERS,
        half_life_d=_median(pairs.half_lives_d, by_pair),
        c50_ng_per_ml=_median(pairs.c50s_ng_per_ml, by_pair),
        entries=len(diary), gates=judged.gates,
        extrapolated=(
            *extrapolated(crps=crps, racemic=series.model.form == "racemic"),
            *series.model.beyond(age_years),
        ),
    )  # fmt: skip


def series_of(
    weight_kg: float,
    infusions: Sequence[Infusion],
    model_name: str,
    days: Iterable[float] | None,
    r_potency: float = 0.0,
    *,
    boluses: Sequence[Bolus] = (),
) -> tuple[Series, Array]:
    """Check whom and what a course is about; `days` defaults to twelve weeks after the last one."""
    if not 0.0 <= r_potency <= _MOST_R_POTENCY:
        raise BadValue("r_potency", f"{r_potency} is not between 0 and {_MOST_R_POTENCY}")
    chosen = model(model_name)
    ends = [*(one.end_min for one in infusions), *(push.at_min for push in boluses)]
    last = int(max(ends, default=0.0) / MIN_PER_DAY)
    wanted = np.array([*(range(last + FOLLOWED_DAYS + 1) if days is None else days)], float)
    schedule, _ = check(
        chosen, weight_kg=weight_kg, infusions=infusions, boluses=boluses,
        times_min=wanted * MIN_PER_DAY,
    )  # fmt: skip
    share = chosen.s_fraction
    potency = 1.0 + r_potency * (1.0 - share) / share
    return Series(model=chosen, weight_kg=weight_kg, schedule=schedule, potency=potency), wanted


def effects(series: Series, pairs: Grid, days: Array) -> Array:
    """Share of pain taken away (3, pairs, days) in each kind of patient."""
    return by_kind(drug_effect(series, pairs, days), slow.placebo_course(series, days))


def drug_effect(series: Series, pairs: Grid, days: Array) -> Array:
    """Share of pain taken away (pairs, days) in those who respond to the drug."""
    return slow.inhibition(
        series, days, half_lives_d=pairs.half_lives_d, c50s_ng_per_ml=pairs.c50s_ng_per_ml
    )


def by_kind(drug: Array, placebo: Array) -> Array:
    """Put the kinds together (3, pairs, days): drug responders, responders to placebo, neither."""
    found = np.zeros((3, *drug.shape))
    found[0], found[1] = drug, placebo
    return found


def _responder(by_pair: Array, drug: Array, rng: np.random.Generator) -> Course:
    chosen = rng.choice(by_pair.size, size=_DRAWS, p=by_pair)
    return _course(by_pair @ drug, drug[chosen])


def _pain(
    judged: Judged, days: Array, reached: Array, virtual: Draws, rng: np.random.Generator
) -> Course:
    known = judged.known
    mean = np.tensordot(known.weights * known.baseline, 1.0 - reached, axes=2)
    spread = virtual.baseline[:, None] * (1.0 - reached[virtual.kind, virtual.pair])
    spread += judged.widening(days, mean) * rng.standard_normal((_DRAWS, 1))
    return _course(np.clip(mean, 0.0, HIGHEST_PAIN), np.clip(spread, 0.0, HIGHEST_PAIN))


def _course(mean: Array, spread: Array) -> Course:
    low, middle, high = np.percentile(spread, PERCENTILES, axis=0)
    return Course(mean=mean, low=low, middle=middle, high=high)


def _median(values: Array, weights: Array) -> float:
    distinct, place = np.unique(values, return_inverse=True)
    each = np.bincount(place, weights=weights)
    return float(np.exp(np.interp(0.5, np.cumsum(each) - 0.5 * each, np.log(distinct))))


def extrapolated(*, crps: bool, racemic: bool) -> tuple[Message, ...]:
    """List what nobody measured of the slow effect in a patient like this one."""
    said = []
    if not crps:
        said.append(N_("Measured in complex regional pain syndrome; elsewhere an extrapolation."))
    if racemic:
        said.append(N_("Measured with esketamine; half of the racemic drug is counted."))
    return tuple(Message(id=one) for one in said)

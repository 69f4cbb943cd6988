"""What a model expects of a plan: levels in the first session, and relief over the series.

It is decision support to look at and compare. Nothing here sets, gates or triggers treatment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reprieve.knowledge import BadValue, Message
from reprieve.pathway.planning import Draft

if TYPE_CHECKING:
    from reprieve.pharmacology import EvidenceBand, Infusion

# The model whose population and sampling fit the form of the drug.
MODELS = {"racemic": "kamp2020", "esketamine": "otto2021"}
SEED = 1
AFTER_MIN = 120
EVERY_MIN = 5
MIN_PER_DAY = 1440
PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Expected plasma level of one session and expected relief, with where they come from.

    Levels in ng/mL at `times_min`, with the levels at which studies saw effects (`evidence`);
    relief in percent over `days`, mean and 80 % band of patients like this one. `extrapolated`
    names what nobody measured.
    """

    model: str
    version: str
    form: str
    sampling_site: str
    population: str
    source: str
    spread_assumed: bool
    evidence: tuple[EvidenceBand, ...]
    times_min: tuple[float, ...]
    ketamine_ng_per_ml: tuple[float, ...]
    peak_ng_per_ml: float
    days: tuple[float, ...]
    relief_percent: tuple[float, ...]
    low_percent: tuple[float, ...]
    high_percent: tuple[float, ...]
    best_percent: float
    best_day: int
    responder_probability: float
    extrapolated: tuple[Message, ...]


def outlook(draft: Draft, *, crps: bool, until_min: int | None = None) -> Outlook | None:
    """This function will ask the models about a plan; None where no model covers the weight.

    Levels every five minutes to `until_min`, or to two hours after the infusion.
    """
    import numpy as np

    from reprieve import pharmacology

    name = MODELS[draft.regimen.form]
    weight = float(draft.dosing_weight_kg)
    infusions = _infusions(draft)
    last_min = draft.regimen.duration_min + AFTER_MIN if until_min is None else until_min
    times = np.arange(0, last_min + EVERY_MIN, EVERY_MIN, dtype=float)
    try:
        levels = pharmacology.simulate(
            weight_kg=weight, times_min=times, infusions=first_infusion(draft), model_name=name
        )
        relief = pharmacology.relief(
            weight_kg=weight, infusions=infusions, model_name=name, crps=crps,
            rng=np.random.default_rng(SEED),
        )  # fmt: skip
    except BadValue:
        return None
    chosen, found = pharmacology.model(name), levels.ng_per_ml["ketamine"]
    mean = PERCENT * relief.share.mean
    return Outlook(
        model=name, version=levels.version, form=chosen.form,
        sampling_site=levels.sampling_site, population=chosen.population, source=chosen.source,
        spread_assumed=any(p.omega_assumed for p in chosen.parameters.values()),
        evidence=pharmacology.evidence_bands(chosen.form),
        times_min=tuple(times.tolist()), ketamine_ng_per_ml=tuple(found.tolist()),
        peak_ng_per_ml=float(found.max()), days=tuple(relief.days.tolist()),
        relief_percent=tuple(mean.tolist()),
        low_percent=tuple((PERCENT * relief.share.low).tolist()),
        high_percent=tuple((PERCENT * relief.share.high).tolist()),
        best_percent=float(mean.max()), best_day=int(relief.days[mean.argmax()]),
        responder_probability=relief.responder_probability, extrapolated=relief.extrapolated,
    )  # fmt: skip


def first_infusion(draft: Draft) -> list[Infusion]:
    """This function will give the rates of a plan's first session as the models take them."""
    every = _infusions(draft)
    return [one for one in every if one.end_min <= every[0].start_min + MIN_PER_DAY]


def _infusions(draft: Draft) -> list[Infusion]:
    from reprieve import pharmacology

    return [
        pharmacology.Infusion(
            rate_mg_per_h=float(step.rate_mg_per_h),
            start_min=day * MIN_PER_DAY + step.start_min,
            end_min=day * MIN_PER_DAY + step.end_min,
        )
        for day, dose in zip(draft.regimen.days, draft.doses, strict=True)
        for step in dose.steps
    ]


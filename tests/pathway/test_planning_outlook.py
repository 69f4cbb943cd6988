"""What the models expect of a plan: shown, the same each time, and never more than shown."""

from dataclasses import replace
from decimal import Decimal

from reprieve.pathway.planning import draft
from reprieve.pathway.planning_outlook import outlook
from tests.gate_desk import USUAL


def test_same_plan_same_outlook_with_its_source() -> None:
    worked = draft(USUAL)
    first, second = outlook(worked, crps=True), outlook(worked, crps=True)
    assert first == second
    assert first is not None
    assert (first.model, first.sampling_site) == ("kamp2020", "arterial")
    assert first.times_min[-1] == 240 + 120
    assert 100 < first.peak_ng_per_ml < 400
    assert first.low_percent[first.best_day] < first.best_percent
    assert first.best_percent < first.high_percent[first.best_day]


def test_outside_crps_it_says_so() -> None:
    worked = draft(USUAL)
    inside, outside = outlook(worked, crps=True), outlook(worked, crps=False)
    assert inside is not None
    assert outside is not None
    assert len(outside.extrapolated) == len(inside.extrapolated) + 1


def test_more_drug_more_level() -> None:
    less = outlook(draft(replace(USUAL, weight_kg=Decimal(50), height_cm=None)), crps=True)
    more = outlook(draft(replace(USUAL, regimen="ketamine-80mg-2h-x6")), crps=True)
    assert less is not None
    assert more is not None
    assert less.peak_ng_per_ml < more.peak_ng_per_ml


def test_weight_that_no_model_covers_has_none() -> None:
    heavy = replace(USUAL, weight_kg=Decimal(340), height_cm=None)
    assert outlook(draft(heavy), crps=True) is None

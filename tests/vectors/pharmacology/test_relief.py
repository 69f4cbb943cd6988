"""The slow effect against Dahan 2011 and Sigtermans 2009, and the reference program's series."""

import numpy as np
import pytest

from reprieve.pharmacology import Infusion, Schedule, model, relief
from reprieve.pharmacology.slow import Series, inhibition

DAYS = [1, 2, 4.2, 7, 14, 21, 28, 42, 54, 84]
RATES = (5, 10, 15, 20)


def infusion(rate, start_min, minutes):
    return Infusion(rate_mg_per_h=rate, start_min=start_min, end_min=start_min + minutes)


def leiden(step_h):
    """100 h of S-ketamine, the rate raised every `step_h` hours."""
    starts = [step_h * 60 * i for i in range(4)]
    ends = [*starts[1:], 6000]
    return [infusion(r, s, e - s) for r, s, e in zip(RATES, starts, ends, strict=True)]


def course(infusions, days, name="noppers2011"):
    return relief(
        weight_kg=70, infusions=infusions, model_name=name, days=days, crps=True,
        rng=np.random.default_rng(1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("step_h", "expected"),
    [(12, [0.30, 0.59, 0.79, 0.77, 0.68, 0.58, 0.47, 0.26, 0.14, 0.02]),
     (24, [0.22, 0.47, 0.75, 0.72, 0.63, 0.52, 0.41, 0.22, 0.12, 0.02])],
)  # fmt: skip
def test_inhibition_in_the_typical_responder(step_h, expected):
    found = course(leiden(step_h), DAYS).typical_responder
    assert found == pytest.approx(expected, abs=0.0101)


def test_published_checks_of_the_crps_trial():
    """Effect outlasts infusion by 50 d; week 1 pain 2.68 against 5.45; week 12 difference lost."""
    found = course(leiden(12), [7, 54, 84])
    assert 0.05 <= found.typical_responder[1] <= 0.25
    assert found.typical_responder[2] < 0.06
    rise = course(leiden(12), [1, 2, 4]).typical_responder
    assert np.all(np.diff(rise) > 0)  # onset within days, lowest pain at the end of week 1
    assert 2.2 <= 7.2 * (1 - found.share.mean[0]) <= 3.7
    assert 5.0 <= 7.2 * (1 - found.placebo[0]) <= 6.0
    assert found.responder_probability == pytest.approx(0.67)


@pytest.mark.parametrize(
    ("days", "rate", "minutes", "expected"),
    [
        ([0], 52.5, 40, [0.02, 0.03, 0.01, 0.0]),
        ([0, 3, 7, 10, 14, 17], 52.5, 40, [0.14, 0.11, 0.03, 0.01]),
        ([0], 40, 120, [0.05, 0.07, 0.02, 0.0]),
        ([0, 7, 14, 21, 28, 35], 40, 120, [0.20, 0.17, 0.05, 0.01]),
        ([0, 1, 2, 3, 4, 7, 8, 9, 10, 11], 25, 240, [0.51, 0.41, 0.16, 0.03]),
        ([0, 1, 2, 3, 4], 50, 240, [0.55, 0.46, 0.18, 0.04]),
    ],
)
def test_outpatient_racemic_series(days, rate, minutes, expected):
    """Responder inhibition at the end of the last infusion and 1, 4 and 8 weeks later."""
    infusions = [infusion(rate, day * 1440, minutes) for day in days]
    end = infusions[-1].end_min / 1440
    found = course(infusions, [end, end + 7, end + 28, end + 56], "kamp2020").typical_responder
    assert found == pytest.approx(expected, abs=0.0101)


def test_span_over_the_published_uncertainty():
    """Half-life 5.3-20.5 d and C50 4.37-21.2 ng/mL (95 % CIs of Dahan 2011): day 28 and day 54."""
    rows = np.array([(h, c) for h in (5.3, 20.5) for c in (4.37, 21.2)])
    schedule = Schedule(infusions=tuple(leiden(12)))
    series = Series(model=model("noppers2011"), weight_kg=70, schedule=schedule, potency=1.0)
    found = inhibition(
        series, np.array([28.0, 54.0]), half_lives_d=rows[:, 0], c50s_ng_per_ml=rows[:, 1]
    )
    assert found.min(axis=0) == pytest.approx([0.14, 0.01], abs=0.0101)
    assert found.max(axis=0) == pytest.approx([0.70, 0.50], abs=0.0101)


def test_week_one_as_the_reference_program_works_it_out():
    """Pain 3.49 when 67 % respond, 3.07 when placebo responders add; 5.54 under placebo."""
    [typical] = course(leiden(12), [7]).typical_responder
    assert 7.2 * (1 - 0.67 * typical) == pytest.approx(3.49, abs=0.02)
    assert 7.2 * (1 - (1 - 0.33 * 0.77) * typical) == pytest.approx(3.07, abs=0.03)
    assert 7.2 * (1 - course(leiden(12), [7]).placebo[0]) == pytest.approx(5.54, abs=0.01)
    assert 7.2 * (1 - 0.23 * typical) == pytest.approx(5.93, abs=0.01)
    [late] = course(leiden(12), [84]).typical_responder
    assert 7.2 * (1 - 0.67 * late) == pytest.approx(7.08, abs=0.03)

"""Over simulated clinics, 80 % bands of weekly pain hold 75 to 85 % of the weeks that come.

`REPRIEVE_TESTS_PICTURES=1` with `--long` draws the picture in docs/pictures anew.
"""

import os

import numpy as np
import pytest

from reprieve.pharmacology import plot
from tests.pharmacology import clinics
from tests.pharmacology.test_documentation import (
    DOCS,
    LARGEST_MEAN_DIFFERENCE,
    PAGE,
    points,
)

PICTURE = "forecast-calibration.png"
LOW, HIGH = 0.75, 0.85
GOAL = "80 % (75 to 85)"


def test_bands_hold_in_a_small_run():
    weeks = clinics.run(clinics=4, patients=35, seed=1)
    assert len(weeks) > 1200
    assert LOW <= np.mean([week.inside for week in weeks]) <= HIGH
    assert f"pictures/{PICTURE}" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("truth", [clinics.lasting, clinics.drifting, clinics.stepping])
def test_where_the_model_is_wrong_the_band_holds_or_the_forecast_says_that_it_does_not_fit(truth):
    """Two weeks after nobody could know it yet; from the sixth week on it is seen nearly always."""
    weeks = clinics.run(clinics=4, patients=35, seed=4, truth=truth, last_made=clinics.LATEST_MADE)
    near = [week for week in weeks if week.ahead <= 4]
    month = [week for week in near if week.made >= 35]
    later = [week for week in near if week.made >= 42]
    assert len(later) > 150
    assert np.mean([week.inside or not week.fits for week in month]) > LOW
    assert np.mean([not week.fits for week in later]) > LOW
    assert np.mean([week.inside or not week.fits for week in later]) > HIGH


def test_few_diaries_that_follow_the_model_are_said_not_to_fit():
    weeks = clinics.run(clinics=4, patients=50, seed=6)
    assert 0.88 < np.mean([week.fits for week in weeks]) < 1


@pytest.mark.long
def test_bands_hold_in_each_clinic_and_at_each_distance(tmp_path):
    weeks = clinics.run(clinics=10, patients=150, seed=2)
    ahead = shares(weeks, "ahead")
    assert all(LOW <= share <= HIGH for share in ahead)
    assert all(LOW - 0.05 <= share <= HIGH + 0.05 for share in shares(weeks, "clinic"))
    drawn, kept = tmp_path / PICTURE, DOCS / "pictures" / PICTURE
    drawn.write_bytes(picture(ahead, len(weeks)))
    if os.environ.get("REPRIEVE_TESTS_PICTURES"):
        kept.write_bytes(drawn.read_bytes())
    assert np.mean(np.abs(points(drawn) - points(kept))) < LARGEST_MEAN_DIFFERENCE


def shares(weeks, by):
    """The share inside the band for each value of a field, in order."""
    found = {}
    for week in weeks:
        found.setdefault(getattr(week, by), []).append(week.inside)
    return [float(np.mean(found[key])) for key in sorted(found)]


def picture(ahead, weeks):
    """The share that held by weeks ahead, beside what an 80 % band promises."""
    flat = np.ones(len(ahead))
    return plot.png(
        title="Weeks inside the 80 % band of the forecast", times_min=1.0 + np.arange(len(ahead)),
        footer=f"1500 simulated patients in 10 clinics, {weeks} weeks",
        lines={"held": 100 * np.array(ahead), GOAL: 80 * flat},
        bands={GOAL: (100 * LOW * flat, 100 * HIGH * flat)},
        x_label="weeks ahead", y_label="% of weeks", y_top=120.0,
    )  # fmt: skip

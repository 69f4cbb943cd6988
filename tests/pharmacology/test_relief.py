"""`relief`: the patient's own course from a diary, the diary's table, and the command."""

import json
from datetime import date

import numpy as np
import pytest

from reprieve.config.cli import call
from reprieve.config.commands.relief import NO_FIT
from reprieve.knowledge import BadValue
from reprieve.pharmacology import Entry, Infusion, parse_diary, relief
from reprieve.pharmacology.baseline import measured

SERIES = [
    Infusion(rate_mg_per_h=25, start_min=day * 1440, end_min=day * 1440 + 240)
    for day in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)
]


def course(diary=(), **more):
    return relief(weight_kg=70, infusions=SERIES, rng=np.random.default_rng(1), diary=diary, **more)


def diary(before, after):
    return [
        *(Entry(day=day, average_pain=before) for day in range(-7, 0)),
        *(Entry(day=day, average_pain=after) for day in range(2, 20)),
    ]


def test_without_a_diary_the_prior_speaks():
    found = course()
    assert found.responder_probability == pytest.approx(0.67)
    assert found.average_pain is None
    assert found.baseline_pain is None
    assert found.days[-1] == 11 + 84
    assert np.all(
        (found.share.low <= found.share.middle) & (found.share.middle <= found.share.high)
    )
    assert np.all((found.share.mean >= 0) & (found.share.mean <= 1))


def test_relief_raises_and_its_absence_lowers_the_probability():
    better, same, worse = (course(diary(7, after)) for after in (2, 7, 9))
    assert better.responder_probability > 0.95
    assert same.responder_probability < 0.3
    assert worse.responder_probability < 0.3
    assert better.baseline_pain == pytest.approx(7, abs=0.7)
    assert better.average_pain.mean[10] < 4 < same.average_pain.mean[10]
    assert better.c50_ng_per_ml < same.c50_ng_per_ml


def test_the_baseline_is_the_patients_own():
    """The same week of 7 stays 7 whatever follows, and its own scatter says how firmly."""
    for after in (0, 2, 5, 7, 9):
        entries = diary(7, after)
        found = course(entries)
        assert found.baseline_measured == 7
        assert found.baseline_pain == pytest.approx(7, abs=0.6)
    even, uneven = (
        measured([Entry(day=day - 7, average_pain=pain) for day, pain in enumerate(week)])
        for week in ((7,) * 7, (4, 9, 5, 10, 6, 8, 7))
    )
    assert (even.pain, uneven.pain, even.days) == (7, 7, 7)
    assert 0.25 <= even.sd < 0.4 < uneven.sd
    few = [Entry(day=day, average_pain=7) for day in (-9, -3, -2, -1)]
    assert measured(few) is None
    assert course(few).baseline_measured is None


def test_each_day_of_relief_adds_to_the_probability():
    days = [course(diary(7, 4)[: 7 + k]).responder_probability for k in (0, 1, 4, 12)]
    assert days == sorted(days)
    assert days[0] == pytest.approx(0.67, abs=1e-6)


def test_a_diary_narrows_the_band():
    wide, narrow = course(diary(7, 3)[:8]).average_pain, course(diary(7, 3)).average_pain
    assert np.mean(narrow.high - narrow.low) < np.mean(wide.high - wide.low)


def test_pain_stays_on_its_scale_for_an_extreme_diary():
    found = course([Entry(day=day, average_pain=10) for day in range(-200, 300)], crps=True)
    for line in (found.average_pain.low, found.average_pain.mean, found.average_pain.high):
        assert np.all(np.isfinite(line) & (line >= 0) & (line <= 10))
    assert found.responder_probability < 0.05


def test_outside_crps_and_for_racemic_drug_it_is_an_extrapolation():
    assert len(course().extrapolated) == 2
    assert len(course(crps=True).extrapolated) == 1
    assert not course(crps=True, model_name="otto2021").extrapolated


def test_r_ketamine_counts_only_when_asked():
    base, more = course(), course(r_potency=0.5)
    assert np.all(more.typical_responder[1:] > base.typical_responder[1:])
    for wrong in (-0.1, 0.6, float("nan")):
        with pytest.raises(BadValue, match="r_potency"):
            course(r_potency=wrong)


def test_dates_days_and_gaps_are_read_alike():
    table = "date,Average Pain\n2026-01-06,5\n2026-01-05T08:00,6\n2026-01-07,\n"
    dated = parse_diary(table, start=date(2026, 1, 8))
    assert [(e.day, e.average_pain) for e in dated.entries] == [(-3, 6), (-2, 5)]
    assert dated.start == date(2026, 1, 8)
    numbered = parse_diary("day,nrs\n-2,7\n1,5\n1,4.5\n")
    assert [(e.day, e.average_pain) for e in numbered.entries] == [(-2, 7), (1, 4.5)]


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("", "diary"),
        ("day,average_pain\n", "diary"),
        ("day,average_pain\n1," + "2" * 200_000, "diary"),
        ("day,average_pain\n" + "1,2\n" * 5001, "diary"),
        ("day,mood\n1,2\n", "average_pain"),
        ("when,average_pain\n1,2\n", "day"),
        ("day,average_pain\n1,\n", "average_pain"),
        ("day,average_pain\n1,11\n", "average_pain"),
        ("day,average_pain\n1,-1\n", "average_pain"),
        ("day,average_pain\n1,nan\n", "average_pain"),
        ("day,average_pain\n1,bad\n", "average_pain"),
        ("day,average_pain\n1.5,2\n", "day"),
        ("day,average_pain\n99999,2\n", "day"),
        ("day,average_pain\ninf,2\n", "day"),
        ("date,average_pain\n05/01/2026,2\n", "date"),
        ("date,average_pain\n,2\n", "date"),
    ],
)
def test_bad_diaries_are_refused_by_name(table, field):
    with pytest.raises(BadValue) as refused:
        parse_diary(table, start=date(2026, 1, 8))
    assert refused.value.field == field


def test_dates_without_the_day_of_the_first_infusion_are_refused(capsys, tmp_path):
    """The first day of a diary is nobody's first infusion: the baseline comes before it."""
    file = tmp_path / "diary.csv"
    file.write_text("date,average_pain\n2026-01-05,7\n2026-01-06,6\n")
    assert call([*ARGUMENTS, str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "reprieve: start: is missing: a diary with dates needs the first infusion's day\n"
    )
    assert answered(capsys, str(file), "--start", "2026-01-06")["diary"] == {
        "entries": 2, "start": "2026-01-06",
    }  # fmt: skip


ARGUMENTS = ["relief", "--json", "--regimen", "ketamine-0.35mgkgh-4h-x10", "--weight-kg", "70"]


def test_the_command_gives_the_expected_course(capsys):
    assert call(ARGUMENTS) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["individual"] is False
    assert found["responder_probability"] == pytest.approx(0.67)
    assert found["total_mg"] == pytest.approx(980)
    assert [one["day"] for one in found["infusions"]] == [0, 1, 2, 3, 4, 7, 8, 9, 10, 11]
    for name in ("relief_percent", "responder_relief_percent"):
        band = found[name]
        assert len(band["p10"]) == len(found["days"])
        rows = zip(band["p10"], band["p50"], band["p90"], strict=True)
        assert all(low <= middle <= high for low, middle, high in rows)
    assert found["average_pain"] is None
    assert found["diary"] is None


def test_the_command_learns_from_a_diary(capsys, tmp_path):
    file = tmp_path / "diary.csv"
    lines = [f"{day},{7 if day < 1 else 2}" for day in range(-5, 15)]
    file.write_text("day,average_pain\n" + "\n".join(lines) + "\n")
    assert call([*ARGUMENTS, str(file), "--start", "2026-01-05"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["individual"] is True
    assert found["responder_probability"] > 0.9
    assert found["diary"] == {"entries": 20, "start": "2026-01-05"}
    assert len(found["average_pain"]["mean"]) == len(found["days"])


def test_the_command_says_that_the_model_does_not_fit(capsys, tmp_path):
    file = tmp_path / "diary.csv"
    short = ["--regimen", "ketamine-0.5mgkg-40min-x6"]
    for after, fits in ((2, False), (7, True)):
        lines = [f"{day},{7 if day < 0 else after}" for day in range(-7, 63)]
        file.write_text("day,average_pain\n" + "\n".join(lines) + "\n")
        found = answered(capsys, *short, str(file))
        assert found["fits"] is fits
        assert (found["says"] is None) is fits
        assert all(gate["passed"] for gate in found["gates"]) is fits
        assert [gate["says"] for gate in found["gates"] if gate["says"]] or fits
        assert found["baseline_measured"] == 7
        assert found["baseline_pain"] == pytest.approx(7, abs=0.3)
    assert "look at the diary" in NO_FIT
    silent = answered(capsys, *short)
    assert (silent["fits"], silent["gates"], silent["says"]) == (None, [], None)


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--regimen", "none"], "regimen"), (["--weight-kg", "0"], "weight_kg"),
        (["--weight-kg", "nan"], "weight_kg"), (["--weight-kg", "x"], "weight_kg"),
        (["--weight-kg", "900"], "weight_kg"), (["--model", "otto2021"], "model"),
        (["--model", "none"], "model"), (["--start", "soon"], "start"), (["--seed", "-1"], "seed"),
        (["/no/such/diary.csv"], "diary"), (["--condition", "boredom"], "condition"),
        (["--model", "herd2007", "--age-years", "50"], "age_years"),
    ],
)  # fmt: skip
def test_the_command_refuses_by_name(capsys, more, named):
    assert call([*ARGUMENTS, *more]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"reprieve: {named}")
    assert printed.err.count("\n") == 1


def test_another_model_of_the_same_form_may_be_chosen(capsys):
    assert call([*ARGUMENTS, "--model", "clements1981"]) == 0
    assert json.loads(capsys.readouterr().out)["sampling_site"] == "venous"


OUTSIDE = "Measured in complex regional pain syndrome; elsewhere an extrapolation."


def test_outside_crps_the_command_says_extrapolated(capsys):
    usual, other, short = (
        answered(capsys, *more)
        for more in (
            [], ["--condition", "fibromyalgia"], ["--regimen", "ketamine-0.5mgkg-40min-x6"],
        )
    )  # fmt: skip
    assert (usual["condition"], usual["condition_assumed"]) == ("crps", True)
    assert OUTSIDE not in usual["extrapolated"]
    assert (other["condition"], other["condition_assumed"]) == ("fibromyalgia", False)
    assert OUTSIDE in other["extrapolated"]
    assert OUTSIDE in short["extrapolated"]
    known = answered(capsys, "--regimen", "ketamine-0.5mgkg-40min-x6", "--condition", "crps")
    assert OUTSIDE not in known["extrapolated"]
    width = [max(found["relief_percent"]["p90"]) for found in (usual, other)]
    assert width[0] != width[1]
    assert "18 studies pooled" in usual["population"]


def test_relief_by_a_model_of_children_says_so(capsys):
    found = answered(capsys, "--model", "herd2007")
    assert any("children" in one for one in found["extrapolated"])
    assert found["valid"]["weight_kg"] == [5.0, 80.0]


def answered(capsys, *more):
    assert call([*ARGUMENTS, *more]) == 0
    return json.loads(capsys.readouterr().out)

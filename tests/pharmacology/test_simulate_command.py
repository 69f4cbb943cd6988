"""`reprieve simulate` keeps its contract: fields, nulls, bands, refusals that name the field."""

import json

import pytest
from PIL import Image

from reprieve.config.cli import call
from tests.vectors.pharmacology.test_golden import LEVELS

BASE = ["simulate", "--json", "--weight-kg", "70", "--at-min", "40,60,120"]


def answer(capsys, *more):
    assert call([*BASE, *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_answer_holds_the_promised_fields(capsys):
    found = answer(capsys, "--infuse", "52.5:0:40")
    assert found["model"] == "kamp2020"
    assert found["sampling_site"] == "arterial"
    assert found["times_min"] == [40, 60, 120]
    assert found["ketamine_ng_per_ml"] == pytest.approx([253.05, 95.86, 49.91], rel=1e-3)
    assert found["norketamine_ng_per_ml"] is None
    assert len(found["effect_site_ng_per_ml"]) == 3
    assert found["dose_mg"] == pytest.approx(35)


FIELDS = {
    "model", "sampling_site", "form", "version", "times_min", "ketamine_ng_per_ml",
    "norketamine_ng_per_ml", "hydroxynorketamine_ng_per_ml", "effect_site_ng_per_ml", "dose_mg",
    "population", "valid", "extrapolated", "note",
    "spread_assumed", "spread_sources",
}  # fmt: skip


@pytest.mark.parametrize(("name", "analyte", "segments", "expected"), LEVELS)
def test_reference_regimens_by_the_command(capsys, name, analyte, segments, expected):
    """The fields of the answer are a promise: these and no others."""
    infuse = [part for r, s, e in segments for part in ("--infuse", f"{r}:{s}:{e}")]
    asked = ["simulate", "--json", "--weight-kg", "70", "--model", name, *infuse]
    assert call([*asked, "--at-min", ",".join(map(str, expected))]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == FIELDS
    assert found["model"] == name
    wanted = list(expected.values())
    digits = 0.05 if analyte != "ketamine" and max(wanted) < 40 else 0.0
    assert found[f"{analyte}_ng_per_ml"] == pytest.approx(wanted, rel=1e-3, abs=digits)


def test_touching_segments_are_one_and_overlapping_ones_add(capsys):
    one = answer(capsys, "--infuse", "52.5:0:40")
    touching = answer(capsys, "--infuse", "52.5:0:15", "--infuse", "52.5:15:40")
    overlapping = answer(capsys, "--infuse", "22.5:0:40", "--infuse", "30:0:40")
    for other in (touching, overlapping):
        assert other["ketamine_ng_per_ml"] == pytest.approx(one["ketamine_ng_per_ml"], rel=1e-9)


def test_a_bolus_is_read_just_after_it(capsys):
    found = answer(capsys, "--bolus", "10:40")
    assert found["ketamine_ng_per_ml"][0] == pytest.approx(10 / 25 * 1000)


def test_bands_are_ordered_and_repeat_with_the_seed(capsys):
    more = ["--infuse", "52.5:0:40", "--model", "otto2021", "--patients", "200", "--seed", "7"]
    found, again = answer(capsys, *more), answer(capsys, *more)
    assert found == again
    assert set(found) == FIELDS | {"patients", "seed", "bands"}
    assert found["patients"] == 200
    band = found["bands"]["norketamine_ng_per_ml"]
    assert list(band) == ["p5", "p10", "p25", "p50", "p75", "p90", "p95"]
    for low, middle, high in zip(band["p5"], band["p50"], band["p95"], strict=True):
        assert low < middle < high
    assert found["bands"]["hydroxynorketamine_ng_per_ml"] is None


def test_it_says_whether_the_spread_between_people_is_assumed(capsys):
    given = ["--infuse", "52.5:0:40"]
    assumed, published, none = (
        answer(capsys, *given, "--model", name) for name in ("kamp2020", "otto2021", "domino1982")
    )
    assert [one["spread_assumed"] for one in (assumed, published, none)] == [True, False, None]
    assert set(assumed["spread_sources"]) == {"CL", "V1", "Q3"}
    assert all(one["assumed"] and one["source"] for one in assumed["spread_sources"].values())
    assert not any(one["assumed"] for one in published["spread_sources"].values())
    assert none["spread_sources"] == {}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--weight-kg", "70", "--at-min", "10"], "infuse"),
        (["--weight-kg", "-1", "--infuse", "1:0:4", "--at-min", "10"], "weight_kg"),
        (["--weight-kg", "nan", "--infuse", "1:0:4", "--at-min", "10"], "weight_kg"),
        (["--weight-kg", "500", "--infuse", "1:0:4", "--at-min", "10"], "weight_kg"),
        (["--weight-kg", "7_0", "--infuse", "1:0:4", "--at-min", "10"], "weight_kg"),
        (["--weight-kg", "70", "--infuse=-1:0:4", "--at-min", "10"], "rate_mg_per_h"),
        (["--weight-kg", "70", "--infuse", "1e9:0:4", "--at-min", "10"], "rate_mg_per_h"),
        (["--weight-kg", "30", "--infuse", "4000:0:4", "--at-min", "10"], "rate_mg_per_h"),
        (["--weight-kg", "70", "--infuse", "nan:0:4", "--at-min", "10"], "rate_mg_per_h"),
        (["--weight-kg", "70", "--infuse", "4000:0:40", "--infuse", "4000:20:60", "--at-min", "9"],
         "rate_mg_per_h"),
        (["--weight-kg", "30", "--infuse", "1600:0:40", "--infuse", "1600:39:60", "--at-min", "9"],
         "rate_mg_per_h"),
        (["--weight-kg", "70", "--bolus", "600:5", "--bolus", "600:5", "--at-min", "9"],
         "dose_mg"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--age-years", "8",
          "--model", "otto2021"], "age_years"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--age-years", "40",
          "--model", "herd2007"], "age_years"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--age-years", "nan"],
         "age_years"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--age-years=-1"],
         "age_years"),
        (["--weight-kg", "70", "--infuse", "1:4:4", "--at-min", "10"], "end_min"),
        (["--weight-kg", "70", "--infuse", "1:-4:4", "--at-min", "10"], "start_min"),
        (["--weight-kg", "70", "--infuse", "1:0:inf", "--at-min", "10"], "end_min"),
        (["--weight-kg", "70", "--infuse", "1:0", "--at-min", "10"], "infuse"),
        (["--weight-kg", "70", "--bolus", "1", "--at-min", "10"], "bolus"),
        (["--weight-kg", "70", "--bolus", "9999:0", "--at-min", "10"], "dose_mg"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "10,5"], "at_min"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "ten"], "at_min"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", ""], "at_min"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1," * 600_000], "at_min"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min=-1"], "at_min"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--model", "no"], "model"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--patients", "0"],
         "patients"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--patients", "x"],
         "patients"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--seed", "3"], "seed"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--patients", "5",
          "--seed", "-3"], "seed"),
        (["--weight-kg", "70", "--infuse", "1:0:4", "--at-min", "1", "--patients", "5",
          "--model", "domino1982"], "model"),
    ],
)  # fmt: skip
def test_bad_input_leaves_with_2_and_one_line_that_names_the_field(capsys, arguments, named):
    try:
        code = call(["simulate", "--json", *arguments])
    except SystemExit as leaving:
        code = leaving.code
    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert named in printed.err


@pytest.mark.parametrize("more", [[], ["--patients", "50"]])
def test_a_plot_is_drawn_beside_the_answer(capsys, tmp_path, more):
    file = tmp_path / "levels.png"
    found = answer(capsys, "--infuse", "52.5:0:40", "--plot", str(file), *more)
    assert found["plot"] == str(file)
    with Image.open(file) as picture:
        assert picture.format == "PNG"
        colours = {colour for _, colour in picture.getcolors(100_000)}
    assert (0, 114, 178) in colours
    assert len(colours) > 10


def test_a_plot_of_a_single_time_before_any_drug_is_drawn(capsys, tmp_path):
    file = tmp_path / "one.png"
    more = ["--bolus", "5:10", "--at-min", "0", "--patients", "9", "--plot", str(file)]
    answer(capsys, *more)
    with Image.open(file) as picture:
        colours = {colour for _, colour in picture.getcolors(100_000)}
    assert (0, 114, 178) in colours


def test_a_plot_that_cannot_be_written_is_refused(capsys, tmp_path):
    assert call([*BASE, "--infuse", "1:0:9", "--plot", str(tmp_path / "no" / "x.png")]) == 2
    assert "plot: cannot write" in capsys.readouterr().err


def test_steep_segments_one_after_the_other_are_no_sum(capsys):
    found = answer(capsys, "--infuse", "3000:0:1", "--infuse", "3000:1:2", "--infuse", "3000:2:3",
                   "--bolus", "600:0", "--bolus", "600:30")  # fmt: skip
    assert found["dose_mg"] == pytest.approx(150 + 1200)


def test_a_model_of_children_says_so_and_an_adult_one_names_its_people(capsys, tmp_path):
    adult = answer(capsys, "--infuse", "52.5:0:40", "--model", "otto2021", "--age-years", "40")
    assert "volunteers" in adult["population"]
    assert adult["valid"] == {"weight_kg": [30.0, 200.0], "age_years": [18.0, 120.0]}
    assert adult["extrapolated"] == []
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    given = ["--infuse", "52.5:0:40", "--model", "herd2007"]
    unknown = answer(capsys, *given, "--plot", str(marked))
    assert "children" in unknown["population"]
    assert unknown["extrapolated"] == [
        "Measured in children of about 1 to 16 years; for an adult it does not hold."
    ]
    child = answer(capsys, *given, "--age-years", "8", "--plot", str(plain))
    assert child["extrapolated"] == []
    assert child["ketamine_ng_per_ml"] == unknown["ketamine_ng_per_ml"]
    assert marked.read_bytes() != plain.read_bytes()
    assert answer(capsys, "--infuse", "1:0:4")["valid"]["age_years"] is None

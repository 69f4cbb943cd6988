"""`fit`: estimates, what they rest on, and the visible return to the population."""

import json

import numpy as np
import pytest

from reprieve.config.cli import call
from reprieve.knowledge import BadValue
from reprieve.pharmacology import Infusion, Level, fit, individualise, posterior, simulate
from reprieve.pharmacology.individualise import state
from reprieve.pharmacology.model import model
from reprieve.pharmacology.sampling import DRAWS, resample
from reprieve.pharmacology.schedule import Schedule

INFUSION = Infusion(rate_mg_per_h=40, start_min=0, end_min=120)
TIMES = (60, 120, 180)


def exact(values=None, factor=1.0, name="otto2021"):
    """Levels without error from a patient with known kinetics."""
    found = simulate(
        weight_kg=70, times_min=TIMES, infusions=[INFUSION], model_name=name, values=values
    )
    return [
        Level(time_min=time, analyte=analyte, ng_per_ml=factor * found.ng_per_ml[analyte][i])
        for i, time in enumerate(TIMES)
        for analyte in model(name).analytes
    ]


def fitted(levels, name="otto2021", **more):
    return fit(
        weight_kg=70, levels=levels, infusions=[INFUSION], model_name=name,
        rng=np.random.default_rng(1), **more,
    )  # fmt: skip


def test_typical_levels_give_nearly_the_typical_patient():
    found = fitted(exact())
    assert found.individual
    for parameter in found.parameters:
        assert parameter.estimate == pytest.approx(parameter.typical, rel=0.08)
        assert parameter.low < parameter.estimate < parameter.high
        assert 0 < parameter.shrinkage < 1
    assert found.effective_size > 0.3 * DRAWS


def test_slow_clearance_is_found_and_drawn_toward_the_population():
    typical = model("otto2021").typical(70)["CL"]
    found = fitted(exact(values={"CL": typical / 1.6}))
    clearance = next(p for p in found.parameters if p.name == "CL")
    assert typical / 1.6 < clearance.estimate < typical / 1.1
    assert found.individual


def test_more_levels_leave_less_to_the_population():
    few, many = fitted(exact()[:2]), fitted(exact() * 4)
    for one, other in zip(few.parameters, many.parameters, strict=True):
        assert other.shrinkage < one.shrinkage


def test_bands_hold_the_estimate_and_narrow_with_levels():
    found = fitted(exact(), times_min=[60, 120, 240])
    low, high = found.bands_ng_per_ml["ketamine"][[0, -1]]
    assert np.all((low < found.ng_per_ml["ketamine"]) & (found.ng_per_ml["ketamine"] < high))
    alone = fitted([exact()[0]], times_min=[60, 120, 240]).bands_ng_per_ml["ketamine"]
    assert np.all(high - low < alone[-1] - alone[0])


@pytest.mark.parametrize("factor", [30.0, 0.01])
def test_levels_that_cannot_be_believed_return_to_the_population(factor):
    found = fitted(exact(factor=factor))
    assert not found.individual
    assert any(not gate.passed for gate in found.gates)
    assert all(p.estimate == pytest.approx(p.typical) for p in found.parameters)
    assert found.effective_size is None


def test_a_level_below_quantification_lowers_the_expected_fall():
    late = 900
    limit = 0.5 * float(fitted(exact(), times_min=[late]).ng_per_ml["ketamine"][0])
    below = Level(time_min=late, analyte="ketamine", ng_per_ml=limit, blq=True)
    far_above = Level(time_min=late, analyte="ketamine", ng_per_ml=100 * limit, blq=True)
    plain, censored, silent = (
        fitted([*exact(), *more], times_min=[late]) for more in ([], [below], [far_above])
    )
    assert censored.ng_per_ml["ketamine"][0] < 0.97 * plain.ng_per_ml["ketamine"][0]
    assert silent.ng_per_ml["ketamine"] == pytest.approx(plain.ng_per_ml["ketamine"], rel=1e-4)
    assert censored.compared[-1].weighted_residual is None


def test_warnings_name_what_is_mostly_prior_and_what_is_odd():
    found = fitted(exact()[:1])
    words = [str(warning) for warning in found.warnings]
    assert "Vn: mostly the population's value" in words
    odd = fitted(exact(values={"CLn": 100.0}))
    assert any("norketamine_clearance" in str(warning) for warning in odd.warnings)


def test_arterial_model_of_the_parent_alone_fits():
    found = fitted(exact(name="kamp2020"), name="kamp2020")
    assert found.individual
    assert [p.name for p in found.parameters] == ["CL", "V1", "Q3"]


def test_gradient_and_curvature_agree_with_differences_of_the_objective():
    levels = [*exact(factor=1.2), Level(time_min=600, analyte="ketamine", ng_per_ml=12, blq=True)]
    task = state(
        model("otto2021"), weight_kg=70, schedule=Schedule(infusions=(INFUSION,)), levels=levels
    )
    y, eta = np.array([[one.ng_per_ml for one in levels]]), np.array([[0.1, -0.2, 0.15, 0.05]])
    near = posterior.around(task, eta, y)
    gradient, information = posterior._slope(task, eta, y, *posterior._jacobian(task, eta))
    for i, step in enumerate(1e-5 * np.eye(4)):
        rise = posterior.objective(task, eta + step, y) - posterior.objective(task, eta - step, y)
        assert near.gradient[0, i] == pytest.approx(rise[0] / 2e-5, rel=1e-4, abs=1e-4)
        assert gradient[0, i] == pytest.approx(rise[0] / 2e-5, rel=1e-3, abs=1e-3)
    assert np.linalg.eigvalsh(information[0])[0] > 0
    assert np.allclose(near.hessian[0], near.hessian[0].T)
    assert posterior.objective(task, posterior.settled(eta, near), y) <= near.value


def test_resampling_turns_to_heavier_tails_when_the_normal_misses():
    levels = exact()
    task = state(
        model("otto2021"), weight_kg=70, schedule=Schedule(infusions=(INFUSION,)), levels=levels
    )
    y = np.array([one.ng_per_ml for one in levels])
    narrow = 0.004 * np.eye(4)
    found = resample(task, y=y, mode=np.zeros(4), covariance=narrow, rng=np.random.default_rng(3))
    assert found.eta.shape == (DRAWS, 4)
    assert 0 < found.effective_size < DRAWS


@pytest.mark.parametrize(
    ("levels", "name", "field"),
    [([], "otto2021", "levels"), ("exact", "domino1982", "model"), ("exact", "herd2007", "model"),
     ("early", "otto2021", "time_min")],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused_by_name(levels, name, field):
    chosen = {
        "exact": [Level(time_min=60, analyte="ketamine", ng_per_ml=100)],
        "early": [Level(time_min=0, analyte="ketamine", ng_per_ml=100)],
    }.get(levels if isinstance(levels, str) else "", [])
    with pytest.raises(BadValue) as refused:
        fitted(chosen, name=name)
    assert refused.value.field == field


TABLE = "time_min,analyte,ng_per_ml,blq\n60,ketamine,150,false\n180,norketamine,140,\n"
ARGUMENTS = ["fit", "--json", "--model", "otto2021", "--weight-kg", "70", "--infuse", "40:0:120"]


def ask(tmp_path, table, *more):
    file = tmp_path / "levels.csv"
    file.write_bytes(table if isinstance(table, bytes) else table.encode())
    return call([*ARGUMENTS, str(file), *more])


def test_the_command_answers_with_estimates_shrinkage_and_bands(capsys, tmp_path):
    assert ask(tmp_path, "\ufeff" + TABLE.replace(",", " , "), "--at-min", "60,120") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["used"] == "individual"
    assert found["sampling_site"] == "venous"
    assert set(found["parameters"]) == set(found["shrinkage"]) == {"V1", "CL", "Vn", "CLn"}
    assert found["times_min"] == [60, 120]
    assert len(found["bands"]["ketamine_ng_per_ml"]["p50"]) == 2
    assert len(found["ketamine_ng_per_ml"]) == 2
    assert found["hydroxynorketamine_ng_per_ml"] is None
    assert found["levels"][1]["analyte"] == "norketamine"
    assert "volunteers" in found["population"]
    assert (found["valid"]["age_years"], found["extrapolated"]) == ([18.0, 120.0], [])


def test_a_site_that_nobody_stated_is_said(capsys, tmp_path):
    """Venous levels read by an arterial model give another patient, so it is never silent."""
    stated = "time_min,analyte,ng_per_ml,site\n60,ketamine,150,Venous\n180,ketamine,80,venous\n"
    for table, assumed in (
        (stated, False), (stated.replace("80,venous", "80,"), True), (TABLE, True),
    ):  # fmt: skip
        assert ask(tmp_path, table) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["site_assumed"] is assumed
        assert ("site not stated, read as venous" in found["warnings"]) is assumed
    file = tmp_path / "levels.csv"
    file.write_text("time_min,analyte,ng_per_ml\n60,ketamine,150\n")
    assert call(["fit", "--json", "--weight-kg", "70", "--infuse", "40:0:120", str(file)]) == 0
    usual = json.loads(capsys.readouterr().out)
    assert usual["sampling_site"] == "arterial"
    assert usual["site_assumed"] is True
    assert usual["warnings"][0] == "site not stated, read as arterial"


def test_shrinkage_is_never_more_than_all():
    """A curvature may leave more than the population's spread: nothing was learnt then."""
    chosen = model("otto2021")
    task = state(
        chosen, weight_kg=70, schedule=Schedule(infusions=(INFUSION,)), levels=exact()[:1]
    )
    found = individualise._parameters(task, np.zeros(4), 1.3 * chosen.omega)
    assert [one.shrinkage for one in found] == [1.0] * 4
    found = individualise._parameters(task, np.zeros(4), 0.5 * chosen.omega)
    assert [one.shrinkage for one in found] == pytest.approx([0.5] * 4)


def test_it_says_whether_the_spread_between_people_is_assumed(capsys, tmp_path):
    assert ask(tmp_path, TABLE) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["spread_assumed"] is False
    assert found["spread_sources"]["CL"] == {"assumed": False, "source": "Otto 2021"}
    file = tmp_path / "levels.csv"
    file.write_text("time_min,analyte,ng_per_ml\n60,ketamine,150\n")
    assert call(["fit", "--json", "--weight-kg", "70", "--infuse", "40:0:120", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["spread_assumed"] is True


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("", "levels"),
        ("time_min,analyte,ng_per_ml\n", "levels"),
        ("analyte,ng_per_ml\nketamine,10\n", "time_min"),
        ("time_min,analyte,ng_per_ml\n,ketamine,10\n", "time_min: line 2"),
        ("time_min,analyte,ng_per_ml\n-5,ketamine,10\n", "time_min: line 2"),
        ("time_min,analyte,ng_per_ml\n5,midazolam,10\n", "analyte: line 2"),
        ("time_min,analyte,ng_per_ml\n5,hydroxynorketamine,10\n", "analyte: line 2"),
        ("time_min,analyte,ng_per_ml\n5,ketamine,nan\n", "ng_per_ml: line 2"),
        ("time_min,analyte,ng_per_ml\n5,ketamine,-1\n", "ng_per_ml: line 2"),
        ("time_min,analyte,ng_per_ml,blq\n5,ketamine,0,true\n", "ng_per_ml: line 2"),
        ("time_min,analyte,ng_per_ml,blq\n5,ketamine,5,maybe\n", "blq: line 2"),
        ("time_min,analyte,ng_per_ml,site\n5,ketamine,5,arterial\n", "site: line 2"),
        ("time_min,analyte,ng_per_ml\n" + "5,ketamine,9\n" * 501, "levels"),
        ('time_min,analyte,ng_per_ml\n5,"ketamine"x,5\n', "levels"),
        (b"\xff\xfe\x00", "levels"),
        (b"x" * 1_000_002, "levels"),
    ],
)
def test_bad_tables_leave_with_2_and_name_column_and_line(capsys, tmp_path, table, named):
    assert ask(tmp_path, table) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"reprieve: {named}")
    assert printed.err.count("\n") == 1


def test_an_age_outside_the_model_is_refused(capsys, tmp_path):
    assert ask(tmp_path, TABLE, "--age-years", "12") == 2
    assert "age_years: 12.0 is outside 18-120 years" in capsys.readouterr().err


def test_a_table_that_is_not_there_is_refused(capsys, tmp_path):
    assert call([*ARGUMENTS, str(tmp_path / "none.csv")]) == 2
    assert "cannot read" in capsys.readouterr().err

"""The `alarms` command: its answer to the letter, and one clear line for what is wrong."""

import json
from pathlib import Path

import pytest

from reprieve.config.cli import call

SERIES = """t,spo2,heart_rate,sbp
2026-03-01T09:00:00+02:00,97,70,120
2026-03-01T09:01:00+02:00,89,72,
2026-03-01T09:02:00+02:00,88,0,150
2026-03-01T09:03:00+02:00,96,71,
"""
LIMITS = """[[limit]]
signal = "spo2"
below = 90
delay_s = 0
priority = "high"
"""
PERCENT = '[[limit]]\nsignal = "sbp"\nabove_percent_of_baseline = 120\npriority = "low"\n'


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    series, limits = tmp_path / "series.csv", tmp_path / "limits.toml"
    series.write_text(SERIES)
    limits.write_text(LIMITS)
    return str(series), str(limits)


def test_the_answer_is_a_bare_list(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    series, limits = files
    assert call(["alarms", series, "--limits", limits, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "signal": "spo2",
            "limit": "below 90",
            "priority": "high",
            "start": "2026-03-01T09:01:00+02:00",
            "end": "2026-03-01T09:02:00+02:00",
            "open": False,
            "kind": "clinical",
        },
        {
            "signal": "heart_rate",
            "limit": "no reading: look at the patient",
            "priority": "high",
            "start": "2026-03-01T09:02:00+02:00",
            "end": "2026-03-01T09:02:00+02:00",
            "open": False,
            "kind": "technical",
        },
    ]


def test_people_get_lines(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    series, limits = files
    Path(series).write_text("t,spo2\n2026-03-01T09:00:00Z,88\n")
    assert call(["alarms", series, "--limits", limits]) == 0
    line = " ".join(capsys.readouterr().out.split())
    at = "2026-03-01T09:00:00Z"
    assert line == f"{at} {at} high clinical spo2 below 90 (open)"
    Path(series).write_text("t,spo2\n2026-03-01T09:00:00Z,97\n2026-03-01T09:01:00Z,97\n")
    assert call(["alarms", series, "--limits", limits]) == 0
    assert capsys.readouterr().out == "No alarm.\n"


@pytest.mark.parametrize(("baseline", "episodes"), [([], 1), (["--baseline", "sbp=140"], 0)])
def test_the_baseline_may_be_given(
    files: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
    baseline: list[str],
    episodes: int,
) -> None:
    series, limits = files
    Path(limits).write_text(PERCENT)
    assert call(["alarms", series, "--limits", limits, "--json", *baseline]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [e["signal"] for e in answer if e["kind"] == "clinical"] == ["sbp"] * episodes


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (["--baseline", "glucose=5"], "baseline: unknown 'glucose'"),
        (["--baseline", "sbp"], "baseline: sbp '' is not 40 to 300 mmHg"),
        (["--baseline", "sbp=nan"], "baseline: sbp 'nan' is not 40 to 300 mmHg"),
        (["--baseline", "sbp=301"], "baseline: sbp '301' is not 40 to 300 mmHg"),
    ],
)
def test_a_bad_baseline_is_named(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str], extra: list[str], says: str
) -> None:
    series, limits = files
    assert call(["alarms", series, "--limits", limits, *extra]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["series", "limits"])
def test_a_file_that_cannot_be_read_is_named(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    path = dict(zip(("series", "limits"), files, strict=True))
    path[missing] = path[missing] + ".gone"
    assert call(["alarms", path["series"], "--limits", path["limits"]]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"reprieve: {missing}: cannot read ")
    assert error.count("\n") == 1


def test_a_path_that_is_none_is_bad_input(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["alarms", "a\0b", "--limits", files[1]]) == 2
    assert "series: cannot read" in capsys.readouterr().err

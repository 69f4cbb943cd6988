"""The catalogue of instruments: every file whole, consistent, and printed in the manual."""

import os
import runpy
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import reprieve
from reprieve.clinical.instruments import (
    Instrument,
    instrument,
    instruments,
    manual,
    read,
    score,
    words,
)
from reprieve.knowledge import BadValue, parse

EXPECTED = [
    "4at",
    "audit-c",
    "body-map",
    "bpi-sf",
    "c-ssrs-screener",
    "cadss",
    "cadss-6",
    "cfs",
    "dast-10",
    "dn4",
    "gad-7",
    "icsi",
    "moaa-s",
    "modified-aldrete",
    "news2",
    "nrs",
    "odi",
    "orientation",
    "ort-oud",
    "padss",
    "paindetect",
    "pcs",
    "peg",
    "personal-goal",
    "pgic",
    "phq-2",
    "phq-9",
    "promis-29",
    "promis-pain-interference-4a",
    "rass",
    "stop-bang",
    "wpi-sss",
]
ROOT = Path(reprieve.__file__).parent

DROPPED = """
title = "Sleep last night"
purpose = "Sleep"
recall = "Last night"
moments = ["follow-up"]
store = "items"
licence = "Free to use"
source = "Written for this test"
valid_from = 2026-01-01
verified = false
unverified = ["all"]
unit = "{score}"
[total]
rule = "sum"
range = [0, 6]
missing = "Both are needed."
[every_item]
range = [0, 3]
[[item]]
id = "falling-asleep"
label = "Trouble falling asleep"
[[item]]
id = "waking"
label = "Waking too early"
reverse = true
[[band]]
label = "fair"
at_least = 0
[[band]]
label = "poor"
at_least = 4
"""


def test_the_shipped_instruments_are_these() -> None:
    assert list(instruments()) == EXPECTED


@pytest.fixture(params=EXPECTED)
def form(request: pytest.FixtureRequest) -> Instrument:
    return instrument(request.param)


def test_it_says_where_it_comes_from(form: Instrument) -> None:
    words = (form.title, form.purpose, form.recall, form.licence, form.source, form.missing_rule)
    assert all(words)
    assert form.unit == "{score}"
    assert isinstance(form.valid_from, date)
    assert form.verified is not bool(form.unverified)
    assert form.store in ("items", "score")
    assert form.moments


def test_its_parts_name_its_own_items(form: Instrument) -> None:
    ids = {i.id for i in form.items}
    parts = {s.id for s in form.subscales} | {"total", "t_score"}
    assert all(set(s.items) <= ids for s in form.subscales)
    assert all(set(f.items) <= ids for f in form.flags)
    assert all(set(b.any_yes) <= ids and b.of in parts for b in form.bands)
    assert all(set(i.only_if) <= ids for i in form.items)


def test_its_range_is_what_its_items_can_give(form: Instrument) -> None:
    """An instrument whose items give other points (NEWS2) is covered by its own table."""
    if form.rule != "sum" or any(i.points for i in form.items):
        assert form.rule in ("mean", "none") or form.id == "news2"
        return
    low = sum(i.minimum for i in form.scored)
    high = sum(i.maximum for i in form.scored)
    assert (form.minimum, form.maximum) == (low, high)


def test_codes_are_never_shared_by_two_items(form: Instrument) -> None:
    codes = [i.loinc for i in form.items if i.loinc]
    assert len(codes) == len(set(codes))


def test_wording_under_licence_is_not_shipped(form: Instrument) -> None:
    if form.store == "score":
        assert all(len(i.label) < 60 and not i.label.endswith("?") for i in form.items)


def test_its_words_are_listed_for_translation(form: Instrument) -> None:
    listed = words(form)
    assert len(set(listed)) == len(listed)
    assert {i.label for i in form.items} | {b.label for b in form.bands} <= set(listed)


def test_the_screener_carries_its_notice() -> None:
    assert "Research Foundation for Mental Hygiene" in (instrument("c-ssrs-screener").notice or "")


def test_the_manual_page_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    page = ROOT.parent / "docs" / "manual" / "instruments.md"
    assert page.read_text(encoding="utf-8") == manual.page()
    runpy.run_path(str(manual.__file__), run_name="__main__")
    assert capsys.readouterr().out == manual.page()


def test_a_dropped_in_file_is_an_instrument(tmp_path: Path) -> None:
    """Only a TOML file is added to a copy of the product; its command then scores it."""
    shutil.copytree(
        ROOT,
        tmp_path / "reprieve",
        ignore=shutil.ignore_patterns("__pycache__", "web", "records", "pathway", "interop"),
    )
    folder = tmp_path / "reprieve" / "clinical" / "instruments"
    (folder / "sleep.toml").write_text(DROPPED, encoding="utf-8")
    answers = tmp_path / "answers.json"
    answers.write_text("[2, 1]", encoding="utf-8")
    code = "import sys; from reprieve.config.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, "score", "sleep", str(answers), "--json"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"total": 4' in done.stdout
    assert '"band": "poor"' in done.stdout


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('title = "Sleep last night"', ""), "title"),
        (('id = "waking"', 'id = "falling-asleep"'), "share an id"),
        (("[every_item]\nrange = [0, 3]", ""), "range"),
        (('label = "poor"', 'lable = "poor"'), "lable"),
        (('id = "waking"', 'id = "waking"\nends = ["never"]'), "ends are two"),
    ],
)
def test_a_faulty_file_is_refused_by_name(change: tuple[str, str], says: str) -> None:
    raw = DROPPED.replace(*change).encode()
    with pytest.raises(BadValue, match=rf"sleep\.toml: .*{says}"):
        read(parse("sleep", raw))


def test_an_item_is_found_by_its_id() -> None:
    peg = instrument("peg")
    assert peg.item("pain") is peg.items[0]
    assert peg.item("none") is None


def test_the_ends_of_a_scale_are_said_as_its_authors_defined_them() -> None:
    assert [item.ends for item in instrument("peg").items] == [
        ("no pain", "pain as bad as you can imagine"),
        ("does not interfere", "completely interferes"),
        ("does not interfere", "completely interferes"),
    ]


def test_the_example_in_the_guide_works() -> None:
    guide = (ROOT.parent / "docs" / "adding.md").read_text(encoding="utf-8")
    example = guide.split("# sleep-trouble.toml\n")[1].split("```")[0]
    form = read(parse("sleep-trouble", example.encode()))
    result = score(instrument=form, answers=[2, 0])
    assert (result.total, result.band) == (5, "poor")
    assert [f.flag for f in result.flags] == ["exhausted"]

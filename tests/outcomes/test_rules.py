"""Definitions are dated data, so that a past report can be made again."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from reprieve.knowledge import load, names
from reprieve.outcomes import rules as rules_file
from reprieve.outcomes.rules import PACKAGE, at_least, rules


@pytest.mark.parametrize("name", names(PACKAGE))
def test_every_definition_says_where_it_comes_from_and_since_when(name: str) -> None:
    data = load(PACKAGE, name).data
    assert data["name"]
    assert data["source"]
    assert isinstance(data["verified"], bool)
    assert name.endswith(f"-{data['valid_from']:%Y-%m-%d}")
    assert data["values"]


def test_no_two_definitions_set_the_same_value() -> None:
    firsts = [name for name in names(PACKAGE) if name.endswith("-2026-11-22")]
    keys = [key for name in firsts for key in load(PACKAGE, name).data["values"]]
    assert len(keys) == len(set(keys))


def test_a_day_before_the_first_edition_uses_the_first() -> None:
    assert rules(on=date(1999, 1, 1)) == rules(on=date(2026, 11, 22))


def test_versions_name_each_file() -> None:
    found = rules(on=date(2026, 12, 1)).versions
    assert sorted(found) == [
        "baseline",
        "booster",
        "composite",
        "groups",
        "onset",
        "opioid",
        "registry",
        "relapse",
        "response",
    ]
    assert all(re.fullmatch(r"[\d.]+\+[0-9a-f]{12}", version) for version in found.values())


def test_a_changed_definition_counts_from_its_day_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "changed_definitions"
    package.mkdir()
    (package / "__init__.py").write_text("")
    shipped = Path(rules_file.__file__).parent / "definitions"
    for file in shipped.glob("*-2026-11-22.toml"):
        (package / file.name).write_bytes(file.read_bytes())
    newer = (shipped / "relapse-2026-11-22.toml").read_text()
    newer = newer.replace("valid_from = 2026-11-22", "valid_from = 2028-01-01")
    newer = newer.replace("relapse_rise_points = 1", "relapse_rise_points = 2")
    (package / "relapse-2028-01-01.toml").write_text(newer)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(rules_file, "PACKAGE", "changed_definitions")
    dated = rules.__wrapped__
    assert dated(on=date(2027, 12, 31)).relapse_rise_points == 1
    assert dated(on=date(2028, 1, 1)).relapse_rise_points == 2


@pytest.mark.parametrize(
    ("value", "answer"), [(None, "unknown"), (29.9, "no"), (30, "yes"), (31, "yes")]
)
def test_no_value_gives_no_answer(value: Any, answer: str) -> None:
    assert at_least(value, 30) == answer

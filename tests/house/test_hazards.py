"""Every hazard names a control that exists: rules by id, tests by file or name."""

import tomllib
from pathlib import Path

import pytest

from reprieve.clinical import safety

ROOT = Path(__file__).resolve().parents[2]
HAZARDS = tomllib.loads((ROOT / "docs" / "hazards.toml").read_text())["hazard"]
NEEDED = ("hazard", "cause", "control", "tests", "rules")


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda h: h["id"])
def test_a_hazard_is_held_by_what_exists(hazard: dict[str, list[str]]) -> None:
    assert all(name in hazard for name in NEEDED)
    assert hazard["tests"]
    known = {rule.name for rule in safety.rules()}
    assert set(hazard["rules"]) <= known
    for test in hazard["tests"]:
        file, _, name = test.partition("::")
        assert (ROOT / file).exists(), test
        assert not name or f"def {name}(" in (ROOT / file).read_text()


def test_a_hazard_is_listed_once() -> None:
    ids = [hazard["id"] for hazard in HAZARDS]
    assert len(ids) == len(set(ids))


def test_every_rule_holds_some_hazard() -> None:
    named = {rule for hazard in HAZARDS for rule in hazard["rules"]}
    assert {rule.name for rule in safety.rules()} - named == set()

"""Whoever evaluates in Spanish reads every question, finding and reason of it in Spanish."""

from __future__ import annotations

from pathlib import Path

import pytest

import reprieve.web
from reprieve.clinical import safety
from reprieve.clinical.findings import Step
from reprieve.clinical.investigations import investigations
from reprieve.config.catalogue import entries

FOLDER = Path(reprieve.web.__path__[0]) / "locale" / "es"
KNOWN = frozenset(key for file in FOLDER.glob("*.po") for key in entries(file))


@pytest.mark.parametrize("entry", safety.at(Step.EVALUATION), ids=lambda entry: entry.name)
def test_a_rule_of_the_evaluation(entry: safety.Registered) -> None:
    said = {entry.rule.says.id, entry.rule.because.id, *(f.question for f in entry.rule.facts)}
    assert said - KNOWN == set()


def test_the_tests_that_can_be_ordered() -> None:
    assert {one.label.id for one in investigations().values()} - KNOWN == set()

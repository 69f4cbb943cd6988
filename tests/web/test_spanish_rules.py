"""Staff who work in Spanish read every rule's question, finding and reason in Spanish."""

from __future__ import annotations

from pathlib import Path

import pytest

import reprieve.web
from reprieve.clinical import safety
from reprieve.clinical.findings import Step
from reprieve.clinical.instruments import instrument, instruments, words
from reprieve.clinical.investigations import investigations
from reprieve.config.catalogue import entries

FOLDER = Path(reprieve.web.__path__[0]) / "locale" / "es"
KNOWN = frozenset(key for file in FOLDER.glob("*.po") for key in entries(file))


RULES = {entry.name: entry for step in Step for entry in safety.at(step)}


@pytest.mark.parametrize("entry", RULES.values(), ids=list(RULES))
def test_a_rule(entry: safety.Registered) -> None:
    said = {entry.rule.says.id, entry.rule.because.id, *(f.question for f in entry.rule.facts)}
    assert said - KNOWN == set()


def test_the_tests_that_can_be_ordered() -> None:
    assert {one.label.id for one in investigations().values()} - KNOWN == set()


def test_the_parts_of_a_scale_to_be_confirmed() -> None:
    assert {part for name in instruments() for part in instrument(name).unverified} - KNOWN == set()


@pytest.mark.parametrize(
    "name", ["rass", "moaa-s", "modified-aldrete", "padss", "orientation", "news2"]
)
def test_a_scale_that_staff_observe(name: str) -> None:
    """The 4AT may be used unmodified only, and scores without wording have none to translate."""
    assert set(words(instrument(name))) - KNOWN == set()

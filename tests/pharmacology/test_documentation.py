"""The tour in the documentation runs and says the truth."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "pharmacology.md"


def test_the_tour_runs():
    text = PAGE.read_text(encoding="utf-8").replace("```\n", "\n")
    found = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    result = doctest.DocTestRunner().run(found)
    assert result.attempted > 20
    assert result.failed == 0

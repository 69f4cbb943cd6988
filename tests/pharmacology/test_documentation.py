"""The tour in the documentation runs, says the truth, and draws the pictures that it shows.

`REPRIEVE_TESTS_PICTURES=1` writes them to docs/pictures.
"""

import doctest
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "pharmacology.md"
PICTURES = {"levels_picture": "tour-levels.png", "relief_picture": "tour-relief.png"}
# Shares of a point's full brightness: another processor may round a line's edge otherwise.
LARGEST_MEAN_DIFFERENCE = 0.01


@pytest.fixture(scope="module")
def toured():
    """What the tour has made by its end, and how it went."""
    text = PAGE.read_text(encoding="utf-8").replace("```\n", "\n")
    found = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    return doctest.DocTestRunner().run(found, clear_globs=False), found.globs


def test_the_tour_runs(toured):
    result, _ = toured
    assert result.attempted > 30
    assert result.failed == 0


@pytest.mark.parametrize(("name", "file"), PICTURES.items())
def test_the_pictures_are_what_the_tour_draws(toured, name, file):
    drawn, kept = toured[1][name], DOCS / "pictures" / file
    if os.environ.get("REPRIEVE_TESTS_PICTURES"):
        kept.write_bytes(drawn)
    assert f"pictures/{file}" in PAGE.read_text(encoding="utf-8")
    assert np.mean(np.abs(points(io.BytesIO(drawn)) - points(kept))) < LARGEST_MEAN_DIFFERENCE


def points(file):
    """A picture's points, each colour from 0 to 1."""
    return np.asarray(Image.open(file).convert("RGB"), float) / 255

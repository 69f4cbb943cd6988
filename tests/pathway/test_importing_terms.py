"""Side effects as one cell: whatever was typed comes back, and old tables still read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.config import import_rows
from reprieve.knowledge import BadValue
from reprieve.pathway import importing_terms
from reprieve.pathway.importing_terms import Harm, read, written

TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=80)
HARMS = st.lists(st.tuples(TEXT, st.integers(1, 5), st.booleans()), max_size=6)


@given(HARMS)
def test_any_term_comes_back(harms: list[Harm]) -> None:
    assert read(written(harms)) == tuple(harms)


@given(HARMS.filter(bool))
def test_a_cell_is_one_printable_line_and_no_formula(harms: list[Harm]) -> None:
    cell = written(harms)
    assert cell.isprintable()
    assert cell == cell.strip()
    assert import_rows.FORMULA.match(cell) is None


def test_plain_terms_stay_plain() -> None:
    harms = (("nausea", 1, False), ("chest pain", 4, True), ("\u00dcbelkeit", 2, False))
    assert written(harms) == "nausea:1; chest pain:4!; \u00dcbelkeit:2"


def test_what_could_be_misread_is_quoted() -> None:
    harms = (("pain: arm; left", 2, False), ('"odd" feeling', 1, True), ("-1", 1, False))
    cell = written(harms)
    assert cell == r'"pain: arm; left":2; "\"odd\" feeling":1!; "-1":1'


@pytest.mark.parametrize(
    ("cell", "harms"),
    [
        ("", ()),
        (" ; ", ()),
        ("nausea:1;hypertension:3!;", (("nausea", 1, False), ("hypertension", 3, True))),
        ("chest pain :4!", (("chest pain", 4, True),)),
        ('"odd" feeling:1', (('"odd" feeling', 1, False),)),
        ('5" scar:1', (('5" scar', 1, False),)),
        (r"back\slash:1", ((r"back\slash", 1, False),)),
        (r'"\q":1', ((r'"\q"', 1, False),)),  # no JSON: it stands as it is
    ],
)
def test_tables_of_before_still_read(cell: str, harms: tuple[Harm, ...]) -> None:
    assert read(cell) == harms


@pytest.mark.parametrize(
    "cell",
    ["nausea", "nausea:6", "nausea:1 hypertension:3", ":1", '"":1', "pain: arm:1",
     "x" * 81 + ":1", " :2", "nausea:1; pain"],
)  # fmt: skip
def test_anything_else_is_refused(cell: str) -> None:
    with pytest.raises(BadValue) as refused:
        importing_terms.read(cell)
    assert refused.value.field == "side_effects"

from decimal import Decimal

import pytest

from reprieve.clinical.facts import choice, count, flag, listing, number, read
from reprieve.knowledge import BadValue

CATALOGUE = {
    fact.name: fact
    for fact in (
        flag("asthma", "?"),
        number("sbp_mmhg", "?", unit="mm[Hg]", low=40, high=300),
        number("dbp_mmhg", "?", unit="mm[Hg]", low=15, high=200),
        count("rass", "?", low=-5, high=4),
        choice("form", "?", options=("racemic", "esketamine")),
        listing("medicines", "?"),
    )
}


def test_usable_values_are_kept_and_null_is_unknown():
    facts = {"asthma": False, "sbp_mmhg": Decimal("120.5"), "dbp_mmhg": 80, "rass": -1.0,
             "form": "racemic", "medicines": []}  # fmt: skip
    assert read({**facts, "rass": None}, catalogue=CATALOGUE) == {
        k: v for k, v in facts.items() if k != "rass"
    }
    assert read(facts, catalogue=CATALOGUE) == facts


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ([], "facts: must be an object"),
        ({"asthma": 1}, "asthma: must be true or false, got 1"),
        ({"asthma": "yes"}, "asthma: must be true or false, got 'yes'|got yes"),
        ({"sbp_mmhg": "120"}, "sbp_mmhg: must be a number"),
        ({"sbp_mmhg": True}, "sbp_mmhg: must be a number"),
        ({"sbp_mmhg": 39.9}, "sbp_mmhg: must be within 40 to 300 mm"),
        ({"sbp_mmhg": 301}, "sbp_mmhg: must be within 40 to 300 mm"),
        ({"sbp_mmhg": float("nan")}, "sbp_mmhg: must be within"),
        ({"sbp_mmhg": float("inf")}, "sbp_mmhg: must be within"),
        ({"sbp_mmhg": [120]}, "sbp_mmhg: must be a number"),
        ({"sbp_mmhg": 120, "dbp_mmhg": 120}, r"dbp_mmhg: must be below sbp_mmhg \(120\)"),
        ({"rass": 0.5}, "rass: must be a whole number"),
        ({"form": "both"}, "form: must be one of racemic, esketamine"),
        ({"form": 3}, "form: must be one of"),
        ({"medicines": "morphine"}, "medicines: must be a list"),
        ({"medicines": ["x"] * 201}, "medicines: must be a list of at most 200"),
        ({"medicines": [7052]}, "medicines: must hold words"),
        ({"medicines": [" "]}, "medicines: must hold words"),
        ({"medicines": ["x" * 201]}, "medicines: must hold words"),
        ({"sbp": 120}, "sbp: unknown fact name; did you mean sbp_mmhg"),
        ({"astma": True}, "astma: unknown fact name; did you mean asthma"),
        ({"qqq": True}, "qqq: unknown fact name$"),
        ({"a\nb": True}, r"'a\\nb': unknown fact name"),
        ({"": True}, "'': unknown fact name"),
        ({"z" * 500: True}, r"z{57}\.\.\.: unknown fact name"),
    ],
)
def test_unusable_facts_are_refused_by_name_in_one_line(facts, error):
    with pytest.raises(BadValue, match=error) as refused:
        read(facts, catalogue=CATALOGUE)
    assert "\n" not in str(refused.value)

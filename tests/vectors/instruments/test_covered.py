"""Every shipped instrument has numbers from outside here, or a reason why there are none."""

from pathlib import Path

import pytest

from reprieve.clinical.instruments import instruments

NONE = {
    "body-map": "areas of the body, without a score",
    "cfs": "the level itself, as a clinician judges it",
    "icsi": "the index itself, worked out on the form that the clinic has permission for",
    "nrs": "the number itself",
    "odi": "the percentage itself, worked out on the form that the clinic has a licence for",
    "orientation": "a check list of this product's own",
    "personal-goal": "the patient's own words and number",
}
HERE = Path(__file__).parent
VECTORS = "\n".join(f.read_text("utf-8") for f in HERE.glob("*.py") if f.name != "test_covered.py")


@pytest.mark.parametrize("name", instruments())
def test_numbers_from_outside(name: str) -> None:
    assert (f'"{name}"' in VECTORS) is (name not in NONE)


def test_no_reason_is_left_over() -> None:
    assert set(NONE) <= set(instruments())

"""Which answers of screening forms a physician looks at: from the band of the form that asks it."""

import pytest

from reprieve.clinical import instruments
from reprieve.clinical.screens import Screen, screens

FORMS = ["phq-9", "gad-7", "audit-c", "dast-10", "ort-oud", "stop-bang"]
BANDS = {
    "phq-9": "moderate", "gad-7": "severe", "audit-c": "positive", "dast-10": "moderate",
    "ort-oud": "high", "stop-bang": "high",
}  # fmt: skip


def of(code: str) -> Screen:
    return screens()[code]


@pytest.mark.parametrize("form", FORMS)
def test_each_limit_is_where_its_band_begins(form: str) -> None:
    named = [b for b in instruments.instrument(form).bands if b.label == BANDS[form]]
    limits = {of(form).at_least, of(form).at_least_men}
    assert limits == {band.at_least for band in named}


@pytest.mark.parametrize(
    ("code", "value", "sex", "positive"),
    [
        ("phq-9", 9, "female", False), ("phq-9", 10, "female", True),
        ("gad-7", 14, None, False), ("gad-7", 15, None, True),
        ("audit-c", 3, "female", True), ("audit-c", 3, "male", False),
        ("audit-c", 4, "male", True), ("audit_c_score", 3, "", True),
        ("dast-10", 2, None, False), ("dast-10", 3, None, True),
        ("ort-oud", 2, None, False), ("ort_oud_score", 3, None, True),
        ("stop-bang", 4, None, False), ("stop-bang", 5, None, True),
        ("bladder_symptoms", True, None, True), ("bladder_symptoms", False, None, False),
        ("bladder_symptoms", "unknown", None, False), ("phq-9", None, None, False),
    ],
)  # fmt: skip
def test_from_which_answer_on(code: str, value: object, sex: str | None, positive: bool) -> None:
    assert of(code).is_positive(value, sex=sex) is positive

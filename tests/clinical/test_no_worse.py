"""What a physician's decision to let somebody go covers."""

from __future__ import annotations

from typing import Any

import pytest

from reprieve.clinical import safety
from reprieve.clinical.findings import Step
from reprieve.clinical.no_worse import MORE_IS_BETTER, no_worse


@pytest.mark.parametrize(
    ("then", "now", "covered"),
    [
        ({"walks_as_before": False}, {"walks_as_before": False}, True),
        ({"spo2_percent": 92}, {"spo2_percent": 93}, True),
        ({"spo2_percent": 92}, {"spo2_percent": 91}, False),
        ({"since_stop_min": 40}, {"since_stop_min": 50}, True),
        ({"sbp_mmhg": 165}, {"sbp_mmhg": 170}, False),
        ({"sbp_mmhg": 165}, {"sbp_mmhg": 85}, False),
        ({"spo2_percent": 92}, {"spo2_percent": 92, "on_oxygen": True}, False),
        ({}, {"on_oxygen": True}, False),
    ],
)  # fmt: skip
def test_only_what_was_seen_or_better_is_covered(
    then: dict[str, Any], now: dict[str, Any], covered: bool
) -> None:
    assert no_worse(then, now) is covered


def test_each_such_number_is_one_of_the_discharge() -> None:
    assert {f.name for f in safety.facts_at(Step.DISCHARGE)} >= MORE_IS_BETTER

"""The parts of a visit in real minutes, also across a change of the clock."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.blocks import Visit, block

NINE = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("America/New_York"))


def test_parts_follow_each_other(visit: Visit) -> None:
    found = block(start=NINE, visit=visit)
    assert found.prep is not None
    assert found.recovery is not None
    assert found.buffer is not None
    assert found.clinician is not None
    assert found.prep.end == found.infusion.start
    assert found.infusion.end == found.recovery.start
    assert found.recovery.end == found.buffer.start == found.nursed.end
    assert (found.nursed.minutes, found.chair.minutes, found.clinician.minutes) == (130, 140, 15)
    assert found.chair.start == found.clinician.start == NINE


def test_parts_of_no_length_are_none() -> None:
    found = block(start=NINE, visit=Visit(prep_min=0, infusion_min=5, recovery_min=0))
    assert (found.prep, found.recovery, found.buffer, found.clinician) == (None,) * 4
    assert found.chair == found.nursed == found.infusion


def test_an_infusion_over_the_change_keeps_its_length() -> None:
    midnight = datetime(2026, 3, 8, 1, tzinfo=ZoneInfo("America/New_York"))
    found = block(start=midnight, visit=Visit(prep_min=0, infusion_min=240, recovery_min=0))
    assert found.infusion.end - found.infusion.start == timedelta(hours=4)
    assert found.infusion.end.astimezone(midnight.tzinfo).hour == 6


@pytest.mark.parametrize(
    ("values", "field"),
    [({"prep_min": -1}, "prep_min"), ({"infusion_min": 0}, "infusion_min")],
)
def test_an_impossible_length_is_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as error:
        Visit(**({"prep_min": 0, "infusion_min": 40, "recovery_min": 60} | values))
    assert error.value.field == field

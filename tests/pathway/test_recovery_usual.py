"""A patient who never walked need not walk: what was recorded before the drug, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from reprieve.pathway import preparing
from reprieve.records.queries import recovery as known
from tests import order_desk
from tests.chairside import Chair, sit
from tests.recovery_room import SCORES, held, look, measure, seen
from tests.world import World, new

USUAL = {"baseline_mobility": "wheelchair", "baseline_limbs_n": 0, "baseline_orientation_score": 4}
BOTH = {"aldrete", "padss"}


def tell(chair: Chair, **facts: Any) -> None:
    preparing.tell(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, facts=facts,
    )  # fmt: skip


def treated(world: World, **usual: Any) -> Chair:
    """This function will end an infusion an hour ago; `usual` was told before it ran."""
    chair = sit(world)
    order_desk.order(chair)
    measure(chair)
    if usual:
        tell(chair, **usual)
    world.later(minutes=5)
    chair.start(20)
    world.later(hours=2)
    chair.do("ended")
    world.later(minutes=65)
    return chair


def scored(chair: Chair, *, moves: int = 0, walks: int = 0, **worse: int) -> set[str]:
    """This function will look at the patient, and name which of the two scores holds."""
    aldrete = SCORES["modified-aldrete"] | {"activity": moves}
    padss = SCORES["padss"] | {"ambulation": walks}
    worst = {k: v for k, v in worse.items() if k in aldrete}
    scores = {
        "modified-aldrete": aldrete | worst,
        "padss": padss | {k: v for k, v in worse.items() if k in padss},
    }
    chair.world.later(minutes=1)
    look(chair, seen(scores=scores))
    return set(held(chair)) & BOTH


def test_nothing_recorded_before_the_start_excuses_nothing(world: World) -> None:
    chair = treated(world)
    assert scored(chair) == BOTH
    assert known.usual_before(clinic=world.id, encounter=chair.encounter) == {}


def test_what_was_recorded_before_lets_the_usual_pass(world: World) -> None:
    chair = treated(world, **USUAL)
    assert scored(chair) == set()
    assert known.usual_before(clinic=world.id, encounter=chair.encounter) == USUAL


@pytest.mark.parametrize(
    ("worse", "holds"),
    [
        ({"respiration": 0}, "aldrete"), ({"circulation": 0}, "aldrete"),
        ({"oxygen": 0}, "aldrete"), ({"consciousness": 0}, "aldrete"),
        ({"vitals": 0}, "padss"), ({"nausea": 0}, "padss"), ({"bleeding": 0}, "padss"),
    ],
)  # fmt: skip
def test_nothing_but_moving_and_walking_is_excused(
    world: World, worse: dict[str, int], holds: str
) -> None:
    assert scored(treated(world, **USUAL), **worse) == {holds}


def test_worse_than_usual_is_seen(world: World) -> None:
    chair = treated(world, **USUAL | {"baseline_mobility": "walks with an aid",
                                      "baseline_limbs_n": 2})  # fmt: skip
    assert scored(chair, moves=1, walks=1) == set()
    assert scored(chair, moves=0, walks=0) == BOTH


def test_what_is_told_after_the_drug_ran_is_no_usual_state(world: World) -> None:
    chair = sit(world)
    order_desk.order(chair)
    measure(chair)
    world.later(minutes=5)
    chair.start(20)
    world.later(hours=2)
    tell(chair, **USUAL)
    chair.do("ended")
    world.later(minutes=65)
    assert scored(chair) == BOTH


def test_orientation_is_compared_with_the_one_before(world: World) -> None:
    chair = treated(world, **USUAL | {"baseline_orientation_score": 3})
    world.later(minutes=1)
    look(chair, seen(scores={"orientation": SCORES["orientation"] | {"date": 0}}))
    assert "orientation" not in held(chair)
    world.later(minutes=1)
    look(chair, seen(scores={"orientation": SCORES["orientation"] | {"date": 0, "place": 0}}))
    assert "orientation" in held(chair)

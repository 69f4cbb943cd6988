"""The clinic's own numbers hold at every step: evaluation, start, going home, dose and paper."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from reprieve.clinical import own_numbers as bounds
from reprieve.clinical.findings import Outcome
from reprieve.knowledge import BadValue
from reprieve.pathway import (
    approval,
    bags,
    consent,
    decision,
    forecast_proposing,
    order_signing,
    orders,
    own_numbers,
    recovery,
)
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import PermissionDenied
from reprieve.records.models import AuditEvent
from reprieve.records.queries import safety_numbers
from tests import evaluated
from tests import world as worlds
from tests.chairside import quick_world
from tests.recovery_room import held, look, ready, recovering, seen
from tests.world import World, new


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


def asked(world: World, *keys: str, who: str = "medical_director", **more: Any) -> Approval:
    at = world.later(seconds=1)
    given = {"password": worlds.PASSWORD, "reason": "",
             "seen": approval.version(clinic=world.id, keys=keys, at=at)}  # fmt: skip
    return Approval(actor=world[who], uid=new(), at=at, **{**given, **more})


def rule(world: World, name: str, **numbers: float) -> None:
    own_numbers.set_rule(asked(world, safety_numbers.KEY), rule=name, numbers=numbers)


def test_they_count_at_evaluation(world: World) -> None:
    patient, _episode = worlds.person(world)
    evaluated.well(world, patient, sbp=150)

    def finds() -> bool:
        found = decision.examine(clinic=world.id, patient=patient, at=world.at)
        mine = next(f for f in found if f.rule == "blood-pressure-hold")
        return mine.outcome is Outcome.FINDS

    assert not finds()
    rule(world, "blood-pressure-hold", sbp_from_mmhg=145, dbp_from_mmhg=100, repeats_n=2)
    assert finds()
    found = decision.examine(clinic=world.id, patient=patient, at=world.at)
    mine = next(f for f in found if f.rule == "blood-pressure-hold")
    assert "sbp_from_mmhg=145" in mine.knowledge_version
    assert mine.saw["remeasured_n"] == 0  # by the clinic's own range it was never out before


def test_they_count_before_going_home(world: World) -> None:
    chair = ready(world)
    assert held(chair) == frozenset()
    rule(world, "pressure-limits", sbp_from_mmhg=120, dbp_from_mmhg=100, sbp_below_mmhg=90)
    assert "pressure-limits" in held(chair)


def test_watching_is_as_long_as_the_longest_that_is_asked(world: World) -> None:
    rule(world, "time-after-stop", usual_min=90, longer_min=120)
    chair = recovering(world, minutes=75)
    look(chair, seen())
    assert recovery.WATCHING in held(chair)
    world.later(minutes=20)
    assert recovery.WATCHING not in held(chair)


def test_a_rule_goes_back_by_its_shipped_numbers(world: World) -> None:
    rule(world, "nurse-ratio", at_most=2)
    rule(world, "fasting-solids", at_least_h=7.5)
    now = own_numbers.rules(clinic=world.id, at=world.at)
    assert (now["nurse-ratio.at_most"], now["fasting-solids.at_least_h"]) == (2, 7.5)
    rule(world, "nurse-ratio", at_most=3)
    rule(world, "fasting-solids", at_least_h=6)
    assert safety_numbers.own(clinic=world.id, at=world.at) is None
    with pytest.raises(BadValue, match="tightened"):
        rule(world, "nurse-ratio", at_most=4)
    lines = AuditEvent.objects.filter(clinic=world.id, action=approval.ACT).order_by("id")
    assert lines[0].detail[safety_numbers.KEY] == {
        "before": {"nurse-ratio": {}}, "after": {"nurse-ratio": {"at_most": 2}},
    }  # fmt: skip


def test_guard_rails_of_dose(world: World) -> None:
    shipped = own_numbers.doses(clinic=world.id, at=world.at)

    def choose(**changes: str) -> None:
        wanted = shipped | {name: Decimal(value) for name, value in changes.items()}
        own_numbers.set_doses(asked(world, orders.OWN_LIMITS), changes=wanted)

    choose(session_mg="150")
    assert own_numbers.doses(clinic=world.id, at=world.at)["session_mg"] == 150
    assert orders.limits_in_force(clinic=world.id, at=world.at).session_mg == 150
    with pytest.raises(BadValue, match="tightened"):
        choose(session_mg="250")
    choose()
    assert own_numbers.doses(clinic=world.id, at=world.at) == shipped


def test_days_and_hours(world: World) -> None:
    usual = own_numbers.house(clinic=world.id, at=world.at)
    keys = list(bounds.house())
    # What the code takes without a choice is what the page calls the default.
    assert usual == {
        "consent.valid_days": consent.VALID_DAYS, bags.PUMP_STEP: 0.1,
        bags.START_WITHIN_MIN: bags.USUAL_START_WITHIN_MIN,
        order_signing.COSIGN_WITHIN_H: order_signing.USUAL_COSIGN_H,
        forecast_proposing.AHEAD: forecast_proposing.USUAL_AHEAD_DAYS,
    }  # fmt: skip

    def choose(**more: Any) -> None:
        numbers = usual | {"consent.valid_days": more.pop("days")}
        own_numbers.set_house(asked(world, *keys, **more), numbers=numbers)

    choose(days=180)
    assert own_numbers.house(clinic=world.id, at=world.at)["consent.valid_days"] == 180
    with pytest.raises(BadValue, match="looser than the default"):
        choose(days=400)
    with pytest.raises(BadValue, match="safe here"):
        choose(days=1000, reason="why")
    with pytest.raises(PermissionDenied):
        choose(days=90, who="manager")
    choose(days=400, reason="the law of this state")
    assert own_numbers.house(clinic=world.id, at=world.at)["consent.valid_days"] == 400

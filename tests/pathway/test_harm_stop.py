"""Side effects that come again stop further infusions until a physician decides to go on."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_harm, clinic, gate
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.records.models import Decision
from tests import gate_desk
from tests.gate_desk import Visit
from tests.harm_desk import RULE, decide, judge, open_items
from tests.world import World, new


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


def felt(visit: Visit, term: str = "dissociation", grade: int = 3, **more: Any) -> uuid.UUID:
    visit.world.later(minutes=1)
    return charting_harm.record(harm=Harm(term=term, grade=grade, **more), **visit.act())


def test_one_severe_side_effect_stops_nothing(visit: Visit) -> None:
    felt(visit)
    felt(visit, "nausea")
    felt(visit, grade=2)
    assert RULE not in visit.blocking
    assert open_items(visit, "harm_stop") == 0
    with pytest.raises(NotNow, match="No side effect stops"):
        decide(visit)


def test_the_same_again_holds_the_gate_until_a_physician_goes_on(visit: Visit) -> None:
    first, second = felt(visit), felt(visit, " Dissociation ")
    assert RULE in visit.blocking
    assert open_items(visit, "harm_stop") == 1
    with pytest.raises(NotNow, match="Judge each"):
        decide(visit)
    for event in (first, second):
        judge(visit, event, "probable")
    decide(visit)
    assert RULE not in visit.blocking
    assert open_items(visit, "harm_stop") == 0
    kept = Decision.of(visit.world.id).get(kind="harm_stop")
    assert (kept.outcome, kept.findings[0]["saw"]["same_severe_harm_n"]) == ("go_on", 2)
    visit.world.later(minutes=-3)
    felt(visit)  # once more, written down meanwhile and not seen: it is a physician's again
    assert RULE in visit.blocking
    assert open_items(visit, "harm_stop") == 1


def test_what_was_judged_not_to_come_from_the_drug_does_not_count(visit: Visit) -> None:
    first, second = felt(visit), felt(visit)
    judge(visit, first, "unrelated")
    assert RULE not in visit.blocking
    judge(visit, second, "unlikely", "hospital")
    assert RULE not in visit.blocking


@pytest.mark.parametrize("more", [{"serious": True, "grade": 2}, {"grade": 4}], ids=str)
def test_a_serious_one_holds_before_and_after_its_judgement(
    visit: Visit, more: dict[str, Any]
) -> None:
    event = felt(visit, "chest pain", **more)
    found = {f.finding.rule: f.finding for f in _items(visit)}[RULE]
    assert (found.outcome, found.blocks) == ("unknown", True)
    judge(visit, event, "possible", "important")
    assert RULE in visit.blocking
    assert open_items(visit, "harm_stop") == 1
    decide(visit)
    assert RULE not in visit.blocking


def test_no_further_infusion_is_a_decision_as_well(visit: Visit) -> None:
    judge(visit, felt(visit, serious=True), "definite", "hospital")
    decide(visit)
    assert RULE not in visit.blocking
    decide(visit, "stay")
    assert RULE in visit.blocking


def test_a_judgement_leaves_the_other_reviews_open(visit: Visit) -> None:
    first, second = felt(visit), felt(visit, "vomiting")
    judge(visit, first, "probable")
    assert open_items(visit, "adverse_event") == 2
    judge(visit, second, "probable")
    assert open_items(visit, "adverse_event") == 0


def test_a_correction_to_a_heavier_grade_asks_for_a_review(visit: Visit) -> None:
    event = felt(visit, grade=2)
    assert open_items(visit, "adverse_event") == 0
    felt_worse = Harm(term="dissociation", grade=3, note="seen again")
    for _ in range(2):
        visit.world.later(minutes=1)
        event = charting_harm.record(harm=felt_worse, corrects=event, **visit.act())
        assert open_items(visit, "adverse_event") == 1


def test_the_clinic_sets_how_often(visit: Visit) -> None:
    clinic.choose(
        actor=visit.world["manager"], uid=new(), at=visit.world.at, key=gate.OWN_NUMBERS,
        value={RULE: {"times": 1}},
    )  # fmt: skip
    felt(visit)
    assert RULE in visit.blocking


def test_who_decides_and_with_what(visit: Visit) -> None:
    judge(visit, felt(visit, serious=True), "definite", "hospital")
    for outcome, reason in (("go_on", "  "), ("maybe", "x")):
        with pytest.raises(BadValue):
            decide(visit, outcome, reason=reason)
    with pytest.raises(PermissionDenied):
        decide(visit, actor=visit.world["infusion_nurse"])
    assert RULE in visit.blocking


def _items(visit: Visit) -> tuple[gate.Item, ...]:
    return gate.items(clinic=visit.world.id, encounter=visit.encounter, at=visit.world.at)

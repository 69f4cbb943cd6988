"""A score of the bladder every three months of infusions: due, entered, at the gate a caution."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.clinical import safety
from reprieve.clinical.findings import Finding, Severity, Step
from reprieve.clinical.instruments import instrument
from reprieve.outcomes.booster import surveillance_needs
from reprieve.outcomes.rules import rules
from reprieve.pathway import approval, own_numbers, questionnaires, work_review
from reprieve.pathway.approval import Approval
from reprieve.pathway.booking import Slot
from reprieve.records.queries import facts, response, safety_numbers
from reprieve.records.queries import worklist as lists
from reprieve.records.queries.treatments import zone_of
from tests import booking_desk as desk
from tests import world as worlds
from tests.treated import Treated, responder
from tests.world import PASSWORD, World, new

DUE = "due_bladder_score"


@pytest.fixture
def made(world: World) -> Treated:
    return responder(world, weeks=())


def score(made: Treated, index: int = 3) -> None:
    questionnaires.save(
        actor=made.world["infusion_nurse"], uid=new(), at=made.world.at, patient=made.patient,
        instrument="icsi", answers={"total": index}, mode="clinic", complete=True,
    )  # fmt: skip


def rule(world: World, patient: uuid.UUID) -> Finding:
    known = facts.facts(clinic=world.id, patient=patient, at=world.at)
    own = safety_numbers.own(clinic=world.id, at=world.at)
    judged = safety.examine(facts=known, step=Step.START, own_numbers=own)
    return next(one for one in judged if one.rule == "bladder-score-due")


def needs(made: Treated) -> set[str]:
    world = made.world
    day = world.at.astimezone(zone_of(world.id)).date()
    known = response.surveillance(clinic=world.id, patient=made.patient, at=world.at)
    found = surveillance_needs(surveillance=known, at=day, rules=rules(on=day))
    return {need.fact for need in found}


def work(made: Treated) -> list[str]:
    work_review.review_all(clinic=made.world.id, at=made.world.at)
    return [one.kind for one in lists.waiting(clinic=made.world.id) if one.kind == DUE]


def book(made: Treated) -> None:
    slot = Slot(starts_at=made.world.at + timedelta(days=2), kind="infusion",
                chair=desk.chairs(made.world, 1)[0])  # fmt: skip
    desk.book_anyway(made.world, made.patient, slot)


def test_before_the_first_infusion_nothing_is_due(world: World) -> None:
    patient, _ = worlds.person(world)
    assert rule(world, patient).outcome == "clear"
    known = response.surveillance(clinic=world.id, patient=patient, at=world.at)
    assert "bladder-score" in known.not_applicable


def test_after_three_months_it_is_due_until_it_is_entered(made: Treated) -> None:
    made.put("in_series")
    assert rule(made.world, made.patient).outcome == "clear"
    assert "bladder-score" not in needs(made)
    made.world.later(days=100)
    found = rule(made.world, made.patient)
    assert (found.outcome, found.severity) == ("finds", Severity.WARN)
    assert "bladder-score" in needs(made)
    book(made)
    assert work(made) == [DUE]
    score(made)
    assert work(made) == []
    assert rule(made.world, made.patient).outcome == "clear"
    assert "bladder-score" not in needs(made)
    made.world.later(days=93)
    assert rule(made.world, made.patient).outcome == "finds"
    assert "bladder-score" in needs(made)


def test_a_score_from_before_the_first_infusion_counts_from_there(world: World) -> None:
    patient, episode = worlds.person(world)
    made = Treated(world, patient, episode)
    score(made)
    assert facts.facts(clinic=world.id, patient=patient, at=world.at)[
        "days_without_bladder_score"
    ] == 0  # fmt: skip


def test_the_clinic_may_ask_earlier(made: Treated) -> None:
    made.world.later(days=40)
    assert rule(made.world, made.patient).outcome == "clear"
    at = made.world.later(seconds=1)
    asked = Approval(
        actor=made.world["medical_director"], uid=new(), at=at, password=PASSWORD, reason="",
        seen=approval.version(clinic=made.world.id, keys=(safety_numbers.KEY,), at=at),
    )  # fmt: skip
    own_numbers.set_rule(asked, rule="bladder-score-due", numbers={"days": 30})
    assert rule(made.world, made.patient).outcome == "finds"


def test_only_the_score_is_entered_and_it_is_to_be_confirmed() -> None:
    form = instrument("icsi")
    assert [item.id for item in form.items] == ["index"]
    assert (form.minimum, form.maximum) == (0, 20)
    assert not form.verified

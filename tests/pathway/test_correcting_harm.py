"""A side effect that was charted wrongly: grade, term, times; review and stop follow."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_harm, harm_end
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.records import notes
from reprieve.records.models import AdverseEvent
from reprieve.records.queries import harm as harms
from tests import gate_desk
from tests.gate_desk import Visit
from tests.harm_desk import RULE, decide, judge, open_items
from tests.world import World, new


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


def felt(visit: Visit, corrects: uuid.UUID | None = None, **said: Any) -> AdverseEvent:
    visit.world.later(minutes=1)
    why = "a slip" if corrects else ""
    harm = Harm(**{"term": "dissociation", "grade": 3, "note": why, **said})
    saved = charting_harm.record(harm=harm, corrects=corrects, **visit.act())
    found: AdverseEvent = AdverseEvent.of(visit.world.id).get(pk=saved)
    return found


def test_both_entries_stay_and_the_right_one_counts(visit: Visit) -> None:
    first = felt(visit, grade=2, note="at the window")
    second = felt(visit, first.pk, term="nausea", grade=1, action="drug given", outcome="worse")
    assert (first.term, second.term, second.corrects_id) == ("dissociation", "nausea", first.pk)
    assert second.onset_ms == first.onset_ms
    assert notes.read(second.note) == "at the window\na slip"
    [now] = harms.of_visit(clinic=visit.world.id, encounter=visit.encounter)
    assert (now.term, now.grade, now.action, now.outcome) == ("nausea", 1, "drug given", "worse")
    counted = harms.tally(
        clinic=visit.world.id, start=visit.world.at - timedelta(days=1), end=visit.world.at
    )
    assert counted.events == (("nausea", 1),)


def test_a_lighter_grade_ends_the_stop_and_stays_with_the_physician(visit: Visit) -> None:
    felt(visit)
    second = felt(visit)
    assert RULE in visit.blocking
    assert open_items(visit, "harm_stop") == 1
    lighter = felt(visit, second.pk, grade=2)
    assert RULE not in visit.blocking
    assert open_items(visit, "harm_stop") == 0  # there is nothing left to decide
    assert open_items(visit, "adverse_event") == 2
    felt(visit, lighter.pk, term="Dissociation")  # the same, written otherwise
    assert RULE in visit.blocking
    assert open_items(visit, "harm_stop") == 1


@pytest.mark.parametrize("grade", [2, 3])
def test_a_lighter_grade_does_not_lift_what_a_physician_decided(visit: Visit, grade: int) -> None:
    heavy = felt(visit, grade=4)
    decide(visit, "stay")
    lighter = felt(visit, heavy.pk, grade=grade)
    assert RULE in visit.blocking
    lightest = felt(visit, felt(visit, lighter.pk, term="nausea", grade=grade).pk, grade=1)
    assert RULE in visit.blocking
    with pytest.raises(NotNow, match="Judge each"):
        decide(visit, "go_on")
    decide(visit, "stay")  # with the lighter one in view
    judge(visit, felt(visit, term="vomiting").pk)
    assert RULE in visit.blocking
    assert open_items(visit, "adverse_event") > 0
    judge(visit, lightest.pk)
    assert RULE not in visit.blocking
    assert open_items(visit, "adverse_event") == 0


def test_lowered_after_its_judgement_it_is_judged_again(visit: Visit) -> None:
    judged = judge(visit, felt(visit).pk)
    assert open_items(visit, "adverse_event") == 0
    lower = felt(visit, judged, grade=1)
    assert lower.relatedness is None
    assert open_items(visit, "adverse_event") == 1
    judge(visit, lower.pk)
    assert open_items(visit, "adverse_event") == 0


def test_a_light_one_that_was_judged_is_asked_about_when_it_becomes_another(visit: Visit) -> None:
    judged = judge(visit, felt(visit, grade=1).pk)
    kept = felt(visit, judged, grade=1, action="reassured")
    assert (kept.relatedness, kept.expected, kept.device_fault) == ("probable", True, False)
    assert open_items(visit, "adverse_event") == 0
    assert felt(visit, kept.pk, grade=1, term="nausea").relatedness is None
    assert open_items(visit, "adverse_event") == 1


def test_the_end_stays_unless_it_goes_on(visit: Visit) -> None:
    first = felt(visit, grade=1)
    visit.world.later(minutes=5)
    over = harm_end.end(harm=first.pk, **visit.act())
    ended_ms = ms(visit.world.at)
    second = felt(visit, over, grade=2, outcome="resolved")
    assert (second.ended_ms, second.outcome) == (ended_ms, "resolved")
    with pytest.raises(BadValue) as refused:
        felt(visit, second.pk, outcome="resolved", onset=visit.world.at)
    assert refused.value.field == "at"
    earlier = visit.world.at - timedelta(minutes=12)
    third = felt(visit, second.pk, grade=2, outcome="resolved", onset=earlier)
    assert third.onset_ms == ms(earlier)
    assert felt(visit, third.pk, grade=2, outcome="ongoing").ended_ms is None


@pytest.mark.parametrize(
    ("said", "field"),
    [({"note": ""}, "reason"), ({"grade": 0}, "grade"), ({"term": ""}, "term"),
     ({"action": "sang"}, "action"), ({"outcome": "?"}, "outcome")],
    ids=str,
)  # fmt: skip
def test_refusals_name_their_field(visit: Visit, said: dict[str, Any], field: str) -> None:
    first = felt(visit, grade=1)
    with pytest.raises(BadValue) as refused:
        felt(visit, first.pk, **{"grade": 1, **said})
    assert refused.value.field == field
    assert AdverseEvent.of(visit.world.id).count() == 1


def test_the_same_press_twice_is_one_correction(visit: Visit) -> None:
    first = felt(visit, grade=1)
    act = {**visit.act(), "uid": new()}
    harm = Harm(term="nausea", grade=1, note="a slip")
    saved = {charting_harm.record(harm=harm, corrects=first.pk, **act) for _ in range(2)}
    assert len(saved) == 1
    assert AdverseEvent.of(visit.world.id).count() == 2

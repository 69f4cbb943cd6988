"""A side effect that was not: a physician agrees before a severe one counts no more."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_harm, harm_end, harm_review, retracting
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records import notes
from reprieve.records.models import AdverseEvent, AuditEvent
from reprieve.records.models.infusion import ENTERED_IN_ERROR
from reprieve.records.queries import followup, harm_reports, registry
from reprieve.records.queries import harm as harms
from tests import gate_desk
from tests.gate_desk import Visit
from tests.harm_desk import RULE, by_doctor, decide, judge, open_items
from tests.world import World, new

WHY = "another chair's patient"


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


def felt(visit: Visit, **said: Any) -> AdverseEvent:
    visit.world.later(minutes=1)
    harm = Harm(**{"term": "dissociation", "grade": 3, **said})
    return row(visit, charting_harm.record(harm=harm, **visit.act()))


def corrected(visit: Visit, entry: AdverseEvent, **said: Any) -> AdverseEvent:
    """A nurse charts it otherwise."""
    visit.world.later(minutes=1)
    right = Harm(**{"term": entry.term, "grade": 1, "note": "a slip", **said})
    return row(visit, charting_harm.record(harm=right, corrects=entry.pk, **visit.act()))


def row(visit: Visit, pk: Any) -> AdverseEvent:
    found: AdverseEvent = AdverseEvent.of(visit.world.id).get(pk=pk)
    return found


def take_back(visit: Visit, entry: uuid.UUID, who: str = "infusion_nurse") -> AdverseEvent:
    visit.world.later(minutes=1)
    done = retracting.harm(entry=entry, reason=WHY, **visit.act(who))
    return row(visit, done["id"])


def whether(visit: Visit, event: uuid.UUID, happened: bool, note: str = "asked all") -> Any:
    return row(visit, harm_review.decide_whether(
        event=event, happened=happened, note=note, **by_doctor(visit)
    ))  # fmt: skip


def counted(visit: Visit) -> dict[str, int]:
    """How many side effects each place tells."""
    world, who = visit.world, visit.patient
    span = {"start": world.at - timedelta(days=1), "end": world.at + timedelta(minutes=1)}
    return {
        "visit": len(harms.of_visit(clinic=world.id, encounter=visit.encounter)),
        "patient": len(harms.of_patient(clinic=world.id, patient=who)),
        "year": len(harms.between(clinic=world.id, **span)),
        "rates": sum(n for _, n in harms.tally(clinic=world.id, **span).events),
        "follow-up": len(followup.harm(clinic=world.id, patient=who)),
        "registry": len(registry._events(world.id, {who: 1}, world.at)),
        "rows": AdverseEvent.of(world.id).count(),
    }


def test_both_entries_stay_and_nothing_counts_it(visit: Visit) -> None:
    first = felt(visit, grade=2, note="at the window")
    assert set(counted(visit).values()) == {1}
    saved = take_back(visit, first.pk)
    assert (saved.corrects_id, saved.outcome) == (first.pk, ENTERED_IN_ERROR)
    assert (saved.term, saved.grade, saved.onset_ms) == ("dissociation", 2, first.onset_ms)
    assert (saved.relatedness, saved.addendum) == (None, False)
    assert notes.read(saved.note) == WHY
    assert row(visit, first.pk).outcome == "ongoing"
    assert counted(visit) == dict.fromkeys(counted(visit), 0) | {"rows": 2}
    about = harm_reports.about(clinic=visit.world.id, event=saved.pk, at=visit.world.at)
    assert about is None  # there is nothing to tell the agency
    assert open_items(visit, "adverse_event") == 0
    said = AuditEvent.objects.filter(subject_kind="adverse_event").latest("id")
    assert said.detail == {"retraction": True}


def test_a_severe_one_counts_until_a_physician_agrees(visit: Visit) -> None:
    first, second = felt(visit), felt(visit)
    judge(visit, first.pk)
    never = take_back(visit, second.pk)
    assert RULE in visit.blocking
    assert open_items(visit, "harm_stop") == 1
    assert open_items(visit, "adverse_event") == 2  # those of the two: none was opened for it
    [asked] = harms.waiting(clinic=visit.world.id)
    assert (asked.id, asked.retracted, asked.waits) == (never.pk, True, True)
    with pytest.raises(NotNow, match="Judge each"):
        decide(visit, "go_on")
    agreed = whether(visit, never.pk, happened=False)
    assert (agreed.outcome, agreed.relatedness) == (ENTERED_IN_ERROR, "unrelated")
    assert notes.read(agreed.note) == f"{WHY}\nasked all"
    assert RULE not in visit.blocking
    assert (open_items(visit, "harm_stop"), open_items(visit, "adverse_event")) == (0, 0)
    assert harms.waiting(clinic=visit.world.id) == []


@pytest.mark.parametrize("said", [{"grade": 4}, {"grade": 2, "serious": True}], ids=str)
def test_one_made_lighter_first_counts_as_it_was(visit: Visit, said: dict[str, Any]) -> None:
    lighter = corrected(visit, corrected(visit, felt(visit, **said), grade=2))
    never = take_back(visit, lighter.pk)
    assert (never.grade, never.serious) == (said["grade"], said.get("serious", False))
    assert RULE in visit.blocking
    assert [one.id for one in harms.waiting(clinic=visit.world.id)] == [never.pk]
    assert open_items(visit, "adverse_event") == 1
    whether(visit, never.pk, happened=False)
    assert RULE not in visit.blocking
    assert open_items(visit, "adverse_event") == 0


def test_if_it_happened_the_lighter_one_stands_again(visit: Visit) -> None:
    lighter = corrected(visit, felt(visit, grade=4))
    again = whether(visit, take_back(visit, lighter.pk).pk, happened=True)
    assert (again.grade, again.retracts) == (1, False)


def test_a_judgement_ends_what_was_charted_before_it(visit: Visit) -> None:
    lighter = corrected(visit, felt(visit, grade=4), grade=2)
    assert take_back(visit, judge(visit, lighter.pk)).grade == 2


def test_a_physician_who_took_it_back_agrees_with_that(visit: Visit) -> None:
    event = felt(visit, grade=4)
    assert RULE in visit.blocking
    assert take_back(visit, event.pk, who="physician").relatedness == "unrelated"
    assert RULE not in visit.blocking
    assert (open_items(visit, "harm_stop"), open_items(visit, "adverse_event")) == (0, 0)


def test_what_did_happen_stands_again_as_it_was_charted(visit: Visit) -> None:
    first = felt(visit, grade=4, action="stopped", outcome="resolved", note="Eyes rolled up.")
    never = take_back(visit, first.pk)
    again = whether(visit, never.pk, happened=True)
    charted = ("term", "grade", "serious", "action", "outcome", "onset_ms", "relatedness")
    assert [getattr(again, n) for n in charted] == [getattr(first, n) for n in charted]
    assert notes.read(again.note) == "Eyes rolled up.\nasked all"  # not why it was denied
    assert notes.read(never.note) == WHY
    assert RULE in visit.blocking
    assert open_items(visit, "adverse_event") == 1
    judged = judge(visit, again.pk, "definite", "hospital")
    restored = whether(visit, take_back(visit, judged).pk, happened=True)
    assert (restored.relatedness, restored.criteria) == ("definite", ["hospital"])
    assert RULE in visit.blocking


def test_what_a_physician_let_pass_is_asked_about_anew(visit: Visit) -> None:
    event = judge(visit, felt(visit, grade=4).pk, "possible", "important")
    decide(visit, "go_on")
    assert RULE not in visit.blocking
    never = take_back(visit, event)
    assert RULE in visit.blocking
    whether(visit, never.pk, happened=False)
    assert RULE not in visit.blocking


@pytest.mark.parametrize("grade", [1, 4])
def test_a_nurse_does_not_lift_what_a_physician_decided(visit: Visit, grade: int) -> None:
    heavy = felt(visit, grade=4)
    decide(visit, "stay")
    if grade == 1:
        heavy = corrected(visit, heavy)
    never = take_back(visit, heavy.pk)
    assert RULE in visit.blocking
    assert [one.id for one in harms.retracted(
        clinic=visit.world.id, start=visit.world.at - timedelta(days=1), end=visit.world.at
    )] == [never.pk]  # fmt: skip
    with pytest.raises(NotNow, match="Judge each"):
        decide(visit, "go_on")
    whether(visit, never.pk, happened=False)
    assert RULE not in visit.blocking


@pytest.mark.parametrize("lighter", [False, True])
def test_a_physician_at_the_bedside_does_not_lift_what_was_decided(
    visit: Visit, lighter: bool
) -> None:
    heavy = felt(visit, grade=4)
    decide(visit, "stay")
    if lighter:
        heavy = corrected(visit, heavy)
    never = take_back(visit, heavy.pk, who="physician")
    assert never.relatedness is None
    assert RULE in visit.blocking
    assert [one.id for one in harms.waiting(clinic=visit.world.id)] == [never.pk]
    whether(visit, never.pk, happened=False)
    assert RULE not in visit.blocking


class TestLifted:
    """A physician's judgement lifted "no further infusion": no word of theirs brings it back."""

    def lifted(self, visit: Visit, *, how: str) -> AdverseEvent:
        entry = felt(visit, grade=4)
        decide(visit, "stay")
        if how == "stands again":
            never = take_back(visit, entry.pk, who="physician")
            entry = whether(visit, never.pk, happened=True)
            assert RULE in visit.blocking
        if how == "lighter":
            entry = corrected(visit, entry)
        related = "probable" if how == "lighter" else "unlikely"
        assert RULE in visit.blocking
        judged = row(visit, judge(visit, entry.pk, related))
        self.stands_open(visit)
        return judged

    def stands_open(self, visit: Visit) -> None:
        """Nothing holds the infusions, and nothing waits for a physician."""
        assert RULE not in visit.blocking
        assert (open_items(visit, "harm_stop"), open_items(visit, "adverse_event")) == (0, 0)
        assert harms.waiting(clinic=visit.world.id) == []

    @pytest.mark.parametrize("how", ["not from the drug", "lighter", "stands again"])
    def test_a_physician_who_says_that_it_never_was_brings_nothing_back(
        self, visit: Visit, how: str
    ) -> None:
        never = take_back(visit, self.lifted(visit, how=how).pk, who="physician")
        assert (never.outcome, never.relatedness) == (ENTERED_IN_ERROR, "unrelated")
        self.stands_open(visit)

    @pytest.mark.parametrize("how", ["not from the drug", "lighter", "stands again"])
    @pytest.mark.parametrize("happened", [False, True])
    def test_what_a_nurse_says_counts_until_a_physician_decided(
        self, visit: Visit, how: str, happened: bool
    ) -> None:
        never = take_back(visit, self.lifted(visit, how=how).pk)
        assert RULE in visit.blocking
        whether(visit, never.pk, happened=happened)
        self.stands_open(visit)

    def test_nor_does_one_of_several_that_are_too_few_by_now(self, visit: Visit) -> None:
        first, second = felt(visit), felt(visit)
        decide(visit, "stay")
        judge(visit, first.pk, "unrelated")
        judged = judge(visit, second.pk)
        self.stands_open(visit)
        assert take_back(visit, judged, who="physician").relatedness == "unrelated"
        self.stands_open(visit)

    def test_while_they_are_enough_the_bedside_lifts_nothing(self, visit: Visit) -> None:
        first, second = felt(visit), felt(visit)
        for event in (first, second):
            last = judge(visit, event.pk)
        decide(visit, "stay")
        never = take_back(visit, last, who="physician")
        assert never.relatedness is None
        assert RULE in visit.blocking
        assert [one.id for one in harms.waiting(clinic=visit.world.id)] == [never.pk]
        whether(visit, never.pk, happened=False)
        self.stands_open(visit)

    def test_what_holds_besides_goes_on_to_hold(self, visit: Visit) -> None:
        light, heavy = felt(visit, grade=4), felt(visit, term="chest pain", grade=4)
        decide(visit, "stay")
        judged = judge(visit, light.pk, "unrelated")
        assert take_back(visit, judged, who="physician").relatedness == "unrelated"
        assert RULE in visit.blocking
        assert [one.id for one in harms.waiting(clinic=visit.world.id)] == [heavy.pk]
        judge(visit, heavy.pk, "unrelated")
        self.stands_open(visit)


def test_a_light_one_that_was_judged_is_asked_about(visit: Visit) -> None:
    judged = judge(visit, felt(visit, grade=1).pk)
    never = take_back(visit, judged)
    assert open_items(visit, "adverse_event") == 1
    assert [one.id for one in harms.waiting(clinic=visit.world.id)] == [never.pk]
    assert RULE not in visit.blocking
    whether(visit, never.pk, happened=False)
    assert open_items(visit, "adverse_event") == 0


def test_a_light_one_that_waits_outlasts_the_judgement_of_another(visit: Visit) -> None:
    never = take_back(visit, judge(visit, felt(visit, grade=1).pk))
    judge(visit, felt(visit, term="nausea").pk)
    assert [one.id for one in harms.waiting(clinic=visit.world.id)] == [never.pk]
    assert open_items(visit, "adverse_event") > 0
    severe = judge(visit, felt(visit, term="chest pain", grade=4).pk, "probable", "hospital")
    assert row(visit, severe).serious
    decide(visit, "go_on")  # a light one holds no infusion
    assert RULE not in visit.blocking
    whether(visit, never.pk, happened=False)
    assert open_items(visit, "adverse_event") == 0


def test_a_judged_one_that_became_another_is_asked_about(visit: Visit) -> None:
    judged = row(visit, judge(visit, felt(visit, grade=1).pk))
    never = take_back(visit, corrected(visit, judged, term="nausea").pk)
    assert open_items(visit, "adverse_event") == 1
    assert [one.id for one in harms.waiting(clinic=visit.world.id)] == [never.pk]


def test_one_that_was_judged_two_corrections_ago_is_asked_about(visit: Visit) -> None:
    judged = row(visit, judge(visit, felt(visit, grade=1).pk))
    entry = corrected(visit, judged, term="nausea")
    judge(visit, felt(visit, term="vomiting").pk)  # ends what was asked about the first
    assert open_items(visit, "adverse_event") == 0
    take_back(visit, entry.pk)
    assert open_items(visit, "adverse_event") == 1


def test_nothing_goes_on_from_it(visit: Visit) -> None:
    first = felt(visit, grade=1)
    never = take_back(visit, first.pk)
    with pytest.raises(NotNow, match="already corrected"):
        take_back(visit, first.pk)
    right = Harm(term="nausea", grade=1, note="it was")
    for press in (
        lambda: take_back(visit, never.pk),
        lambda: charting_harm.record(harm=right, corrects=never.pk, **visit.act()),
        lambda: harm_end.end(harm=never.pk, **visit.act()),
        lambda: judge(visit, never.pk),
    ):
        with pytest.raises(NotNow, match="enter anew what did"):
            press()
    assert AdverseEvent.of(visit.world.id).count() == 2


def test_whether_it_happened_is_a_physicians_and_asked_once(visit: Visit) -> None:
    first = felt(visit)
    with pytest.raises(NotNow, match="nothing to decide"):
        whether(visit, first.pk, happened=False)
    never = take_back(visit, first.pk)
    with pytest.raises(BadValue, match="note: is needed"):
        whether(visit, never.pk, happened=False, note=" ")
    with pytest.raises(PermissionDenied):
        harm_review.decide_whether(
            event=never.pk, happened=False, note="x",
            **{**by_doctor(visit), "actor": visit.world["infusion_nurse"]},
        )  # fmt: skip
    with pytest.raises(NotFound):
        whether(visit, new(), happened=False)
    agreed = whether(visit, never.pk, happened=False)
    with pytest.raises(NotNow, match="already corrected"):
        whether(visit, never.pk, happened=True)
    with pytest.raises(NotNow, match="nothing to decide"):
        whether(visit, agreed.pk, happened=True)


def test_the_same_press_twice_is_one(visit: Visit) -> None:
    first = felt(visit, grade=1)
    act = {**visit.act(), "uid": new()}
    saved = {str(retracting.harm(entry=first.pk, reason=WHY, **act)) for _ in range(2)}
    assert len(saved) == 1
    assert AdverseEvent.of(visit.world.id).count() == 2
    with pytest.raises(BadValue) as refused:
        retracting.harm(entry=first.pk, reason=" ", **visit.act())
    assert refused.value.field == "reason"

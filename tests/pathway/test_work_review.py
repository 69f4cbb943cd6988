"""Once a day each course of care is looked at: who stands still, who is silent, what is due."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.clinical import instruments
from reprieve.pathway import (
    escalation,
    links,
    observations,
    questionnaires,
    stalled,
    tests_due,
    work_review,
    worklist,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotNow
from reprieve.pathway.observations import Told
from reprieve.records.models import EpisodeOfCare, PatientLink, WorkItem
from reprieve.records.queries import worklist as lists
from reprieve.records.queries.worklist import WorkView
from tests import booking_desk as desk
from tests import world as w
from tests.treated import Treated, responder, treated
from tests.world import World, new

DAY = timedelta(days=1)
# The score of the bladder is due after months of infusions only.
SOON = tests_due.ENDS - {"due_bladder_score"}


def night(world: World, days: float = 1) -> list[WorkView]:
    """This function will let some days pass, look, and return what waits."""
    world.later(days=days)
    work_review.review_all(clinic=world.id, at=world.at)
    return lists.waiting(clinic=world.id)


def kinds(found: list[WorkView]) -> list[str]:
    return [one.kind for one in found]


def standing(world: World, state: str) -> Treated:
    patient, episode = w.person(world)
    made = Treated(world, patient, episode)
    made.put(state)
    return made


def finish(world: World, item: WorkView, who: str) -> None:
    worklist.finish(
        actor=world[who], uid=new(), at=world.at, item=item.id, text="calls back in May"
    )


class TestStandsStill:
    @pytest.mark.parametrize(
        ("state", "kind", "owner"),
        [
            ("requested", "next_visit", "front_desk"),
            ("consultation_booked", "next_visit", "front_desk"),
            ("evaluating", "decision_wanted", "physician"),
            ("accepted", "next_visit", "front_desk"),
            ("consented", "plan_wanted", "physician"),
            ("planned", "book_infusion", "front_desk"),
            ("in_series", "book_infusion", "front_desk"),
        ],
    )
    def test_it_is_somebodys(self, world: World, state: str, kind: str, owner: str) -> None:
        made = standing(world, state)
        assert night(world, 2) == []
        (item,) = night(world, 2)
        assert (item.kind, item.owner_role, item.patient) == (kind, owner, made.patient)
        assert item.due_at == world.at + stalled.WITHIN
        assert kinds(night(world)) == [kind]
        escalation.escalate_due(clinic=world.id, at=item.due_at)
        assert WorkItem.of(world.id).get(pk=item.id).level == 1

    @pytest.mark.parametrize("state", ["deferred", "follow_up", "maintenance", "closed"])
    def test_where_something_else_looks_nothing_waits(self, world: World, state: str) -> None:
        standing(world, state)
        assert night(world, 9) == []

    def test_who_has_a_visit_does_not_stand_still(self, world: World) -> None:
        made = standing(world, "accepted")
        desk.book_anyway(
            world, made.patient, Slot(starts_at=world.at + 9 * DAY, kind="consultation")
        )
        assert night(world, 4) == []

    def test_a_series_needs_an_infusion(self, world: World) -> None:
        made = standing(world, "in_series")
        desk.book_anyway(
            world, made.patient, Slot(starts_at=world.at + 9 * DAY, kind="follow_up")
        )
        assert kinds(night(world, 4)) == ["book_infusion"]

    def test_nor_does_who_sits_in_the_chair(self, world: World) -> None:
        made = standing(world, "in_series")
        w.prepared(world, made.patient, made.episode)
        assert night(world, 4) == []

    def test_the_word_of_who_closed_it_is_taken_for_a_week(self, world: World) -> None:
        standing(world, "accepted")
        (item,) = night(world, 4)
        finish(world, item, "front_desk")
        assert night(world, 6) == []
        assert kinds(night(world, 2)) == ["next_visit"]

    def test_a_booking_ends_it(self, world: World) -> None:
        made = standing(world, "accepted")
        assert kinds(night(world, 4)) == ["next_visit"]
        desk.book_anyway(
            world, made.patient, Slot(starts_at=world.at + 9 * DAY, kind="consultation")
        )
        assert lists.waiting(clinic=world.id) == []

    def test_a_step_ends_it(self, world: World) -> None:
        made = standing(world, "accepted")
        night(world, 4)
        made.put("follow_up")
        assert night(world) == []


class TestAnswers:
    def test_a_week_without_answers_is_called_once(self, world: World) -> None:
        made = responder(world, weeks=())
        WorkItem.of(world.id).update(state="done")
        assert "answers_overdue" not in kinds(night(world, 9))
        (item,) = [one for one in night(world, 3) if one.kind == "answers_overdue"]
        assert (item.owner_role, item.patient) == ("infusion_nurse", made.patient)
        finish(world, item, "infusion_nurse")
        assert "answers_overdue" not in kinds(night(world, 2))
        assert "answers_overdue" in kinds(night(world, 21))

    def test_old_ones_are_left_alone(self, world: World) -> None:
        responder(world, weeks=())
        assert "answers_overdue" in kinds(night(world, 30))
        assert "answers_overdue" not in kinds(night(world, 200))

    def test_a_form_that_was_sent_is_asked_for(self, world: World) -> None:
        patient, _ = w.person(world)
        send(world, patient)
        assert night(world, 2) == []
        (item,) = [one for one in night(world, 2) if one.kind == "link_unanswered"]
        assert item.owner_role == "front_desk"
        finish(world, item, "front_desk")
        assert "link_unanswered" not in kinds(night(world))
        send(world, patient)
        assert "link_unanswered" in kinds(night(world, 4))

    @pytest.mark.parametrize("how", ["sent", "revoked", "accepted", "told"])
    def test_an_answer_ends_it(self, world: World, how: str) -> None:
        made = standing(world, "requested")
        link = send(world, made.patient)
        assert "link_unanswered" in kinds(night(world, 4))
        rows = PatientLink.of(world.id).filter(pk=link)
        if how == "sent":
            rows.update(submitted_key=new())
        elif how == "revoked":
            rows.update(revoked_at=world.at)
        elif how == "accepted":
            made.put("accepted")
        else:
            told(world, made.patient, link)
        assert "link_unanswered" not in kinds(night(world))


def send(world: World, patient: uuid.UUID) -> uuid.UUID:
    return links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="evaluation"
    )


def told(world: World, patient: uuid.UUID, link: uuid.UUID) -> None:
    """This function will answer on the tablet everything that a link asks."""
    row = PatientLink.of(world.id).get(pk=link)
    for name in links.asked(clinic=world.id, form=row.form, made_at=row.valid_from):
        questionnaires.save(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient, instrument=name,
            answers=lowest(name), complete=True, mode="kiosk",
        )  # fmt: skip


def lowest(name: str) -> dict[str, object]:
    form = instruments.instrument(name)
    if form.enter_total:
        return {"total": form.minimum}
    return {item.id: item.options[0].value if item.options else item.minimum for item in form.items}


class TestDue:
    def soon(self, world: World, days: float = 3) -> Treated:
        made = treated(world)
        made.put("in_series")
        slot = Slot(starts_at=world.at + timedelta(days=days), kind="infusion",
                    chair=desk.chairs(world, 1)[0])  # fmt: skip
        desk.book_anyway(world, made.patient, slot)
        return made

    def test_what_is_not_known_is_due_before_the_infusion(self, world: World) -> None:
        made = self.soon(world)
        found = [one for one in night(world, 0) if one.kind in tests_due.ENDS]
        assert sorted(kinds(found)) == ["due_bladder", "due_liver", "due_memory"]
        assert {one.due_at for one in found} == {world.at + 2 * DAY}
        assert {one.owner_role for one in found} == {"infusion_nurse"}
        know(world, made.patient)
        assert not set(kinds(lists.waiting(clinic=world.id))) & tests_due.ENDS

    def test_the_laboratory_is_asked_earlier(self, world: World) -> None:
        self.soon(world, 6)
        assert kinds(night(world, 0)) == ["due_liver"]

    def test_not_for_an_infusion_far_away(self, world: World) -> None:
        self.soon(world, 12)
        assert night(world, 0) == []

    def test_an_ordered_test_waits_already(self, world: World) -> None:
        made = self.soon(world, 6)
        worklist.open_item(
            actor=world["physician"], at=world.at, kind="test_liver",
            owner_role="infusion_nurse", due_at=world.at, patient=made.patient,
        )  # fmt: skip
        assert kinds(night(world, 0)) == ["test_liver"]

    def test_a_planned_booster_without_a_date_counts(self, world: World) -> None:
        made = treated(world)
        made.plan(sessions=1)
        assert not set(kinds(night(world, 0))) & tests_due.ENDS
        world.later(hours=1)
        made.plan(sessions=1, is_booster=True)
        assert set(kinds(night(world, 1))) >= SOON

    def test_who_says_why_not_is_believed(self, world: World) -> None:
        self.soon(world, 6)
        (item,) = night(world, 0)
        finish(world, item, "infusion_nurse")
        assert "due_liver" not in kinds(night(world, 1))

    def test_it_ends_with_the_visit(self, world: World) -> None:
        self.soon(world, 1)
        assert set(kinds(night(world, 0))) >= SOON
        assert not set(kinds(night(world, 2))) & tests_due.ENDS


def know(world: World, patient: uuid.UUID) -> None:
    values = {"alt_times_uln": 1.0, "bladder_symptoms": False, "memory_complaint": False}
    observations.write(
        [Told(code=code, value=value) for code, value in values.items()],
        actor=world["infusion_nurse"], at=world.at, measured_at=world.at, patient=patient,
    )  # fmt: skip


def test_what_one_record_refuses_never_stops_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing(world, "accepted")
    other, _ = w.person(world, given="Bo", mrn="B-9", email="", phone="")
    EpisodeOfCare.of(world.id).filter(patient_id=other).update(state="accepted")
    real = stalled.look

    def look(episode: EpisodeOfCare, at: object) -> object:
        if episode.patient_id == other:
            raise NotNow("no")
        return real(episode, at)  # type: ignore[arg-type]

    monkeypatch.setattr(stalled, "look", look)
    assert len(night(world, 4)) == 1


def test_each_clinic_by_its_own_clock(world: World) -> None:
    standing(world, "accepted")
    assert work_review.review_every_clinic() >= 0
    assert work_review.review_every_clinic() == 0

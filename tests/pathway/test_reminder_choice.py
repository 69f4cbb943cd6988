"""Reminders as the patient wants them: their hour, their language, or none; and forms when due."""

from __future__ import annotations

import uuid
from datetime import time, timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import diary_link, due_forms, links, messages, outbox, questionnaires
from reprieve.pathway import reminder_choice as choices
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.permissions import by_link
from reprieve.records import identity
from reprieve.records.models import (
    IdentityIndex,
    OutboxAttempt,
    OutboxMessage,
    Patient,
    PatientLink,
)
from reprieve.records.queries import reminder_choices, worklist
from reprieve.records.queries.treatments import zone_of
from tests import world as worlds
from tests.treated import Treated, responder
from tests.world import World, new


@pytest.fixture
def made(world: World) -> Treated:
    found = responder(world, weeks=())
    diary_link.ask(actor=world["infusion_nurse"], patient=found.patient, at=world.at)
    return found


def choose(made: Treated, **more: Any) -> None:
    told = {"wanted": True, **more}
    choices.choose(
        actor=by_link(made.world.id, made.patient), uid=new(), at=made.world.later(seconds=1),
        patient=made.patient, **told,
    )  # fmt: skip


def waiting(made: Treated) -> list[OutboxMessage]:
    rows = OutboxMessage.of(made.world.id).filter(patient_id=made.patient, state="waiting")
    return list(rows.filter(template=messages.DIARY).order_by("due_at"))


def test_the_hour_and_the_language_are_the_patients(made: Treated) -> None:
    choose(made, evening=time(20, 30), language="es")
    zone = zone_of(made.world.id)
    hours = {row.due_at.astimezone(zone).strftime("%H:%M") for row in waiting(made)}
    assert hours <= {"20:30", "09:00"}
    assert "20:30" in hours
    assert Patient.of(made.world.id).get(pk=made.patient).language == "es"


def test_who_stops_gets_no_reminder_until_they_want_them_again(made: Treated) -> None:
    assert waiting(made)
    choose(made, wanted=False)
    assert not waiting(made)
    assert diary_link.ask(
        actor=made.world["infusion_nurse"], patient=made.patient, at=made.world.at
    ) == 0  # fmt: skip
    messages.enqueue(  # as if it had been kept in the same moment
        clinic=made.world.id, template=messages.REMINDER, at=made.world.at, patient=made.patient
    )
    code = messages.enqueue(
        clinic=made.world.id, template="read_code", at=made.world.at, patient=made.patient
    )
    taken = outbox.take(clinic=made.world.id, at=made.world.at, quiet_since=None)
    assert [one.id for one in taken if one.patient == made.patient] == [code]
    choose(made)
    assert waiting(made)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"evening": time(3, 0)}, "evening"), ({"language": "tlh"}, "language")],
)
def test_what_cannot_be_chosen_is_named(
    made: Treated, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        choose(made, **changes)
    assert refused.value.field == field
    assert reminder_choices.of(clinic=made.world.id, patient=made.patient).evening is None


def test_nobody_chooses_for_another(made: Treated) -> None:
    stranger, _ = worlds.person(made.world)
    with pytest.raises(PermissionDenied):
        choices.choose(
            actor=by_link(made.world.id, stranger), uid=new(), at=made.world.at,
            patient=made.patient, wanted=False,
        )  # fmt: skip


def test_a_word_by_text_stops_and_starts(made: Treated, world: World) -> None:
    phone = "+1 (555) 010-7788"
    told, _ = worlds.person(world, phone="555-010-7788")
    other, _ = worlds.person(world, phone="555-010-7789")

    def wanted(patient: uuid.UUID) -> bool:
        return reminder_choices.of(clinic=world.id, patient=patient).wanted

    for text, changed, after in (("How are you", 0, True), ("Stop.", 1, False), ("START", 1, True)):
        at = world.later(minutes=1)
        assert choices.told_by_text(phone=phone, text=text, at=at) == changed
        assert wanted(told) is after
    assert wanted(other)


@pytest.mark.parametrize(
    ("kept", "says"),
    [
        ("555-0143", "+1 212 555 0143"),  # as it is dialled in town
        ("+1 555 0143", "+15550143"),
        ("(212) 555-0143 x12", "+12125550143"),
        ("212 555 0143 ext. 7", "+12125550143"),
        ("020 7946 0018", "+442079460018"),
    ],
)
def test_stop_is_heard_however_the_number_is_written(world: World, kept: str, says: str) -> None:
    told, _ = worlds.person(world, phone=kept)
    other, _ = worlds.person(world, phone="646 555 0199")
    assert choices.told_by_text(phone=says, text="STOP", at=world.at) == 1
    assert not reminder_choices.of(clinic=world.id, patient=told).wanted
    assert reminder_choices.of(clinic=world.id, patient=other).wanted


def test_stop_is_meant_for_the_number_that_fits_longest(world: World) -> None:
    whole, _ = worlds.person(world, phone="212 555 0143")
    in_town, _ = worlds.person(world, phone="555 0143")
    assert choices.told_by_text(phone="+12125550143", text="STOP", at=world.at) == 1
    assert not reminder_choices.of(clinic=world.id, patient=whole).wanted
    assert reminder_choices.of(clinic=world.id, patient=in_town).wanted


def test_stop_is_heard_from_a_number_that_was_indexed_with_its_extension(world: World) -> None:
    told, _ = worlds.person(world, phone="212 555 0143 x12")
    rows = IdentityIndex.of(world.id).filter(patient_id=told, kind="phone")
    rows.update(token=identity.token(world.id, "phone", "2555014312"))
    assert choices.told_by_text(phone="+12125550143", text="STOP", at=world.at) == 1
    assert not reminder_choices.of(clinic=world.id, patient=told).wanted
    assert choices.told_by_text(phone="12", text="STOP", at=world.at) == 0


def texted(world: World) -> outbox.Due:
    patient, _ = worlds.person(world)
    messages.enqueue(
        clinic=world.id, template="clinician_review", at=world.at, patient=patient, channel="sms",
        to="+15550100",
    )  # fmt: skip
    [due] = outbox.take(clinic=world.id, at=world.at, quiet_since=None)
    return due


def state_of(due: outbox.Due) -> str:
    return str(OutboxMessage.of(due.clinic).get(pk=due.id).state)


@pytest.mark.parametrize(("arrived", "state"), [(True, "arrived"), (False, "failed")])
def test_a_receipt_that_overtakes_the_note_of_sending_is_kept(
    world: World, arrived: bool, state: str
) -> None:
    due = texted(world)
    assert outbox.receipt(message=due.id, at=world.at, arrived=arrived)
    outbox.sent(due=due, at=world.later(seconds=1))
    assert state_of(due) == state
    failed = [i for i in worklist.waiting(clinic=world.id) if i.kind == outbox.FAILED_WORK]
    assert len(failed) == (0 if arrived else 1)


@pytest.mark.parametrize("for_good", [True, False])
def test_a_text_that_arrived_is_not_sent_again(world: World, for_good: bool) -> None:
    due = texted(world)
    assert outbox.receipt(message=due.id, at=world.at, arrived=True)
    outbox.failed(due=due, at=world.at, error="the answer came too late", for_good=for_good)
    assert state_of(due) == "arrived"
    assert outbox.take(clinic=world.id, at=world.later(hours=6), quiet_since=None) == []
    assert not [i for i in worklist.waiting(clinic=world.id) if i.kind == outbox.FAILED_WORK]


def test_a_receipt_is_noted_and_a_failure_becomes_work(world: World) -> None:
    patient, _ = worlds.person(world)
    row = messages.enqueue(
        clinic=world.id, template="clinician_review", at=world.at, patient=patient, channel="sms",
        to="+15550100",
    )  # fmt: skip
    assert not outbox.receipt(message=row, at=world.at, arrived=True)  # it never went out
    [due] = outbox.take(clinic=world.id, at=world.at, quiet_since=None)
    outbox.sent(due=due, at=world.at)
    assert outbox.receipt(message=row, at=world.at, arrived=True)
    assert OutboxMessage.of(world.id).get(pk=row).state == "arrived"
    assert outbox.receipt(message=row, at=world.at, arrived=False, reason="no such number")
    assert OutboxMessage.of(world.id).get(pk=row).state == "failed"
    said = OutboxAttempt.of(world.id).order_by("-recorded_at", "succeeded").first()
    assert said is not None
    assert said.error == "the gateway could not deliver it: no such number"
    assert not outbox.receipt(message=new(), at=world.at, arrived=True)


class TestDueForms:
    def ask(self, made: Treated) -> uuid.UUID | None:
        nurse = made.world["infusion_nurse"]
        return due_forms.ask(actor=nurse, patient=made.patient, at=made.world.at)

    def test_a_week_is_asked_once_and_by_its_set(self, made: Treated) -> None:
        asked = {}
        for day in range(1, 95):
            made.world.later(days=1)
            link = self.ask(made)
            if link is not None:
                asked[day] = PatientLink.of(made.world.id).get(pk=link).form
        # The series ended a day before; a week opens two days before its day.
        assert list(asked.values()) == ["weeks_short", "weeks_long", "weeks_short", "weeks_long"]
        assert [round(day / 7) for day in asked] == [1, 4, 8, 12]
        sent = OutboxMessage.of(made.world.id).filter(template=messages.FORMS)
        assert sent.count() == 4

    def test_what_is_answered_is_not_asked(self, made: Treated) -> None:
        made.world.later(days=6)
        for name, answers in (
            ("peg", {"pain": 3, "enjoyment": 4, "activity": 5}),
            ("phq-9", {f"item{n}": 0 for n in range(1, 10)}),
            ("pgic", {"change": 2}),
        ):
            from reprieve.clinical.instruments import instrument

            items = [item.id for item in instrument(name).items]
            told = answers if set(answers) <= set(items) else dict.fromkeys(items, 0)
            if name == "pgic":
                told = dict.fromkeys(items, 2)
            questionnaires.save(
                actor=made.world["infusion_nurse"], uid=new(), at=made.world.at,
                patient=made.patient, instrument=name, answers=told, mode="call", complete=True,
            )  # fmt: skip
        assert self.ask(made) is None

    def test_who_stopped_still_finds_it_in_the_diary(self, made: Treated) -> None:
        choose(made, wanted=False)
        made.world.later(days=6)
        link = self.ask(made)
        place = {"clinic": made.world.id, "patient": made.patient}
        assert due_forms.open_links(at=made.world.at, **place) == [link]
        assert not OutboxMessage.of(made.world.id).filter(template=messages.FORMS).exists()
        assert due_forms.open_links(at=made.world.at + timedelta(days=9), **place) == []
        assert set(links.WEEKS["weeks_short"]) < set(links.WEEKS["weeks_long"])

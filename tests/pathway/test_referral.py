"""Requests come in by any way, once, checked, and wait on the desk's list."""

import uuid
from dataclasses import replace

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import closing, evaluation, referral
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor, system
from reprieve.pathway.referral import Request
from reprieve.records.identity import Identity
from reprieve.records.models import EpisodeOfCare
from reprieve.records.queries import patients
from reprieve.records.queries import referral as queries
from reprieve.records.queries import worklist as work
from tests import booking_desk as desk
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")
PDF = b"%PDF-1.7 invented"


def a_call() -> Request:
    who = Identity(given="Cal", family="Invented", phone="+15550100000")
    return Request(identity=who, source="call", message="Pain in the left hand for two years.")


def receive(world: w.World, request: Request, actor: Actor | None = None) -> dict[str, str]:
    return referral.receive(
        actor=actor or world["front_desk"], uid=w.new(), at=world.at, request=request
    )


def test_a_call_is_in_the_inbox_and_on_the_list() -> None:
    world = w.found()
    done = receive(world, a_call())
    view = queries.inbox(clinic=world.id)[0]
    assert (str(view.id), view.source, view.state) == (done["id"], "call", "requested")
    assert view.message.startswith("Pain in the left hand")
    assert [i.kind for i in work.waiting(clinic=world.id, roles=["front_desk"])] == ["referral"]
    referral.seen(actor=world["front_desk"], uid=w.new(), at=world.at, referral=view.id)
    assert work.waiting(clinic=world.id) == []


def test_a_web_request_comes_from_nobody_on_the_staff() -> None:
    world = w.found()
    asked = replace(a_call(), source="web")
    receive(world, asked, system(world.id, "public page"))
    assert queries.inbox(clinic=world.id)[0].source == "web"
    nobody = replace(asked, identity=Identity(given="No", family="Contact"))
    with pytest.raises(BadValue, match="phone"):
        receive(world, nobody, system(world.id, "public page"))


def test_a_letter_is_attached_by_its_content() -> None:
    world = w.found()
    receive(world, replace(a_call(), source="referral", file=PDF))
    view = queries.inbox(clinic=world.id)[0]
    assert view.media_type == "application/pdf"
    assert view.attachment
    kept = queries.file(clinic=world.id, attachment=view.attachment)
    assert kept == ("application/pdf", PDF, view.patient)
    assert queries.file(clinic=w.found().id, attachment=view.attachment) is None


@pytest.mark.parametrize("content", [b"", b"MZ an executable", b"<html>", b"x" * 10_000_001])
def test_another_kind_of_file_is_refused_and_nothing_kept(content: bytes) -> None:
    world = w.found()
    with pytest.raises(BadValue, match="file"):
        receive(world, replace(a_call(), file=content))
    assert patients.count(clinic=world.id) == 0


def test_a_known_patient_keeps_the_open_episode_and_opens_a_new_one_after_closing() -> None:
    world = w.found()
    first = receive(world, a_call())
    known = replace(a_call(), patient=patients.page(clinic=world.id)[0].id)
    again = receive(world, known)
    assert again["episode"] == first["episode"]
    assert EpisodeOfCare.of(world.id).count() == 1
    close = {
        "actor": world["front_desk"], "at": world.at, "patient": known.patient,
        "because": "other",
    }  # fmt: skip
    with pytest.raises(BadValue, match="reason"):
        closing.close(**close, uid=w.new(), reason=" ")
    closing.close(**close, uid=w.new(), reason="wants it nearer home")
    assert queries.inbox(clinic=world.id) == []
    with pytest.raises(NotNow):
        closing.close(**close, uid=w.new(), reason="again")
    third = receive(world, known)
    assert third["patient"] == first["patient"]
    assert third["episode"] != first["episode"]
    assert len(queries.of_patient(clinic=world.id, patient=known.patient)) == 3


def test_a_booked_consultation_answers_the_request_and_a_later_one_waits_again() -> None:
    world = w.found()
    done = receive(world, a_call())
    patient = uuid.UUID(done["patient"])
    desk.book(world, patient, Slot(starts_at=desk.at(10, 9), kind="consultation"))
    assert queries.inbox(clinic=world.id) == []
    assert work.waiting(clinic=world.id, patient=patient) == []
    world.later(days=1)
    later = receive(world, replace(a_call(), patient=patient, message="How much longer?"))
    assert [str(one.id) for one in queries.inbox(clinic=world.id)] == [later["id"]]


def test_an_evaluation_without_a_booking_answers_it_too() -> None:
    world = w.found()
    done = receive(world, a_call())
    evaluation.begin(
        actor=world["physician"], uid=w.new(), at=world.at, patient=uuid.UUID(done["patient"])
    )
    assert work.waiting(clinic=world.id) == []


def test_what_cannot_be_is_named() -> None:
    world = w.found()
    with pytest.raises(BadValue, match="source"):
        receive(world, replace(a_call(), source="pigeon"))
    with pytest.raises(BadValue, match="language"):
        receive(world, replace(a_call(), language="xx"))
    with pytest.raises(NotFound):
        receive(world, replace(a_call(), patient=w.new()))
    with pytest.raises(NotFound):
        referral.seen(actor=world["front_desk"], uid=w.new(), at=world.at, referral=w.new())

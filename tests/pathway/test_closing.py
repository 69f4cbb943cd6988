"""A file is closed from any step: nothing stays booked, nothing is sent that must not be."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import (
    closing,
    links,
    messages,
    outbox,
    patients,
    referral,
    states,
    worklist,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.pathway.permissions import by_link
from reprieve.records.identity import Identity
from reprieve.records.models import (
    Appointment,
    Decision,
    EpisodeOfCare,
    InfusionState,
    OutboxMessage,
    PatientLink,
)
from reprieve.records.queries import closings
from reprieve.records.queries import worklist as lists
from tests import booking_desk as desk
from tests import world as w
from tests.recovery_room import recovering
from tests.treated import responder
from tests.world import World, new


def put(world: World, episode: uuid.UUID, state: str) -> None:
    EpisodeOfCare.of(world.id).filter(pk=episode).update(state=state)


def close(world: World, patient: uuid.UUID, because: str = "other", **more: object) -> int:
    given = {"reason": "as told on the telephone", "actor": world["front_desk"], **more}
    return closing.close(
        uid=new(), at=world.at, patient=patient, because=because, **given  # type: ignore[arg-type]
    )


def sent(world: World) -> set[str]:
    at = world.at + timedelta(days=60)
    return {one.template for one in outbox.take(clinic=world.id, at=at, quiet_since=None)}


def waiting(world: World) -> set[str]:
    rows = OutboxMessage.of(world.id).filter(state="waiting")
    return set(rows.values_list("template", flat=True))


@pytest.mark.parametrize("state", states.ANY_OPEN)
def test_from_every_state(world: World, state: str) -> None:
    patient, episode = w.person(world)
    visit = desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="follow_up"))
    put(world, episode, state)
    assert close(world, patient, "declined_by_patient") == 1
    assert EpisodeOfCare.of(world.id).get(pk=episode).state == "closed"
    assert Appointment.of(world.id).get(pk=visit).status == "cancelled"
    kept = Decision.of(world.id).get(kind="closing")
    assert (kept.outcome, kept.by_id) == ("declined_by_patient", world["front_desk"].practitioner)
    assert waiting(world) == {"appointment_cancelled"}
    assert lists.waiting(clinic=world.id) == []


def test_cancelling_an_infusion_asks_for_no_diary_again(world: World) -> None:
    """Else a new link took the place of the one that ended, with prompts for weeks."""
    made = responder(world, weeks=())
    InfusionState.of(world.id).update(state="discharged")
    desk.book_anyway(
        world, made.patient, Slot(starts_at=world.at + timedelta(days=3), kind="infusion")
    )
    links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=made.patient, form="diary"
    )
    assert close(world, made.patient, "lost_to_follow_up") == 1
    assert not PatientLink.of(world.id).filter(revoked_at__isnull=True).exists()
    assert not waiting(world) & {messages.DIARY, messages.REMINDER}


@pytest.mark.parametrize("because", ["moved_away", "died"])
def test_nobody_writes_to_who_is_gone(world: World, because: str) -> None:
    patient, _ = w.person(world)
    desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="follow_up"))
    assert close(world, patient, because) == 1
    assert waiting(world) == set()
    messages.enqueue(
        clinic=world.id, template=messages.DIARY, at=world.at, patient=patient,
        params={"path": "/d/x"},
    )  # fmt: skip
    messages.enqueue(
        clinic=world.id, template="clinician_review", at=world.at, patient=patient,
        to="doctor@example.org",
    )  # fmt: skip
    assert sent(world) == {"clinician_review"}
    assert closings.reason(clinic=world.id, patient=patient) == because


def test_links_end_with_the_care_and_a_new_course_makes_its_own(world: World) -> None:
    patient, _ = w.person(world)
    other, _ = w.person(world, email="other@example.org")

    def link(who: uuid.UUID, form: str) -> uuid.UUID:
        return links.make(
            actor=world["front_desk"], uid=new(), at=world.at, patient=who, form=form
        )

    made = [link(patient, form) for form in ("diary", "peg", "progress", "evaluation")]
    links.submit(actor=by_link(world.id, patient), uid=new(), at=world.at, link=made[1])
    kept = link(other, "diary")
    close(world, patient)
    ended = PatientLink.of(world.id).filter(revoked_at=world.at)
    assert set(ended.values_list("pk", flat=True)) == set(made)
    with pytest.raises(NotNow):
        links.usable(actor=by_link(world.id, patient), at=world.at, link=made[0])
    assert links.usable(actor=by_link(world.id, other), at=world.at, link=kept).pk == kept
    assert closings.is_ended(clinic=world.id, patient=patient)
    assert not closings.is_ended(clinic=world.id, patient=other)
    for form in ("diary", "peg", "evaluation"):
        with pytest.raises(NotNow, match="Care has ended"):
            link(patient, form)
    assert link(patient, "progress")  # their own curve is still theirs to see
    world.later(days=30)
    again = referral.Request(
        identity=Identity(given="Iva", family="Invented"), source="call", patient=patient
    )
    referral.receive(actor=world["front_desk"], uid=new(), at=world.at, request=again)
    anew = link(patient, "diary")
    assert links.usable(actor=by_link(world.id, patient), at=world.at, link=anew).pk == anew
    assert not closings.is_ended(clinic=world.id, patient=patient)


def test_nobody_calls_who_has_died(world: World) -> None:
    patient, _ = w.person(world)
    for kind in ("call_24h", "adverse_event"):
        worklist.open_item(
            actor=world["physician"], at=world.at, kind=kind, owner_role="infusion_nurse",
            due_at=world.at, patient=patient,
        )  # fmt: skip
    close(world, patient, "died")
    assert [one.kind for one in lists.waiting(clinic=world.id)] == ["adverse_event"]


def test_a_new_request_opens_a_new_course_and_is_written_to(world: World) -> None:
    patient, first = w.person(world)
    close(world, patient, "moved_away")
    world.later(days=30)
    who = Identity(given="Iva", family="Invented")
    request = referral.Request(identity=who, source="call", patient=patient)
    done = referral.receive(
        actor=world["front_desk"], uid=new(), at=world.at, request=request
    )
    assert done["episode"] != str(first)
    messages.enqueue(
        clinic=world.id, template="link", at=world.at, patient=patient, params={"path": "/f/x"}
    )
    assert sent(world) == {"link"}
    assert closings.reason(clinic=world.id, patient=patient) == ""


def test_what_is_past_and_the_one_who_sits_here_stay(world: World) -> None:
    patient, _ = w.person(world)
    visit = desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="follow_up"))
    world.at = desk.at(9, 9, 5)
    assert close(world, patient) == 0
    assert Appointment.of(world.id).get(pk=visit).status == "booked"


def test_not_while_an_infusion_is_open(world: World) -> None:
    chair = recovering(world)
    with pytest.raises(NotNow, match="still open"):
        close(world, chair.patient)


@pytest.mark.parametrize(
    ("changes", "field"), [({"because": "tired"}, "because"), ({"reason": " "}, "reason")]
)
def test_why_is_said(world: World, changes: dict[str, str], field: str) -> None:
    patient, _ = w.person(world)
    with pytest.raises(BadValue, match=field):
        close(world, patient, **changes)


def test_who_may(world: World) -> None:
    patient, _ = w.person(world)
    with pytest.raises(PermissionDenied):
        close(world, patient, actor=world["auditor"])
    close(world, patient)
    with pytest.raises(NotNow):
        close(world, patient)
    assert patients.get(clinic=world.id, patient=patient).pk == patient

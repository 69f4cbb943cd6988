"""Messages go out by a real mail server, once, in the patient's language, without health words."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

import pytest
from icalendar import Calendar

from reprieve.interop.messages import deliver, render
from reprieve.pathway import booking, clinic, messages, outbox
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records.models import OutboxAttempt
from reprieve.records.queries import outbox as queries
from reprieve.records.queries import worklist as work
from reprieve.scheduling.wall import local, resolve
from tests import world as w
from tests.interop.messages.conftest import Mailbox
from tests.interop.messages.sending import booked, go, states
from tests.world import World, new


def calendar(box: Mailbox, n: int = -1) -> Calendar:
    part = next(p for p in box.mails[n].walk() if p.get_content_type() == "text/calendar")
    return Calendar.from_ical(part.get_content())


def test_a_booking_is_confirmed_with_a_calendar_entry(
    world: World, mailbox_server: Mailbox
) -> None:
    patient, _ = w.person(world)
    visit = booked(world, patient)
    assert go(world) == 1
    assert mailbox_server.to == ["iva@example.org"]
    mail = mailbox_server.mails[0]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "Fri 13 Mar 2026, 13:00" in body.get_content()  # the clocks change in between
    told = calendar(mailbox_server)
    event = told.events[0]
    assert (told["method"], event["uid"], event["sequence"]) == ("REQUEST", f"{visit}@reprieve", 0)
    assert event.decoded("dtstart").isoformat() == "2026-03-13T13:00:00-04:00"
    assert [str(z["tzid"]) for z in told.timezones] == ["America/New_York"]
    assert go(world) == 0


def test_no_word_tells_who_is_treated_or_why(world: World, mailbox_server: Mailbox) -> None:
    patient, _ = w.person(world)
    booked(world, patient)
    go(world)
    text = mailbox_server.mails[0].as_string().lower()
    for word in ("iva", "invented patient", "ketamin", "infusion", "pain"):
        assert word not in text.replace("iva@example.org", "").replace("private", "")


@pytest.mark.parametrize(
    ("chair", "says"),
    [("Chair 3", "An alarm in Chair 3 has no answer since 12:00."),
     ("", "An alarm has no answer since 12:00.")],
)  # fmt: skip
def test_a_call_about_an_alarm_says_where_and_since_when(
    chair: str, says: str, world: World, mailbox_server: Mailbox
) -> None:
    params = {"chair": chair, "since": world.at.isoformat()}
    messages.enqueue(
        clinic=world.id, template="alarm_call", at=world.at, to="doctor@example.org", params=params
    )
    go(world)
    text = mailbox_server.mails[0].as_string()
    assert says in text
    assert "open Reprieve now" in text


@pytest.mark.parametrize(
    ("name", "chosen", "shown"),
    [
        ("Harbor Street Practice", "", "Harbor Street Practice"),
        ("Ketamine Center", "", ""),
        ("Clínica del Dolor", "", ""),
        ("Ketamine Center", "Dr. Rivera's office", "Dr. Rivera's office"),
    ],
)
def test_a_telling_name_is_not_used(name: str, chosen: str, shown: str) -> None:
    assert render.discreet(name, chosen=chosen) == shown


def test_a_move_and_a_cancellation_are_new_versions_of_the_same_entry(
    world: World, mailbox_server: Mailbox
) -> None:
    patient, _ = w.person(world)
    visit = booked(world, patient)
    go(world)
    world.later(minutes=1)
    booking.move(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=visit,
        wanted=Slot(starts_at=world.at + timedelta(days=14, minutes=-1), kind="consultation"),
    )  # fmt: skip
    go(world)
    world.later(minutes=1)
    booking.mark(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=visit, act="cancelled",
        reason="asked for",
    )  # fmt: skip
    go(world)
    told = [calendar(mailbox_server, n) for n in range(3)]
    assert [t["method"] for t in told] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [t.events[0]["sequence"] for t in told] == [0, 1, 2]
    assert len({str(t.events[0]["uid"]) for t in told}) == 1
    assert str(told[2].events[0]["status"]) == "CANCELLED"


def test_reminders_follow_the_visit(world: World, mailbox_server: Mailbox) -> None:
    patient, _ = w.person(world)
    visit = booked(world, patient)
    assert states(world, "appointment_reminder") == ["waiting"] * 3
    world.later(days=9)
    assert go(world) == 2  # the confirmation; the reminder of a week before is over by now
    assert states(world, "appointment_reminder") == ["expired", "sent", "waiting"]
    booking.mark(
        actor=world["front_desk"], uid=new(), at=world.at, appointment=visit, act="cancelled",
        reason="asked for",
    )  # fmt: skip
    assert states(world, "appointment_reminder") == ["expired", "sent", "withdrawn"]


def test_nobody_is_reminded_at_night(world: World, mailbox_server: Mailbox) -> None:
    patient, _ = w.person(world)
    world.later(hours=11)  # 23:00
    messages.enqueue(
        clinic=world.id, template="diary_prompt", at=world.at, patient=patient,
        params={"path": "/d/opaque"},
    )  # fmt: skip
    assert go(world) == 0
    world.later(hours=10)
    assert go(world) == 1


@pytest.mark.parametrize(
    ("due", "looked", "goes"),
    [
        ("21:00:00", "21:00:03", True),
        ("20:59:58", "21:00:03", True),
        ("21:00:00", "21:08:00", True),  # the batch before took its time
        ("21:01:00", "21:01:03", False),
        ("21:00:00", "21:30:00", False),  # the clock stood
        ("18:00:00", "21:00:03", False),
    ],
)
def test_what_is_due_as_the_quiet_hours_begin_goes_out(
    world: World, mailbox_server: Mailbox, due: str, looked: str, goes: bool
) -> None:
    patient, _ = w.person(world)

    def today(wall: str) -> datetime:
        here = local(world.at, world.clinic.timezone).date()
        return resolve(
            day=here, wall=time.fromisoformat(wall), zone=world.clinic.timezone
        ).at

    messages.enqueue(
        clinic=world.id, template="diary_prompt", at=world.at, due_at=today(due), patient=patient,
        params={"path": "/d/opaque"},
    )  # fmt: skip
    world.at = today(looked)
    assert go(world) == int(goes)
    world.later(hours=12)
    assert go(world) == int(not goes)


def test_a_spanish_reader_gets_spanish(world: World, mailbox_server: Mailbox) -> None:
    from reprieve.pathway import patients
    from reprieve.records.identity import Identity

    done = patients.register(
        actor=world["front_desk"], uid=new(), at=world.at, language="es",
        identity=Identity(given="Ana", family="Inventada", email="ana@example.org"),
    )  # fmt: skip
    booked(world, uuid.UUID(done["id"]))
    go(world)
    assert str(mailbox_server.mails[0]["subject"]).startswith("Su cita")


def test_a_server_that_is_away_is_asked_again_with_patience(
    world: World, mailbox_server: Mailbox
) -> None:
    patient, _ = w.person(world)
    booked(world, patient)
    mailbox_server.answer = "451 try later"
    for wait in outbox.WAITS:
        assert go(world) == 1
        world.at += wait - timedelta(seconds=1)
        assert go(world) == 0
        world.at += timedelta(seconds=1)
    assert go(world) == 1
    assert states(world, "appointment_booked") == ["failed"]
    assert OutboxAttempt.of(world.id).filter(succeeded=False).count() == outbox.MOST_TRIES
    [row] = queries.listed(clinic=world.id, states=["failed"])
    assert row.error == "the mail server refused the address (451)"
    assert [i.kind for i in work.waiting(clinic=world.id, roles=["front_desk"])] == [
        outbox.FAILED_WORK
    ]


def test_a_refused_address_fails_at_once_and_can_be_tried_again(
    world: World, mailbox_server: Mailbox
) -> None:
    patient, _ = w.person(world)
    booked(world, patient)
    mailbox_server.answer = "550 no such person"
    go(world)
    [row] = queries.listed(clinic=world.id, states=["failed"])
    assert queries.count(clinic=world.id, state="failed") == 1
    assert "example.org" not in row.error
    mailbox_server.answer = ""
    outbox.retry(actor=world["front_desk"], uid=new(), at=world.at, message=row.id)
    assert work.waiting(clinic=world.id, roles=["front_desk"]) == []
    assert go(world) == 1
    assert states(world, "appointment_booked") == ["sent"]
    with pytest.raises(NotNow):
        outbox.retry(actor=world["front_desk"], uid=new(), at=world.at, message=row.id)
    with pytest.raises(NotFound):
        outbox.retry(actor=world["front_desk"], uid=new(), at=world.at, message=new())


def test_what_a_dead_process_took_is_taken_again(world: World, mailbox_server: Mailbox) -> None:
    patient, _ = w.person(world)
    booked(world, patient)
    first = outbox.take(clinic=world.id, at=world.at, quiet_since=None)
    assert go(world) == 0
    world.at += outbox.OWNED_FOR
    assert go(world) == 1
    assert mailbox_server.mails[0]["Message-ID"] == f"<{first[0].id}@reprieve>"


@pytest.mark.parametrize(
    ("template", "params", "error"),
    [
        ("unheard_of", {}, "template: unknown 'unheard_of'"),
        ("diary_prompt", {}, "path: is needed for this message"),
        (
            "link", {"path": "/f/x"},
            "clinic.url: is not set: a link needs the address of the pages",
        ),
        ("appointment_booked", {}, "appointment: is needed for this message"),
    ],
)
def test_a_message_that_cannot_be_written_fails_for_good(
    world: World, template: str, params: dict[str, str], error: str
) -> None:
    messages.enqueue(
        clinic=world.id, template=template, at=world.at, to="a@example.org", params=params
    )
    go(world)
    [row] = queries.listed(clinic=world.id, states=["failed"])
    assert row.error == error


def test_a_link_leads_to_the_pages_and_a_code_is_said(
    world: World, mailbox_server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRIEVE_URL", "https://clinic.example:8443/")
    for template, params in (("link", {"path": "/f/opaque"}), ("read_code", {"code": "402917"})):
        messages.enqueue(
            clinic=world.id, template=template, at=world.at, to="a@example.org", params=params
        )
    go(world)
    bodies = [str(mail.get_content()) for mail in mailbox_server.mails]
    assert any("https://clinic.example:8443/f/opaque" in body for body in bodies)
    assert any("Your code is 402917." in body for body in bodies)


def test_nobody_to_write_to_is_a_failure_that_is_seen(world: World) -> None:
    patient, _ = w.person(world, email="")
    booked(world, patient)
    go(world)
    [row] = queries.listed(clinic=world.id, states=["failed"])
    assert row.error == "no e-mail address on file"


def test_a_line_break_in_an_address_sends_nothing(world: World, mailbox_server: Mailbox) -> None:
    messages.enqueue(
        clinic=world.id, template="clinician_review", at=world.at, to="a@b.org\nBcc: c@d.org"
    )
    go(world)
    [row] = queries.listed(clinic=world.id, states=["failed"])
    assert row.error == "the address cannot be written to"
    assert mailbox_server.mails == []


def test_a_demo_sends_nothing(db: None, mailbox_server: Mailbox) -> None:
    view = clinic.found(
        name="Demo", timezone="UTC", admin_name="Ada", admin_email="demo@example.org",
        password=w.PASSWORD, at=w.NOON, is_demo=True,
    )  # fmt: skip
    messages.enqueue(clinic=view.id, template="clinician_review", at=w.NOON, to="a@example.org")
    assert deliver.deliver(clinic=view.id, at=w.NOON) == 1
    assert mailbox_server.mails == []
    [row] = queries.listed(clinic=view.id)
    assert (row.state, row.error) == ("kept", "")


def test_diary_prompts_are_kept_once_however_often_they_are_asked_for(world: World) -> None:
    patient, _ = w.person(world)
    given = [(world.at - timedelta(hours=2), world.at)]
    counts = [
        messages.ask_diary(
            clinic=world.id, patient=patient, infusions=given, at=world.at,
            path="/d/opaque",
        )
        for _ in range(2)
    ]  # fmt: skip
    assert counts[0] == counts[1] > 28
    assert states(world, "diary_prompt").count("waiting") == counts[0]

"""The page of closed days: its manager closes and opens, whoever books reads and moves."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from reprieve.pathway import clock
from reprieve.pathway.booking import Slot
from reprieve.records.queries import booking as visits
from tests import booking_desk as desk
from tests import world as w
from tests.recovery_room import leave, ready

As = Callable[[str], Client]
PAGE = "/closed-days"


@pytest.fixture(autouse=True)
def a_day(world: w.World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon on Tuesday 3 March 2026 in New York, and time goes on when the test says so."""
    monkeypatch.setattr(clock, "real", lambda: world.at)


def close(client: Client, world: w.World, **said: str):  # type: ignore[no-untyped-def]
    world.at += timedelta(minutes=1)
    given = {"first": "2026-03-09", "last": "2026-03-11", "reason": "new <floor>", **said}
    return client.post(f"{PAGE}/close", {**given, "act": str(uuid.uuid4())})


def text(client: Client, address: str = PAGE) -> str:
    return client.get(address).content.decode()


def test_a_manager_closes_days_and_takes_them_back(world: w.World, as_role: As) -> None:
    manager = as_role("manager")
    assert "No closed day is set" in text(manager)
    assert close(manager, world)["Location"] == PAGE
    page = text(manager)
    for words in ("3 days are closed.", "Mon 9 Mar 2026 – Wed 11 Mar 2026", "new &lt;floor&gt;",
                  "Manager Invented"):  # fmt: skip
        assert words in page
    for address in ("/booking?day=2026-03-10", "/booking/week?day=2026-03-10"):
        assert "new &lt;floor&gt;" in text(manager, address)
    back = {"first": "2026-03-09", "last": "2026-03-11", "act": str(uuid.uuid4())}
    world.at += timedelta(minutes=1)
    assert manager.post(f"{PAGE}/open", back).status_code == 302
    assert "No closed day is set" in text(manager)
    again = manager.post(f"{PAGE}/open", {**back, "act": str(uuid.uuid4())})
    assert again.status_code == 400
    nonsense = manager.post(f"{PAGE}/open", {"first": "soon", "act": str(uuid.uuid4())})
    assert nonsense.status_code == 400


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"first": "2026-03-02", "last": ""}, "lies in the past"),
        ({"last": "2026-03-08"}, "must not come before the first day"),
        ({"reason": ""}, "This field is required"),
        ({"first": "soon"}, "Enter a valid date"),
    ],
)
def test_a_wrong_answer_stands_beside_its_field(
    wrong: dict[str, str], says: str, world: w.World, as_role: As
) -> None:
    answer = close(as_role("medical_director"), world, **wrong)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_the_desk_finds_its_work_and_moves_the_visit(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    made = desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="consultation"))
    close(as_role("manager"), world, last="")
    front = as_role("front_desk")
    assert "Booked on a day that was closed since" in text(front, "/work")
    assert f'href="{PAGE}"' in text(front, "/work")
    page = text(front)
    for words in ("1 visit is still booked", f"/visits/{made}", "Iva Invented"):
        assert words in page
    for words in ("Close these days", "Take back", "Parts of the settings"):
        assert words not in page
    assert "closed on this day: new" in text(
        front, f"/patients/{patient}/book?kind=consultation&day=2026-03-09"
    )
    moved = {"day": "2026-03-12", "time": "09:00", "act": str(uuid.uuid4())}
    world.at += timedelta(minutes=1)
    assert front.post(f"/visits/{made}/move", moved).status_code == 302
    found = visits.one(clinic=world.id, appointment=made)
    assert found is not None
    assert found.starts_at == desk.at(12, 9)
    assert "still booked" not in text(front)
    assert "closed since" not in text(front, "/work")


def test_who_does_not_book_sees_nothing_and_the_desk_changes_nothing(
    world: w.World, as_role: As
) -> None:
    assert as_role("auditor").get(PAGE).status_code == 403
    assert close(as_role("front_desk"), world).status_code == 403
    assert as_role("front_desk").post(f"{PAGE}/open", {}).status_code == 403
    assert "No closed day is set" in text(as_role("manager"))


def test_a_word_that_it_stays_is_shown_and_counts_no_more(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    for day in (9, 10):
        desk.book(world, patient, Slot(starts_at=desk.at(day, 9), kind="consultation"))
    close(as_role("manager"), world)
    front = as_role("front_desk")
    work = text(front, "/work")
    assert "2 visits: Mon 9 Mar, 09:00, Tue 10 Mar, 09:00" in work
    page = text(front)
    assert "2 visits are still booked" in page
    assert page.count("not yet") == 2
    item = work.split('action="/work/')[1].split("/")[0]
    world.at += timedelta(minutes=1)
    said = {"text": "the doctor <comes> in", "act": str(uuid.uuid4())}
    assert front.post(f"/work/{item}/done", said).status_code == 302
    page = text(front)
    assert "still booked on" not in page
    assert page.count("the doctor &lt;comes&gt; in") == 2
    assert "not yet" not in page


def test_a_call_that_falls_there_is_listed_and_the_nurse_says_who_makes_it(
    world: w.World, as_role: As
) -> None:
    leave(ready(world))
    close(as_role("manager"), world, first="2026-03-04", last="")
    nurse = as_role("infusion_nurse")
    page = text(nurse)
    for words in ("Calls after 24 hours due there", "Iva Invented", "not yet named"):
        assert words in page
    work = text(nurse, "/work")
    assert "Say who makes the call after 24 hours" in work
    item = work.split("Say who makes the call")[1].split('action="/work/')[1].split("/")[0]
    world.at += timedelta(minutes=1)
    said = {"text": "Ana calls from home", "act": str(uuid.uuid4())}
    assert nurse.post(f"/work/{item}/done", said).status_code == 302
    page = text(nurse)
    assert "Ana calls from home" in page
    assert "not yet named" not in page

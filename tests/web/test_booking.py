"""The calendar's pages: book, move, cancel, arrive, walk in, a series, somebody away."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from reprieve.pathway import clock, closed_days, house, work_review
from reprieve.pathway.booking import Slot
from reprieve.records.queries import booking as queries
from tests import booking_desk as desk
from tests import world as w

As = Callable[[str], Client]


@pytest.fixture(autouse=True)
def a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon on Tuesday 3 March 2026 in New York."""
    monkeypatch.setattr(clock, "real", lambda: w.NOON)


def act() -> dict[str, str]:
    return {"act": str(uuid.uuid4())}


def visit(world: w.World, **more: object) -> tuple[uuid.UUID, uuid.UUID]:
    (chair, _) = desk.chairs(world)
    patient, _episode = w.person(world)
    slot = {"starts_at": desk.at(9, 9), "kind": "infusion", "chair": chair, **more}
    return patient, desk.book(world, patient, Slot(**slot))


def status(world: w.World, made: uuid.UUID) -> str:
    found = queries.one(clinic=world.id, appointment=made)
    assert found is not None
    return found.status


def test_a_day_is_a_grid_a_list_and_a_print(world: w.World, as_role: As) -> None:
    _patient, made = visit(world)
    for query in ("", "&print"):
        page = as_role("front_desk").get(f"/booking?day=2026-03-09{query}").content.decode()
        assert "Iva Invented" in page
        assert f"/visits/{made}" in page
    assert 'colspan="8"' in as_role("front_desk").get("/booking?day=2026-03-09").content.decode()
    assert "Nothing is booked" in as_role("manager").get("/booking?day=nonsense").content.decode()


def test_a_week_has_seven_days_and_follows_the_clocks(world: w.World, as_role: As) -> None:
    visit(world)
    page = as_role("physician").get("/booking/week?day=2026-03-11").content.decode()
    assert page.count("week-day") == 7
    assert "09:00" in page
    assert "Mon 9 Mar" in page


def test_a_free_time_is_booked_and_no_other_is_taken_twice(world: w.World, as_role: As) -> None:
    patient, _made = visit(world)
    address = f"/patients/{patient}/book?kind=consultation&day=2026-03-10"
    page = as_role("front_desk").get(address).content.decode()
    place = re.findall(r'name="place" value="([^"]+)"', page)[0]
    answer = as_role("front_desk").post(address, {"place": place, **act()})
    assert answer.status_code == 302
    again = as_role("front_desk").post(
        address, {"time": "08:00", "chair": "", "anyway": "on", **act()}
    )
    assert again.status_code == 422
    assert "Somebody has just taken this time" in again.content.decode()
    assert len(queries.of_patient(clinic=world.id, patient=patient)) == 2


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Choose a time"),
        ({"time": "12:00"}, "needs a chair"),
        ({"place": "2026-03-10T08:00|x"}, "not free any more"),
        ({"time": "nonsense"}, "valid time"),
    ],
)
def test_what_is_missing_is_said(
    sent: dict[str, str], says: str, world: w.World, as_role: As
) -> None:
    patient, _made = visit(world)
    address = f"/patients/{patient}/book?kind=infusion&day=2026-03-10"
    answer = as_role("front_desk").post(address, {**sent, **act()})
    assert answer.status_code == 422
    assert says in answer.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-01", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_none(day: str, world: w.World, as_role: As) -> None:
    patient, made = visit(world)
    client = as_role("front_desk")
    for address, shown in (("/booking", "Tue 3 Mar 2026"), ("/booking/week", "Mon 2 Mar")):
        assert shown in client.get(f"{address}?day={day}").content.decode()
    book = client.get(f"/patients/{patient}/book?kind=infusion&day={day}")
    assert "Choose a day between 2000-01-01 and 2099-12-31." in book.content.decode()
    moved = client.post(f"/visits/{made}/move", {"day": day, "time": "09:00", **act()})
    assert "Choose a day between" in moved.content.decode()
    away = {"practitioner": "", "starts_at": f"{day}T08:00", "ends_at": f"{day}T09:00", **act()}
    assert "Choose a day between" in client.post("/absences", away).content.decode()


def test_a_time_that_the_clocks_jump_over_is_refused(world: w.World, as_role: As) -> None:
    patient, _made = visit(world)
    address = f"/patients/{patient}/book?kind=consultation&day=2026-03-08"
    answer = as_role("front_desk").post(address, {"time": "02:30", "anyway": "on", **act()})
    assert answer.status_code == 422
    assert "the clocks go forward" in answer.content.decode()


def test_closed_days_say_so_and_may_be_overruled(world: w.World, as_role: As) -> None:
    patient, _made = visit(world)
    address = f"/patients/{patient}/book?kind=consultation&day=2026-03-08"
    assert "No free time" in as_role("front_desk").get(address).content.decode()
    refused = as_role("front_desk").post(address, {"time": "09:00", **act()})
    assert "Not open on" in refused.content.decode()
    done = as_role("front_desk").post(address, {"time": "09:00", "anyway": "on", **act()})
    assert done.status_code == 302


@pytest.mark.parametrize(
    ("hours", "first"),
    [
        ({"3": [["09:00", "12:00"]]}, "2026-03-05"), ({}, "2026-03-04"),
        ({str(day): [["09:00", "12:00"]] for day in range(7)}, "2026-03-04"),
    ],
)  # fmt: skip
def test_the_next_open_day_is_offered_first(
    hours: dict[str, list[list[str]]], first: str, world: w.World, as_role: As
) -> None:
    patient, _ = w.person(world)
    house.describe(
        actor=world["manager"], uid=w.new(), at=w.NOON - timedelta(days=1),
        facts={"booking.hours": hours},
    )  # fmt: skip
    page = as_role("front_desk").get(f"/patients/{patient}/book").content.decode()
    assert f'name="day" value="{first}"' in page


def test_somebody_at_the_desk_is_booked_for_now(world: w.World, as_role: As) -> None:
    patient, _made = visit(world)
    address = f"/patients/{patient}/walk-in"
    assert as_role("front_desk").get(address).status_code == 200
    answer = as_role("front_desk").post(address, {"kind": "consultation", **act()})
    assert status(world, uuid.UUID(answer["Location"].rpartition("/")[2])) == "arrived"
    again = as_role("front_desk").post(address, {"kind": "consultation", **act()})
    assert again.status_code == 422


def test_the_visit_goes_its_way_and_a_second_press_does_nothing(
    world: w.World, as_role: As
) -> None:
    _patient, made = visit(world)
    client, number = as_role("front_desk"), act()
    for _press in range(2):
        sent = {"what": "arrived", "back": "today", **number}
        assert client.post(f"/visits/{made}/mark", sent)["Location"] == "/today"
    assert status(world, made) == "arrived"
    assert client.post(f"/visits/{made}/mark", {"what": "late", **act()}).status_code == 409
    assert client.post(f"/visits/{made}/mark", {"what": "moved", **act()}).status_code == 400
    page = client.get(f"/visits/{made}").content.decode()
    assert "The visit is over" in page
    assert "Move the visit" not in page


def test_a_cancellation_needs_a_reason(world: w.World, as_role: As) -> None:
    _patient, made = visit(world)
    client = as_role("front_desk")
    assert client.post(f"/visits/{made}/mark", {"what": "cancelled", **act()}).status_code == 400
    client.post(f"/visits/{made}/mark", {"what": "cancelled", "reason": "flu", **act()})
    assert status(world, made) == "cancelled"
    assert "flu" in client.get(f"/visits/{made}").content.decode()


def test_a_visit_moves_and_keeps_its_length(world: w.World, as_role: As) -> None:
    _patient, made = visit(world)
    before = queries.one(clinic=world.id, appointment=made)
    sent = {"day": "2026-03-10", "time": "10:00", "chair": str(before.chair), **act()}
    assert as_role("infusion_nurse").post(f"/visits/{made}/move", sent).status_code == 302
    after = queries.one(clinic=world.id, appointment=made)
    assert after.starts_at == desk.at(10, 10)
    assert after.ends_at - after.starts_at == before.ends_at - before.starts_at
    for wrong in ({"day": "2026-03-08"}, {"chair": ""}, {"time": ""}):
        refused = as_role("front_desk").post(f"/visits/{made}/move", {**sent, **wrong, **act()})
        assert refused.status_code == 422


def test_an_escort_is_named(world: w.World, as_role: As) -> None:
    _patient, made = visit(world)
    client = as_role("front_desk")
    assert "nobody named yet" in client.get(f"/visits/{made}").content.decode()
    assert client.post(f"/visits/{made}/escort", {"name": "", **act()}).status_code == 422
    client.post(f"/visits/{made}/escort", {"name": "Sis Invented", "phone": "555", **act()})
    assert "Sis Invented" in client.get(f"/visits/{made}").content.decode()


def test_a_series_is_booked_as_shown_and_nothing_else(world: w.World, as_role: As) -> None:
    desk.chairs(world)
    patient, episode = w.person(world)
    client, address = as_role("front_desk"), f"/patients/{patient}/series"
    assert "no signed plan yet" in client.get(address).content.decode()
    desk.plan(world, patient, episode)
    page = client.get(f"{address}?first_day=2026-03-09&preferred=09:00").content.decode()
    assert "Book 6 infusions" in page
    sealed = re.findall(r'name="sealed" value="([^"]+)"', page)[0]
    assert client.post(address, {"sealed": sealed + "x", **act()}).status_code == 409
    assert client.post(address, {"sealed": sealed, **act()}).status_code == 302
    visits = queries.of_patient(clinic=world.id, patient=patient)
    assert [one.series_no for one in visits] == [1, 2, 3, 4, 5, 6]
    assert visits[0].starts_at == desk.at(9, 9)
    assert "has a place" in client.get(address).content.decode()
    sent = {
        "day": "2026-03-17", "time": "09:00", "chair": str(visits[1].chair), "rest": "on", **act()
    }
    assert client.post(f"/visits/{visits[1].id}/move", sent).status_code == 302
    assert "not as planned" in client.get(f"/visits/{visits[1].id}").content.decode()


def test_a_new_plan_replaces_what_was_shown(world: w.World, as_role: As) -> None:
    desk.chairs(world)
    patient, episode = w.person(world)
    desk.plan(world, patient, episode)
    client, address = as_role("front_desk"), f"/patients/{patient}/series"
    sealed = re.findall(r'name="sealed" value="([^"]+)"', client.get(address).content.decode())[0]
    world.later(minutes=1)
    desk.plan(world, patient, episode, sessions=3)
    assert client.post(address, {"sealed": sealed, **act()}).status_code == 409
    assert "Book 3 infusions" in client.get(address).content.decode()


def test_a_series_without_a_chair_says_what_is_in_the_way(world: w.World, as_role: As) -> None:
    patient, episode = w.person(world)
    desk.plan(world, patient, episode)
    client, address = as_role("front_desk"), f"/patients/{patient}/series"
    assert "No place for infusion" in client.get(address).content.decode()
    assert "more than a year" in client.get(f"{address}?first_day=2029-01-01").content.decode()
    assert client.get(f"{address}?first_day=nonsense").status_code == 200


def test_an_absence_shows_its_visits_and_moves_or_cancels_them(
    world: w.World, as_role: As
) -> None:
    doctor = world["physician"].practitioner
    _patient, made = visit(world, kind="consultation", chair=None, practitioner=doctor)
    client = as_role("front_desk")
    sent = {
        "practitioner": str(doctor), "starts_at": "2026-03-09T00:00",
        "ends_at": "2026-03-09T23:00", "reason": "course",
    }  # fmt: skip
    wrong = client.post("/absences", {**sent, "ends_at": "2026-03-08T00:00", **act()})
    assert wrong.status_code == 422
    page = client.post("/absences", {**sent, **act()})["Location"]
    assert "Iva Invented" in client.get(page).content.decode()
    assert client.post(f"{page}/settle", {"to": "nonsense", **act()}).status_code == 400
    assert client.post(f"{page}/settle", {"to": "", **act()}).status_code == 302
    assert queries.one(clinic=world.id, appointment=made).starts_at == desk.at(10, 9)
    assert "No visit is touched" in client.get(page).content.decode()
    cancelled = {"what": "cancel", "reason": "away", **act()}
    assert client.post(f"{page}/settle", cancelled).status_code == 302
    client.post(f"{page}/remove", act())
    assert client.get(page).status_code == 404


def test_a_visit_that_finds_no_place_stays_and_is_named(world: w.World, as_role: As) -> None:
    doctor, other = world["physician"].practitioner, world["medical_director"].practitioner
    _patient, made = visit(world, kind="consultation", chair=None, practitioner=doctor)
    busy = desk.another(world, "Otto")
    desk.book(
        world, busy, Slot(starts_at=desk.at(9, 9), kind="consultation", practitioner=other)
    )
    sent = {
        "practitioner": str(doctor), "starts_at": "2026-03-09T00:00", "ends_at": "2026-03-09T23:00"
    }
    client = as_role("front_desk")
    page = client.post("/absences", {**sent, **act()})["Location"]
    answer = client.post(f"{page}/settle", {"to": str(other), **act()}, follow=True)
    assert "found no free place" in answer.content.decode()
    assert queries.one(clinic=world.id, appointment=made).starts_at == desk.at(9, 9)


def test_another_clinics_visit_is_not_there(world: w.World, as_role: As) -> None:
    stranger = w.found("Elsewhere")
    _patient, made = visit(stranger)
    assert as_role("front_desk").get(f"/visits/{made}").status_code == 404


def test_late_is_shown_by_itself(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    _patient, _made = visit(world)
    monkeypatch.setattr(clock, "real", lambda: desk.at(9, 9) + timedelta(minutes=12))
    page = as_role("front_desk").get("/today").content.decode()
    assert "not here, 12 min late" in page
    assert "1 late" in page


def test_nobody_is_missed_before_the_time_and_a_missed_visit_is_taken_back(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    _patient, made = visit(world)
    client = as_role("front_desk")
    page = client.get(f"/visits/{made}").content.decode()
    assert "Did not come" not in page
    early = client.post(f"/visits/{made}/mark", {"what": "no_show", **act()})
    assert early.status_code == 409
    monkeypatch.setattr(clock, "real", lambda: desk.at(9, 9, 30))
    client = as_role("front_desk")
    assert "Did not come" in client.get(f"/visits/{made}").content.decode()
    client.post(f"/visits/{made}/mark", {"what": "no_show", **act()})
    assert status(world, made) == "no_show"
    assert "Book the infusions" in client.get("/work").content.decode()
    assert "Take it back" in client.get(f"/visits/{made}").content.decode()
    client.post(f"/visits/{made}/mark", {"what": "restored", **act()})
    assert status(world, made) == "booked"
    assert "taken back" in client.get(f"/visits/{made}").content.decode()
    assert "Book the infusions" not in client.get("/work").content.decode()


def test_a_missed_visit_of_another_day_stays_missed(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    _patient, made = visit(world)
    monkeypatch.setattr(clock, "real", lambda: desk.at(9, 9, 30))
    as_role("front_desk").post(f"/visits/{made}/mark", {"what": "no_show", **act()})
    monkeypatch.setattr(clock, "real", lambda: desk.at(10, 9, 30))
    client = as_role("front_desk")
    assert "Take it back" not in client.get(f"/visits/{made}").content.decode()
    late = client.post(f"/visits/{made}/mark", {"what": "restored", **act()})
    assert late.status_code == 409


def test_a_visit_that_nobody_accounts_for_leads_from_the_work_list_to_its_end(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    _patient, made = visit(world)
    closed_days.close(
        actor=world["manager"], uid=w.new(), at=world.at, first=date(2026, 3, 9),
        last=date(2026, 3, 9), reason="new floor",
    )  # fmt: skip
    monkeypatch.setattr(clock, "real", lambda: desk.at(10, 9))
    work_review.review_all(clinic=world.id, at=desk.at(10, 9))
    client = as_role("front_desk")
    listed = client.get("/work").content.decode()
    assert "Nobody noted that they came" in listed
    assert "1 visit: Mon 9 Mar" in listed
    assert f"/visits/{made}" in listed
    page = client.get(f"/visits/{made}").content.decode()
    assert "The day of this visit has passed" in page
    assert page.count("The clinic was closed: new floor") == 2  # said, and offered as the reason
    assert "cannot be taken back" in page
    assert 'value="late"' not in page
    client.post(f"/visits/{made}/mark", {"what": "no_show", "reason": "phone off", **act()})
    assert status(world, made) == "no_show"
    assert "phone off" in client.get(f"/visits/{made}").content.decode()
    assert "Nobody noted that they came" not in client.get("/work").content.decode()

"""Reminders and diary prompts on the clinic's clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from importlib import resources

import pytest

from reprieve.knowledge import BadValue, load, parse
from reprieve.scheduling.reminders import (
    PACKAGE,
    Quiet,
    Reminder,
    Routine,
    appointment_reminders,
    diary_prompts,
    due,
    quiet_since,
    read,
    routine,
)
from reprieve.scheduling.wall import local, resolve

NY = "America/New_York"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture
def shipped() -> Routine:
    return routine()


def on(day: date, wall: time, zone: str = NY) -> datetime:
    return resolve(day=day, wall=wall, zone=zone).at


def clock(reminders: tuple[Reminder, ...], zone: str = NY) -> list[str]:
    return [f"{r.kind} {local(r.due_at, zone):%m-%d %H:%M}" for r in reminders]


@pytest.mark.parametrize(
    ("zone", "day", "wall", "expected"),
    [
        (NY, date(2026, 6, 10), time(11), ["06-03 11:00", "06-09 11:00", "06-10 09:00"]),
        # clocks go forward between the reminders: the time of day stays
        (NY, date(2026, 3, 9), time(11), ["03-02 11:00", "03-08 11:00", "03-09 09:00"]),
        (NY, date(2026, 11, 1), time(11), ["10-25 11:00", "10-31 11:00", "11-01 09:00"]),
        (
            "Europe/Madrid",
            date(2026, 3, 29),
            time(11),
            ["03-22 11:00", "03-28 11:00", "03-29 09:00"],
        ),
        (
            "Asia/Kolkata",
            date(2026, 3, 29),
            time(11),
            ["03-22 11:00", "03-28 11:00", "03-29 09:00"],
        ),
        # two hours before would wake the patient: the evening before, at the start of quiet
        (NY, date(2026, 6, 10), time(8, 30), ["06-03 08:30", "06-09 08:30", "06-09 21:00"]),
        (NY, date(2026, 6, 10), time(10), ["06-03 10:00", "06-09 10:00", "06-10 08:00"]),
    ],
)
def test_a_week_a_day_and_two_hours_before(
    shipped: Routine, zone: str, day: date, wall: time, expected: list[str]
) -> None:
    found = appointment_reminders(
        start=on(day, wall, zone), booked_at=LONG_AGO, zone=zone, routine=shipped
    )
    assert [line.split(" ", 1)[1] for line in clock(found, zone)] == expected
    assert [r.kind for r in found] == ["7-days", "1-day", "2-hours"]
    assert {r.about for r in found} == {day}


def test_each_expires_when_the_next_is_due(shipped: Routine) -> None:
    start = on(date(2026, 6, 10), time(11))
    week, day, hours = appointment_reminders(
        start=start, booked_at=LONG_AGO, zone=NY, routine=shipped
    )
    assert (week.expires_at, day.expires_at, hours.expires_at) == (
        day.due_at,
        hours.due_at,
        start,
    )


def test_a_late_booking_has_only_what_is_still_ahead(shipped: Routine) -> None:
    start = on(date(2026, 6, 10), time(11))
    booked = start - timedelta(hours=30)
    found = appointment_reminders(start=start, booked_at=booked, zone=NY, routine=shipped)
    assert [r.kind for r in found] == ["1-day", "2-hours"]
    hour = appointment_reminders(
        start=start, booked_at=start - timedelta(hours=1), zone=NY, routine=shipped
    )
    assert hour == ()


def test_two_reminders_at_one_moment_are_one(shipped: Routine) -> None:
    """A start just after midnight puts both into the same quiet evening."""
    start = on(date(2026, 6, 10), time(6))
    eve = replace(shipped, leads=(shipped.leads[2], replace(shipped.leads[2], kind="1-hour")))
    found = appointment_reminders(start=start, booked_at=LONG_AGO, zone=NY, routine=eve)
    assert clock(found) == ["1-hour 06-09 21:00"]


def test_a_late_evening_moves_to_the_same_evening(shipped: Routine) -> None:
    late = on(date(2026, 6, 10), time(23, 30))
    found = appointment_reminders(start=late, booked_at=LONG_AGO, zone=NY, routine=shipped)
    assert clock(found)[-1] == "2-hours 06-10 21:00"


def test_the_diary_asks_in_the_evening_the_morning_after_and_daily(shipped: Routine) -> None:
    start = on(date(2026, 3, 6), time(9))
    found = diary_prompts(infusions=[(start, start + timedelta(hours=3))], zone=NY, routine=shipped)
    assert clock(found)[:5] == [
        "diary-evening 03-06 19:00",
        "diary-morning 03-07 09:00",
        "diary-evening 03-07 19:00",
        "diary-evening 03-08 19:00",
        "diary-evening 03-09 19:00",
    ]
    assert found[0].key == "diary-evening-2026-03-06"
    assert found[0].expires_at - found[0].due_at == timedelta(hours=14)
    assert len({r.key for r in found}) == len(found)


def test_the_diary_thins_out_and_still_fills_a_week(shipped: Routine) -> None:
    start = on(date(2026, 3, 6), time(9))
    found = diary_prompts(infusions=[(start, start + timedelta(hours=3))], zone=NY, routine=shipped)
    evenings = [r.about for r in found if r.kind == "diary-evening"]
    last = date(2026, 3, 6)
    weeks = [sum(1 for d in evenings if 7 * k < (d - last).days <= 7 * (k + 1)) for k in range(52)]
    assert weeks[:4] == [7] * 4
    assert set(weeks[4:]) == {5}
    assert max(evenings) <= last + timedelta(days=365)


def test_a_series_is_asked_daily_until_four_weeks_after_its_end(shipped: Routine) -> None:
    starts = [on(date(2026, 3, day), time(9)) for day in (2, 16)]
    infusions = [(s, s + timedelta(hours=2)) for s in reversed(starts)]
    found = diary_prompts(infusions=infusions, zone=NY, routine=shipped)
    evenings = {r.about for r in found if r.kind == "diary-evening"}
    assert {date(2026, 3, 2) + timedelta(days=n) for n in range(43)} <= evenings
    mornings = [r.about for r in found if r.kind == "diary-morning"]
    assert mornings == [date(2026, 3, 3), date(2026, 3, 17)]


def test_a_late_infusion_is_asked_an_hour_after_it_or_after_the_night(shipped: Routine) -> None:
    start = on(date(2026, 3, 2), time(16))
    early = diary_prompts(
        infusions=[(start, start + timedelta(hours=3, minutes=30))], zone=NY, routine=shipped
    )
    assert clock(early)[0] == "diary-evening 03-02 20:30"
    late = diary_prompts(
        infusions=[(start, start + timedelta(hours=4, minutes=30))], zone=NY, routine=shipped
    )
    assert clock(late)[:2] == ["diary-evening 03-03 08:00", "diary-morning 03-03 09:00"]


def test_an_early_morning_prompt_waits_for_the_end_of_quiet(shipped: Routine) -> None:
    dawn = replace(shipped, diary=replace(shipped.diary, morning=time(6)))
    start = on(date(2026, 3, 2), time(9))
    found = diary_prompts(infusions=[(start, start + timedelta(hours=1))], zone=NY, routine=dawn)
    assert clock(found)[1] == "diary-morning 03-03 08:00"


def test_no_infusion_asks_nothing(shipped: Routine) -> None:
    assert diary_prompts(infusions=[], zone=NY, routine=shipped) == ()


def test_what_is_due_now(shipped: Routine) -> None:
    start = on(date(2026, 6, 10), time(11))
    all_three = appointment_reminders(start=start, booked_at=LONG_AGO, zone=NY, routine=shipped)

    def kinds(at: datetime, sent: set[str]) -> list[str]:
        now = due(reminders=all_three, at=at, sent=sent, zone=NY, routine=shipped)
        return [r.kind for r in now]

    assert kinds(start - timedelta(days=8), set()) == []
    assert kinds(start - timedelta(days=7), set()) == ["7-days"]
    assert kinds(start - timedelta(days=7), {"7-days"}) == []
    assert kinds(start - timedelta(days=3), set()) == ["7-days"]
    assert kinds(start - timedelta(hours=20), set()) == ["1-day"]
    assert kinds(start - timedelta(hours=10), set()) == []  # 01:00 in the night
    assert kinds(start, set()) == []


@pytest.mark.parametrize(
    ("begins", "ends", "wall", "quiet"),
    [
        (time(21), time(8), time(21), False),
        (time(21), time(8), time(21, 1), True),
        (time(21), time(8), time(0), True),
        (time(21), time(8), time(8), False),
        (time(13), time(15), time(14), True),
        (time(13), time(15), time(16), False),
        (time(8), time(8), time(3), False),
    ],
)
def test_quiet_hours(begins: time, ends: time, wall: time, *, quiet: bool) -> None:
    assert Quiet(begins=begins, ends=ends).is_quiet(wall) == quiet


@pytest.mark.parametrize(
    ("at", "since"),
    [
        (on(date(2026, 3, 2), time(21)), None),
        (on(date(2026, 3, 2), time(21, 0, 3)), on(date(2026, 3, 2), time(21))),
        (on(date(2026, 3, 3), time(7, 59)), on(date(2026, 3, 2), time(21))),
        (on(date(2026, 3, 8), time(7, 59)), on(date(2026, 3, 7), time(21))),  # clocks go forward
        (on(date(2026, 3, 3), time(8)), None),
    ],
)
def test_since_when_it_is_quiet(shipped: Routine, at: datetime, since: datetime | None) -> None:
    assert quiet_since(at=at, zone=NY, routine=shipped) == since


@pytest.mark.parametrize(
    ("begins", "ends", "walls"),
    [(time(13), time(15), ("03-02 13:00", "03-02 15:00"))],
)
def test_a_quiet_noon(shipped: Routine, begins: time, ends: time, walls: tuple[str, str]) -> None:
    siesta = replace(
        shipped,
        quiet=Quiet(begins=begins, ends=ends),
        diary=replace(shipped.diary, evening=time(14)),
    )
    start = on(date(2026, 3, 2), time(16))
    reminded = appointment_reminders(start=start, booked_at=LONG_AGO, zone=NY, routine=siesta)
    assert clock(reminded)[-1].endswith(walls[0])
    morning = on(date(2026, 3, 2), time(9))
    asked = diary_prompts(
        infusions=[(morning, morning + timedelta(hours=1))], zone=NY, routine=siesta
    )
    assert clock(asked)[0].endswith(walls[1])


def test_the_data_say_where_they_come_from(shipped: Routine) -> None:
    for name in ("reminders", "followups"):
        data = load(PACKAGE, name).data
        assert data["source"]
        assert data["verified"] is False
        assert isinstance(data["valid_from"], date)
    assert shipped.version.endswith(load(PACKAGE, "reminders").sha256[:12])


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('quiet_from = "21:00"', 'quiet_from = "21 h"', "quiet_from"),
        ('morning = "09:00"', 'morning = "25:00"', "morning"),
        ("[1, 2, 4, 5, 6]", "[0]", "thinned_days"),
        ("minutes_before = 120", "seconds_before = 120", "own"),
        ('quiet_until = "08:00"', "", "own"),
    ],
)
def test_data_that_cannot_be_read_are_refused(old: str, new: str, field: str) -> None:
    raw = (resources.files(PACKAGE) / "reminders.toml").read_text()
    assert old in raw
    with pytest.raises(BadValue, match=field):
        read(parse("own", raw.replace(old, new).encode()))

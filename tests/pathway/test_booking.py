"""Booking: nothing is booked twice, a series is booked whole, clocks may change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import booking, clinic, infusion, messages
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.records.models import Absence, EpisodeOfCare, OutboxMessage, Reservation
from reprieve.records.queries import booking as queries
from tests import world as w
from tests.chairside import Chair

pytestmark = pytest.mark.usefixtures("db")
NEW_YORK = ZoneInfo("America/New_York")


def monday(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 9, hour, minute, tzinfo=NEW_YORK)


def with_chairs(count: int = 2) -> tuple[w.World, list]:
    world = w.found()
    chairs = [
        clinic.add_chair(actor=world["admin"], uid=w.new(), at=world.at, name=f"Chair {n}")
        for n in range(1, count + 1)
    ]
    return world, chairs


def book(world: w.World, patient, slot: Slot, **more):  # type: ignore[no-untyped-def]
    return booking.book(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, wanted=slot, **more
    )


def test_a_consultation_moves_the_pathway_on_and_asks_for_a_mail() -> None:
    world = w.found()
    patient, episode = w.person(world)
    doctor = world["physician"].practitioner
    one = book(world, patient, Slot(starts_at=monday(9), kind="consultation", practitioner=doctor))
    view = queries.one(clinic=world.id, appointment=one)
    assert view is not None
    assert (view.starts_at, view.ends_at) == (monday(9), monday(10))
    assert EpisodeOfCare.of(world.id).get(pk=episode).state == "consultation_booked"
    outbox = OutboxMessage.of(world.id).exclude(template="appointment_reminder")
    assert outbox.get().template == "appointment_booked"


def test_a_chair_a_clinician_and_a_patient_are_in_one_place_at_a_time() -> None:
    world, (chair, other) = with_chairs()
    doctor = world["physician"].practitioner
    first, _ = w.person(world)
    second, _ = w.person(world, given="Otto", mrn="B", phone="", email="")
    book(world, first, Slot(starts_at=monday(9), kind="infusion", chair=chair))
    with pytest.raises(Conflict):
        book(world, second, Slot(starts_at=monday(10), kind="infusion", chair=chair))
    with pytest.raises(Conflict):
        book(world, first, Slot(starts_at=monday(10), kind="infusion", chair=other), anyway=True)
    consultation = Slot(starts_at=monday(14), kind="consultation", practitioner=doctor)
    book(world, first, consultation)
    with pytest.raises(Conflict):
        book(world, second, consultation, anyway=True)
    assert len(queries.of_patient(clinic=world.id, patient=second)) == 0


def test_the_database_decides_when_two_book_at_once() -> None:
    world, (chair, _) = with_chairs()
    first, _ = w.person(world)
    second, _ = w.person(world, given="Otto", mrn="B", phone="", email="")
    made = book(world, first, Slot(starts_at=monday(9), kind="infusion", chair=chair))
    row = booking.get(clinic=world.id, appointment=made)
    late = booking.Appointment(
        clinic_id=world.id, patient_id=second, episode_id=row.episode_id, kind="infusion",
        starts_at=row.starts_at, ends_at=row.ends_at, chair_id=chair,
    )  # fmt: skip
    block = booking.block(
        world["front_desk"], Slot(starts_at=monday(9), kind="infusion", chair=chair), world.at
    )
    with pytest.raises(Conflict):
        booking.reserve(late, block)


def test_a_series_is_booked_whole_or_not_at_all() -> None:
    world, (chair, _) = with_chairs()
    patient, _ = w.person(world)
    days = [monday(9) + timedelta(days=n) for n in (0, 2, 4)]
    wanted = [
        Slot(starts_at=day, kind="infusion", chair=chair, series_no=n)
        for n, day in enumerate(days, 1)
    ]
    clash = Slot(starts_at=days[0], kind="infusion", chair=chair, series_no=4)
    with pytest.raises(Conflict):
        booking.book_all(
            actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient,
            wanted=[*wanted, clash],
        )  # fmt: skip
    assert queries.of_patient(clinic=world.id, patient=patient) == []
    made = booking.book_all(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, wanted=wanted
    )
    assert len(made) == 3
    with pytest.raises(BadValue, match="series"):
        booking.book_all(
            actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, wanted=[]
        )


def test_the_same_press_twice_books_once() -> None:
    world, (chair, _) = with_chairs()
    patient, _ = w.person(world)
    uid, slot = w.new(), Slot(starts_at=monday(9), kind="infusion", chair=chair)
    do = {"actor": world["front_desk"], "uid": uid, "at": world.at, "patient": patient}
    assert booking.book(**do, wanted=slot) == booking.book(**do, wanted=slot)


def test_closed_absent_and_too_few_nurses_are_named_and_may_be_overruled() -> None:
    world, chairs = with_chairs(2)
    patient, _ = w.person(world)
    sunday = Slot(starts_at=monday(9) - timedelta(days=1), kind="infusion", chair=chairs[0])
    with pytest.raises(Conflict):
        book(world, patient, sunday)
    assert book(world, patient, sunday, anyway=True)
    doctor = world["physician"].practitioner
    Absence.objects.add(
        clinic_id=world.id, practitioner_id=doctor, starts_at=monday(0),
        ends_at=monday(23), reason="course",
    )  # fmt: skip
    visit = Slot(starts_at=monday(9), kind="consultation", practitioner=doctor)
    with pytest.raises(Conflict):
        book(world, patient, visit)
    clinic.choose(
        actor=world["admin"], uid=w.new(), at=world.at, key="booking.chairs_per_nurse", value=1
    )
    clinic.choose(actor=world["admin"], uid=w.new(), at=world.at, key="booking.nurses", value=1)
    other, _ = w.person(world, given="Otto", mrn="B", phone="", email="")
    book(world, patient, Slot(starts_at=monday(9), kind="infusion", chair=chairs[0]))
    with pytest.raises(Conflict):
        book(world, other, Slot(starts_at=monday(9), kind="infusion", chair=chairs[1]))


def test_a_moved_visit_frees_its_old_time() -> None:
    world, (chair, _) = with_chairs()
    patient, _ = w.person(world)
    made = book(world, patient, Slot(starts_at=monday(9), kind="infusion", chair=chair))
    booking.move(
        actor=world["front_desk"], uid=w.new(), at=world.later(minutes=1), appointment=made,
        wanted=Slot(starts_at=monday(10), kind="infusion", chair=chair), reason="train late",
    )  # fmt: skip
    view = queries.one(clinic=world.id, appointment=made)
    assert view is not None
    assert view.starts_at == monday(10)
    assert queries.history(clinic=world.id, appointment=made)[-1][2] == "train late"
    outbox = OutboxMessage.of(world.id).values_list("template", "state")
    told = [(what, state) for what, state in outbox if what in messages.ANNOUNCING]
    assert sorted(told) == [("appointment_booked", "withdrawn"), ("appointment_moved", "waiting")]
    reminded = [state for what, state in outbox if what == "appointment_reminder"]
    assert reminded.count("waiting") == reminded.count("withdrawn")


def test_a_cancelled_visit_needs_a_reason_and_frees_its_time() -> None:
    world, (chair, _) = with_chairs()
    patient, _ = w.person(world)
    made = book(world, patient, Slot(starts_at=monday(9), kind="infusion", chair=chair))
    do = {"actor": world["front_desk"], "at": world.at, "appointment": made, "act": "cancelled"}
    with pytest.raises(BadValue, match="reason"):
        booking.mark(**do, uid=w.new())
    booking.mark(**do, uid=w.new(), reason="flu")
    assert not Reservation.objects.filter(clinic_id=world.id).exists()
    with pytest.raises(NotNow):
        booking.mark(**do, uid=w.new(), reason="again")


@pytest.mark.parametrize("act", ["cancelled", "done"])
def test_a_visit_with_somebody_in_the_chair_keeps_its_time(act: str) -> None:
    world, (chair, _) = with_chairs()
    patient, episode = w.person(world)
    made = book(world, patient, Slot(starts_at=monday(9), kind="infusion", chair=chair))
    do = {"actor": world["front_desk"], "at": world.at, "appointment": made}
    booking.mark(**do, act="arrived", uid=w.new())
    seated = infusion.prepare(
        actor=world["infusion_nurse"], uid=w.new(), at=world.at, patient=patient,
        episode=episode, appointment=made, chair=chair,
    )  # fmt: skip
    Chair(world, seated, patient).start()
    with pytest.raises(NotNow, match="still open"):
        booking.mark(**do, act=act, uid=w.new(), reason="by mistake")
    assert Reservation.objects.filter(clinic_id=world.id, resource_kind="chair").exists()


@pytest.mark.parametrize("acts", [("late", "arrived", "done"), ("arrived", "done"), ("no_show",)])
def test_the_day_goes_its_way(acts: tuple[str, ...]) -> None:
    world, (chair, _) = with_chairs()
    patient, _ = w.person(world)
    made = book(world, patient, Slot(starts_at=monday(9), kind="infusion", chair=chair))
    world.at = monday(9)
    for act in acts:
        booking.mark(
            actor=world["front_desk"], uid=w.new(), at=world.at, appointment=made, act=act
        )
    view = queries.one(clinic=world.id, appointment=made)
    assert view is not None
    assert view.status == acts[-1]


def test_an_escort_is_kept_encrypted_and_the_last_named_counts() -> None:
    world, (chair, _) = with_chairs()
    patient, _ = w.person(world)
    made = book(world, patient, Slot(starts_at=monday(9), kind="infusion", chair=chair))
    do = {"actor": world["front_desk"], "appointment": made, "at": world.at}
    booking.name_escort(**do, uid=w.new(), name="Sis Invented", phone="555 010 0123")
    booking.name_escort(
        **{**do, "at": world.later(minutes=1)}, uid=w.new(), name="Bro Invented", phone=""
    )
    found = queries.escort(clinic=world.id, appointment=made)
    assert found is not None
    assert (found.name, found.phone) == ("Bro Invented", "")
    with pytest.raises(BadValue, match="name"):
        booking.name_escort(**do, uid=w.new(), name=" ", phone="")


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (datetime(2026, 3, 8, 9, tzinfo=NEW_YORK), datetime(2026, 3, 8, 13, tzinfo=UTC)),
        (datetime(2026, 11, 1, 9, tzinfo=NEW_YORK), datetime(2026, 11, 1, 14, tzinfo=UTC)),
    ],
)
def test_the_clock_on_the_wall_counts_when_clocks_change(local: datetime, utc: datetime) -> None:
    world, (chair, _) = with_chairs()
    patient, _ = w.person(world)
    made = book(
        world, patient, Slot(starts_at=local, kind="infusion", chair=chair), anyway=True
    )
    view = queries.one(clinic=world.id, appointment=made)
    assert view is not None
    assert view.starts_at == utc
    assert view.ends_at - view.starts_at == timedelta(minutes=220)


def test_a_stranger_and_another_clinic_get_nothing() -> None:
    world, (chair, _) = with_chairs()
    there = w.found()
    patient, _ = w.person(world)
    slot = Slot(starts_at=monday(9), kind="infusion", chair=chair)
    with pytest.raises(NotFound):
        booking.book(
            actor=there["front_desk"], uid=w.new(), at=there.at, patient=patient, wanted=slot
        )
    with pytest.raises(PermissionDenied):
        booking.book(
            actor=world["auditor"], uid=w.new(), at=world.at, patient=patient, wanted=slot
        )
    with pytest.raises(BadValue, match="kind"):
        book(world, patient, Slot(starts_at=monday(9), kind="party", chair=chair))

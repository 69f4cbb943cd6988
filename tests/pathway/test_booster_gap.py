"""The shortest gap before a booster holds whoever books it, until a physician says why not."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import (
    booking,
    booking_absence,
    booking_series,
    booking_walk_in,
    booster_gap,
    maintenance,
    preparing,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotNow, PermissionDenied
from reprieve.pathway.maintenance import Accepted
from reprieve.records.models import (
    Appointment,
    AuditEvent,
    CarePlan,
    Decision,
    FindingOverride,
    InfusionState,
)
from reprieve.records.queries import booking_plan, clinics, decisions, ladders
from reprieve.records.queries.treatments import zone_of
from tests import booking_desk as desk
from tests.treated import Treated, responder
from tests.world import PASSWORD, World, new


@pytest.fixture
def made(world: World) -> Treated:
    """A patient whose series ended yesterday, in a clinic with one chair."""
    made = responder(world, weeks=())
    desk.chairs(world, 1)
    return made


def accept(made: Treated, **more: Any) -> uuid.UUID:
    done = maintenance.accept(
        actor=made.world["physician"], uid=new(), at=made.world.later(minutes=1),
        patient=made.patient, accepted=Accepted(reason="it fades", **more), password=PASSWORD,
    )  # fmt: skip
    return uuid.UUID(done["plan"])


def first_day(made: Treated) -> date:
    found = ladders.earliest(clinic=made.world.id, patient=made.patient, at=made.world.at)
    assert found is not None
    return found


def slot(made: Treated, day: date, plan: uuid.UUID | None = None, *, hour: int = 10) -> Slot:
    starts_at = datetime.combine(day, time(hour), tzinfo=zone_of(made.world.id))
    [chair] = clinics.chairs(clinic=made.world.id)
    return Slot(starts_at=starts_at, kind="infusion", chair=chair.id, plan=plan, series_no=1)


def book(made: Treated, day: date, plan: uuid.UUID | None = None) -> uuid.UUID:
    return desk.book_anyway(made.world, made.patient, slot(made, day, plan))


def move(made: Treated, visit: uuid.UUID, day: date, *, hour: int = 10) -> None:
    booking.move(
        actor=made.world["front_desk"], uid=new(), at=made.world.at, appointment=visit,
        wanted=slot(made, day, hour=hour), anyway=True,
    )  # fmt: skip


def allow(made: Treated, reason: str = "travels for a month", who: str = "physician") -> None:
    booster_gap.allow(
        actor=made.world[who], uid=new(), at=made.world.later(minutes=1), patient=made.patient,
        reason=reason,
    )  # fmt: skip


DAY = timedelta(days=1)


class TestTheDesk:
    @pytest.mark.parametrize("names_the_plan", [True, False])
    def test_a_nearer_date_is_refused_with_the_first_day_and_whom_to_ask(
        self, made: Treated, *, names_the_plan: bool
    ) -> None:
        signed = accept(made)
        plan = signed if names_the_plan else None
        first = first_day(made)
        with pytest.raises(Conflict, match="Ask the physician") as refused:
            book(made, first - DAY, plan)
        assert refused.value.message.params == {"day": first}
        assert not Appointment.of(made.world.id).exists()
        assert book(made, first, plan)

    def test_a_whole_series_is_refused_and_proposed_after_the_gap(self, made: Treated) -> None:
        plan = accept(made, sessions=2)
        view = booking_plan.one(clinic=made.world.id, plan=plan)
        assert view is not None
        first = first_day(made)
        begin = booking_series.begin_after(clinic=made.world.id, plan=view, at=made.world.at)
        assert begin == first
        wanted = [slot(made, first - DAY, plan), slot(made, first + DAY, plan)]
        with pytest.raises(Conflict, match="Ask the physician"):
            booking.book_all(
                actor=made.world["front_desk"], uid=new(), at=made.world.at,
                patient=made.patient, wanted=wanted, anyway=True,
            )  # fmt: skip
        assert not Appointment.of(made.world.id).exists()
        allow(made)
        begin = booking_series.begin_after(clinic=made.world.id, plan=view, at=made.world.at)
        assert begin < first

    def test_nobody_walks_in_for_one(self, made: Treated) -> None:
        accept(made)
        [chair] = clinics.chairs(clinic=made.world.id)
        with pytest.raises(Conflict, match="Ask the physician"):
            booking_walk_in.walk_in(
                actor=made.world["front_desk"], uid=new(), at=made.world.at,
                patient=made.patient, kind="infusion", chair=chair.id,
            )  # fmt: skip

    def test_other_visits_and_a_series_are_not_held(self, made: Treated) -> None:
        visit = Slot(starts_at=slot(made, first_day(made) - DAY).starts_at, kind="follow_up")
        accept(made)
        assert desk.book_anyway(made.world, made.patient, visit)
        series = made.plan()
        assert book(made, first_day(made) - 2 * DAY, series)

    def test_the_sessions_of_one_booster_follow_each_other(self, made: Treated) -> None:
        plan = accept(made, sessions=2)
        made.world.later(days=20)
        made.infuse(plan)
        tomorrow = made.world.at.astimezone(zone_of(made.world.id)).date() + DAY
        visit = book(made, tomorrow, plan)
        booking.mark(
            actor=made.world["front_desk"], uid=new(), at=made.world.at, appointment=visit,
            act="cancelled", reason="a cold",
        )  # fmt: skip
        made.world.later(days=1)
        made.infuse(plan, no=2)
        with pytest.raises(Conflict, match="Ask the physician"):  # it would be the next booster
            book(made, tomorrow + 2 * DAY)


class TestMoving:
    def test_to_a_nearer_day_is_refused_and_the_visit_stays(self, made: Treated) -> None:
        first = first_day(made)
        visit = book(made, first + DAY, accept(made))
        with pytest.raises(Conflict, match="Ask the physician"):
            move(made, visit, first - DAY)
        row = Appointment.of(made.world.id).get(pk=visit)
        assert row.starts_at == slot(made, first + DAY).starts_at
        move(made, visit, first)

    def test_what_stands_nearer_already_may_go_later_or_change_its_hour(
        self, made: Treated
    ) -> None:
        first = first_day(made)
        allow_first = accept(made, slot=slot(made, first - 3 * DAY), nearer="travels")
        visit = Appointment.of(made.world.id).get(plan=allow_first).pk
        made.world.later(minutes=1)
        again = made.plan(sessions=1, is_booster=True)  # signed anew: the reason was the old one's
        Appointment.of(made.world.id).filter(pk=visit).update(plan=again)
        move(made, visit, first - 3 * DAY, hour=13)
        move(made, visit, first - 2 * DAY)
        with pytest.raises(Conflict, match="Ask the physician"):
            move(made, visit, first - 3 * DAY)

    def test_an_absence_never_brings_one_nearer(self, made: Treated) -> None:
        world, first = made.world, first_day(made)
        who = world["physician"].practitioner
        assert who is not None
        plan = accept(made)
        wanted = slot(made, first, plan)
        visit = desk.book_anyway(world, made.patient, wanted)
        Appointment.of(world.id).filter(pk=visit).update(practitioner=who)
        away = booking_absence.note(
            actor=world["manager"], uid=new(), at=world.at, practitioner=who,
            starts_at=wanted.starts_at - DAY, ends_at=wanted.starts_at + DAY,
        )  # fmt: skip
        left = booking_absence.settle(
            actor=world["front_desk"], uid=new(), at=world.at, absence=away
        )
        row = Appointment.of(world.id).get(pk=visit)
        assert left == [visit] or row.starts_at > wanted.starts_at


class TestTheReason:
    def test_given_with_the_acceptance_lets_the_desk_book_and_is_on_record(
        self, made: Treated
    ) -> None:
        first = first_day(made)
        plan = accept(made, nearer="travels for a month")
        visit = book(made, first - DAY, plan)
        move(made, visit, first - 2 * DAY)
        [one] = decisions.of_patient(clinic=made.world.id, patient=made.patient, kind="booster")
        assert [(o.rule, o.reason) for o in one.overrides] == [
            (booster_gap.RULE, "travels for a month")
        ]
        asked: dict[str, Any] = {
            "clinic": made.world.id, "patient": made.patient, "plan": plan, "at": made.world.at,
        }  # fmt: skip
        assert booster_gap.is_by_reason(starts_at=slot(made, first - DAY).starts_at, **asked)
        assert not booster_gap.is_by_reason(starts_at=slot(made, first).starts_at, **asked)

    def test_is_asked_where_a_visit_without_a_plan_stands_nearer(self, made: Treated) -> None:
        first = first_day(made)
        book(made, first - DAY)
        with pytest.raises(BadValue, match="nearer: is needed"):
            accept(made)
        assert not Decision.of(made.world.id).filter(kind="booster").exists()
        accept(made, nearer="travels")

    def test_given_afterwards_is_a_decision_of_its_own(self, made: Treated) -> None:
        plan = accept(made)
        for refused in ("", "  "):
            with pytest.raises(BadValue, match="nearer: is needed"):
                allow(made, refused)
        with pytest.raises(PermissionDenied):
            allow(made, who="infusion_nurse")
        allow(made)
        rows = decisions.of_patient(clinic=made.world.id, patient=made.patient, kind="booster")
        assert [(one.outcome, one.by) for one in rows] == [
            (booster_gap.ALLOWED, "Physician Invented"), ("accepted", "Physician Invented"),
        ]  # fmt: skip
        assert [one.reason for one in rows[0].overrides] == ["travels for a month"]
        assert AuditEvent.objects.filter(
            clinic_id=made.world.id, action="maintenance.decide", subject_kind="decision"
        ).exists()
        assert book(made, first_day(made) - DAY, plan)
        with pytest.raises(NotNow):
            allow(made)

    def test_is_not_asked_before_a_booster_nor_after_the_gap(self, made: Treated) -> None:
        with pytest.raises(NotNow):
            allow(made)
        accept(made)
        made.world.later(days=30)
        with pytest.raises(NotNow):
            allow(made)

    def test_of_one_booster_does_not_count_for_the_next(self, made: Treated) -> None:
        plan = accept(made, nearer="travels")
        made.infuse(plan)
        made.put("maintenance")
        made.world.later(days=1)
        assert FindingOverride.of(made.world.id).filter(rule=booster_gap.RULE).count() == 1
        again = accept(made)
        with pytest.raises(Conflict, match="Ask the physician"):
            book(made, first_day(made) - DAY, again)

    def test_is_asked_by_a_plan_too_and_of_a_booster_alone(self, made: Treated) -> None:
        first = first_day(made)
        visit = book(made, first - DAY)
        made.world.later(minutes=1)
        with pytest.raises(BadValue, match="nearer: is needed"):
            made.plan(sessions=1, is_booster=True)
        with pytest.raises(BadValue, match="nearer: is for a booster alone"):
            made.plan(nearer="travels")
        assert not CarePlan.of(made.world.id).filter(is_booster=True).exists()
        made.plan(sessions=1, is_booster=True, nearer="travels for a month")
        [one] = decisions.of_patient(clinic=made.world.id, patient=made.patient, kind="booster")
        assert (one.outcome, one.by) == (booster_gap.ALLOWED, "Physician Invented")
        assert [o.reason for o in one.overrides] == ["travels for a month"]
        move(made, visit, first - 2 * DAY)

    def test_no_plan_asks_it_without_a_visit_too_near(self, made: Treated) -> None:
        first = first_day(made)
        book(made, first)
        made.world.later(minutes=1)
        made.plan(sessions=1, is_booster=True)
        assert not FindingOverride.of(made.world.id).exists()
        made.world.later(days=60)
        made.plan(sessions=1, is_booster=True, nearer="travels")  # the gap is over
        assert not FindingOverride.of(made.world.id).exists()

    def test_accepted_with_its_reason_is_kept_once(self, made: Treated) -> None:
        book(made, first_day(made) - DAY)
        accept(made, nearer="travels")
        assert FindingOverride.of(made.world.id).count() == 1
        assert Decision.of(made.world.id).filter(kind="booster").count() == 1

    def test_a_visit_of_no_booster_is_nearer_by_nobodys_reason(self, made: Treated) -> None:
        series = made.plan()
        assert not booster_gap.is_by_reason(
            clinic=made.world.id, patient=made.patient, plan=series, at=made.world.at,
            starts_at=slot(made, first_day(made) - DAY).starts_at,
        )  # fmt: skip


class TestGiven:
    """What the desk cannot book nearer is not given nearer either."""

    def opened(self, made: Treated, visit: uuid.UUID | None) -> uuid.UUID:
        InfusionState.of(made.world.id).update(state="discharged")
        return preparing.open_visit(
            actor=made.world["infusion_nurse"], uid=new(), at=made.world.at,
            patient=made.patient, appointment=visit,
        )  # fmt: skip

    def test_nobody_arrives_for_it_on_a_nearer_day(self, made: Treated) -> None:
        plan, first = accept(made), first_day(made)
        visit = book(made, first + timedelta(days=1), plan)
        with pytest.raises(Conflict, match="shortest gap"):
            booking.mark(
                actor=made.world["front_desk"], uid=new(), at=made.world.later(hours=1),
                appointment=visit, act="arrived",
            )  # fmt: skip
        assert Appointment.of(made.world.id).get(pk=visit).status == "booked"

    @pytest.mark.parametrize("named", [True, False])
    def test_no_visit_opens_on_a_nearer_day(self, made: Treated, *, named: bool) -> None:
        plan, first = accept(made), first_day(made)
        visit = book(made, first + timedelta(days=1), plan) if named else None
        made.world.later(hours=1)
        with pytest.raises(Conflict, match="shortest gap"):
            self.opened(made, visit)
        allow(made)
        assert self.opened(made, visit)

    def test_on_the_day_that_was_booked_it_opens(self, made: Treated) -> None:
        plan, first = accept(made), first_day(made)
        visit = book(made, first, plan)
        made.world.at = slot(made, first).starts_at
        booking.mark(
            actor=made.world["front_desk"], uid=new(), at=made.world.at, appointment=visit,
            act="arrived",
        )  # fmt: skip
        assert self.opened(made, visit)


def test_a_reason_for_a_chosen_time_is_asked_once(made: Treated) -> None:
    first = first_day(made)
    book(made, first - DAY)
    chosen = slot(made, first - timedelta(days=3))
    plan = accept(made, slot=chosen, nearer="travels the day after")
    assert Appointment.of(made.world.id).get(plan=plan).starts_at == chosen.starts_at
    assert FindingOverride.of(made.world.id).filter(rule=booster_gap.RULE).count() == 1


def test_the_reason_for_a_chosen_day_allows_no_day_before_it(made: Treated) -> None:
    first = first_day(made)
    chosen = first - timedelta(days=3)
    plan = accept(made, slot=slot(made, chosen), nearer="travels the day after")
    visit = Appointment.of(made.world.id).get(plan=plan).pk
    with pytest.raises(Conflict, match="shortest gap") as refused:
        move(made, visit, chosen - timedelta(days=1))
    assert str(chosen.day) in str(refused.value)
    move(made, visit, chosen + timedelta(days=1))
    move(made, visit, chosen)
    allow(made, "comes from far")
    move(made, visit, chosen - timedelta(days=1))

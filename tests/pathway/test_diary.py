"""A day at home: what is stored, what cannot be, and whom it calls."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, diary, diary_link, links
from reprieve.pathway.diary import Day
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import by_link
from reprieve.records.models import DiaryEntry, Observation, OutboxMessage, PatientLink
from reprieve.records.queries import diary as known
from reprieve.records.queries import observations, response, risk
from reprieve.records.queries import worklist as work_lists
from reprieve.records.queries.treatments import zone_of
from tests import world as worlds
from tests.treated import responder
from tests.world import World, new

TODAY = date(2026, 3, 3)


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


@pytest.fixture
def link(world: World, patient: uuid.UUID) -> uuid.UUID:
    return links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="diary"
    )


def said(**changes: Any) -> Day:
    values = {"average_pain": 4, "worst_pain": 6, "function": 5, "mood": 7, **changes}
    return Day(**{"day": TODAY, **values})


def by_phone(
    world: World, patient: uuid.UUID, what: Day, *, link: uuid.UUID | None, uid: uuid.UUID | None
    = None, at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    return diary.save(
        actor=by_link(world.id, patient), uid=uid or new(), at=at or world.at, patient=patient,
        said=what, mode="home", link=link,
    )  # fmt: skip


def by_nurse(world: World, patient: uuid.UUID, what: Day, mode: str = "call") -> dict[str, Any]:
    return diary.save(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, said=what,
        mode=mode,
    )  # fmt: skip


def kinds(world: World) -> list[str]:
    return [item.kind for item in work_lists.waiting(clinic=world.id)]


class TestSave:
    def test_a_day_by_link(self, world: World, patient: uuid.UUID, link: uuid.UUID) -> None:
        done = by_phone(world, patient, said(moment="evening"), link=link)
        (one,) = known.entries(clinic=world.id, patient=patient)
        assert done["alert"] is False
        assert (one.day, one.moment, one.average_pain, one.mode) == (TODAY, "evening", 4, "home")
        assert one.by is None

    def test_the_same_key_saves_once(
        self, world: World, patient: uuid.UUID, link: uuid.UUID
    ) -> None:
        key = new()
        for _ in range(3):
            by_phone(world, patient, said(), link=link, uid=key)
        assert DiaryEntry.of(world.id).count() == 1

    def test_the_same_evening_again_stands_instead(
        self, world: World, patient: uuid.UUID, link: uuid.UUID
    ) -> None:
        by_phone(world, patient, said(moment="evening"), link=link)
        by_phone(world, patient, said(moment="evening", average_pain=3), link=link)
        by_phone(world, patient, said(moment="evening", average_pain=2), link=link)
        by_phone(world, patient, said(moment="morning", average_pain=5), link=link)
        found = known.entries(clinic=world.id, patient=patient)
        assert sorted((one.moment, one.average_pain) for one in found) == [
            ("evening", 2), ("morning", 5),
        ]  # fmt: skip
        assert DiaryEntry.of(world.id).count() == 4
        [newest] = known.entries(clinic=world.id, patient=patient, newest=1)
        assert newest == found[-1]
        scales = known.scales(clinic=world.id, patient=patient)
        assert [one.average_pain for one in scales] == [one.average_pain for one in found]

    def test_missing_stays_missing(self, world: World, patient: uuid.UUID) -> None:
        by_nurse(world, patient, Day(day=TODAY, function=0))
        (one,) = known.entries(clinic=world.id, patient=patient)
        assert (one.average_pain, one.function) == (None, 0)

    def test_extras_become_facts_and_calls(self, world: World, patient: uuid.UUID) -> None:
        extras = {"bladder": True, "fall": True, "sleep": 4, "extra_doses": 1, "dreams": False}
        by_nurse(world, patient, said(extras=extras))
        by_nurse(world, patient, said(extras={"fall": True}, moment="morning"))
        row = Observation.of(world.id).get(code="bladder_symptoms")
        assert (row.value, row.provenance, row.mode) == (True, "typed", "call")
        assert sorted(kinds(world)) == ["fall", "screen_bladder"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"average_pain": 11}, "average_pain"),
            ({"average_pain": -1}, "average_pain"),
            ({"mood": "7"}, "mood"),
            ({"function": True}, "function"),
            ({"worst_pain": 3}, "worst_pain"),
            ({"day": date(2026, 3, 4)}, "day"),
            ({"day": date(2026, 2, 27)}, "day"),
            ({"moment": "noon"}, "moment"),
            ({"extras": {"colour": 1}}, "extras"),
            ({"extras": {"sleep": 11}}, "sleep"),
            ({"extras": {"fall": 1}}, "fall"),
            (
                {"average_pain": None, "worst_pain": None, "function": None, "mood": None},
                "average_pain",
            ),
        ],
    )
    def test_what_cannot_be_names_the_question(
        self, world: World, patient: uuid.UUID, link: uuid.UUID, changes: dict[str, Any],
        field: str,
    ) -> None:  # fmt: skip
        with pytest.raises(BadValue) as refused:
            by_phone(world, patient, said(**changes), link=link)
        assert refused.value.field == field
        assert not DiaryEntry.of(world.id).exists()

    def test_the_day_is_the_clinics(
        self, world: World, patient: uuid.UUID, link: uuid.UUID
    ) -> None:
        late = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)  # still the 3rd in New York
        with pytest.raises(BadValue, match="future"):
            by_phone(world, patient, said(day=date(2026, 3, 4)), link=link, at=late)
        by_phone(world, patient, said(), link=link, at=late)

    @pytest.mark.parametrize(
        ("told_days_ago", "arrives"),
        [(None, False), (5, True), (1, False), (-3, False), (60, True)],
    )
    def test_a_day_that_waited_on_the_phone_is_as_old_as_when_it_was_told(
        self, world: World, patient: uuid.UUID, link: uuid.UUID, told_days_ago: int | None,
        arrives: bool,
    ) -> None:  # fmt: skip
        told_at = None if told_days_ago is None else world.at - timedelta(days=told_days_ago)

        def save() -> None:
            diary.save(
                actor=by_link(world.id, patient), uid=new(), at=world.at, patient=patient,
                said=said(day=TODAY - timedelta(days=6)), mode="home", link=link, told_at=told_at,
            )  # fmt: skip

        if not arrives:
            with pytest.raises(BadValue, match="days ago"):
                save()
            return
        save()
        row = DiaryEntry.of(world.id).get()
        assert told_days_ago is not None
        assert row.at == max(told_at or world.at, world.at - timedelta(days=35))
        assert row.recorded_at == world.at

    def test_nobody_waits_for_years(
        self, world: World, patient: uuid.UUID, link: uuid.UUID
    ) -> None:
        with pytest.raises(BadValue, match="days ago"):
            diary.save(
                actor=by_link(world.id, patient), uid=new(), at=world.at, patient=patient,
                said=said(day=TODAY - timedelta(days=50)), mode="home", link=link,
                told_at=world.at - timedelta(days=50),
            )  # fmt: skip

    def test_staff_may_look_farther_back(self, world: World, patient: uuid.UUID) -> None:
        by_nurse(world, patient, said(day=TODAY - timedelta(days=60)), mode="paper")
        with pytest.raises(BadValue, match="day"):
            by_nurse(world, patient, said(day=TODAY - timedelta(days=61)))
        with pytest.raises(BadValue, match="mode"):
            by_nurse(world, patient, said(), mode="pigeon")
        with pytest.raises(NotFound):
            by_nurse(world, new(), said())

    def test_a_link_writes_for_its_own_patient_and_form(
        self, world: World, patient: uuid.UUID, link: uuid.UUID
    ) -> None:
        other = worlds.person(world, email="other@example.org")[0]
        form = links.make(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="peg"
        )
        with pytest.raises(PermissionDenied):
            by_phone(world, patient, said(), link=None)
        with pytest.raises(PermissionDenied):
            by_phone(world, other, said(), link=link)
        with pytest.raises(PermissionDenied):
            by_phone(world, patient, said(), link=form)
        with pytest.raises(PermissionDenied):
            diary.save(
                actor=by_link(world.id, other), uid=new(), at=world.at, patient=patient,
                said=said(), mode="home", link=link,
            )  # fmt: skip
        world.later(days=36)
        with pytest.raises(NotNow):
            by_phone(world, patient, said(day=date(2026, 4, 7)), link=link)


class TestWhen:
    """A day that arrives late is as old as it is, whatever arrived before it."""

    def test_an_older_answer_never_stands_for_a_newer_one(
        self, world: World, patient: uuid.UUID, link: uuid.UUID
    ) -> None:
        by_nurse(world, patient, said(extras={"bladder": True}))
        told_at = world.at - timedelta(days=3)
        late = world.later(hours=1)
        diary.save(
            actor=by_link(world.id, patient), uid=new(), at=late, patient=patient, mode="home",
            said=said(day=TODAY - timedelta(days=3), extras={"bladder": False}), link=link,
            told_at=told_at,
        )  # fmt: skip
        row = Observation.of(world.id).get(code="bladder_symptoms", provenance="patient")
        assert (row.measured_at, row.recorded_at) == (told_at, late)
        codes = ["bladder_symptoms"]
        newest = observations.newest(clinic=world.id, patient=patient, codes=codes)
        assert newest["bladder_symptoms"].value is True
        last = response.surveillance(clinic=world.id, patient=patient, at=late).last
        assert last["bladder-questions"] == TODAY

    @pytest.mark.parametrize(
        ("moment", "until"), [("morning", "12:00:00"), ("evening", "23:59:59"), ("day", "23:59:59")]
    )
    def test_what_is_told_of_a_day_gone_by_was_so_on_that_day(
        self, world: World, patient: uuid.UUID, moment: str, until: str
    ) -> None:
        before = TODAY - timedelta(days=2)
        told = said(day=before, moment=moment, extras={"bladder": False})
        by_nurse(world, patient, told, mode="paper")
        row = Observation.of(world.id).get(code="bladder_symptoms")
        here = row.measured_at.astimezone(zone_of(world.id))
        assert (here.date(), f"{here:%H:%M:%S}") == (before, until)
        assert DiaryEntry.of(world.id).get().at == row.recorded_at == world.at


class TestMood:
    @pytest.mark.parametrize(("mood", "alarm"), [(2, True), (3, False), (None, False)])
    def test_a_very_low_mood_follows_the_suicide_risk_path(
        self, world: World, patient: uuid.UUID, mood: int | None, alarm: bool
    ) -> None:
        assert by_nurse(world, patient, said(mood=mood))["alert"] is alarm
        found = risk.state(clinic=world.id, patient=patient)
        assert found == ("alert_open" if alarm else "none")

    def test_the_clinic_sets_the_limit(self, world: World, patient: uuid.UUID) -> None:
        clinic.choose(
            actor=world["admin"], uid=new(), at=world.at, key="diary.mood_alarm_at_or_below",
            value=4, reason="small practice",
        )  # fmt: skip
        assert by_nurse(world, patient, said(mood=4))["alert"] is True


class TestPrompts:
    def test_one_link_lasts_through_the_series(self, world: World) -> None:
        made = responder(world, weeks=())
        nurse = world["infusion_nurse"]
        assert diary_link.ask(actor=nurse, patient=made.patient, at=world.at) > 30
        first = PatientLink.of(world.id).get()
        until = first.valid_until
        world.later(days=7)
        diary_link.ask(actor=nurse, patient=made.patient, at=world.at)
        first.refresh_from_db()
        assert first.valid_until == until + timedelta(days=7)
        diary_link.ask(actor=nurse, patient=made.patient, at=world.at)
        assert PatientLink.of(world.id).count() == 1
        links.revoke(actor=nurse, uid=new(), at=world.at, link=first.pk)
        assert diary_link.current(actor=nurse, patient=made.patient, at=world.at).pk != first.pk

    def test_nobody_is_asked_without_address_or_infusion(
        self, world: World, patient: uuid.UUID
    ) -> None:
        nurse = world["infusion_nurse"]
        assert diary_link.ask(actor=nurse, patient=patient, at=world.at) == 0
        lonely = worlds.person(world, email="", phone="")[0]
        assert diary_link.ask(actor=nurse, patient=lonely, at=world.at) == 0
        assert not diary_link.is_running_out(clinic=world.id, patient=patient, at=world.at)
        assert not OutboxMessage.of(world.id).exists()

    def test_it_is_renewed_while_it_is_wanted(self, world: World) -> None:
        made = responder(world, weeks=())
        place = {"clinic": world.id, "patient": made.patient}
        assert diary_link.is_running_out(at=world.at, **place)
        diary_link.ask(actor=world["infusion_nurse"], patient=made.patient, at=world.at)
        assert not diary_link.is_running_out(at=world.at, **place)
        assert diary_link.is_running_out(at=world.later(days=34), **place)
        assert not diary_link.is_running_out(at=world.later(days=340), **place)

"""The pages after the infusion: calls, the visit, the letter, boosters, the diary, and links."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reprieve.pathway import clinic as clinics
from reprieve.pathway import clock, followup, questionnaires, referrer
from reprieve.pathway.booking import Slot
from reprieve.pathway.followup import Call
from reprieve.records.models import (
    AdverseEvent,
    Appointment,
    CarePlan,
    Condition,
    Decision,
    DiaryEntry,
    MedicationStatement,
    OutboxMessage,
)
from reprieve.records.queries import ladders
from reprieve.web.words import day
from tests import booking_desk as desk
from tests import world as worlds
from tests.chairside import Chair
from tests.papers import words_of
from tests.recovery_room import leave, ready
from tests.treated import Treated, fades, responder, treated
from tests.world import PASSWORD, REFERS, World, new

As = Callable[[str], Client]


@pytest.fixture
def made(world: World) -> Treated:
    """A responder whose last diary day was yesterday by the clock of the pages."""
    world.at = worlds.lately() - timedelta(days=6 + 7 + 1 + 14, hours=2)
    return responder(world)


@pytest.fixture
def faded(world: World) -> Treated:
    world.at = worlds.lately() - timedelta(days=6 + 7 + 1 + 14 + 15, hours=2)
    found = responder(world)
    fades(found)
    return found


def gone_home(world: World) -> Chair:
    """This function will send a patient home 30 hours ago; a nurse is to call."""
    world.at = worlds.lately() - timedelta(hours=30)
    chair = ready(world)
    leave(chair, caller=world["infusion_nurse"].practitioner)
    return chair


@pytest.fixture
def home(world: World) -> Chair:
    return gone_home(world)


def form(**values: str) -> dict[str, str]:
    return {"act": str(new()), **values}


def signed(**values: str) -> dict[str, str]:
    """A booster accepted with the password."""
    return form(reason="x", password=PASSWORD, **values)


class TestVisit:
    def test_response_harm_and_curve_on_one_page(self, made: Treated, as_role: As) -> None:
        MedicationStatement.objects.add(
            clinic_id=made.world.id, patient_id=made.patient, name="morphine", mg_per_day=60,
            recorded_at=made.world.at - timedelta(days=3),
        )  # fmt: skip
        page = as_role("infusion_nurse").get(f"/follow-up/{made.patient}").content.decode()
        for words in ("Responder, 30 % or more", "62 % lower", "Opioid dose over the last year",
                      "Series: 2 infusions", "What is not known"):  # fmt: skip
            assert words in page
        assert "Write the decision" not in page

    def test_nothing_yet(self, world: World, as_role: As) -> None:
        patient, _episode = worlds.person(world)
        page = as_role("physician").get(f"/follow-up/{patient}").content.decode()
        assert "No diary and no infusion yet" in page

    def test_the_decision_and_its_letter(self, made: Treated, as_role: As) -> None:
        doctor = as_role("physician")
        assert doctor.get(f"/follow-up/{made.patient}/letter.pdf").status_code == 409
        followup_page = f"/follow-up/{made.patient}"
        press = form(outcome="continue", reason="Works well, and she sleeps.")
        assert doctor.post(followup_page, press).status_code == 302
        text = words_of(doctor.get(f"{followup_page}/letter.pdf").content)
        for words in ("Continue as before", "she sleeps", "2 infusions", "Physician Invented"):
            assert words in text
        assert "Works well" in doctor.get(followup_page).content.decode()
        self.learn(made, made.world.later(days=20))
        assert words_of(doctor.get(f"{followup_page}/letter.pdf").content) == text

    def test_the_letter_is_addressed_to_who_referred(self, made: Treated, as_role: As) -> None:
        doctor = as_role("physician")
        followup_page = f"/follow-up/{made.patient}"
        doctor.post(followup_page, form(outcome="continue", reason="Works well."))
        assert "Dear colleague," in words_of(doctor.get(f"{followup_page}/letter.pdf").content)
        referrer.name(
            actor=made.world["front_desk"], uid=worlds.new(), at=made.world.at,
            patient=made.patient, contact=REFERS,
        )  # fmt: skip
        text = words_of(doctor.get(f"{followup_page}/letter.pdf").content)
        for words in ("By fax to +1 555 0100 171", "Invented Family Practice",
                      "1 Example Street", "Dear Dr. Rhea Refers,"):  # fmt: skip
            assert words in text
        assert "colleague" not in text
        letter = words_of(doctor.get(f"/patients/{made.patient}/decision/letter.pdf").content)
        assert letter.index("By fax to +1 555 0100 171") < letter.index("Dear Dr. Rhea Refers,")

    def learn(self, made: Treated, at: datetime) -> None:
        """What was recorded after the letter."""
        whose = {"clinic_id": made.world.id, "patient_id": made.patient, "recorded_at": at}
        AdverseEvent.objects.add(term="nausea", grade=2, onset_ms=0, **whose)
        Condition.objects.add(label="shingles", is_pain_condition=True, **whose)

    def test_function_and_goal_stand_beside_the_pain(self, made: Treated, as_role: As) -> None:
        self.forms(made, 2, at=made.world.at - timedelta(days=60))
        self.forms(made, 6, at=made.world.at - timedelta(hours=1))
        doctor = as_role("physician")
        page = doctor.get(f"/follow-up/{made.patient}").content.decode()
        told = ("Walk to the market", "from 2.0 to 6.0: 4.0 points better",
                "General activity, from PEG", "function (ODI) unknown", "trend-personal-goal",
                "My own goal: from 2 to 6")  # fmt: skip
        for words in told:
            assert words in page
        assert "BPI interference" not in page  # never asked
        doctor.post(f"/follow-up/{made.patient}", form(outcome="continue", reason="Works."))
        text = words_of(doctor.get(f"/follow-up/{made.patient}/letter.pdf").content)
        for words in ("Walk to the market", "from 2.0 to 6.0: 4.0 points better"):
            assert words in text

    def forms(self, made: Treated, near: int, *, at: datetime) -> None:
        for name, answers, words in (
            ("personal-goal", {"near": near}, "Walk to the market"),
            ("peg", dict.fromkeys(("pain", "enjoyment", "activity"), 9 - near), ""),
        ):
            questionnaires.save(
                actor=made.world["infusion_nurse"], uid=new(), at=at, patient=made.patient,
                instrument=name, answers=answers, complete=True, mode="clinic", words=words,
            )  # fmt: skip

    def test_an_end_says_what_it_cancelled(self, made: Treated, as_role: As) -> None:
        slot = Slot(starts_at=made.world.at + timedelta(days=20), kind="follow_up")
        desk.book_anyway(made.world, made.patient, slot)
        press = form(outcome="end", reason="Works no more.")
        answer = as_role("physician").post(f"/follow-up/{made.patient}", press, follow=True)
        assert "1 visit that was booked is cancelled." in answer.content.decode()

    def test_a_booster_leads_on(self, made: Treated, as_role: As) -> None:
        press = form(outcome="booster", reason="fades")
        answer = as_role("physician").post(f"/follow-up/{made.patient}", press)
        assert answer["Location"] == f"/maintenance/{made.patient}"

    def test_refusals(self, made: Treated, as_role: As) -> None:
        address = f"/follow-up/{made.patient}"
        assert as_role("physician").post(address, form(outcome="end")).status_code == 422
        nurse = as_role("infusion_nurse").post(address, form(outcome="end", reason="x"))
        assert nurse.status_code == 403
        made.put("requested")
        late = as_role("physician").post(address, form(outcome="end", reason="x"))
        assert late.status_code == 422
        assert not Decision.of(made.world.id).filter(kind="follow_up").exists()

    def test_what_was_said_on_the_telephone(self, home: Chair, as_role: As) -> None:
        followup.call(
            actor=home.world["infusion_nurse"], uid=new(), at=home.world.at,
            encounter=home.encounter,
            said=Call(reached=True, fell=True, thoughts_of_death=False, mood=6),
        )  # fmt: skip
        page = as_role("physician").get(f"/follow-up/{home.patient}").content.decode()
        assert "fell" in page


class TestMaintenance:
    def test_fading_is_proposed_and_booked_in_one_press(
        self, faded: Treated, as_role: As
    ) -> None:
        world = faded.world
        clinics.add_chair(actor=world["admin"], uid=new(), at=world.at, name="1")
        doctor = as_role("physician")
        address = f"/maintenance/{faded.patient}"
        assert address in doctor.get("/follow-up").content.decode()
        page = doctor.get(address).content.decode()
        assert "a booster is proposed" in page
        assert "Liver tests" in page
        place = page.split('name="place" value="')[1].split('"')[0]
        press = form(
            reason="fades since two weeks", sessions="1", place=place, password="guessed"
        )
        assert "is not right" in doctor.post(address, press).content.decode()
        assert not CarePlan.of(world.id).filter(is_booster=True).exists()
        press |= {"password": PASSWORD, "act": str(new())}
        assert doctor.post(address, press).status_code == 302
        assert CarePlan.of(world.id).filter(is_booster=True).count() == 1
        row = Appointment.of(world.id).get()
        assert row.starts_at == datetime.fromisoformat(place.partition("|")[0])
        assert "booked" in doctor.get(address).content.decode()
        told = OutboxMessage.of(world.id).filter(template="appointment_booked")
        assert told.count() == 1

    def test_the_ladder_proposes_sessions_and_a_window(
        self, faded: Treated, as_role: As
    ) -> None:
        page = as_role("physician").get(f"/maintenance/{faded.patient}")
        form_ = page.context["form"]
        due = ladders.next_due(
            clinic=faded.world.id, patient=faded.patient, at=clock.now(faded.world.id)
        )
        assert due is not None
        assert form_["sessions"].value() == due.sessions == 2
        text = page.content.decode()
        span = f"from {day(due.window_from)} to {day(due.window_until)}"
        assert f"2 sessions, {span}" in text
        assert f"The ladder proposes 2 sessions, {span}." in text
        assert "nearer than the shortest gap" not in text

    def test_a_first_session_too_near_asks_for_a_reason(
        self, world: World, as_role: As
    ) -> None:
        world.at = worlds.lately() - timedelta(days=6 + 7 + 1, hours=2)
        made = responder(world, weeks=())
        clinics.add_chair(actor=world["admin"], uid=new(), at=world.at, name="1")
        doctor = as_role("physician")
        address = f"/maintenance/{made.patient}"
        page = doctor.get(address).content.decode()
        assert "nearer than the shortest gap" in page
        place = page.split('name="place" value="')[1].split('"')[0]
        press = signed(sessions="2", place=place)
        refused = doctor.post(address, press)
        assert refused.status_code == 422
        assert refused.context["form"].errors.keys() == {"nearer"}
        assert not Decision.of(world.id).filter(kind="booster").exists()
        again = press | {"nearer": "travels for a month", "act": str(new())}
        assert doctor.post(address, again).status_code == 302
        assert "shortest gap: travels for a month" in doctor.get(address).content.decode()

    def test_the_desk_is_told_the_first_day_until_a_reason_is_given(
        self, world: World, as_role: As
    ) -> None:
        world.at = worlds.lately() - timedelta(days=6 + 7 + 1, hours=2)
        made = responder(world, weeks=())
        [chair] = desk.chairs(world, 1)
        doctor, nurse = as_role("physician"), as_role("infusion_nurse")
        front = as_role("front_desk")
        address, now = f"/maintenance/{made.patient}", clock.now(world.id)
        assert doctor.post(address, signed(sessions="1")).status_code == 302
        first = ladders.earliest(clinic=world.id, patient=made.patient, at=now)
        assert first is not None
        near = timezone.localtime(now).date() + timedelta(days=1)
        assert near < first
        booking = f"/patients/{made.patient}/book?kind=infusion&day={near}&practitioner="
        wanted = form(time="10:00", chair=str(chair), anyway="on")
        refused = front.post(booking, wanted)
        assert refused.status_code == 422
        assert f"before {day(first)}" in refused.content.decode()
        assert not Appointment.of(world.id).exists()
        assert f"on {day(first)} at the earliest" in nurse.get(address).content.decode()
        assert "Allow a nearer date" not in nurse.get(address).content.decode()
        assert "Allow a nearer date" in doctor.get(address).content.decode()
        assert nurse.post(f"{address}/nearer", form(nearer="travels")).status_code == 403
        assert doctor.post(f"{address}/nearer", form(nearer="")).status_code == 422
        assert doctor.post(f"{address}/nearer", form(nearer="travels")).status_code == 302
        page = doctor.get(address).content.decode()
        assert "a nearer date allowed" in page
        assert "shortest gap: travels" in page
        assert "Allow a nearer date" not in page
        booked = front.post(booking, wanted | {"act": str(new())}, follow=True)
        assert "A physician has given the reason." in booked.content.decode()

    def test_it_may_be_left_to_the_desk(self, faded: Treated, as_role: As) -> None:
        answer = as_role("physician").post(
            f"/maintenance/{faded.patient}", form(reason="fades", sessions="2", password=PASSWORD),
            follow=True
        )
        assert "The front desk books it" in answer.content.decode()
        waits = as_role("front_desk").get("/work").content.decode()
        assert "Book the infusions that have no place" in waits

    def test_or_declined(self, faded: Treated, as_role: As) -> None:
        doctor = as_role("physician")
        address = f"/maintenance/{faded.patient}"
        assert doctor.post(f"{address}/decline", form()).status_code == 422
        press = form(reason="wants to wait")
        assert doctor.post(f"{address}/decline", press).status_code == 302
        assert "wants to wait" in doctor.get(address).content.decode()

    def test_refusals(self, faded: Treated, as_role: As) -> None:
        address = f"/maintenance/{faded.patient}"
        doctor = as_role("physician")
        assert doctor.post(address, form(sessions="1")).status_code == 422
        assert doctor.post(address, signed(sessions="9")).status_code == 422
        faded.put("closed")
        assert doctor.post(address, signed(sessions="1")).status_code == 422
        nurse = as_role("infusion_nurse")
        assert nurse.post(address, signed(sessions="1")).status_code == 403
        assert "Accept the booster" not in nurse.get(address).content.decode()

    def test_before_any_plan(self, world: World, as_role: As) -> None:
        patient, _episode = worlds.person(world)
        page = as_role("physician").get(f"/maintenance/{patient}").content.decode()
        assert "there is none yet" in page


class TestDiary:
    def day(self, **changes: str) -> dict[str, str]:
        today = (clock.real() - timedelta(days=1)).date().isoformat()
        values = {"day": today, "moment": "day", "mode": "call", "average_pain": "4",
                  "fall": "yes"}  # fmt: skip
        return form(**{**values, **changes})

    def test_a_day_told_on_the_phone(self, made: Treated, as_role: As) -> None:
        nurse, address = as_role("infusion_nurse"), f"/diary/{made.patient}"
        before = DiaryEntry.of(made.world.id).count()
        assert nurse.post(address, self.day()).status_code == 302
        assert DiaryEntry.of(made.world.id).count() == before + 1
        assert "on the telephone" in nurse.get(address).content.decode()

    def test_a_sheet_that_was_written_before_is_shown_and_does_not_count(
        self, made: Treated, as_role: As
    ) -> None:
        nurse, address = as_role("infusion_nurse"), f"/diary/{made.patient}"
        nurse.post(address, self.day())
        day = self.day()["day"]
        sheet = self.day(mode="paper", average_pain="9", told_at=f"{day}T08:00")
        answer = nurse.post(address, sheet, follow=True)
        assert "kept beside it and does not count" in answer.content.decode()
        page = nurse.get(address).content.decode()
        assert "arrived after newer words: does not count" in page
        assert DiaryEntry.of(made.world.id).get(extras__has_key="late").average_pain == 9
        refused = nurse.post(address, {**sheet, "told_at": "2090-01-01T08:00"})
        assert refused.status_code == 422
        assert "is in the future" in refused.content.decode()

    def test_sleep_and_extra_doses_are_told_and_shown(
        self, made: Treated, as_role: As
    ) -> None:
        nurse, address = as_role("infusion_nurse"), f"/diary/{made.patient}"
        assert nurse.post(address, self.day(sleep="9", extra_doses="13")).status_code == 302
        [row] = DiaryEntry.of(made.world.id).filter(extras__has_key="extra_doses")
        assert (row.extras["sleep"], row.extras["extra_doses"]) == (9, 13)
        page = nurse.get(address).content.decode()
        assert "on the telephone, sleep 9, extra doses 13" in page
        assert nurse.post(address, self.day(extra_doses="21")).status_code == 422

    def test_a_low_mood_leads_to_the_risk_page(self, made: Treated, as_role: As) -> None:
        answer = as_role("infusion_nurse").post(f"/diary/{made.patient}", self.day(mood="1"))
        assert answer["Location"].endswith("/risk")

    def test_refused(self, made: Treated, as_role: As) -> None:
        later = (clock.real() + timedelta(days=2)).date().isoformat()
        answer = as_role("infusion_nurse").post(f"/diary/{made.patient}", self.day(day=later))
        assert answer.status_code == 422
        assert "is in the future" in answer.content.decode()

    def test_an_empty_diary_teaches(self, world: World, as_role: As) -> None:
        patient, _episode = worlds.person(world)
        assert "No diary yet" in as_role("physician").get(f"/diary/{patient}").content.decode()


def test_a_patient_treated_elsewhere_has_no_page_here(world: World, as_role: As) -> None:
    other = treated(worlds.found("Other"))
    doctor: Any = as_role("physician")
    for address in ("follow-up", "maintenance", "diary"):
        assert doctor.get(f"/{address}/{other.patient}").status_code == 404
    assert doctor.get(f"/patients/{other.patient}/links").status_code == 404

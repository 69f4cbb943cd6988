"""The demo is made by the pathway's acts, plays trouble, and never opens a real clinic's folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from reprieve.clinical import ndc
from reprieve.config.demo import cabinet, make, prepare, stories
from reprieve.config.demo.cast import CAST
from reprieve.config.demo.stage import PASSWORD, ZONE, Stage, found
from reprieve.interop.hl7v2 import bedside
from reprieve.knowledge import BadValue
from reprieve.pathway import clock, demo
from reprieve.pathway.errors import NotNow
from reprieve.records.models import Appointment, Decision, Frame, InfusionState, User
from reprieve.records.queries import booking as bookings
from reprieve.records.queries import origins, patients, response, stock
from reprieve.records.queries import worklist as work
from reprieve.web.staff.demo import SCENES
from tests import world as w
from tests.world import new

NOW = datetime(2026, 3, 3, 10, 40, tzinfo=ZoneInfo(ZONE))


@pytest.fixture
def stage(db: None) -> Stage:
    made = found(at=NOW - make.FOUNDED_BEFORE, seed=make.SEED)
    cabinet.stocked(made)
    return made


def told(stage: Stage, name: str) -> str:
    person = next(p for p in CAST if p.story == name)
    stories.story(name)(stage, person, NOW)
    [view] = patients.find(clinic=stage.clinic.id, text=person.family)
    return view.state


def test_each_person_has_a_story_of_their_own() -> None:
    assert len({p.story for p in CAST}) == len({(p.given, p.family) for p in CAST}) == len(CAST)
    assert all(callable(stories.story(p.story)) for p in CAST)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("asked_by_letter", "requested"),
        ("consultation_today", "consultation_booked"),
        ("many_findings", "evaluating"),
        ("deferred", "deferred"),
        ("planned", "planned"),
        ("preparing", "in_series"),
        ("recovering", "in_series"),
        ("closed", "closed"),
    ],
)
def test_a_story_ends_where_it_says(stage: Stage, name: str, state: str) -> None:
    assert told(stage, name) == state


def test_a_thought_of_death_waits_for_a_clinician(stage: Stage) -> None:
    told(stage, "thoughts_of_death")
    kinds = [i.kind for i in work.waiting(clinic=stage.clinic.id)]
    assert "clinician_review" in kinds


def test_an_infusion_runs_on_what_its_monitor_says(stage: Stage) -> None:
    told(stage, "running_on_feed_2")
    row = InfusionState.of(stage.clinic.id).get()
    assert (row.state, row.by_hand) == ("running", False)
    assert Frame.objects.filter(association__encounter_id=row.encounter_id).count() > 50


def test_the_demo_begins_in_the_morning_of_a_working_day() -> None:
    sunday = datetime(2026, 3, 8, 3, 0, tzinfo=UTC)
    first = make.first_moment(sunday)
    assert (first.weekday(), first.hour, first.minute) == (0, 10, 40)


def test_the_clock_goes_on_where_it_stood_and_forward_only(stage: Stage) -> None:
    clinic = stage.clinic.id
    demo.begin_at(clinic=clinic, at=NOW, real=clock.real())
    assert abs(clock.now(clinic) - NOW) < timedelta(minutes=1)
    actor = stage.staff["physician"]
    with pytest.raises(BadValue):
        demo.set_clock(actor=actor, uid=new(), at=NOW, to=NOW - timedelta(hours=1))
    demo.set_clock(actor=actor, uid=new(), at=NOW, to=NOW + timedelta(days=1))
    assert abs(clock.now(clinic) - NOW - timedelta(days=1)) < timedelta(minutes=1)
    demo.go_on(clinic=clinic, real=clock.real())
    assert abs(clock.now(clinic) - NOW) < timedelta(minutes=1)


def test_every_button_is_a_scene_that_the_monitors_know() -> None:
    assert set(SCENES) <= set(bedside.scenarios())


def test_one_press_changes_role_and_another_causes_trouble(stage: Stage) -> None:
    browser = Client(raise_request_exception=False)
    assert browser.post("/demo/switch", {"role": "infusion_nurse"}).status_code == 302
    page = browser.get("/demo/bedside").content.decode()
    assert "Nora Nightjar" in page
    assert "Probe off" in page
    done = browser.post(
        "/demo/bedside/play", {"act": str(new()), "bed": "BED-1", "scene": "probe-off"}
    )
    assert done.status_code == 302
    assert demo.scenes(clinic=stage.clinic.id) == {"BED-1": "probe-off"}
    wrong = browser.post("/demo/bedside/play", {"act": str(new()), "bed": "BED-1", "scene": "x"})
    assert wrong.status_code == 400
    assert browser.post("/demo/clock", {"act": str(new()), "hours": "1"}).status_code == 302


def test_a_real_clinic_has_none_of_it(db: None) -> None:
    world = w.found()
    browser = Client(raise_request_exception=False)
    assert browser.post("/demo/switch", {"role": "physician"}).status_code == 404
    with pytest.raises(NotNow):
        demo.begin_at(clinic=world.id, at=NOW, real=NOW)
    with pytest.raises(NotNow):
        demo.set_clock(actor=world["physician"], uid=new(), at=NOW, to=NOW)
    with pytest.raises(NotNow):
        demo.play(actor=world["physician"], uid=new(), at=NOW, bed="BED-1", scene="steady")
    assert demo.clinic() is None


def test_a_folder_with_a_real_clinic_is_refused_by_name(db: None, tmp_path: Path) -> None:
    world = w.found()
    with pytest.raises(BadValue, match=world.clinic.name):
        prepare._only_a_demo(tmp_path)


def test_the_staff_can_sign_in_with_the_demos_password(stage: Stage) -> None:
    make._hash_slowly(stage)
    user = User.objects.get(username="infusion-nurse@demo.example")
    assert user.check_password(PASSWORD)


def test_the_demos_vials_have_a_code_of_no_labeler(stage: Stage) -> None:
    vials = [vial.id for vial in stock.held(clinic=stage.clinic.id)]
    came = origins.of_vials(clinic=stage.clinic.id, vials=vials)
    assert sorted(came) == sorted(vials)
    for one in came.values():
        assert one.manufacturer.startswith("Sample ")
        assert ndc.read(one.ndc).startswith("00000-")


@pytest.mark.parametrize(
    ("name", "source"), [("relief_lasts", "diary"), ("relief_fades", "recall")]
)
def test_who_came_lately_kept_a_diary_before_the_series(
    stage: Stage, name: str, source: str
) -> None:
    told(stage, name)
    person = next(p for p in CAST if p.story == name)
    [view] = patients.find(clinic=stage.clinic.id, text=person.family)
    found = response.story(clinic=stage.clinic.id, patient=view.id, at=NOW).response
    assert found is not None
    assert (found.baseline.source, found.responder) == (source, "yes")


@pytest.mark.parametrize("name", ["relief_lasts", "relief_fades", "booster_given"])
def test_the_follow_up_visits_of_days_gone_by_were_held(stage: Stage, name: str) -> None:
    told(stage, name)
    clinic = stage.clinic.id
    assert bookings.not_come(clinic=clinic, at=NOW, since=NOW - timedelta(days=400)) == []
    [visit] = Appointment.of(clinic).filter(kind="follow_up", starts_at__lt=NOW)
    acts = [act for act, _at, _why in bookings.history(clinic=clinic, appointment=visit.pk)]
    assert acts == ["booked", "arrived", "done"]
    assert Decision.of(clinic).filter(kind="follow_up", encounter__appointment=visit).count() == 1

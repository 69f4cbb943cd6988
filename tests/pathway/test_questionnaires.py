"""Forms saved as they are filled in: what is stored, scored, refused, and heard at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from reprieve.knowledge import BadValue
from reprieve.pathway import questionnaires
from reprieve.pathway.errors import NotFound, PermissionDenied
from reprieve.pathway.permissions import by_link
from reprieve.records.models import Observation, PatientLink, QuestionnaireResponse, WorkItem
from reprieve.records.queries import observations
from reprieve.records.queries import questionnaires as saved
from tests import world as worlds
from tests.world import World, new

CALM = {f"q{n}": 1 for n in range(1, 9)} | {"q9": 0}


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def save(world: World, patient: uuid.UUID, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "actor": world["infusion_nurse"], "uid": new(), "at": world.at, "instrument": "phq-9",
        "answers": CALM, "complete": True, "mode": "clinic",
    }  # fmt: skip
    return questionnaires.save(patient=patient, **(given | more))


def test_a_finished_form_is_scored_and_its_total_is_an_observation(
    world: World, patient: uuid.UUID
) -> None:
    done = save(world, patient)
    found = saved.newest(clinic=world.id, patient=patient, instrument="phq-9")
    assert found is not None
    assert (str(found.id), found.total, found.band, done["alert"]) == (done["id"], 8, "mild", False)
    total = observations.newest(clinic=world.id, patient=patient)["phq-9"]
    assert (total.value, total.provenance, total.mode) == (8, "typed", "clinic")


def test_a_draft_is_kept_without_a_score_observation(world: World, patient: uuid.UUID) -> None:
    save(world, patient, answers={"q1": 2, "q2": None}, complete=False)
    left = saved.draft(
        clinic=world.id, patient=patient, instrument="phq-9", since=world.at - timedelta(days=1)
    )
    assert left is not None
    assert (left.answers, left.complete, left.score["missing"][0]) == ({"q1": 2}, False, "q2")
    assert saved.newest(clinic=world.id, patient=patient, instrument="phq-9") is None
    assert not Observation.of(world.id).exists()


def test_a_finished_or_old_form_is_no_draft_to_go_on_with(world: World, patient: uuid.UUID) -> None:
    asked = {"clinic": world.id, "patient": patient, "instrument": "phq-9"}
    assert saved.draft(since=world.at, **asked) is None
    save(world, patient, answers={"q1": 2}, complete=False)
    assert saved.draft(since=world.at + timedelta(seconds=1), **asked) is None
    save(world, patient, at=world.later(minutes=1))
    assert saved.draft(since=world.at - timedelta(days=1), **asked) is None


def test_a_finished_form_that_is_changed_beside_begins_empty_when_asked_again(
    world: World, patient: uuid.UUID
) -> None:
    asked = {"clinic": world.id, "patient": patient, "instrument": "phq-9", "since": world.at}
    save(world, patient)
    save(world, patient, at=world.later(minutes=1), answers=CALM | {"q1": 3}, complete=False)
    assert saved.draft(**asked) is None
    save(world, patient, at=world.later(minutes=1), answers={"q1": 2}, complete=False)
    left = saved.draft(**asked)
    assert left is not None
    assert left.answers == {"q1": 2}


def test_part_scores_and_t_scores_are_observations_too(world: World, patient: uuid.UUID) -> None:
    answers = {item.id: 5 for item in _items("promis-pain-interference-4a")}
    save(world, patient, instrument="promis-pain-interference-4a", answers=answers)
    found = observations.newest(clinic=world.id, patient=patient)
    assert found["promis-pain-interference-4a"].value == 20
    assert found["promis-pain-interference-4a/t"].value == pytest.approx(75.6)


def _items(name: str) -> Any:
    from reprieve.clinical import instruments

    return instruments.instrument(name).scored


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"answers": CALM | {"q3": 4}}, "q3"),
        ({"answers": CALM | {"q77": 1}}, "q77"),
        ({"answers": {"q1": 1}}, "q2"),
        ({"instrument": "c-ssrs-screener", "answers": {"q1": 0, "q2": 0}}, "q6"),
        ({"instrument": "no-such-form"}, "instruments"),
        ({"mode": "dream"}, "mode"),
        ({"measured_at": worlds.NOON + timedelta(hours=1)}, "measured_at"),
    ],
)
def test_what_cannot_be_used_is_refused_and_stores_nothing(
    world: World, patient: uuid.UUID, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        save(world, patient, **more)
    assert refused.value.field == field
    assert not QuestionnaireResponse.of(world.id).exists()
    assert not Observation.of(world.id).exists()


def test_the_second_press_stores_nothing_more(world: World, patient: uuid.UUID) -> None:
    uid = new()
    assert save(world, patient, uid=uid) == save(world, patient, uid=uid)
    assert QuestionnaireResponse.of(world.id).count() == 1


def test_a_correction_takes_the_place_of_the_form(world: World, patient: uuid.UUID) -> None:
    first = save(world, patient)
    save(world, patient, answers=CALM | {"q1": 3}, corrects=uuid.UUID(first["id"]))
    kept = saved.completed(clinic=world.id, patient=patient, instrument="phq-9")
    assert [view.total for view in kept] == [10]
    with pytest.raises(NotFound):
        save(world, patient, corrects=new())


def test_the_band_by_sex_needs_the_sex_on_file(world: World) -> None:
    answers = {"q1": 3, "q2": 0, "q3": 0}
    bands = []
    for sex in ("female", "male", ""):
        person, _ = worlds.person(world, sex=sex, mrn=f"A-{sex}")
        save(world, person, instrument="audit-c", answers=answers)
        view = saved.newest(clinic=world.id, patient=person, instrument="audit-c")
        assert view is not None
        bands.append(view.band)
    assert bands == ["positive", "negative", None]


def test_a_patient_answers_by_link_for_themselves_only(world: World, patient: uuid.UUID) -> None:
    link = PatientLink.objects.add(
        clinic_id=world.id, patient_id=patient, form="phq-9", token_sha256=b"x" * 32,
        valid_from=world.at, valid_until=world.at + timedelta(days=1),
    )  # fmt: skip
    actor = by_link(world.id, patient)
    save(world, patient, actor=actor, mode="home", link=link.pk)
    total = observations.newest(clinic=world.id, patient=patient)["phq-9"]
    assert (total.provenance, total.mode) == ("patient", "home")
    other, _ = worlds.person(world, given="Omar", mrn="A-101")
    with pytest.raises(PermissionDenied):
        save(world, other, actor=actor)
    with pytest.raises(NotFound):
        save(world, other, link=link.pk)


def test_who_may_not_answer_and_whose_patient_it_is(world: World, patient: uuid.UUID) -> None:
    with pytest.raises(PermissionDenied):
        save(world, patient, actor=world["auditor"])
    elsewhere = worlds.found("Another Clinic")
    with pytest.raises(NotFound):
        save(elsewhere, patient)


@pytest.mark.parametrize("complete", [True, False])
def test_item_nine_opens_the_path_even_in_an_abandoned_draft(
    world: World, patient: uuid.UUID, complete: bool
) -> None:
    answers = CALM | {"q9": 1} if complete else {"q9": 1}
    assert save(world, patient, answers=answers, complete=complete)["alert"] is True
    item = WorkItem.of(world.id).get()
    assert (item.kind, item.patient_id, item.state) == ("clinician_review", patient, "open")

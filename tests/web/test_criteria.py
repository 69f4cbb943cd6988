"""Diagnostic criteria on their pages: judged, asked anew, unknown until it is said."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest

from reprieve.pathway import evaluation
from reprieve.records.models import Observation
from reprieve.records.queries import observations
from tests import world as worlds
from tests.web.evaluation_site import Browser, path, send, text
from tests.world import World, new


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def test_a_criterion_is_judged_and_signs_are_asked_anew(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    names = ("disproportionate_pain", "symptom_sensory", "symptom_vasomotor", "symptom_sudomotor",
             "signs_seen_at_this_examination", "sign_sensory", "sign_motor",
             "no_better_diagnosis")  # fmt: skip
    answer = send(client, path(patient, "criterion", "budapest"), **dict.fromkeys(names, "yes"))
    assert answer.status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)["criterion/budapest"]
    assert found.value["met"] == "yes"
    page = text(client.get(path(patient, "criterion", "budapest")))
    assert page.count("checked") == 5, "the symptoms and the diagnosis, not the signs"
    assert page.count("Last: yes") == 8, "what was said stands beside each question"


def test_refractory_reads_the_therapies_on_record(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    for name, drug_class in (("duloxetine", "snri"), ("gabapentin", "gabapentinoid"),
                             ("physiotherapy", "not a medicine")):  # fmt: skip
        fields = {"name": name, "drug_class": drug_class, "weeks": "8", "outcome": "no effect"}
        assert send(client, path(patient, "lists", "therapies"), **fields).status_code == 302
    send(client, path(patient, "criterion", "refractory"), average_pain="7")
    found = observations.newest(clinic=world.id, patient=patient)["criterion/refractory"]
    assert found.value["met"] == "yes"


def test_refractory_reads_when_a_therapy_ended_and_why(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    lines = (
        {"name": "gabapentin", "drug_class": "gabapentinoid", "outcome": "partial",
         "stopped_for": "side effects", "weeks": "2"},
        {"name": "duloxetine", "drug_class": "snri", "outcome": "no effect",
         "tried_from": "2023-05", "tried_to": "2023-05"},
        {"name": "physiotherapy", "drug_class": "not a medicine", "outcome": "no effect"},
    )  # fmt: skip
    for fields in lines:
        assert send(client, path(patient, "lists", "therapies"), **fields).status_code == 302
    send(client, path(patient, "criterion", "refractory"), average_pain="7")
    found = observations.newest(clinic=world.id, patient=patient)["criterion/refractory"]
    assert found.value["met"] == "no", "a month is too short, though its weeks are not known"


def test_widespread_pain_takes_its_areas(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    page = text(client.get(path(patient, "criterion", "fibromyalgia-2016")))
    assert page.count('type="checkbox"') == 20, "the areas, and none of them"
    assert "Jaw, left" in page
    assert "jaw-left</" not in page
    assert re.search(r'symptom_duration_months"[^>]*> <span class="unit">months', page)
    told = {"painful_areas": ["neck", "chest"], "fatigue": "2"}
    assert send(client, path(patient, "criterion", "fibromyalgia-2016"), **told).status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)
    assert found["fibromyalgia-2016/painful_areas"].value == ["neck", "chest"]


def test_areas_that_nobody_ticked_are_unknown_until_none_is_said(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client, where = as_role("physician"), path(patient, "criterion", "fibromyalgia-2016")
    severe = {"fatigue": "3", "waking_unrefreshed": "3", "cognitive_symptoms": "3"}
    assert send(client, where, **severe).status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)
    assert found["criterion/fibromyalgia-2016"].value["met"] == "unknown"
    assert "fibromyalgia-2016/painful_areas" not in found
    assert send(client, where, wpi="9", painful_regions="5", **severe).status_code == 302
    assert send(client, where, painful_areas=["none", "neck"]).status_code == 422
    assert send(client, where, painful_areas="none", **severe).status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)
    assert found["fibromyalgia-2016/painful_areas"].value == []
    assert found["criterion/fibromyalgia-2016"].value["met"] == "no"


def test_a_page_without_an_answer_leaves_the_judgement_as_it_is(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    answer = send(as_role("physician"), path(patient, "criterion", "neuropathic-grading"))
    assert (answer.status_code, "at least one answer" in text(answer)) == (422, True)
    assert not Observation.of(world.id).exists()


def test_an_answer_of_another_day_is_shown_and_not_filled_in(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluation.record_criterion(
        actor=world["physician"], uid=new(), at=world.at - timedelta(days=60), patient=patient,
        name="fibromyalgia-2016", facts={"fatigue": 3, "headache": True, "painful_areas": ["neck"]},
    )  # fmt: skip
    page = text(as_role("physician").get(path(patient, "criterion", "fibromyalgia-2016")))
    assert "checked" not in page
    assert page.count("Last: ") == 3
    assert "Last: Neck, " in page

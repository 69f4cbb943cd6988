"""Conditions, medicines, therapies and allergies: lists in which nothing is rubbed out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings

from reprieve.knowledge import BadValue
from reprieve.pathway import history
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import AllergyIntolerance, Condition, MedicationStatement
from reprieve.records.queries import facts, medicines, patients, problems
from tests import world as worlds
from tests.world import World, new


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def act(world: World, patient: uuid.UUID) -> dict[str, Any]:
    world.later(seconds=1)
    return {"actor": world["infusion_nurse"], "uid": new(), "at": world.at, "patient": patient}


def listed(world: World, patient: uuid.UUID) -> dict[str, Any]:
    return {"clinic": world.id, "patient": patient}


def known(world: World, patient: uuid.UUID) -> dict[str, Any]:
    return facts.facts(at=world.at, **listed(world, patient))


def test_a_coded_condition_brings_its_words(world: World, patient: uuid.UUID) -> None:
    history.add_condition(code="g90.511", onset="2019", **act(world, patient))
    history.add_condition(label="Asthma", is_pain_condition=False, **act(world, patient))
    first, second = problems.conditions(**listed(world, patient))
    assert (first.code, first.onset) == ("G90.511", "2019")
    assert first.label == "Complex regional pain syndrome I, right arm"
    assert (second.label, second.is_pain_condition) == ("Asthma", False)


def test_a_correction_takes_the_place_and_both_rows_stay(world: World, patient: uuid.UUID) -> None:
    first = history.add_condition(code="M79.7", **act(world, patient))
    history.add_condition(label="Burning pain", corrects=first, **act(world, patient))
    assert [c.label for c in problems.conditions(**listed(world, patient))] == ["Burning pain"]
    assert Condition.of(world.id).count() == 2
    with pytest.raises(NotNow):
        history.add_condition(label="Once more", corrects=first, **act(world, patient))
    with pytest.raises(NotFound):
        history.add_condition(label="None", corrects=new(), **act(world, patient))


def test_medicines_find_their_code_and_the_opioid_dose_is_added_up(
    world: World, patient: uuid.UUID
) -> None:
    assert "medicines" not in known(world, patient)
    history.add_medicine(name=" Oxycodone ", mg_per_day=Decimal(40), **act(world, patient))
    history.add_medicine(name="gabapentin", dose="300 mg three times", **act(world, patient))
    found = known(world, patient)
    assert found["medicines"] == ["oxycodone", "gabapentin"]
    assert found["opioid_mme_per_day"] == 60
    assert MedicationStatement.of(world.id).get(name="oxycodone").rxnorm == "7804"


def test_the_opioid_dose_is_unknown_when_one_dose_is(world: World, patient: uuid.UUID) -> None:
    history.add_medicine(name="oxycodone", mg_per_day=Decimal(40), **act(world, patient))
    history.add_medicine(name="morphine", **act(world, patient))
    assert "opioid_mme_per_day" not in known(world, patient)


def test_an_opioid_without_a_factor_here_is_no_zero(world: World, patient: uuid.UUID) -> None:
    history.add_medicine(name="fentanyl", mg_per_day=Decimal(1), **act(world, patient))
    assert "opioid_mme_per_day" not in known(world, patient)


def test_a_patch_counts_in_micrograms_an_hour(world: World, patient: uuid.UUID) -> None:
    with pytest.raises(BadValue, match="micrograms an hour"):
        history.add_medicine(
            name="fentanyl-patch", mg_per_day=Decimal("0.6"), **act(world, patient)
        )
    history.add_medicine(name="fentanyl-patch", mg_per_day=Decimal(25), **act(world, patient))
    assert known(world, patient)["opioid_mme_per_day"] == 60


def test_one_dose_of_what_is_taken_as_needed(world: World, patient: uuid.UUID) -> None:
    for name, mg in (("oxycodone", 0), ("oxycodone", 1001), ("fentanyl-patch", 25)):
        with pytest.raises(BadValue) as refused:
            history.add_medicine(name=name, mg_per_dose=Decimal(mg), **act(world, patient))
        assert refused.value.field == "mg_per_dose"
    history.add_medicine(name="oxycodone", mg_per_dose=Decimal(5), **act(world, patient))
    [row] = medicines.current(**listed(world, patient)).medicines
    assert row.mg_per_dose == 5


def test_buprenorphine_is_shown_apart(world: World, patient: uuid.UUID) -> None:
    history.add_medicine(name="buprenorphine", mg_per_day=Decimal(8), **act(world, patient))
    now = medicines.current(**listed(world, patient))
    assert (now.mme_per_day, now.without_factor) == (0, ("buprenorphine",))


def test_no_medicine_is_an_answer_and_unknown_is_none(world: World, patient: uuid.UUID) -> None:
    history.takes_nothing(**act(world, patient))
    assert known(world, patient)["medicines"] == []
    assert known(world, patient)["opioid_mme_per_day"] == 0
    row = history.add_medicine(name="Semaglutide", **act(world, patient))
    assert known(world, patient)["glp1_medicine"] is True
    with pytest.raises(NotNow):
        history.takes_nothing(**act(world, patient))
    history.end(kind="medicine", row=row, **act(world, patient))
    assert known(world, patient)["medicines"] == []
    assert "glp1_medicine" not in known(world, patient)


def test_what_ended_stays_on_record_and_ends_once(world: World, patient: uuid.UUID) -> None:
    row = history.add_medicine(name="gabapentin", **act(world, patient))
    history.end(kind="medicine", row=row, **act(world, patient))
    assert medicines.current(**listed(world, patient)).medicines == ()
    assert MedicationStatement.of(world.id).count() == 2
    with pytest.raises(NotNow):
        history.end(kind="medicine", row=row, **act(world, patient))
    with pytest.raises(NotFound):
        history.end(kind="allergy", row=row, **act(world, patient))
    with pytest.raises(BadValue, match="dream"):
        history.end(kind="dream", row=row, **act(world, patient))


def test_a_therapy_that_was_tried_is_no_medicine_taken(world: World, patient: uuid.UUID) -> None:
    history.add_therapy(
        name="duloxetine", drug_class="snri", outcome="no effect", weeks=8, dose="60 mg",
        **act(world, patient),
    )  # fmt: skip
    (one,) = medicines.tried(**listed(world, patient))
    assert (one.drug_class, one.outcome, one.weeks, one.rxnorm) == (
        "snri", "no effect", 8, "72625",
    )  # fmt: skip
    assert "medicines" not in known(world, patient)


def test_allergies_none_known_is_a_row_of_its_own(world: World, patient: uuid.UUID) -> None:
    assert patients.allergies(**listed(world, patient)) is None
    assert "ketamine_allergy" not in known(world, patient)
    history.no_allergies(**act(world, patient))
    assert patients.allergies(**listed(world, patient)) == ()
    assert known(world, patient)["ketamine_allergy"] is False
    row = history.add_allergy(substance="Ketamine", reaction="rash", **act(world, patient))
    assert patients.allergies(**listed(world, patient)) == ("Ketamine",)
    assert known(world, patient)["ketamine_allergy"] is True
    with pytest.raises(NotNow):
        history.no_allergies(**act(world, patient))
    history.end(kind="allergy", row=row, **act(world, patient))
    history.no_allergies(**act(world, patient))
    assert [a.none_known for a in problems.allergies(**listed(world, patient))] == [True, True]
    assert AllergyIntolerance.of(world.id).count() == 4


def test_another_allergy_says_nothing_about_ketamine(world: World, patient: uuid.UUID) -> None:
    history.add_allergy(substance="penicillin", **act(world, patient))
    assert "ketamine_allergy" not in known(world, patient)


@pytest.mark.parametrize(
    ("call", "given", "field"),
    [
        ("add_condition", {}, "label"),
        ("add_condition", {"code": "Z99.9"}, "code"),
        ("add_condition", {"label": "x" * 201}, "label"),
        ("add_condition", {"label": "Pain", "onset": "x" * 21}, "onset"),
        ("add_medicine", {"name": " "}, "name"),
        ("add_medicine", {"name": "a", "mg_per_day": Decimal(0)}, "mg_per_day"),
        ("add_medicine", {"name": "a", "dose": "x" * 81}, "dose"),
        ("add_therapy", {"name": "a", "drug_class": "x", "outcome": "partial"}, "drug_class"),
        ("add_therapy", {"name": "a", "drug_class": "tca", "outcome": "x"}, "outcome"),
        (
            "add_therapy",
            {"name": "a", "drug_class": "tca", "outcome": "partial", "weeks": -1},
            "weeks",
        ),
        ("add_allergy", {"substance": ""}, "substance"),
        ("add_allergy", {"substance": "a", "reaction": "x" * 201}, "reaction"),
    ],
)
def test_what_cannot_be_used_is_named(
    world: World, patient: uuid.UUID, call: str, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        getattr(history, call)(**given, **act(world, patient))
    assert refused.value.field == field


def test_the_desk_writes_no_history_and_no_other_clinic_does(
    world: World, patient: uuid.UUID
) -> None:
    with pytest.raises(PermissionDenied):
        history.no_allergies(**act(world, patient) | {"actor": world["front_desk"]})
    with pytest.raises(NotFound):
        history.no_allergies(**act(worlds.found("Elsewhere"), patient))


def test_the_second_press_adds_once(world: World, patient: uuid.UUID) -> None:
    once = act(world, patient)
    assert history.no_allergies(**once) == history.no_allergies(**once)
    assert AllergyIntolerance.of(world.id).count() == 1


def test_a_medicine_in_no_list_is_looked_up_once_and_then_known(
    world: World, patient: uuid.UUID
) -> None:
    row = history.add_medicine(name="Moon dust", **act(world, patient))
    other = history.add_medicine(name="Star salt", **act(world, patient))
    assert medicines.current(**listed(world, patient)).to_look_up == {row, other}
    assert "opioid_mme_per_day" not in known(world, patient)
    history.looked_up(row=row, **act(world, patient))
    assert known(world, patient)["medicines_checked_by_hand"] == ["Moon dust"]
    history.looked_up(row=other, **act(world, patient))
    assert known(world, patient)["medicines_checked_by_hand"] == ["Moon dust", "Star salt"]
    assert medicines.current(**listed(world, patient)).to_look_up == set()
    assert known(world, patient)["opioid_mme_per_day"] == 0


def test_what_the_lists_know_or_nobody_takes_is_not_looked_up(
    world: World, patient: uuid.UUID
) -> None:
    plain = history.add_medicine(name="ibuprofen", **act(world, patient))
    with pytest.raises(NotNow):
        history.looked_up(row=plain, **act(world, patient))
    tried = history.add_therapy(
        name="Moon dust", drug_class="other", outcome="no effect", **act(world, patient)
    )
    with pytest.raises(NotNow):
        history.looked_up(row=tried, **act(world, patient))
    with pytest.raises(NotFound):
        history.looked_up(row=new(), **act(world, patient))
    row = history.add_medicine(name="Moon dust", **act(world, patient))
    with pytest.raises(PermissionDenied):
        history.looked_up(row=row, **act(world, patient) | {"actor": world["front_desk"]})


def test_the_sex_on_file_reaches_the_rules(world: World) -> None:
    said, _ = worlds.person(world, sex="male")
    assert known(world, said)["sex"] == "male"
    silent, _ = worlds.person(world)
    assert "sex" not in known(world, silent)

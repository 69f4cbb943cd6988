"""Coded search, guardians, and the clinic's forms on paper and for other systems."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reprieve.clinical.instruments import instrument, instruments
from reprieve.records.queries import patients, problems
from reprieve.web.print import form as printed
from tests import world as worlds
from tests.world import World, new

Browser = Callable[[str], Client]


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def lists(patient: uuid.UUID, kind: str, query: str = "") -> str:
    return f"/patients/{patient}/evaluation/lists/{kind}{query}"


def send(client: Client, where: str, **fields: Any) -> Any:
    return client.post(where, {"act": str(new())} | fields)


def test_any_diagnosis_is_found_by_words_and_kept_by_its_code(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    page = client.get(lists(patient, "conditions", "?q=obstructive+sleep+apnea")).content.decode()
    assert 'value="G47.33"' in page
    assert "ICD-10-CM" in page
    assert 'value="G90.511"' not in page
    where = lists(patient, "conditions")
    assert send(client, where, code="g47.33", is_pain_condition="no").status_code == 422
    assert send(client, where, code="G47.33", is_pain_condition="no").status_code == 302
    assert send(client, where, code="G90.511", is_pain_condition="yes").status_code == 302
    found = problems.conditions(clinic=world.id, patient=patient)
    assert [(c.code, c.is_pain_condition) for c in found] == [("G90.511", True), ("G47.33", False)]
    assert "another illness" in client.get(where).content.decode()


def test_a_search_that_finds_too_much_says_so(as_role: Browser, patient: uuid.UUID) -> None:
    page = as_role("infusion_nurse").get(lists(patient, "conditions", "?q=pain")).content.decode()
    assert "The first 40 are shown" in page


def test_an_opioids_amount_stands_with_its_unit(as_role: Browser, patient: uuid.UUID) -> None:
    client, where = as_role("infusion_nurse"), lists(patient, "medicines")
    for name, amount in (("oxycodone", "40"), ("fentanyl-patch", "25"), ("Nobody's brand", "2.5")):
        assert send(client, where, name=name, mg_per_day=amount).status_code == 302
    page = client.get(where).content.decode()
    for said in ("40\xa0mg/d", "25\xa0µg/h", "2.5\xa0mg/d"):
        assert said in page
    refused = send(client, where, name="fentanyl-patch", mg_per_day="0.6")
    assert (refused.status_code, b"as its box says" in refused.content) == (422, True)


def test_own_words_do_and_unknown_codes_do_not(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    where = lists(patient, "conditions")
    assert send(client, where, code="X99.99", label="Odd").status_code == 422
    assert send(client, where, label="A pain of its own").status_code == 302
    (found,) = problems.conditions(clinic=world.id, patient=patient)
    assert (found.code, found.label) == ("", "A pain of its own")


def test_a_medicine_shows_its_code_and_the_classes_that_rules_look_at(
    as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    for name in ("Oxycodone", "Moon dust"):
        send(client, lists(patient, "medicines"), name=name)
    page = client.get(lists(patient, "medicines")).content.decode()
    assert "RxNorm 7804, opioids" in page
    assert "in no list: check by hand" in page


def test_one_dose_taken_as_needed_is_entered_and_shown(
    as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    where = lists(patient, "medicines")
    send(client, where, name="Oxycodone", mg_per_day="20", mg_per_dose="5")
    page = client.get(where).content.decode()
    assert "20\u00a0mg/d, as needed 5\u00a0mg a dose" in page
    refused = send(client, where, name="fentanyl-patch", mg_per_dose="25")
    assert refused.status_code == 422


def test_a_medicine_in_no_list_is_looked_up_from_the_list(
    as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    where = lists(patient, "medicines")
    for name in ("Oxycodone", "Moon dust"):
        send(client, where, name=name)
    page = client.get(where)
    assert page.content.decode().count("/looked-up") == 1
    assert "interactions not known" in page.content.decode()
    (row,) = page.context["to_look_up"]
    assert send(client, f"/patients/{patient}/evaluation/medicines/{row}/looked-up").url == where
    after = client.get(where).content.decode()
    assert "looked up by hand: no interaction" in after
    assert "/looked-up" not in after
    assert "interactions not known" not in after


def test_a_guardian_and_a_birth_date_are_kept_and_the_rest_stays(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("front_desk")
    where = f"/patients/{patient}/identity"
    assert 'value="1980-05-17"' in client.get(where).content.decode()
    given = {
        "given": "Iva", "family": "Invented", "birth_date": "1981-05-17", "sex": "female",
        "phone": "+15550100199", "caregiver": "Ola Invented, mother",
        "caregiver_phone": "+1 555 0101",
    }  # fmt: skip
    assert send(client, where, **given).status_code == 302
    known = patients.one(clinic=world.id, patient=patient)
    assert known is not None
    assert known.identity.caregiver == "Ola Invented, mother"
    assert str(known.identity.birth_date) == "1981-05-17"
    assert "Ola Invented, mother" in client.get(f"/patients/{patient}").content.decode()


@pytest.mark.parametrize(
    "wrong", [{"given": ""}, {"birth_date": "1780-01-01"}, {"email": "x"}, {"caregiver": "x" * 121}]
)
def test_details_that_cannot_be_are_shown_again(
    as_role: Browser, patient: uuid.UUID, wrong: dict[str, str]
) -> None:
    where = f"/patients/{patient}/identity"
    named = {"given": "Iva", "family": "Invented"}
    answer = send(as_role("front_desk"), where, **(named | wrong))
    assert answer.status_code == 422


def test_details_of_another_clinic_are_not_found(as_role: Browser) -> None:
    stranger, _ = worlds.person(worlds.found("Elsewhere"))
    assert as_role("front_desk").get(f"/patients/{stranger}/identity").status_code == 404


def test_every_form_is_listed_printed_and_given_to_other_systems(as_role: Browser) -> None:
    client = as_role("physician")
    listed = client.get("/forms").content.decode()
    for name in ("phq-9", "body-map", "pcs"):
        assert f"/forms/{name}.pdf" in listed
        assert client.get(f"/forms/{name}.pdf?language=es").content[:4] == b"%PDF"
        assert client.get(f"/forms/{name}.json").json()["id"] == name
    assert "to be confirmed" in listed
    assert client.get("/forms/horoscope.pdf").status_code == 404
    assert client.get("/forms/horoscope.json").status_code == 404


@pytest.mark.parametrize("name", instruments())
def test_any_form_can_be_printed(name: str) -> None:
    assert printed.pdf(instrument(name), clinic="Invented", paper="a4")[:4] == b"%PDF"


@pytest.mark.parametrize("name", instruments())
def test_any_form_is_given_to_other_systems(
    as_role: Browser, name: str
) -> None:
    form = instrument(name)
    told = as_role("physician").get(f"/forms/{name}.json")
    assert told["Content-Type"] == "application/fhir+json"
    asked = told.json()
    assert (asked["resourceType"], asked["id"]) == ("Questionnaire", name)
    assert asked["item"]
    assert form.licence in asked["copyright"]


def test_a_form_of_scores_alone_says_so_on_screen(as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("physician")
    for name, alone in (("promis-29", True), ("phq-9", False)):
        shown = client.get(f"/patients/{patient}/evaluation/form/{name}").content.decode()
        assert ("needs a licence" in shown) is alone
        assert ("confirmed by the medical director" in shown) is not instrument(name).verified


NASTY = [
    "", " ", "\x00", "\t\n", "x" * 100_000, "\u202e", "G47.33\x00", "g47.33", "'; --", "<b>",
    "1" * 400, "\U0001f600", "NaN", "-1", "1e999", "M79.7,G90.511",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["conditions", "medicines", "therapies", "allergies"])
def test_what_cannot_be_is_refused_and_nothing_is_broken(
    world: World, as_role: Browser, patient: uuid.UUID, kind: str
) -> None:
    client, where = as_role("infusion_nurse"), lists(patient, kind)
    names = {
        "conditions": ("code", "is_pain_condition", "label", "onset"),
        "medicines": ("name", "dose", "mg_per_day"),
        "therapies": (
            "name", "drug_class", "highest", "highest_unit", "dose", "tried_from", "tried_to",
            "weeks", "outcome", "stopped_for", "stopped_words",
        ),
        "allergies": ("substance", "reaction"),
    }[kind]
    for name in names:
        for said in NASTY:
            answer = send(client, f"{where}?q={name}", **{name: said})
            assert answer.status_code in {302, 422}, (name, said[:20], answer.status_code)
    for said in NASTY:
        assert send(client, where, **dict.fromkeys(names, said)).status_code in {302, 422}
        assert client.get(where, {"q": said}).status_code == 200
    assert client.post(where, dict.fromkeys(names, "x")).status_code in {400, 422}
    assert client.post(where, b"\xff\xfe", content_type="text/plain").status_code in {400, 422}


def test_an_act_twice_is_one_line_and_a_line_twice_is_two(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client, where, act = as_role("infusion_nurse"), lists(patient, "conditions"), str(new())
    for code in ("M79.7", "G90.511"):
        answer = client.post(where, {"act": act, "code": code})
        assert answer.status_code == 302
    (found,) = problems.conditions(clinic=world.id, patient=patient)
    assert found.code == "M79.7"
    other = worlds.person(world)[0]
    assert client.post(lists(other, "conditions"), {"act": act, "code": "M79.7"}).status_code in {
        302, 409,
    }  # fmt: skip
    assert not problems.conditions(clinic=world.id, patient=other)
    assert send(client, where, code="M79.7").status_code == 302
    assert len(problems.conditions(clinic=world.id, patient=patient)) == 2


def test_lists_of_strangers_and_of_no_kind(as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("infusion_nurse")
    stranger, _ = worlds.person(worlds.found("Elsewhere"))
    for where in (lists(stranger, "conditions"), lists(uuid.uuid4(), "conditions"),
                  lists(patient, "wishes")):  # fmt: skip
        assert send(client, where, code="M79.7").status_code == 404

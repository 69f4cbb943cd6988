"""The evaluation's pages: forms made from data, three answers, and who may open them."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from reprieve.clinical import instruments
from reprieve.clinical.body_areas import areas_of
from reprieve.pathway import questionnaires as paths
from reprieve.records.models import EpisodeOfCare, Observation, QuestionnaireResponse, WorkItem
from reprieve.records.queries import observations, questionnaires
from reprieve.web import questionnaire
from tests import world as worlds
from tests.web.evaluation_site import Browser, path, send, text
from tests.web.reading import without_ids
from tests.world import World, new


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def test_an_empty_evaluation_shows_unknown_not_no(as_role: Browser, patient: uuid.UUID) -> None:
    page = text(as_role("physician").get(path(patient)))
    assert page.count("state-unknown") >= 10
    assert "not asked" in page
    assert "Begin the evaluation" in page


def test_it_begins_by_one_press(world: World, as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("infusion_nurse")
    assert send(client, path(patient, "begin")).status_code == 302
    assert EpisodeOfCare.of(world.id).get(patient_id=patient).state == "evaluating"
    assert "To the decision" in text(client.get(path(patient)))
    assert send(client, path(patient, "begin")).status_code == 409


def test_each_instrument_makes_a_form(as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("infusion_nurse")
    for name in instruments.instruments():
        answer = client.get(path(patient, "form", name))
        form = instruments.instrument(name)
        assert answer.status_code == 200, name
        if form.store == "items":
            areas, words = len(areas_of(name)), bool(form.words)
            rows = len(form.items) - areas + bool(areas) + words  # one picture for all areas
            assert text(answer).count("question-row") == rows, name


def test_a_form_is_scored_and_shown_with_its_band(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    fields = {f"q-q{n}": "1" for n in range(1, 9)} | {"q-q9": "0"}
    answer = send(client, path(patient, "form", "phq-9"), mode="call", **fields)
    assert answer.status_code == 302
    found = questionnaires.newest(clinic=world.id, patient=patient, instrument="phq-9")
    assert found is not None
    assert (found.total, found.mode) == (8, "call")
    assert "mild" in text(client.get(path(patient)))


def test_a_scale_of_ten_and_a_score_from_paper(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    send(client, path(patient, "form", "nrs"), **{"q-pain": "7"})
    send(client, path(patient, "form", "dast-10"), mode="paper", total="3")
    found = observations.newest(clinic=world.id, patient=patient)
    assert (found["nrs"].value, found["dast-10"].value) == (7, 3)
    assert found["dast-10"].mode == "paper"


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("phq-9", {"q-q1": "1"}),
        ("nrs", {"q-pain": "11"}),
        ("dast-10", {"total": "99"}),
        ("phq-9", {f"q-q{n}": "1" for n in range(1, 10)} | {"mode": "dream"}),
        ("c-ssrs-screener", {"q-q1": "0", "q-q2": "1", "q-q6": "0"}),
    ],
)
def test_a_form_that_cannot_be_is_shown_again_with_its_errors(
    world: World, as_role: Browser, patient: uuid.UUID, name: str, fields: dict[str, str]
) -> None:
    answer = send(as_role("infusion_nurse"), path(patient, "form", name), **fields)
    assert answer.status_code == 422
    assert "field-bad" in text(answer) or "form-errors" in text(answer)
    assert not QuestionnaireResponse.of(world.id).exists()


def test_a_draft_is_saved_as_it_is_typed_and_taken_up_again(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    answer = client.post(path(patient, "form", "phq-9", "draft"), {"q-q1": "2", "q-q2": "9"})
    assert answer.json() == {"alert": False}
    assert QuestionnaireResponse.of(world.id).get().answers == {"q1": 2}
    page = text(client.get(path(patient, "form", "phq-9")))
    assert 'value="2"' in page
    assert page.count("checked") == 2, "the mode and the one answer given"


def test_item_nine_leads_to_the_risk_page_and_shows_the_crisis_text(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    page = text(client.get(path(patient, "form", "phq-9")))
    assert 'data-crisis="q-q9"' in page
    assert "988" in page
    answer = client.post(path(patient, "form", "phq-9", "draft"), {"q-q9": "1"})
    assert answer.json() == {"alert": True}
    assert WorkItem.of(world.id).get().kind == "clinician_review"
    fields = {f"q-q{n}": "1" for n in range(1, 10)}
    answer = send(client, path(patient, "form", "phq-9"), **fields)
    assert answer["Location"] == f"/patients/{patient}/risk"


def test_follow_up_questions_name_what_they_follow(as_role: Browser, patient: uuid.UUID) -> None:
    page = text(as_role("infusion_nurse").get(path(patient, "form", "c-ssrs-screener")))
    assert page.count('data-follows="q-q2=1"') == 3
    assert page.count('data-follows="q-q6=1"') == 1


def test_yes_no_and_unknown_are_kept_apart_and_only_changes_written(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    told = {"aneurysm": "no", "porphyria": "yes", "seizure_disorder": "unknown"}
    assert send(client, path(patient, "history"), **told).status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)
    assert {code: found[code].value for code in told} == {
        "aneurysm": False, "porphyria": True, "seizure_disorder": None,
    }  # fmt: skip
    assert "3 of" in text(client.get(path(patient))) or "2 of" in text(client.get(path(patient)))
    send(client, path(patient, "history"), **(told | {"porphyria": "no"}))
    assert Observation.of(world.id).filter(code="aneurysm").count() == 1
    assert Observation.of(world.id).filter(code="porphyria").count() == 2
    page = text(client.get(path(patient, "history")))
    assert page.count('value="unknown"') > page.count("checked")


def test_a_result_of_an_earlier_day_keeps_its_day(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    fields = {"alt_times_uln": "1.2", "liver_disease": "none", "on": "2020-03-02"}
    assert send(client, path(patient, "history"), **fields).status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)["alt_times_uln"]
    assert found.measured_at.date().isoformat() == "2020-03-02"
    refused = send(client, path(patient, "history"), alt_times_uln="1.3", on="2999-01-01")
    assert refused.status_code == 422


def test_an_impossible_result_names_its_field(as_role: Browser, patient: uuid.UUID) -> None:
    answer = send(as_role("physician"), path(patient, "history"), alt_times_uln="-4")
    assert answer.status_code == 422
    assert "Last ALT" in text(answer)


def test_liver_tests_are_typed_as_the_sheet_prints_them(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    read = {"alt": "126", "alt_limit": "42", "bilirubin": "24", "bilirubin_limit": "20",
            "bilirubin_unit": "umol/L", "on": "2020-03-02"}  # fmt: skip
    assert send(client, path(patient, "liver"), **read).status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)
    assert (found["alt_times_uln"].value, found["bilirubin_times_uln"].value) == (3, 1.2)
    assert found["alt_times_uln"].measured_at.date().isoformat() == "2020-03-02"
    page = text(client.get(path(patient, "liver")))
    assert "126 U/L, upper limit 42 U/L" in page
    assert "24 µmol/L" in page
    assert "to be confirmed" in page
    assert "Liver tests" in text(client.get(path(patient)))
    refused = send(client, path(patient, "liver"), alt="126")
    assert refused.status_code == 422
    assert "upper limit are read together" in text(refused)


def test_vital_signs_are_never_filled_in_beforehand(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    given = {"sbp": "124", "dbp": "78", "heart_rate": "70"}
    assert send(client, path(patient, "vitals"), **given).status_code == 302
    page = text(client.get(path(patient, "vitals")))
    assert "124" not in without_ids(page)
    refused = send(client, path(patient, "vitals"), sbp="124")
    assert refused.status_code == 422
    assert "both pressures" in text(refused)


def test_pounds_become_kilograms_and_both_are_shown(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    fields = {"weight": "165", "weight_unit": "lb", "height": "170"}
    assert send(client, path(patient, "body"), **fields).status_code == 302
    page = text(client.get(path(patient)))
    assert "74.84" in page
    assert "165 lb" in page
    refused = send(client, path(patient, "body"), weight="1650", weight_unit="lb")
    assert refused.status_code == 422
    assert "20 to 350" in text(refused)


def test_a_history_opened_before_does_not_undo_what_another_wrote(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    nurse, physician = as_role("infusion_nurse"), as_role("physician")
    send(physician, path(patient, "history"), aneurysm="no", porphyria="no")
    opened = nurse.get(path(patient, "history"))
    send(physician, path(patient, "history"), aneurysm="yes")
    stale = {"aneurysm": "no", "porphyria": "yes", "shown": opened.context["shown"]}
    assert send(nurse, path(patient, "history"), **stale).status_code == 302
    found = observations.newest(clinic=world.id, patient=patient)
    assert (found["aneurysm"].value, found["porphyria"].value) == (True, True)
    page = text(nurse.get(path(patient, "history")))
    assert "Last: yes, " in page, "what lasts has its day beside it"
    for broken in ("x", "[1]"):
        assert send(nurse, path(patient, "history"), shown=broken).status_code == 302


def test_a_picture_of_another_season_is_not_todays(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    paths.save(
        actor=world["infusion_nurse"], uid=new(), at=world.at - timedelta(days=60),
        patient=patient, instrument="body-map", complete=True, mode="clinic",
        answers=dict.fromkeys(areas_of("body-map"), 0) | {"neck": 1},
    )  # fmt: skip
    page = text(as_role("infusion_nurse").get(path(patient, "form", "wpi-sss")))
    assert 'class="is-on"' not in page


def test_answers_to_older_questions_are_looked_at_once_more(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client, where = as_role("infusion_nurse"), path(patient, "form", "nrs")
    asked = send(client, where, version="of yesterday", **{"q-pain": "7"})
    assert asked.status_code == 422
    assert "The questions were changed" in text(asked)
    assert re.search(r'value="7"[^>]*checked', text(asked)), "nothing is lost"
    now = instruments.instrument("nrs").version
    assert f'name="version" value="{now}"' in text(asked)
    assert send(client, where, version=now, **{"q-pain": "7"}).status_code == 302
    client.post(f"{where}/draft", {"q-pain": "5"})
    row = QuestionnaireResponse.of(world.id).get(complete=False)
    shown = questionnaire.form_class("nrs")(
        initial=questionnaire.initial(row.answers) | {"version": "of yesterday"}
    )
    assert shown.version == "of yesterday"
    assert f'name="version" value="{row.version}"' in text(client.get(where))


@pytest.mark.parametrize(
    ("kind", "fields", "shown"),
    [
        ("conditions", {"code": "G90.511"}, "right arm"),
        ("medicines", {"name": "Oxycodone", "mg_per_day": "40"}, "oxycodone"),
        ("allergies", {"substance": "penicillin"}, "penicillin"),
        (
            "therapies",
            {"name": "duloxetine", "drug_class": "snri", "outcome": "partial", "weeks": "8"},
            "8 weeks",
        ),
    ],
)
def test_a_line_is_added_and_taken_off(
    as_role: Browser, patient: uuid.UUID, kind: str, fields: dict[str, str], shown: str
) -> None:
    client = as_role("infusion_nurse")
    assert send(client, path(patient, "lists", kind), **fields).status_code == 302
    page = client.get(path(patient, "lists", kind))
    assert f"<strong>{shown}" in text(page) or shown in text(page)
    (row,) = [r for r, *_ in page.context["rows"]]
    assert send(client, path(patient, "lists", kind, str(row), "end")).status_code == 302
    assert client.get(path(patient, "lists", kind)).context["rows"] == []


@pytest.mark.parametrize("kind", ["medicines", "allergies"])
def test_none_is_an_answer(as_role: Browser, patient: uuid.UUID, kind: str) -> None:
    client = as_role("infusion_nurse")
    assert "Empty is not the same as none" in text(client.get(path(patient, "lists", kind)))
    assert send(client, path(patient, "lists", kind, "none")).status_code == 302
    assert "Empty is not the same as none" not in text(client.get(path(patient, "lists", kind)))


def test_lists_that_are_none_and_wrong_lines_are_refused(
    as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    assert send(client, path(patient, "lists", "conditions", "none")).status_code == 404
    assert client.get(path(patient, "lists", "dreams")).status_code == 404
    assert send(client, path(patient, "lists", "conditions")).status_code == 422
    assert send(client, path(patient, "lists", "medicines"), name="x" * 121).status_code == 422


def test_a_patient_of_another_clinic_is_not_found(world: World, as_role: Browser) -> None:
    elsewhere = worlds.found("Elsewhere")
    stranger, _ = worlds.person(elsewhere)
    assert as_role("physician").get(path(stranger)).status_code == 404


def kept(name: str, given: dict[str, str]) -> dict[str, Any]:
    return questionnaire.kept_answers(questionnaire.form_class(name), given)


def test_patients_answer_items_where_staff_type_the_score_of_the_paper() -> None:
    name = "promis-pain-interference-4a"
    assert set(questionnaire.form_class(name)().fields) == {"total"}
    asked = questionnaire.patient_form_class(name)
    assert set(asked().fields) == {"q-painin9", "q-painin22", "q-painin31", "q-painin34"}
    assert questionnaire.kept_answers(asked, {"q-painin9": "3"}) == {"painin9": 3}


def test_what_was_pressed_becomes_numbers_and_nothing_else() -> None:
    given = {"q-pain": "7", "q-unknown": "1"}
    assert kept("nrs", given) == {"pain": 7}
    assert kept("nrs", {"q-pain": "77"}) == {}
    assert kept("promis-29", {"q-pain": "x"}) == {}

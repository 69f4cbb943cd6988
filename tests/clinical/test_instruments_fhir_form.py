"""Each instrument as a FHIR Questionnaire: what is answered there is scored here as it is."""

from typing import Any

import pytest

from reprieve.clinical.instruments import instrument, instruments, read, score, score_document
from reprieve.clinical.instruments.fhir_form import questionnaire
from reprieve.knowledge import parse

FOLLOWING = """
title = "Made up"
purpose = "A test"
recall = "Now"
moments = ["baseline"]
store = "items"
licence = "Free to use"
source = "Written for this test"
valid_from = 2026-01-01
verified = false
unverified = ["all"]
unit = "{score}"
[total]
rule = "none"
missing = "None."
[[item]]
id = "first"
label = "First"
FIRST
[[item]]
id = "then"
label = "Then"
yes_no = true
only_if = { first = 2 }
"""


def chosen(item: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The highest answer that a question allows: as a plain value, and as FHIR has it."""
    if item["type"] == "boolean":
        return 1, {"valueBoolean": True}
    if item["type"] == "choice":
        coding = item["answerOption"][-1]["valueCoding"]
        return coding["extension"][0]["valueDecimal"], {"valueCoding": coding}
    high = next(e["valueDecimal"] for e in item["extension"] if e["url"].endswith("maxValue"))
    return high, {f"value{item['type'].capitalize()}": high}


@pytest.mark.parametrize("name", instruments())
def test_answers_to_it_are_scored_like_our_own(name: str) -> None:
    made = questionnaire(instrument(name))
    assert made["resourceType"] == "Questionnaire"
    assert made["version"] == instrument(name).version
    answers, items = {}, []
    for item in made["item"]:
        answers[item["linkId"]], value = chosen(item)
        items.append({"linkId": item["linkId"], "answer": [value]})
    response = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}
    assert score_document(instrument=name, document=response) == score(
        instrument=name, answers=answers
    )


@pytest.mark.parametrize("name", instruments())
def test_link_ids_are_single_and_conditions_name_questions_of_the_form(name: str) -> None:
    made = questionnaire(instrument(name))
    links = [item["linkId"] for item in made["item"]]
    assert len(set(links)) == len(links) > 0
    for item in made["item"]:
        for condition in item.get("enableWhen", []):
            assert condition["question"] in links


def test_codes_are_those_that_were_confirmed() -> None:
    made = questionnaire(instrument("phq-9"))
    assert made["code"] == [{"system": "http://loinc.org", "code": "44249-1"}]
    assert made["item"][8]["code"] == [{"system": "http://loinc.org", "code": "44260-8"}]
    assert made["item"][0]["answerOption"][3]["valueCoding"]["code"] == "LA6571-9"


def test_a_follow_up_question_says_when_it_is_due() -> None:
    made = questionnaire(instrument("c-ssrs-screener"))
    due = {i["linkId"]: i["enableWhen"] for i in made["item"] if "enableWhen" in i}
    assert due["q3"] == [{"question": "q2", "operator": "=", "answerBoolean": True}]


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ("range = [0, 3]", {"answerInteger": 2}),
        ('options = [{ value = 1, label = "One" }, { value = 2, label = "Two" }]', "Two"),
    ],
)
def test_a_question_that_follows_another_kind_of_answer(first: str, wanted: Any) -> None:
    form = read(parse("made-up", FOLLOWING.replace("FIRST", first).encode()))
    (condition,) = questionnaire(form)["item"][1]["enableWhen"]
    coded = condition.get("answerCoding", {}).get("display")
    assert (coded or {"answerInteger": condition["answerInteger"]}) == wanted


@pytest.mark.parametrize("name", ["pcs", "dast-10"])
def test_wording_under_licence_asks_for_the_score_alone(name: str) -> None:
    links = [item["linkId"] for item in questionnaire(instrument(name))["item"]]
    assert links[0] == "total"
    assert not [link for link in links if link.startswith("q")]

"""FHIR QuestionnaireResponses as answers: links, codings, weights, groups and refusals."""

from typing import Any

import pytest

from reprieve.clinical.instruments import OWN_SYSTEM, score_document
from reprieve.knowledge import BadValue

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
LOINC = "http://loinc.org"


def respond(*items: Any, **more: Any) -> dict[str, Any]:
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": [*items]} | more


def item(link: Any, *answers: Any, **more: Any) -> dict[str, Any]:
    return {"linkId": link, "answer": [*answers]} | more


def coding(code: str | None = None, *, system: str | None = LOINC, weight: Any = None) -> Any:
    made: dict[str, Any] = {"code": code, "system": system}
    made = {k: v for k, v in made.items() if v is not None}
    if weight is not None:
        made["extension"] = [{"url": ORDINAL, "valueDecimal": weight}]
    return {"valueCoding": made}


@pytest.mark.parametrize(
    ("link", "answer"),
    [
        ("q9", {"valueInteger": 2}),
        ("q9", {"valueDecimal": 2.0}),
        ("44260-8", coding("LA6570-1")),
        ("/44260-8", coding("LA6570-1", system=None)),
        ("/44249-1/44260-8", coding("LA6570-1", weight=2)),
        ("q9", coding("more", system="urn:other", weight=2)),
        ("q9", {"valueCoding": {"code": "x"}, "extension": [{"url": ORDINAL, "valueInteger": 2}]}),
    ],
)
def test_one_answer_however_it_is_written(link: str, answer: Any) -> None:
    result = score_document(instrument="phq-9", document=respond(item(link, answer)))
    assert [(f.item, f.value) for f in result.flags] == [("q9", 2)]
    assert len(result.missing) == 8


def test_yes_no_by_boolean_and_by_code() -> None:
    answers = (item("q1", {"valueBoolean": True}), item("/93247-5", coding("LA32-8")))
    last = item("/93267-3", coding("LA33-6"))
    result = score_document(instrument="c-ssrs-screener", document=respond(*answers, last))
    assert (result.band, result.missing) == (None, ("q6-recent",))
    assert [f.item for f in result.flags] == ["q1", "q6"]


def test_own_codes_and_groups_within_answers() -> None:
    inner = item("consciousness", coding("C", system=OWN_SYSTEM))
    outer = {"linkId": "vitals", "item": [item("/9279-1", {"valueInteger": 30}, item=[inner])]}
    nested = item("/8480-6", {"valueInteger": 120, "item": [item("pulse", {"valueInteger": 60})]})
    result = score_document(instrument="news2", document=respond(outer, nested))
    assert [f.item for f in result.flags] == ["respiratory-rate", "consciousness"]
    assert result.missing == ("spo2", "oxygen", "temperature")


def test_items_without_an_answer_are_unanswered() -> None:
    document = respond({"linkId": "q1"}, {"linkId": "intro", "answer": []}, item("q2"))
    assert len(score_document(instrument="phq-9", document=document).missing) == 9


def test_a_part_score_by_its_code_is_compared() -> None:
    document = respond(item("77565-0", {"valueDecimal": 4.5}))
    result = score_document(instrument="bpi-sf", document=document)
    assert result.subscales["interference"] == 4.5


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (respond(item("q10", {"valueInteger": 1})), "q10"),
        (respond(item("/68517-2", {"valueDecimal": 0})), "/68517-2"),
        (respond(item("q1", {"valueInteger": 1}), item("44250-9", {"valueInteger": 1})), "44250-9"),
        (respond(item("q1", {"valueInteger": 1}, {"valueInteger": 2})), "q1"),
        (respond(item("q1", {"valueInteger": 4})), "q1"),
        (respond(item("q1", {"valueBoolean": True})), "q1"),
        (respond(item("q1", {"valueString": "1"})), "q1"),
        (respond(item("q1", {})), "q1"),
        (respond(item("q1", {"valueInteger": 1, "valueDecimal": 2})), "q1"),
        (respond(item("q1", coding("LA33-6"))), "q1"),
        (respond(item("q1", coding("LA6570-1", weight=1))), "q1"),
        (respond(item("q1", coding("LA6570-1", system="urn:other"))), "q1"),
        (respond(item("q1", {"valueCoding": "LA6570-1"})), "q1"),
        (respond(item("q1", coding("x", weight="2"))), "q1"),
        (respond(item("q1", answer="2")), "q1"),
        (
            respond(item("total", {"valueInteger": 3}), item("44261-6", {"valueInteger": 3})),
            "44261-6",
        ),
        (respond(item(7, {"valueInteger": 1})), "item[0].linkId"),
        (respond("q1"), "item[0].linkId"),
        (respond(item="q1"), "item"),
        (respond(status="entered-in-error"), "status"),
        ({"resourceType": "Observation"}, "resourceType"),
        (respond(item("bad\nlink", {"valueInteger": 1})), "'bad\\nlink'"),
    ],
)
def test_what_cannot_be_used_is_named(document: Any, field: str) -> None:
    with pytest.raises(BadValue) as refused:
        score_document(instrument="phq-9", document=document)
    assert refused.value.field == field


def test_endless_groups_are_refused() -> None:
    group: dict[str, Any] = {"linkId": "g"}
    for _ in range(30):
        group = {"linkId": "g", "item": [group]}
    with pytest.raises(BadValue, match="20 groups"):
        score_document(instrument="phq-9", document=respond(group))


def test_extensions_that_are_not_weights_are_passed_over() -> None:
    answer = {"valueCoding": {"code": "x", "extension": ["?", {"url": "urn:other"}]}}
    with pytest.raises(BadValue, match="unknown answer code"):
        score_document(instrument="phq-9", document=respond(item("q1", answer)))

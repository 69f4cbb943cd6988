"""Worked FHIR responses of jmandel/ktc-questionnaire-starters, checked there against LOINC 2.82.

Exact: sums of whole numbers, and one mean.
"""

from typing import Any

import pytest

from reprieve.clinical.instruments import score_document

FREQUENCY = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
RESPONSES: list[tuple[str, str, list[str], dict[str, Any], float, str | None]] = [
    (
        "phq-9",
        "44250-9 44255-8 44259-0 44254-1 44251-7 44258-2 44252-5 44253-3 44260-8",
        [FREQUENCY[n] for n in (1, 2, 1, 2, 1, 1, 0, 0, 1)],
        {"linkId": "44261-6", "answer": [{"valueInteger": 9}]},
        9,
        "mild",
    ),
    (
        "gad-7",
        "69725-0 68509-9 69733-4 69734-2 69735-9 69689-8 69736-7",
        [FREQUENCY[n] for n in (2, 1, 2, 1, 0, 1, 0)],
        {"linkId": "70274-6", "answer": [{"valueInteger": 7}]},
        7,
        "mild",
    ),
    (
        "audit-c",
        "68518-0 68519-8 68520-6",
        ["LA18926-8", "LA15694-5", "LA6270-8"],
        {"linkId": "75626-2", "answer": [{"valueInteger": 1}]},
        1,
        "negative",
    ),
]


@pytest.mark.parametrize(("name", "links", "codes", "last", "total", "band"), RESPONSES)
def test_published_response(
    name: str, links: str, codes: list[str], last: dict[str, Any], total: float, band: str
) -> None:
    items = [
        {
            "linkId": link,
            "answer": [{"valueCoding": {"system": "http://loinc.org", "code": code}}],
        }
        for link, code in zip(links.split(), codes, strict=True)
    ]
    document = {"resourceType": "QuestionnaireResponse", "item": [*items, last]}
    result = score_document(instrument=name, document=document)
    assert (result.total, result.band, result.complete) == (total, band, True)


def test_published_peg() -> None:
    links = {"75893-8": 6, "91145-3": 7, "91146-1": 5, "91147-9": 6.0}
    items = [{"linkId": k, "answer": [{"valueDecimal": v}]} for k, v in links.items()]
    document = {"resourceType": "QuestionnaireResponse", "item": items}
    assert score_document(instrument="peg", document=document).total == 6.0

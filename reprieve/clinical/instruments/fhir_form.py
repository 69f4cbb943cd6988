"""An instrument as a FHIR R4 Questionnaire, so that another system can ask what is scored here.

Link ids are our item ids; a response to it is read back by `score`. Where the wording needs a
licence, the form asks for the finished score alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reprieve.clinical.instruments.model import LOINC, OWN_SYSTEM, Instrument, Item, Option

EXTENSIONS = "http://hl7.org/fhir/StructureDefinition"
ORDINAL = f"{EXTENSIONS}/ordinalValue"


def questionnaire(form: Instrument) -> dict[str, Any]:
    """Give an instrument as a Questionnaire resource of FHIR R4."""
    return {
        "resourceType": "Questionnaire",
        "id": form.id,
        "url": f"{OWN_SYSTEM}/{form.id}",
        "version": form.version,
        "name": "".join(word.capitalize() for word in form.id.split("-")),
        "title": form.title,
        "status": "active",
        "subjectType": ["Patient"],
        "date": form.valid_from.isoformat(),
        "description": f"{form.purpose}. {form.recall}.",
        "copyright": ". ".join(filter(None, (form.licence, form.notice))),
        "code": [{"system": form.code_system, "code": form.code}],
        "item": list(_scores(form) if form.store == "score" and form.enter_total else _items(form)),
    }


def _items(form: Instrument) -> Iterator[dict[str, Any]]:
    for item in form.items:
        yield _common(item.id, item.label, item.loinc) | _answers(item) | _due(form, item)


def _scores(form: Instrument) -> Iterator[dict[str, Any]]:
    """The finished scores: a total where there is one, and the parts."""
    if form.rule != "none":
        asked = _common("total", form.title, form.total_code)
        yield asked | {"type": "decimal", "extension": _limits(form.minimum, form.maximum)}
    for part in form.subscales:
        asked = _common(part.id, part.label, part.loinc)
        yield asked | {"type": "decimal", "extension": _limits(part.minimum, part.maximum)}


def _common(link: str, text: str, loinc: str | None) -> dict[str, Any]:
    coded = {"code": [{"system": LOINC, "code": loinc}]} if loinc else {}
    return {"linkId": link, **coded, "text": text}


def _answers(item: Item) -> dict[str, Any]:
    if item.kind == "yes-no":
        return {"type": "boolean"}
    if item.options:
        return {"type": "choice", "answerOption": [_option(one) for one in item.options]}
    kind = "decimal" if item.decimals else "integer"
    return {"type": kind, "extension": _limits(item.minimum, item.maximum)}


def _option(option: Option) -> dict[str, Any]:
    system = LOINC if option.loinc else OWN_SYSTEM
    code = option.loinc or option.code or str(option.value)
    return {
        "valueCoding": {
            "extension": [{"url": ORDINAL, "valueDecimal": option.value}],
            "system": system, "code": code, "display": option.label,
        }
    }  # fmt: skip


def _limits(low: float | None, high: float | None) -> list[dict[str, Any]]:
    limits = (("minValue", low), ("maxValue", high))
    return [
        {"url": f"{EXTENSIONS}/{name}", "valueDecimal": value}
        for name, value in limits
        if value is not None
    ]


def _due(form: Instrument, item: Item) -> dict[str, Any]:
    """When a follow-up question is asked."""
    conditions = [
        {"question": name, "operator": "=", **_wanted(form, name, value)}
        for name, value in item.only_if.items()
    ]
    return {"enableWhen": conditions, "enableBehavior": "all"} if conditions else {}


def _wanted(form: Instrument, name: str, value: int) -> dict[str, Any]:
    asked = form.item(name)
    if asked is not None and asked.kind == "yes-no":
        return {"answerBoolean": bool(value)}
    chosen = next((o for o in asked.options if o.value == value), None) if asked else None
    if chosen is not None:
        return {"answerCoding": _option(chosen)["valueCoding"]}
    return {"answerInteger": value}

"""Answers out of a FHIR R4 QuestionnaireResponse, matched by link id or LOINC code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reprieve.clinical.instruments.model import LOINC, OWN_SYSTEM, Instrument, Item
from reprieve.clinical.instruments.values import shown, shown_key
from reprieve.knowledge import BadValue

DEEPEST = 20  # groups within groups; no published form comes near
ORDINAL = ("/ordinalValue", "/itemWeight")
PLAIN = ("valueInteger", "valueDecimal", "valueBoolean")


def read_response(
    *, instrument: Instrument, response: Mapping[str, Any]
) -> tuple[dict[str, Any], Any]:
    """Take answers by item id and the supplied total out of a QuestionnaireResponse.

    A link id is our item id, or a LOINC code, with or without the path before it
    ("/44249-1/44250-9"). Groups and texts without an answer are passed over; an answer to an item
    the instrument does not have is refused. Raises BadValue naming the link id.
    """
    if response.get("resourceType") != "QuestionnaireResponse":
        raise BadValue("resourceType", f"{shown(response.get('resourceType'))} cannot be scored")
    if response.get("status") == "entered-in-error":
        raise BadValue("status", "the response was entered in error")
    answers: dict[str, Any] = {}
    total = None
    names = _names(instrument)
    for link, values in _answered(response.get("item", []), depth=0):
        name = names.get(link.rstrip("/").rsplit("/", 1)[-1])
        if name is None:
            raise BadValue(shown_key(link), f"not an item of {instrument.id}")
        if name in answers or (name == "total" and total is not None):
            raise BadValue(shown_key(link), "answered twice")
        if len(values) > 1:
            raise BadValue(shown_key(link), f"{len(values)} answers where one is expected")
        item = instrument.item(name)
        if item is None and name == "total":
            total = _plain(link, values[0])
        else:
            answers[name] = _value(link, item, values[0])
    return answers, total


def _names(form: Instrument) -> dict[str, str]:
    """Every link id that is understood, with the item or score it means."""
    known = {"total": "total"} if form.maximum is not None else {}
    known |= {form.total_code: "total"} if form.total_code else {}
    for part in form.subscales:
        known |= {part.id: part.id} | ({part.loinc: part.id} if part.loinc else {})
    for item in form.items:
        known |= {item.id: item.id} | ({item.loinc: item.id} if item.loinc else {})
    return known


def _answered(items: Any, *, depth: int) -> Iterator[tuple[str, list[Any]]]:
    if not isinstance(items, list) or depth > DEEPEST:
        raise BadValue("item", "expected a list of items, at most 20 groups deep")
    for position, item in enumerate(items):
        if not isinstance(item, Mapping) or not isinstance(item.get("linkId"), str):
            raise BadValue(f"item[{position}].linkId", "missing")
        values = item.get("answer", [])
        if not isinstance(values, list) or not all(isinstance(v, Mapping) for v in values):
            raise BadValue(shown_key(item["linkId"]), "answer is not a list of answers")
        if values:
            yield item["linkId"], values
        yield from _answered(item.get("item", []), depth=depth + 1)
        for value in values:
            yield from _answered(value.get("item", []), depth=depth + 1)


def _value(link: str, item: Item | None, answer: Mapping[str, Any]) -> Any:
    if "valueCoding" not in answer or item is None:
        return _plain(link, answer)
    coding = answer["valueCoding"]
    if not isinstance(coding, Mapping):
        raise BadValue(shown_key(link), "valueCoding is not a coding")
    coded, weighted = _by_code(item, coding), _weight(coding, answer)
    if coded is None and weighted is None:
        raise BadValue(shown_key(link), f"unknown answer code {shown(coding.get('code'))}")
    if coded is not None and weighted is not None and coded != weighted:
        raise BadValue(
            shown_key(link),
            f"code {shown(coding.get('code'))} and ordinal value {shown(weighted)} disagree",
        )
    return weighted if coded is None else coded


def _plain(link: str, answer: Mapping[str, Any]) -> Any:
    found = [answer[name] for name in PLAIN if name in answer]
    if len(found) != 1:
        kinds = ", ".join(k for k in answer if k.startswith("value")) or "no value"
        raise BadValue(shown_key(link), f"expected one number, boolean or coding, not {kinds}")
    return found[0]


def _by_code(item: Item, coding: Mapping[str, Any]) -> int | None:
    system, code = coding.get("system"), coding.get("code")
    for option in item.options:
        if system in (LOINC, None) and code is not None and code == option.loinc:
            return option.value
        if system in (OWN_SYSTEM, None) and code is not None and code == option.code:
            return option.value
    return None


def _weight(*holders: Mapping[str, Any]) -> Any:
    for holder in holders:
        extensions = holder.get("extension", [])
        for extension in extensions if isinstance(extensions, list) else []:
            if isinstance(extension, Mapping) and str(extension.get("url", "")).endswith(ORDINAL):
                return extension.get("valueDecimal", extension.get("valueInteger"))
    return None

"""Answers as they come in: four accepted shapes, read into checked values by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reprieve.clinical.instruments import fhir
from reprieve.clinical.instruments.model import Instrument, Item, Number
from reprieve.clinical.instruments.values import finite, shown, shown_key, whole
from reprieve.knowledge import BadValue

KEYS = ("answers", "total", "sex", "instrument")
SEXES = ("female", "male")
SEX_NOT_KNOWN = ("other", "unknown", None)
YES_NO_WORDS = {"yes": 1, "no": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as it was filled in: checked answers, scores that were supplied, the person's sex."""

    answers: Mapping[str, Number]
    supplied: Mapping[str, Number]
    sex: str | None = None


def read_document(*, instrument: Instrument, document: Any) -> Filled:
    """Read a whole answers file, already parsed.

    `document` is `{"answers": {item id: value}}`, `{"answers": [values in item order]}`, that bare
    list, or a FHIR R4 QuestionnaireResponse. Beside `answers` a file may hold `total` (compared
    with the sum, never believed), `sex` and `instrument`. Raises BadValue naming the field.
    """
    if isinstance(document, list):
        return filled(instrument=instrument, answers=document)
    if not isinstance(document, Mapping):
        raise BadValue("answers", "expected an object or a list")
    if document.get("resourceType") is not None:
        answers, total = fhir.read_response(instrument=instrument, response=document)
        return filled(instrument=instrument, answers=answers, total=total)
    return _plain(instrument, document)


def _plain(form: Instrument, document: Mapping[str, Any]) -> Filled:
    extra = [key for key in document if key not in KEYS]
    if extra:
        raise BadValue(shown_key(extra[0]), f"unknown; a file holds {', '.join(KEYS)}")
    if document.get("instrument", form.id) != form.id:
        raise BadValue(
            "instrument", f"the file says {shown(document['instrument'])}, not {form.id}"
        )
    if "answers" not in document and "total" not in document:
        raise BadValue("answers", "missing")
    answers, total = document.get("answers", {}), document.get("total")
    return filled(instrument=form, answers=answers, total=total, sex=document.get("sex"))


def filled(
    *,
    instrument: Instrument,
    answers: Mapping[str, Any] | Sequence[Any],
    total: Any = None,
    sex: Any = None,
) -> Filled:
    """Check every answer against its item; null means unanswered. Raises BadValue by item id."""
    given = _by_item(instrument, answers)
    supplied = {name: given.pop(name) for name in _entries(instrument, given)}
    if total is not None:
        if supplied.get("total", total) != total:
            raise BadValue("total", "supplied twice with different values")
        supplied["total"] = total
    return Filled(
        answers={k: _checked(instrument, k, v) for k, v in given.items() if v is not None},
        supplied={k: _entered(instrument, k, v) for k, v in supplied.items() if v is not None},
        sex=read_sex(sex),
    )


def read_sex(sex: Any) -> str | None:
    """Give "female", "male" or None when it is not known. Raises BadValue otherwise."""
    if sex in SEXES:
        return str(sex)
    if sex not in SEX_NOT_KNOWN:
        raise BadValue("sex", f"{shown(sex)} is none of female, male, other, unknown")
    return None


def _entries(form: Instrument, given: Mapping[str, Any]) -> list[str]:
    """Scores named among the answers; an item of the same name wins."""
    return [e for e in form.entries if e in given and form.item(e) is None]


def _by_item(form: Instrument, answers: Any) -> dict[str, Any]:
    if isinstance(answers, Mapping):
        return dict(answers)
    if not isinstance(answers, list | tuple):
        raise BadValue("answers", "expected an object of item ids or a list in item order")
    items = form.scored
    least = len(items) - _trailing_follow_ups(items)
    if not least <= len(answers) <= len(items):
        raise BadValue("answers", f"a list of {len(answers)}, but {form.id} has {len(items)} items")
    return {item.id: value for item, value in zip(items, answers, strict=False)}


def _trailing_follow_ups(items: Sequence[Item]) -> int:
    """A list may end before questions that are asked only after a certain answer."""
    count = 0
    while count < len(items) and items[-1 - count].only_if:
        count += 1
    return count


def _checked(form: Instrument, item_id: str, value: Any) -> Number:
    item = form.item(item_id)
    if item is None:
        known = ", ".join(i.id for i in form.items)
        raise BadValue(shown_key(item_id), f"not an item of {form.id}; its items are {known}")
    if item.kind == "yes-no":
        value = _yes_no(item, value)
    if isinstance(value, str):
        return _by_code(item, value)
    number = whole(item.id, value) if item.decimals == 0 else finite(item.id, value)
    return _in_range(item, number)


def _yes_no(item: Item, value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        if value not in YES_NO_WORDS:
            raise BadValue(item.id, f"{shown(value)} is neither yes nor no")
        return YES_NO_WORDS[value]
    return value


def _by_code(item: Item, code: str) -> int:
    found = next((o.value for o in item.options if o.code == code), None)
    if found is None:
        allowed = ", ".join(o.code for o in item.options if o.code) or "numbers only"
        raise BadValue(item.id, f"{shown(code)} is not an answer ({allowed})")
    return found


def _in_range(item: Item, value: Number) -> Number:
    if item.options:
        allowed = [o.value for o in item.options]
        if value not in allowed:
            raise BadValue(item.id, f"{shown(value)} is none of {', '.join(map(str, allowed))}")
    elif not item.minimum <= value <= item.maximum:
        raise BadValue(item.id, f"{shown(value)} is out of range {item.minimum} to {item.maximum}")
    return value


def _entered(form: Instrument, name: str, value: Any) -> Number:
    """Check a supplied score against what the instrument can give at all."""
    low, high, rule = form.minimum, form.maximum, form.rule
    part = next((s for s in form.subscales if s.id == name), None)
    if part is not None:
        low, high, rule = part.minimum, part.maximum, part.rule
    if low is None or high is None:
        raise BadValue(name, f"{form.id} has no total")
    number = whole(name, value) if rule == "sum" else finite(name, value)
    if not low <= number <= high:
        raise BadValue(name, f"{shown(number)} is out of range {low} to {high}")
    return number

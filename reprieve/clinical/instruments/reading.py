"""Instruments from their files: one TOML each, read and checked once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from reprieve.clinical.instruments.model import (
    OWN_SYSTEM,
    Band,
    Change,
    Flag,
    Instrument,
    Item,
    Option,
    Points,
    Subscale,
)
from reprieve.knowledge import BadValue, Knowledge, load, names

PACKAGE = "reprieve.clinical.instruments"
YES_NO = (
    Option(value=0, label="No", loinc="LA32-8"),
    Option(value=1, label="Yes", loinc="LA33-6"),
)
Raw = Mapping[str, Any]


def instruments() -> tuple[str, ...]:
    """List the ids of the shipped instruments."""
    return names(PACKAGE)


@cache
def instrument(instrument_id: str) -> Instrument:
    """Give a shipped instrument. Raises BadValue naming an unknown one."""
    return read(load(PACKAGE, instrument_id))


def read(knowledge: Knowledge) -> Instrument:
    """Build an instrument from a data file. Raises BadValue naming what the file lacks."""
    try:
        return _instrument(knowledge)
    except KeyError as error:
        raise BadValue(f"{knowledge.name}.toml", f"lacks {error}") from error
    except (TypeError, ValueError) as error:
        raise BadValue(f"{knowledge.name}.toml", str(error)) from error


def _instrument(knowledge: Knowledge) -> Instrument:
    raw, total = knowledge.data, knowledge.data["total"]
    items = _items(raw)
    code = raw.get("code", {})
    scored = sum(i.scored for i in items)
    low, high = total.get("range", (None, None))
    return Instrument(
        id=knowledge.name,
        version=knowledge.version,
        title=raw["title"],
        purpose=raw["purpose"],
        recall=raw["recall"],
        moments=tuple(raw["moments"]),
        store=raw["store"],
        licence=raw["licence"],
        notice=raw.get("notice"),
        source=raw["source"],
        valid_from=raw["valid_from"],
        verified=raw["verified"],
        unverified=tuple(raw.get("unverified", ())),
        unit=raw["unit"],
        code_system=code.get("system", OWN_SYSTEM),
        code=code.get("panel", knowledge.name),
        total_code=code.get("total"),
        rule=total["rule"],
        minimum=low,
        maximum=high,
        least_answered=total.get("least_answered", scored),
        missing_rule=total["missing"],
        enter_total=total.get("enter", False),
        change=Change(**raw["change"]) if "change" in raw else None,
        items=items,
        subscales=tuple(_subscale(s) for s in raw.get("subscale", ())),
        bands=tuple(_band(b) for b in raw.get("band", ())),
        flags=tuple(Flag(**{**f, "items": tuple(f["items"])}) for f in raw.get("flag", ())),
        t_scores=MappingProxyType({int(k): (t, se) for k, (t, se) in _t_scores(raw)}),
        is_map=raw.get("map", False),
        words=raw.get("words", ""),
    )


def _t_scores(raw: Raw) -> list[tuple[str, tuple[float, float]]]:
    return list(raw.get("t_score", {}).items())


def _items(raw: Raw) -> tuple[Item, ...]:
    shared = {name: _options(listed) for name, listed in raw.get("options", {}).items()}
    items = tuple(_item({**raw.get("every_item", {}), **i}, shared) for i in raw["item"])
    ids = [i.id for i in items]
    if len(set(ids)) != len(ids):
        raise ValueError("two items share an id")
    return items


def _item(raw: Raw, shared: Mapping[str, tuple[Option, ...]]) -> Item:
    kind, options = _kind(raw, shared)
    values = [o.value for o in options]
    low, high = (min(values), max(values)) if values else raw["range"]
    plain = ("decimals", "scored", "reverse", "unit", "loinc", "group")
    return Item(
        id=raw["id"],
        label=raw["label"],
        kind=kind,
        minimum=low,
        maximum=high,
        options=options,
        only_if=MappingProxyType(dict(raw.get("only_if", {}))),
        ends=_ends(raw),
        points=tuple(_points(p) for p in raw.get("points", ())),
        **{name: raw[name] for name in plain if name in raw},
    )


def _ends(raw: Raw) -> tuple[str, ...]:
    ends = tuple(raw.get("ends", ()))
    if len(ends) not in (0, 2):
        raise ValueError(f"{raw['id']}: ends are two, for the lowest and the highest number")
    return ends


def _kind(raw: Raw, shared: Mapping[str, tuple[Option, ...]]) -> tuple[Any, tuple[Option, ...]]:
    if raw.get("yes_no"):
        return "yes-no", YES_NO
    chosen = raw.get("options")
    if chosen is None:
        return ("number" if raw.get("decimals") else "scale"), ()
    return "choice", shared[chosen] if isinstance(chosen, str) else _options(chosen)


def _options(listed: list[Raw]) -> tuple[Option, ...]:
    return tuple(Option(**o) for o in listed)


def _points(raw: Raw) -> Points:
    steps = tuple((float(low), int(points)) for low, points in raw["steps"])
    return Points(when=MappingProxyType(dict(raw.get("when", {}))), steps=steps)


def _subscale(raw: Raw) -> Subscale:
    low, high = raw["range"]
    return Subscale(
        id=raw["id"],
        label=raw["label"],
        items=tuple(raw["items"]),
        rule=raw["rule"],
        least_answered=raw.get("least_answered", len(raw["items"])),
        minimum=low,
        maximum=high,
        loinc=raw.get("loinc"),
    )


def _band(raw: Raw) -> Band:
    return Band(**{**raw, "any_yes": tuple(raw.get("any_yes", ()))})

"""Schedules written as text, as the command line and scripts give them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from reprieve.knowledge import BadValue
from reprieve.pharmacology.schedule import Bolus, Infusion

_LONGEST_TEXT = 1_000_000


class Given(TypedDict):
    """What `simulate`, `bands` and `fit` take alike."""

    weight_kg: float
    model_name: str
    infusions: tuple[Infusion, ...]
    boluses: tuple[Bolus, ...]


def given(*, model_name: str, weight_kg: str, infuse: Iterable[str], bolus: Iterable[str]) -> Given:
    """Read a whole schedule; BadValue names the part that cannot be read."""
    return Given(
        model_name=model_name,
        weight_kg=number("weight_kg", weight_kg),
        infusions=tuple(infusion(one) for one in infuse),
        boluses=tuple(push(one) for one in bolus),
    )


def infusion(text: str) -> Infusion:
    """Read `RATE_MG_PER_H:START_MIN:END_MIN`, for example `52.5:0:40`."""
    rate, start, end = _parts("infuse", text, ("rate_mg_per_h", "start_min", "end_min"))
    return Infusion(rate_mg_per_h=rate, start_min=start, end_min=end)


def push(text: str) -> Bolus:
    """Read `MG:MIN`, for example `10:0`."""
    dose, at = _parts("bolus", text, ("dose_mg", "at_min"))
    return Bolus(dose_mg=dose, at_min=at)


def numbers(field: str, text: str) -> list[float]:
    """Read numbers divided by commas; BadValue names the field and the part that is none."""
    if len(text) > _LONGEST_TEXT:
        raise BadValue(field, "too long")
    return [number(field, part) for part in text.split(",")]


def number(field: str, text: str) -> float:
    """Read one number; BadValue names the field."""
    try:
        return float(text) if text.strip().isascii() and "_" not in text else float("none")
    except ValueError as error:
        raise BadValue(field, f"{text.strip()[:40]!r} is not a number") from error


def whole(field: str, text: str) -> int:
    """Read one whole number from 0; BadValue names the field."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadValue(field, f"{text[:40]!r} is not a whole number from 0")
    return int(text)


def _parts(field: str, text: str, names: tuple[str, ...]) -> list[float]:
    parts = text.split(":")
    if len(parts) != len(names):
        raise BadValue(field, f"{text[:60]!r} is not {':'.join(n.upper() for n in names)}")
    return [number(f"{field} {n}", p) for n, p in zip(names, parts, strict=True)]

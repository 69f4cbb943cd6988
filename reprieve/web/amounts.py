"""Amounts as they are written on orders, pumps and labels."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal

from reprieve.clinical.recipe import BagRecipe


def short(value: Decimal) -> Decimal:
    """This function will drop the noughts at the end: 5.0 read without its point is 50."""
    plain = value.normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def recipe(made: BagRecipe) -> BagRecipe:
    """This function will return a recipe whose amounts carry no noughts at the end."""
    amounts = {
        f.name: short(value)
        for f in fields(made)
        if isinstance(value := getattr(made, f.name), Decimal)
    }
    steps = tuple(
        replace(step, ml_per_h=short(step.ml_per_h), rate_mg_per_h=short(step.rate_mg_per_h))
        for step in made.steps
    )
    return replace(made, steps=steps, **amounts)  # type: ignore[arg-type]

"""Controlled drugs: which are held, how closely a ledger must close, and when a loss is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from reprieve import knowledge
from reprieve.knowledge import N_, BadValue, Knowledge, Message

MICROGRAMS = 1000
# Tablets are kept like a liquid of which one tablet is one millilitre: amounts, chains and sums
# are the same, and only the words differ.
TABLET = "tablet"
HALF_TABLET = 500
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlledDrug:
    """A drug of the schedules. No strengths listed: the label's own is taken as it is."""

    id: str
    schedule: str
    colour: str
    forms: tuple[str, ...]
    strengths_mg_per_ml: tuple[Decimal, ...]
    tolerance_floor_ug: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How a bag or syringe closed, in micrograms: drawn - given - wasted = difference.

    A positive difference is drug that nobody can account for, a negative one drug too many.
    """

    drawn_ug: int
    given_ug: int
    wasted_ug: int
    tolerance_ug: int
    knowledge_version: str

    @property
    def difference_ug(self) -> int:
        """What is missing; below nought when there is more than there should be."""
        return self.drawn_ug - self.given_ug - self.wasted_ug

    @property
    def within(self) -> bool:
        """Whether the difference is small enough for measuring with syringe and scale."""
        return abs(self.difference_ug) <= self.tolerance_ug


def file() -> Knowledge:
    """This function will load the data file of controlled drugs."""
    return knowledge.load("reprieve.clinical", "controlled")


@cache
def drugs() -> Mapping[str, ControlledDrug]:
    """This function will return every controlled drug of the catalogue by its id."""
    return MappingProxyType({name: _drug(name, row) for name, row in file().data["drug"].items()})


def drug(name: str) -> ControlledDrug:
    """This function will find one drug. Raises BadValue("drug") naming the known ones."""
    if name not in drugs():
        raise BadValue("drug", f"unknown {name[:40]!r}; known: {', '.join(drugs())}")
    return drugs()[name]


def _drug(name: str, row: Mapping[str, Any]) -> ControlledDrug:
    return ControlledDrug(
        id=name, schedule=row["schedule"], colour=row["colour"], forms=tuple(row["forms"]),
        strengths_mg_per_ml=tuple(Decimal(s) for s in row["strengths_mg_per_ml"]),
        tolerance_floor_ug=int(Decimal(row["tolerance_floor_mg"]) * MICROGRAMS),
    )  # fmt: skip


def check_vial(*, name: str, form: str, strength_mg_per_ml: Decimal) -> ControlledDrug:
    """This function will refuse a form or a strength that this drug does not come in."""
    known = drug(name)
    if form not in known.forms:
        raise BadValue("form", N_("is no form of this drug"))
    if known.strengths_mg_per_ml and strength_mg_per_ml not in known.strengths_mg_per_ml:
        listed = ", ".join(f"{s:f}" for s in known.strengths_mg_per_ml)
        raise BadValue("strength", f"must be one of {listed} mg/mL")
    return known


def closed(*, name: str, drawn_ug: int, given_ug: int, wasted_ug: int) -> Closing:
    """This function will compare what was drawn with what was given and wasted, and a tolerance.

    The tolerance is the larger of a percentage of what was drawn and the drug's own floor.
    """
    percent = int(file().data["tolerance"]["percent"])
    return Closing(
        drawn_ug=drawn_ug, given_ug=given_ug, wasted_ug=wasted_ug,
        tolerance_ug=max(drawn_ug * percent // 100, drug(name).tolerance_floor_ug),
        knowledge_version=file().version,
    )  # fmt: skip


def tolerance_ug(*, name: str, amount_ug: int) -> int:
    """This function will return how far two measurements of an amount may lie apart."""
    return closed(name=name, drawn_ug=amount_ug, given_ug=0, wasted_ug=0).tolerance_ug


def overage_left_ug(*, labelled_ug: int, entered_ug: int) -> int:
    """This function will tell how much above its label a vial may still be entered to hold."""
    highest = labelled_ug * int(file().data["overage"]["highest_percent"]) // 100
    return max(0, highest - entered_ug)


def notice_due(found_on: date) -> date:
    """This function will return the day by which a theft or loss is told: the next business day.

    Federal holidays are not known here, so that around one the day is early rather than late.
    """
    day, left = found_on, int(file().data["loss"]["notice_business_days"])
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


def form_due(found_on: date) -> date:
    """This function will return the day by which the full report of a loss is sent."""
    return found_on + timedelta(days=int(file().data["loss"]["form_days"]))


def inventory_due(last: date) -> date:
    """This function will return the day by which everything held is counted again."""
    return last + timedelta(days=int(file().data["inventory"]["every_days"]))


def ug(volume_ul: int, *, strength_ug_per_ml: int) -> int:
    """This function will return the micrograms in a volume, rounded down to a whole one."""
    return volume_ul * strength_ug_per_ml // 1000


def refuse_crumbs(volume_ul: int, *, form: str, field: str) -> None:
    """This function will refuse a number of tablets that is neither whole nor halves."""
    if form == TABLET and volume_ul % HALF_TABLET:
        raise BadValue(field, N_("must be whole or half tablets"))


def whole(value: Decimal, *, field: str, allow_nought: bool = False) -> int:
    """This function will turn mL or mg into whole microlitres or micrograms, exactly.

    Raises BadValue naming the field for no number, one below nought, or more than three decimals.
    """
    if not value.is_finite() or value < 0 or (value == 0 and not allow_nought):
        raise BadValue(field, N_("must be above nought"))
    scaled = value * MICROGRAMS
    if scaled != scaled.quantize(Decimal(1), rounding=ROUND_DOWN):
        raise BadValue(field, N_("has more than three decimals"))
    return int(scaled)


def amount(value_ug: int) -> Decimal:
    """This function will return micrograms as milligrams, or microlitres as millilitres."""
    return Decimal(value_ug) / MICROGRAMS


EXPIRED = N_("This vial expired on {day}.")


def refuse_expired(expires_on: date, *, on: date) -> Message | None:
    """This function will say why a vial may not be drawn from any more, None while it may."""
    return Message(id=EXPIRED, params={"day": expires_on}) if on > expires_on else None

"""Opioid doses in morphine milligram equivalents a day (CDC 2022), never for conversion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reprieve import knowledge
from reprieve.clinical.dosing import checked
from reprieve.knowledge import BadValue


@dataclass(frozen=True, slots=True, kw_only=True)
class OpioidDose:
    """A mean daily dose in mg, or for `fentanyl-patch` its rate in micrograms an hour."""

    drug: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyMme:
    """The sum, its parts by drug, the opioids without a factor (shown apart), and the flag."""

    mme_per_day: Decimal
    parts: Mapping[str, Decimal]
    without_factor: tuple[str, ...]
    flagged: bool
    knowledge_version: str


def daily_mme(doses: Iterable[OpioidDose]) -> DailyMme:
    """This function will add up mean daily doses as morphine milligram equivalents.

    Several entries of one drug add. Raises BadValue for an opioid that is not known here or a
    dose that is no positive Decimal.
    """
    file = knowledge.load("reprieve.clinical", "mme")
    parts: dict[str, Decimal] = {}
    apart: set[str] = set()
    for dose in doses:
        amount = checked(dose.amount, field=dose.drug[:60])
        if dose.drug in file.data["without_factor"]:
            apart.add(dose.drug)
            continue
        parts[dose.drug] = parts.get(dose.drug, Decimal(0)) + amount * factor(dose.drug)
    total = sum(parts.values(), Decimal(0))
    return DailyMme(
        mme_per_day=total,
        parts=parts,
        without_factor=tuple(sorted(apart)),
        flagged=total >= Decimal(file.data["flag_from_mme_per_day"]),
        knowledge_version=file.version,
    )


def least_rate(drug: str) -> Decimal | None:
    """This function will return a patch's lowest micrograms an hour, None for a drug in mg."""
    least: dict[str, str] = knowledge.load("reprieve.clinical", "mme").data["least_mcg_per_h"]
    return Decimal(least[drug]) if drug in least else None


def factor(drug: str) -> Decimal:
    """This function will find the factor of one opioid. Raises BadValue naming the known ones."""
    data = knowledge.load("reprieve.clinical", "mme").data
    factors: dict[str, str] = data["factor_per_mg"] | data["factor_per_mcg_per_h"]
    if drug not in factors:
        raise BadValue("opioid", f"unknown {drug[:60]!r}; known: {', '.join(sorted(factors))}")
    return Decimal(factors[drug])

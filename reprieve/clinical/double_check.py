"""The independent double-check: what a second person entered blind, against bag and pump."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reprieve.clinical.dosing import checked
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.clinical.recipe import BagRecipe
from reprieve.knowledge import N_, Message

DIFFERS = N_("{what}: {entered} was entered, {expected} is expected.")
TEN_TIMES = N_("{what}: {entered} was entered, {expected} is expected: a slip of ten times?")
WHY = Message(id=N_("Two people must find the same numbers by themselves."))
SOURCE = "Default of this product: independent double-check"
SLIPS = (Decimal(10), Decimal(100), Decimal("0.1"), Decimal("0.01"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What the second person read off bag and pump without seeing the first one's numbers."""

    final_mg_per_ml: Decimal
    ml_per_h: Decimal
    vtbi_ml: Decimal


def double_check(*, recipe: BagRecipe, entered: Entered, step_no: int = 0) -> tuple[Finding, ...]:
    """This function will find every number that differs; nothing means that the check passed.

    `step_no` is the pump step (0 is the first) whose rate runs. Raises BadValue naming a number
    that is no positive Decimal.
    """
    expected = {
        "final_mg_per_ml": recipe.final_mg_per_ml,
        "ml_per_h": recipe.steps[step_no].ml_per_h,
        "vtbi_ml": recipe.vtbi_ml,
    }
    return tuple(_differing(expected, entered, recipe))


def _differing(
    expected: dict[str, Decimal], entered: Entered, recipe: BagRecipe
) -> Iterable[Finding]:
    for what, wanted in expected.items():
        value = checked(getattr(entered, what), field=what)
        if value != wanted:
            text = TEN_TIMES if value / wanted in SLIPS else DIFFERS
            params = {"what": what, "entered": value, "expected": wanted}
            yield _finding(Message(id=text, params=params), recipe)


def _finding(says: Message, recipe: BagRecipe) -> Finding:
    return Finding(
        rule="double-check",
        severity=Severity.STOP,
        outcome=Outcome.FINDS,
        says=says,
        because=WHY,
        source=SOURCE,
        saw=says.params,
        verified=False,
        knowledge_version=recipe.knowledge_version,
    )

"""How pages say that a controlled drug was given and drawn nowhere, or not accounted for."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext as _

from reprieve.pathway import ledger_undrawn
from reprieve.records.queries.undrawn import Undrawn
from reprieve.web import ledger_words as lw

Line = tuple[Undrawn, str, str, str]


def lines(found: Sequence[Undrawn]) -> list[Line]:
    """This function will put each drug into words, with what was given and what was drawn."""
    return [(one, _drug(one), lw.mg(one.given_ug), lw.mg(one.drawn_ug)) for one in found]


def _drug(one: Undrawn) -> str:
    name = lw.word(lw.DRUGS, one.drug)
    return _("{drug} by mouth").format(drug=name) if one.kind == "tablets" else name


def open_drugs(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[str]:
    """This function will name the drugs that the record does not account for nor explain yet."""
    left = ledger_undrawn.open_drugs(clinic=clinic, encounter=encounter)
    told = ledger_undrawn.told(clinic=clinic, encounter=encounter)
    names = {drug for key, drug in left.items() if key not in told}
    return sorted(lw.word(lw.DRUGS, name) for name in names)

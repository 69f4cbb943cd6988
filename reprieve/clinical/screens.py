"""Which answers of screening forms a physician must look at, and how soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from reprieve import knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One form or question: positive from `at_least` on; a yes counts as 1, a no as 0."""

    id: str
    codes: frozenset[str]
    at_least: int
    at_least_men: int
    due: timedelta

    def is_positive(self, value: Any, *, sex: str | None) -> bool:
        """Say whether an answer asks for a physician; one that is no number or yes does not."""
        limit = self.at_least_men if sex == "male" else self.at_least
        return isinstance(value, int | float) and value >= limit


@cache
def screens() -> Mapping[str, Screen]:
    """This function will list the screens by the code of the answer."""
    rows = knowledge.load("reprieve.clinical", "screens").data["screen"]
    every = [
        Screen(
            id=name, codes=frozenset(row["codes"]), at_least=row["at_least"],
            at_least_men=row.get("at_least_men", row["at_least"]),
            due=timedelta(days=row["due_days"]),
        )
        for name, row in rows.items()
    ]  # fmt: skip
    return MappingProxyType({code: one for one in every for code in one.codes})

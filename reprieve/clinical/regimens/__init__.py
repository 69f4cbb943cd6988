"""The regimens of the programme: one TOML file each, read into a checked value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from reprieve import knowledge
from reprieve.knowledge import BadValue, Knowledge

UNITS = ("mg", "mg/kg", "mg/h", "mg/kg/h")
SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Titration:
    """From this session of the series on, the dose is this amount (in the regimen's unit)."""

    from_session: int
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Regimen:
    """A written plan: dose, time, number and spacing of infusions, with its ceilings.

    `days` counts from the first infusion (0). `amount` is in `unit` (mg, mg/kg, mg/h, mg/kg/h).
    """

    id: str
    name: str
    conditions: tuple[str, ...]
    form: str
    setting: str
    amount: Decimal
    unit: str
    duration_min: int
    days: tuple[int, ...]
    weekdays_only: bool
    titration: tuple[Titration, ...]
    ceiling_mg_per_h: Decimal | None
    ceiling_mg_per_session: Decimal
    observation_schedule: str
    minimum_recovery_min: int
    source: str
    verified: bool
    valid_from: date
    knowledge_version: str

    @property
    def infusions(self) -> int:
        """Say how many infusions the series has."""
        return len(self.days)

    def amount_at(self, session_no: int) -> Decimal:
        """This function will find the amount of one session (1 is the first) after titration.

        Raises BadValue when the series has no such session.
        """
        if isinstance(session_no, bool) or not isinstance(session_no, int):
            raise BadValue("session_no", "must be a whole number")
        if not 1 <= session_no <= self.infusions:
            raise BadValue("session_no", f"must be 1 to {self.infusions} in {self.id}")
        reached = [step.amount for step in self.titration if step.from_session <= session_no]
        return reached[-1] if reached else self.amount

    def dates(self, first: date) -> tuple[date, ...]:
        """This function will lay the series on the calendar, counted from its first day.

        With `weekdays_only` the infusions fall on consecutive weekdays, and a first day at a
        weekend raises BadValue; otherwise `days` are added as they stand.
        """
        if not self.weekdays_only:
            return tuple(first + timedelta(days=day) for day in self.days)
        if first.weekday() >= SATURDAY:
            raise BadValue("first", "must be a weekday for this regimen")
        span = (first + timedelta(days=day) for day in range(self.days[-1] + 8))
        return tuple([day for day in span if day.weekday() < SATURDAY][: self.infusions])


def regimen(wanted: str) -> Regimen:
    """This function will read one regimen. Raises BadValue naming the known ones."""
    known = regimens()
    if wanted not in known:
        raise BadValue("regimen", f"unknown {wanted!r}; known: {', '.join(known)}")
    return known[wanted]


@cache
def regimens() -> Mapping[str, Regimen]:
    """This function will read every regimen, by id."""
    return {name: read(knowledge.load(__name__, name)) for name in knowledge.names(__name__)}


def read(file: Knowledge) -> Regimen:
    """This function will read a regimen's file. Raises BadValue naming what is missing in it."""
    try:
        return _regimen(file)
    except KeyError as error:
        raise BadValue(file.name, f"lacks {error.args[0]}") from error
    except ArithmeticError as error:
        raise BadValue(file.name, "an amount is not a decimal number") from error


def _regimen(file: Knowledge) -> Regimen:
    data = file.data
    if data["unit"] not in UNITS:
        raise BadValue(file.name, f"unit must be one of {', '.join(UNITS)}")
    ceiling = data.get("ceiling_mg_per_h")
    return Regimen(
        id=file.name,
        conditions=tuple(data["conditions"]),
        amount=Decimal(data["amount"]),
        days=tuple(data["days"]),
        titration=tuple(_step(step) for step in data.get("titration", ())),
        ceiling_mg_per_h=None if ceiling is None else Decimal(ceiling),
        ceiling_mg_per_session=Decimal(data["ceiling_mg_per_session"]),
        knowledge_version=file.version,
        **{name: data[name] for name in _PLAIN},
    )


_PLAIN = (
    "name", "form", "setting", "unit", "duration_min", "weekdays_only", "observation_schedule",
    "minimum_recovery_min", "source", "verified", "valid_from",
)  # fmt: skip


def _step(step: Mapping[str, Any]) -> Titration:
    return Titration(from_session=step["from_session"], amount=Decimal(step["amount"]))

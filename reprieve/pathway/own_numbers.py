"""The clinic's own numbers, approved by its director: rules, guard-rails, days and hours."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.clinical import guardrails
from reprieve.clinical import own_numbers as bounds
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import approval, orders
from reprieve.pathway.approval import Approval, Changed, Make
from reprieve.records.models import Practitioner
from reprieve.records.queries import safety_numbers, settings

DOSES = (*guardrails.HIGHEST, *guardrails.LOWEST)


def set_rule(asked: Approval, *, rule: str, numbers: Mapping[str, float]) -> None:
    """This function will keep a safety rule's own numbers; the shipped ones put it back.

    Raises BadValue naming the number that is looser than the shipped one or cannot be.
    """
    own = {name: _plain(value) for name, value in bounds.tightened(rule, numbers).items()}

    def make(now: Any, signer: Practitioner) -> Changed:
        others = {name: held for name, held in (now or {}).items() if name != rule}
        value = {**others, rule: own} if own else others
        return Changed(value=value, before={rule: (now or {}).get(rule, {})}, after={rule: own})

    approval.keep(asked, key=safety_numbers.KEY, make=make)


def set_doses(asked: Approval, *, changes: Mapping[str, Decimal]) -> None:
    """This function will keep tighter guard-rails of dose; the shipped ones put it back."""
    own = {name: f"{value:f}" for name, value in bounds.tightened_doses(changes).items()}

    def make(now: Any, signer: Practitioner) -> Changed:
        before = (now or {}).get("changes", {})
        return Changed(value={"changes": own} if own else {}, before=before, after=own)

    approval.keep(asked, key=orders.OWN_LIMITS, make=make)


def set_house(asked: Approval, *, numbers: Mapping[str, float]) -> None:
    """This function will keep how long a consent or a bag holds, and the like.

    Raises BadValue naming the setting, and "reason" where one is looser than the default.
    """
    loose = [key for key, value in numbers.items() if bounds.in_house(key, value)]
    if loose and not asked.reason.strip():
        raise BadValue("reason", N_("is needed: a number is looser than the default"))
    makes: dict[str, Make] = {key: approval.to(_plain(n)) for key, n in numbers.items()}
    approval.keep_all(asked, makes=makes)


def doses(*, clinic: uuid.UUID, at: datetime) -> dict[str, Decimal]:
    """This function will return the guard-rails in force, by name."""
    limits = orders.limits_in_force(clinic=clinic, at=at)
    return {name: getattr(limits, name) for name in DOSES}


def rules(*, clinic: uuid.UUID, at: datetime) -> dict[str, float]:
    """This function will return the numbers of safety rules in force, by key."""
    own = safety_numbers.own(clinic=clinic, at=at) or {}
    return {
        key: own.get(one.rule, {}).get(one.number, one.shipped)
        for key, one in bounds.bounds().items()
    }


def house(*, clinic: uuid.UUID, at: datetime) -> dict[str, float]:
    """This function will return the numbers of the house in force, by setting."""
    chosen = settings.several(clinic=clinic, keys=bounds.house(), at=at)
    return {key: chosen.get(key, one.default) for key, one in bounds.house().items()}


def _plain(value: float) -> float:
    """A whole number is kept as one: it is shown and compared without a point."""
    return int(value) if float(value).is_integer() else value

"""The clinic's ladder of boosters, approved by its director: how far apart infusions are spaced.

A ladder proposes spacing only: a booster follows from observed fading and a physician's decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reprieve.knowledge import N_, BadValue, load
from reprieve.pathway import approval
from reprieve.pathway.approval import Approval
from reprieve.records.queries import ladders
from reprieve.scheduling import boosters, own_ladder
from reprieve.scheduling.boosters import Ladder, Step


def shipped() -> Ladder:
    """This function will return the product's own ladder."""
    return boosters.ladder(ladders.USUAL)


def source() -> str:
    """This function will say where the product's own ladder comes from."""
    return str(load(boosters.PACKAGE, ladders.USUAL).data["source"])


def set_ladder(asked: Approval, *, steps: Sequence[Step], min_gap_days: int) -> None:
    """This function will keep the clinic's ladder; the shipped one puts the default back.

    Raises BadValue naming the number, and "reason" where the ladder lets more be given, or
    sooner, than the shipped one without one.
    """
    value: dict[str, Any] = own_ladder.kept(steps, min_gap_days=min_gap_days)
    usual = shipped()
    if (tuple(steps), min_gap_days) == (usual.steps, usual.min_gap_days):
        value = {}
    elif own_ladder.is_looser(own_ladder.read(value), than=usual) and not asked.reason.strip():
        raise BadValue("reason", N_("is needed: it gives more, or sooner, than the default"))
    approval.keep(asked, key=ladders.LADDER, make=approval.to(value))

"""The emergency card as pages and paper show it: whom to call, and the steps of each situation."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from reprieve.pathway import emergency_card
from reprieve.pathway.infusion import Happened
from reprieve.web.emergency_words import SITUATIONS, STEPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One situation. `is_own`: the steps are the clinic's words, not this product's first steps."""

    key: str
    name: str
    steps: str
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The whole card. `whom` is empty where the clinic has not written whom to call."""

    whom: str
    situations: tuple[Situation, ...]

    def situation(self, key: str) -> Situation | None:
        """Return one situation, None when there is none of this name."""
        return next((one for one in self.situations if one.key == key), None)


def card(*, clinic: uuid.UUID, at: datetime) -> Card:
    """This function will give a clinic's card in force at a moment."""
    return _made(emergency_card.current(clinic=clinic, at=at))


def unconfirmed() -> Card:
    """This function will give the card of no clinic: this product's first steps alone."""
    return _made({})


def pressed(what: str, *, at: datetime | None = None, reported: bool = False) -> Happened:
    """This function will say on the chart that a situation or a step was pressed on the card."""
    words = SITUATIONS[what][0] if what in SITUATIONS else STEPS[what]
    return Happened(
        kind="noted", note=_("Emergency: {what}").format(what=words), at=at, reported=reported,
        detail={"emergency": what},
    )  # fmt: skip


def _made(own: Mapping[str, str]) -> Card:
    return Card(
        whom=own.get(emergency_card.WHOM, ""),
        situations=tuple(
            Situation(
                key=key, name=str(name), is_own=bool(said),
                steps=str(said or steps),
            )
            for key, (name, steps) in SITUATIONS.items()
            for said in [own.get(emergency_card.key(key), "")]
        ),
    )  # fmt: skip

"""Where an entry of the infusion room is made, and what writing one looks like."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reprieve.web.access import PageRequest

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chairside:
    """Where an entry is made: who asks, on which visit, under which number of the act.

    `reported`: it was already done, without a connection; `beside`: it becomes an addendum.
    """

    request: PageRequest
    encounter: uuid.UUID
    uid: uuid.UUID
    reported: bool = False
    beside: bool = False

    @property
    def args(self) -> dict[str, Any]:
        """What every act of the pathway is told."""
        more = {"beside": True} if self.beside else {}
        return {
            "actor": self.request.actor, "uid": self.uid, "at": self.request.at,
            "encounter": self.encounter, **more,
        }  # fmt: skip


# Writes an entry and returns the act's result, if the act has one.
Save = Callable[[Chairside, Any], Result | None]

"""What tests of severe side effects share: a physician's words, and the work that waits."""

from __future__ import annotations

import uuid
from typing import Any

from reprieve.pathway import harm_review, harm_stop
from reprieve.records.models import WorkItem
from tests.gate_desk import Visit

RULE = "harm-repeated"


def by_doctor(visit: Visit) -> dict[str, Any]:
    """What an act of the physician's on no visit needs, a minute later."""
    visit.world.later(minutes=1)
    return {k: v for k, v in visit.act("physician").items() if k != "encounter"}


def judge(visit: Visit, event: uuid.UUID, related: str = "probable", *criteria: str) -> uuid.UUID:
    said = harm_review.Judgement(
        relatedness=related, criteria=criteria, expected=True, device_fault=False,
        outcome="resolved",
    )  # fmt: skip
    return harm_review.judge(event=event, judgement=said, **by_doctor(visit))


def decide(visit: Visit, outcome: str = "go_on", **more: Any) -> uuid.UUID:
    """The physician lets the infusions go on, or says that there is none for now."""
    asked = {"outcome": outcome, "reason": "Slower steps, midazolam at hand.", **more}
    return harm_stop.decide(patient=visit.patient, **{**by_doctor(visit), **asked})


def open_items(visit: Visit, kind: str) -> int:
    rows = WorkItem.of(visit.world.id).filter(kind=kind, state__in=("open", "seen"))
    return rows.count()

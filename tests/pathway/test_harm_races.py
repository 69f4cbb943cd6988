"""A judgement and a correction of one side effect at one moment: one of them stands."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction

from reprieve.pathway import charting_harm, harm_end, harm_review, retracting
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.errors import NotNow
from reprieve.records.models import AdverseEvent
from tests import gate_desk
from tests import world as worlds

Write = Callable[[uuid.UUID, dict[str, Any]], object]


def corrected(event: uuid.UUID, act: dict[str, Any]) -> object:
    harm = Harm(term="dissociation", grade=2, note="a slip")
    return charting_harm.record(harm=harm, corrects=event, **act)


def ended(event: uuid.UUID, act: dict[str, Any]) -> object:
    return harm_end.end(harm=event, **act)


def taken_back(event: uuid.UUID, act: dict[str, Any]) -> object:
    return retracting.harm(entry=event, reason="the next chair", **act)


@pytest.mark.usefixtures("fresh_database")
@pytest.mark.parametrize("write", [corrected, ended, taken_back])
def test_only_one_stands_for_what_was_before(write: Write) -> None:
    world = worlds.found()
    visit = gate_desk.arrived(world)
    event = charting_harm.record(harm=Harm(term="dissociation", grade=3), **visit.act())
    world.later(minutes=1)
    by_nurse, by_doctor = visit.act(), visit.act("physician")
    del by_doctor["encounter"]
    judgement = harm_review.Judgement(
        relatedness="probable", criteria=(), expected=True, device_fault=False, outcome="resolved"
    )

    def meanwhile() -> object:
        try:
            return write(event, by_nurse)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            harm_review.judge(event=event, judgement=judgement, **by_doctor)
            waiting = other.submit(meanwhile)
            time.sleep(1)
            assert not waiting.done()
        with pytest.raises(NotNow, match="already corrected"):
            waiting.result(timeout=20)
    assert AdverseEvent.of(world.id).filter(corrects_id=event).count() == 1

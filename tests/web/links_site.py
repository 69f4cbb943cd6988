"""Patients' links as tests open them: a link of a new patient, the first press, a day's answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from reprieve.pathway import links
from reprieve.records.queries import links as known
from tests import world as worlds
from tests.world import World, new

Make = Callable[..., str]
JSON = {"Accept": "application/json"}
PEG = {"q-pain": "6", "q-enjoyment": "5", "q-activity": "4"}


def at_home(world: World) -> uuid.UUID:
    """A patient now, by the clock of the pages."""
    from reprieve.pathway import clock

    world.at = clock.real()
    return worlds.person(world)[0]


def tokens(world: World, patient: uuid.UUID) -> Make:
    """`tokens(...)("diary")` is the secret of a new link of that form."""

    def make(form: str = "diary", **more: Any) -> str:
        link = links.make(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form=form, **more
        )
        return known.token_of(clinic=world.id, link=link)

    return make


def start(phone: Client, path: str) -> None:
    answer = phone.post(path, {"start": "1"})
    assert answer.status_code == 302, answer.content


def said(world: World, **changes: Any) -> dict[str, Any]:
    from reprieve.records.queries.treatments import zone_of

    today = world.at.astimezone(zone_of(world.id)).date()
    values = {
        "act": str(new()), "day": today.isoformat(), "moment": "evening", "average_pain": "4",
        "worst_pain": "6", "function": "5", "mood": "7",
    }  # fmt: skip
    return {**values, **changes}


def phq_items() -> list[str]:
    from reprieve.clinical.instruments import instrument

    return [item.id for item in instrument("phq-9").items]

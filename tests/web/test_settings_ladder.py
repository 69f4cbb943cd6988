"""The ladder of boosters on its page: steps, bounds, the default beside, and what was changed."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reprieve.pathway import booster_ladder, clock
from reprieve.records.queries import ladders
from tests import world as w

As = Callable[[str], Client]
EVERY, LADDER = "/settings/numbers", "/settings/ladder"


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def said(client: Client, **more: Any) -> dict[str, Any]:
    form = client.get(LADDER).context["form"]
    fields = {
        name: "" if form[name].value() is None else form[name].value() for name in form.fields
    }
    return {**fields, "act": str(uuid.uuid4()), "password": w.PASSWORD, **more}


def step(n: int, *numbers: str) -> dict[str, str]:
    names = ("every_n_days", "count", "sessions_per_visit_block", "window_days")
    return {f"{name}_{n}": number for name, number in zip(names, numbers, strict=True)}


def test_the_director_changes_a_step_and_puts_it_back(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    page = text(director, EVERY)
    assert "every 14\u00a0days (± 3\u00a0days), 2 sessions each time, 2 times" in page
    assert "every 91\u00a0days (± 10\u00a0days), 1 session each time, going on" in page
    assert LADDER in page
    slower = said(director, every_n_days_4="120", count_2="1")
    assert director.post(LADDER, slower)["Location"] == EVERY
    page = text(director, EVERY)
    for words in ("1 session each time, 1 time", "every 120\u00a0days", "Own values are in force",
                  "Ladder of boosters: every 14"):  # fmt: skip
        assert words in page
    assert director.post(LADDER, said(director, default="1")).status_code == 302
    assert ladders.in_force(clinic=world.id, at=clock.real()) == booster_ladder.shipped()
    page = text(director, EVERY)
    assert "The product’s defaults are in force" in page
    assert "Ladder of boosters: the default" in page


def test_a_step_is_left_out_and_one_is_added(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    fewer = {**step(3, "100", "", "1", "5"), **step(4, "", "", "", "")}
    assert director.post(LADDER, said(director, **fewer)).status_code == 302
    assert len(ladders.in_force(clinic=world.id, at=clock.real()).steps) == 3
    assert "–" in text(director, EVERY)
    more = {**step(3, "60", "2", "1", "0"), **step(4, "180", "", "1", "5")}
    assert director.post(LADDER, said(director, **more)).status_code == 302
    found = ladders.in_force(clinic=world.id, at=clock.real()).steps
    assert [(one.every_n_days, one.count, one.window_days) for one in found][2:] == [
        (60, 2, 0), (180, 0, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (step(2, "", "", "", ""), "is needed"),
        (step(4, "91", "", "", "10"), "is needed"),
        ({"count_2": ""}, "is needed"),
        ({"every_n_days_2": "10"}, "is shorter than in the step before"),
        ({"every_n_days_1": "two"}, "Enter a whole number"),
        ({"every_n_days_4": "400"}, "is no value that is safe here"),
        ({"min_gap_days": "4"}, "is no value that is safe here"),
        ({"every_n_days_4": "60"}, "is needed: it gives more, or sooner, than the default"),
        ({"password": "wrong"}, "password"),
    ],
)
def test_a_wrong_number_stands_beside_its_field(
    wrong: dict[str, str], says: str, world: w.World, as_role: As
) -> None:
    director = as_role("medical_director")
    answer = director.post(LADDER, said(director, **wrong))
    assert answer.status_code == 422
    assert says in html.unescape(answer.content.decode())
    assert ladders.in_force(clinic=world.id, at=clock.real()) == booster_ladder.shipped()


def test_a_manager_reads_and_changes_nothing(world: w.World, as_role: As) -> None:
    manager = as_role("manager")
    page = text(manager, EVERY)
    assert "Ladder of boosters" in page
    assert LADDER not in page
    assert manager.post(LADDER, said(manager, every_n_days_4="120")).status_code == 403
    assert as_role("physician").get(LADDER).status_code == 403

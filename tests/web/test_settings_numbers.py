"""The clinic's numbers on their pages: default and source beside each, only tighter ones pass."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reprieve.clinical import own_numbers as bounds
from reprieve.clinical import safety
from reprieve.pathway import clock, own_numbers
from reprieve.web import number_view
from tests import world as w

As = Callable[[str], Client]
EVERY = "/settings/numbers"
HOUSE, DOSES, FASTING = f"{EVERY}/house", f"{EVERY}/doses", f"{EVERY}/fasting-solids"


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def said(client: Client, address: str, **more: Any) -> dict[str, Any]:
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    return {**fields, "act": str(uuid.uuid4()), "password": w.PASSWORD, **more}


def test_the_director_tightens_a_rule_and_puts_it_back(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    page = text(director, EVERY)
    assert "The product’s defaults are in force" in page
    assert "(not confirmed)" in page
    assert "Default: 6\u00a0h. Tightest possible: 12\u00a0h. Source:" in text(director, FASTING)
    done = director.post(FASTING, said(director, FASTING, at_least_h="8"))
    assert done["Location"] == EVERY
    page = text(director, EVERY)
    assert "Own values are in force" in page
    assert "approved by Medical_Director Invented" in page
    assert "The last meal was too short a time ago. At least 8\u00a0h" in page
    looser = director.post(FASTING, said(director, FASTING, at_least_h="5"))
    assert looser.status_code == 422
    assert "can only be tightened here" in looser.content.decode()
    director.post(FASTING, said(director, FASTING, default="1"))
    assert own_numbers.rules(clinic=world.id, at=clock.real())["fasting-solids.at_least_h"] == 6
    assert "Safety rules: the default" in text(director, EVERY)
    assert director.get(f"{EVERY}/shoe").status_code == 404


def test_guard_rails_and_days(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    assert director.post(DOSES, said(director, DOSES, session_mg="150")).status_code == 302
    assert own_numbers.doses(clinic=world.id, at=clock.real())["session_mg"] == 150
    assert "Most in a session 150\u00a0mg" in text(director, EVERY)
    director.post(DOSES, said(director, DOSES, default="1"))
    assert own_numbers.doses(clinic=world.id, at=clock.real())["session_mg"] == 200
    key = "consent.valid_days"
    longer = director.post(HOUSE, said(director, HOUSE, **{key: "400"}))
    assert "a number is looser than the default" in longer.content.decode()
    assert director.post(HOUSE, said(director, HOUSE, **{key: "180"})).status_code == 302
    assert "A consent is valid for: 180" in text(director, EVERY)
    director.post(HOUSE, said(director, HOUSE, default="1"))
    assert own_numbers.house(clinic=world.id, at=clock.real())[key] == 365


def test_a_manager_reads_and_changes_nothing(world: w.World, as_role: As) -> None:
    manager = as_role("manager")
    page = text(manager, EVERY)
    assert "The medical director changes this" in page
    assert FASTING not in page
    assert manager.post(FASTING, said(manager, FASTING, at_least_h="8")).status_code == 403
    assert as_role("infusion_nurse").get(EVERY).status_code == 403


@pytest.mark.parametrize("key", [*bounds.bounds(), *bounds.house()])
def test_each_number_has_words_of_its_own(key: str) -> None:
    name = key if key in bounds.house() else key.partition(".")[2]
    assert name in number_view.LABELS


def test_an_unknown_name_is_said_as_it_is() -> None:
    assert number_view.label("new_number") == "new number"
    assert number_view.rule_title("shoe") == "shoe"
    assert number_view.rule_title(safety.rules()[0].name) != safety.rules()[0].name

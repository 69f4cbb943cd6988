"""Role x address x method x whose: own clinic's rows open, another clinic's never do."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client, override_settings

from reprieve.pathway.permissions import ROLES, allowed
from reprieve.records.models import Chair, Encounter, WorkItem
from tests import world as w
from tests.chairside import Chair as Sitting
from tests.chairside import sit
from tests.web import addresses

GUARDED = [
    a for a in addresses.every() if a.access and a.access.kind in {"page", "live", "signed_in"}
]
METHODS = ("POST", "DELETE")  # GET is walked in test_every_url
REFUSED = {403}


def rows_of(sitting: Sitting) -> dict[str, Any]:
    """Ids of one clinic's rows by the names that addresses give them."""
    world = sitting.world
    visit = Encounter.of(world.id).get(pk=sitting.encounter)
    found = {
        "patient": sitting.patient, "encounter": sitting.encounter, "infusion": sitting.encounter,
        "visit": sitting.encounter, "episode": visit.episode_id,
        "practitioner": world["infusion_nurse"].practitioner,
        "chair": Chair.of(world.id).values_list("id", flat=True).first(),
        "item": WorkItem.of(world.id).values_list("id", flat=True).first(),
    }  # fmt: skip
    return {name: row for name, row in found.items() if row is not None}


@pytest.mark.parametrize("role", ROLES)
def test_no_method_gets_past_a_missing_permission(
    role: str, world: w.World, as_role: Callable[[str], Client]
) -> None:
    browser, wrong = as_role(role), []
    forbidden = [
        a for a in GUARDED if a.access.permission and not allowed(world[role], a.access.permission)
    ]  # fmt: skip
    for address in forbidden:
        for method in METHODS:
            status = browser.generic(method, address.path).status_code
            if status not in REFUSED:
                wrong.append(f"{method} {address.name}: {status}")
    assert forbidden
    assert wrong == []


def opened_across(
    world: w.World, browsers: dict[str, Client], every: list[addresses.Address],
    theirs: dict[str, Any],
) -> list[str]:  # fmt: skip
    """The addresses that answer about another clinic's row, to somebody of ours who may open it."""
    opened = []
    for address in every:
        role = next(r for r in reversed(ROLES) if allowed(world[r], address.access.permission))  # type: ignore[union-attr]
        path = address.path_with(**theirs)
        for method in ("get", "post"):
            body = {"act": str(uuid.uuid4())} if method == "post" else {}
            status = getattr(browsers[role], method)(path, body).status_code
            if status not in {400, 403, 404, 405, 409, 422}:
                opened.append(f"{method} {address.name} as {role}: {status}")
    return opened


def marked(every: list[addresses.Address], rows: dict[str, Any]) -> list[addresses.Address]:
    """The addresses that take one of the rows and need a permission."""
    return [a for a in every if set(a.takes) & set(rows) and a.access and a.access.permission]


def test_another_clinics_rows_open_to_nobody(
    world: w.World, as_role: Callable[[str], Client]
) -> None:
    theirs, mine = rows_of(sit(w.found())), rows_of(sit(world))
    browsers = {role: as_role(role) for role in ROLES}
    every = marked(GUARDED, theirs)
    opened = opened_across(world, browsers, every, theirs)
    assert not opened, "\n".join(opened)
    own = [browsers["medical_director"].get(a.path_with(**mine)).status_code for a in every]
    assert max(own) < 500
    assert own.count(200) > len(every) / 4  # our own rows do open: the ids are the right ones


def test_a_page_that_asks_no_clinic_is_found(
    world: w.World, as_role: Callable[[str], Client]
) -> None:
    theirs = rows_of(sit(w.found()))
    with override_settings(ROOT_URLCONF="tests.web.planted_urls"):
        holes = [a for a in addresses.every() if a.name == "hole_any"]
        browsers = {role: as_role(role) for role in ROLES}
        found = opened_across(world, browsers, marked(holes, theirs), theirs)
    assert {one.split()[1] for one in found} == {"hole_any"}

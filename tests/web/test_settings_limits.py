"""Alarm limits on their pages: the director sets them with the password, others read them."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reprieve.pathway import alarm_limits, clock
from reprieve.pathway.alarm_limits import Place
from tests import world as w

As = Callable[[str], Client]
LIST, SBP = "/settings/limits", "/settings/limits/sign/sbp"
REGIMEN = "ketamine-80mg-2h-x6"


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def said(client: Client, address: str, **more: Any) -> dict[str, Any]:
    """What the form would send untouched, with a change."""
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    return {**fields, "act": str(uuid.uuid4()), "password": w.PASSWORD, **more}


def stop(world: w.World, place: Place) -> float:
    found = alarm_limits.in_force(clinic=world.id, place=place, at=clock.real())
    return next(x.threshold for x in found if x.name == "sbp-stop")


def test_the_director_sets_a_tighter_limit_and_takes_it_back(
    world: w.World, as_role: As
) -> None:
    director = as_role("medical_director")
    page = text(director, LIST)
    assert "The product’s defaults are in force" in page
    assert "project default for ketamine infusions" in page
    assert "(not confirmed)" in page
    form = text(director, SBP)
    assert "Default: ≥180\u00a0mmHg, high ***. Loosest possible: 200." in form
    answer = director.post(SBP, said(director, SBP, **{"sbp-stop": "170"}))
    assert answer["Location"] == LIST
    assert stop(world, Place()) == 170
    page = text(director, LIST)
    assert "Own values are in force" in page
    assert "approved by Medical_Director Invented" in page
    assert "Systolic: the default became ≥170\u00a0mmHg, high ***" in page
    answer = director.post(SBP, said(director, SBP, default="1"))
    assert stop(world, Place()) == 180
    director.post(SBP, said(director, SBP, **{"sbp-stop": "175"}))
    assert "Put all of them back" in text(director, LIST)
    assert director.post(LIST, said(director, LIST)).status_code == 302
    assert stop(world, Place()) == 180


def test_a_looser_limit_warns_and_needs_a_reason(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    refused = director.post(SBP, said(director, SBP, **{"sbp-stop": "190"}))
    assert refused.status_code == 422
    page = html.unescape(refused.content.decode())
    assert "Looser than the product’s default" in page
    assert "is needed: a limit is looser" in page
    kept = said(director, SBP, **{"sbp-stop": "190"}, reason="treated hypertension")
    answer = director.post(SBP, kept, follow=True)
    page = html.unescape(answer.content.decode())
    assert "Looser than the product's default: ≥190" in page
    assert "looser than the default" in page
    assert "treated hypertension" in page


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"sbp-stop": "301"}, "no value that this sign can have"),
        ({"sbp-stop": "201"}, "looser than any clinic may have it"),
        ({"sbp-stop": "many"}, "Enter a number"),
        ({"sbp-stop-priority": "loud"}, "Select a valid choice"),
        ({"password": "a guess"}, "is not right"),
        ({"seen": "of another day"}, "Somebody else has changed this"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    wrong: dict[str, str], says: str, world: w.World, as_role: As
) -> None:
    director = as_role("medical_director")
    answer = director.post(SBP, said(director, SBP, reason="why", **wrong))
    assert answer.status_code == 422
    assert says in html.unescape(answer.content.decode())
    assert stop(world, Place()) == 180


def test_a_regimen_has_limits_of_its_own(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    address = f"{LIST}/regimen/{REGIMEN}"
    assert "The clinic’s limits are in force" in text(director, address)
    sign = f"{address}/sbp"
    answer = director.post(sign, said(director, sign, **{"sbp-stop": "165"}))
    assert answer["Location"] == address
    assert (stop(world, Place()), stop(world, Place(regimen=REGIMEN))) == (180, 165)
    assert director.get(f"{LIST}/regimen/shoe").status_code == 404
    assert director.get(f"{LIST}/sign/shoe").status_code == 404


def test_a_manager_reads_and_changes_nothing(world: w.World, as_role: As) -> None:
    manager = as_role("manager")
    page = text(manager, LIST)
    assert "The medical director changes this" in page
    assert "/settings/limits/sign/sbp" not in page
    assert manager.post(SBP, said(manager, SBP, **{"sbp-stop": "170"})).status_code == 403
    assert as_role("infusion_nurse").get(LIST).status_code == 403

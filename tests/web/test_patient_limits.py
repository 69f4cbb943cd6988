"""A patient's own alarm limits: set on their page, seen on the infusion screen."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from tests import world as w
from tests.chairside import Chair

As = Callable[[str], Client]


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def said(client: Client, address: str, **more: Any) -> dict[str, Any]:
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    return {**fields, "act": str(uuid.uuid4()), "password": w.PASSWORD, **more}


def test_a_physician_sets_them_and_the_screen_shows_them(
    world: w.World, chair: Chair, as_role: As
) -> None:
    physician, nurse = as_role("physician"), as_role("infusion_nurse")
    every, sbp = f"/patients/{chair.patient}/limits", f"/patients/{chair.patient}/limits/sbp"
    screen = f"/infusion/{chair.encounter}"
    assert every in text(physician, f"/patients/{chair.patient}/plan")
    assert every in text(nurse, screen)
    assert "own alarm limits" not in text(nurse, screen)
    assert "The limits of the clinic and of the plan’s regimen" in text(physician, every)
    refused = physician.post(sbp, said(physician, sbp, **{"sbp-stop": "170"}))
    assert "This field is required" in refused.content.decode()
    looser = said(physician, sbp, reason="why", **{"sbp-stop": "190"})
    page = html.unescape(physician.post(sbp, looser).content.decode())
    assert "only the medical director may do this" in page
    kept = said(physician, sbp, reason="treated hypertension", **{"sbp-stop": "170"})
    assert physician.post(sbp, kept)["Location"] == every
    page = text(physician, every)
    assert "Own limits are in force" in page
    assert "treated hypertension" in page
    assert "This patient’s own alarm limits" in text(nurse, screen)
    assert "Systolic ≥170\u00a0mmHg" in text(nurse, screen)
    assert nurse.get(sbp).status_code == 403
    assert "Change: Systolic" not in text(nurse, every)
    back = said(physician, sbp, reason="settled", default="1")
    assert physician.post(sbp, back).status_code == 302
    assert "own alarm limits" not in text(nurse, screen)
    physician.post(sbp, said(physician, sbp, reason="again", **{"sbp-stop": "165"}))
    done = physician.post(every, said(physician, every, reason="settled at last"))
    assert done.status_code == 302
    assert "settled at last" in text(physician, every)
    assert physician.get(f"{every}/shoe").status_code == 404


def test_the_director_loosens_one_and_it_is_marked(
    world: w.World, chair: Chair, as_role: As
) -> None:
    director = as_role("medical_director")
    address = f"/patients/{chair.patient}/limits/sbp"
    kept = said(director, address, reason="treated hypertension", **{"sbp-stop": "190"})
    page = html.unescape(director.post(address, kept, follow=True).content.decode())
    assert "Looser than the product's default: ≥190" in page
    assert "looser than the default" in page

"""What the medical director writes on the emergency card stands before the nurse."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.test import Client

from reprieve.pathway import emergency_card as card
from tests import world as w
from tests.web.test_emergency import shown

As = Callable[[str], Client]


def test_the_clinics_words_stand_on_the_card(world: w.World, as_role: As) -> None:
    visit = w.prepared(world, *w.person(world))
    nurse, director = as_role("infusion_nurse"), as_role("medical_director")
    address = f"/infusion/{visit}/emergency/seizure"
    assert "not confirmed by" in shown(nurse.get(address).content.decode())
    seen = director.get("/settings/emergency").context["form"]["seen"].value()
    texts = {"act": str(uuid.uuid4()), card.WHOM: "Dial 911, back door.", "seen": seen,
             card.key("seizure"): "Left side. Clock."}  # fmt: skip
    assert director.post("/settings/emergency", texts).status_code == 302
    assert "Dial 911, back door." in nurse.get("/emergency").content.decode()
    page = shown(nurse.get(address).content.decode())
    assert "Left side. Clock." in page
    assert "not confirmed by" not in page
    assert "Left side. Clock." in director.get("/settings/emergency").content.decode()


def test_a_text_too_long_is_named_and_nothing_is_kept(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    texts = {"act": str(uuid.uuid4()), card.WHOM: "Dial 911.", card.key("opioid"): "x" * 2001}
    answer = director.post("/settings/emergency", texts)
    assert answer.status_code == 422
    assert "Opioid overdose" in answer.content.decode()
    assert "Dial 911." not in as_role("infusion_nurse").get("/emergency").content.decode()


def test_a_page_opened_before_a_colleague_wrote_is_refused_in_words(
    world: w.World, as_role: As
) -> None:
    director = as_role("medical_director")
    texts = {"act": str(uuid.uuid4()), card.WHOM: "Dial 911.", "seen": "of another day"}
    answer = director.post("/settings/emergency", texts)
    assert answer.status_code == 422
    assert "Somebody else has written" in answer.content.decode()


def test_only_the_medical_director_sees_the_way_there(world: w.World, as_role: As) -> None:
    assert "/settings/emergency" in as_role("medical_director").get("/settings").content.decode()
    assert "/settings/emergency" not in as_role("manager").get("/settings").content.decode()
    assert as_role("manager").get("/settings/emergency").status_code == 403

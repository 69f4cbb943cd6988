"""Who is called, on its pages: what holds is said, and a slip is named beside its field."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from reprieve.pathway import clock, risk_call, who_is_called
from tests import world as w

As = Callable[[str], Client]
EVERY, STEPS = "/settings/calls", "/settings/calls/alarms"
DEADLINES, PEOPLE = "/settings/calls/deadlines", "/settings/calls/people"


def text(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def said(client: Client, address: str, **more: Any) -> dict[str, Any]:
    form = client.get(address).context["form"]
    fields = {name: form[name].value() or "" for name in form.fields}
    return {**fields, "act": str(uuid.uuid4()), "password": w.PASSWORD, **more}


def test_the_director_sets_steps_and_puts_them_back(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    page = text(director, EVERY)
    assert "The product’s defaults are in force" in page
    assert "60\u00a0s physician" in page
    done = director.post(STEPS, said(director, STEPS, after_1="45"))
    assert done["Location"] == EVERY
    page = text(director, EVERY)
    assert "Own values are in force" in page
    assert "approved by Medical_Director Invented" in page
    assert "45\u00a0s physician" in page
    later = html.unescape(
        director.post(STEPS, said(director, STEPS, after_1="90")).content.decode()
    )
    assert "somebody is called later than by default" in later
    half = director.post(STEPS, said(director, STEPS, role_1=""))
    assert "a step needs its seconds" in half.content.decode()
    none = director.post(STEPS, said(director, STEPS, after_2="", role_2="", after_1="",
                                     role_1=""))  # fmt: skip
    assert "the last step must call" in html.unescape(none.content.decode())
    director.post(STEPS, said(director, STEPS, default="1"))
    now = who_is_called.steps(clinic=world.id, at=clock.real())
    assert now == who_is_called.default_steps()
    assert "the default" in text(director, EVERY)


def test_a_manager_names_who_is_on_call_and_no_more(world: w.World, as_role: As) -> None:
    manager = as_role("manager")
    page = text(manager, EVERY)
    assert "Nobody is named" in page
    assert "The medical director changes this" in page
    assert STEPS not in page
    nurse, doctor = (str(world[who].practitioner) for who in ("infusion_nurse", "physician"))
    alone = manager.post(PEOPLE, said(manager, PEOPLE, person_0=nurse))
    assert "name at least one doctor" in alone.content.decode()
    both = said(manager, PEOPLE, person_0=nurse, person_1=doctor)
    assert manager.post(PEOPLE, both).status_code == 302
    page = text(manager, EVERY)
    assert "Nobody is named" not in page
    assert world.emails["infusion_nurse"] in page
    assert "On call: Infusion_Nurse Invented" in page
    twice = manager.post(PEOPLE, said(manager, PEOPLE, person_0=doctor, person_1=doctor))
    assert "nobody can be called twice" in twice.content.decode()
    assert manager.post(STEPS, said(manager, STEPS)).status_code == 403
    assert as_role("infusion_nurse").get(EVERY).status_code == 403


def test_deadlines_are_the_directors(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    key = risk_call.OPEN_KEY
    assert "Default: 15 min. Longest possible: 60 min." in text(director, DEADLINES)
    assert director.post(DEADLINES, said(director, DEADLINES, **{key: "10"})).status_code == 302
    assert "10\u00a0min" in text(director, EVERY)
    longer = director.post(DEADLINES, said(director, DEADLINES, **{key: "20"}))
    assert "longer than the default" in longer.content.decode()
    unsafe = director.post(DEADLINES, said(director, DEADLINES, **{key: "90"}, reason="why"))
    assert "is no time that is safe here" in unsafe.content.decode()
    director.post(DEADLINES, said(director, DEADLINES, default="1"))
    assert "15\u00a0min" in text(director, EVERY)


def test_the_page_says_when_nobody_is_called(world: w.World, as_role: As) -> None:
    director = as_role("medical_director")
    duty = {"act": str(uuid.uuid4()), "duty": "record_only", "reason": "central station"}
    director.post("/intended-use", duty)
    assert "nobody is called" in text(director, EVERY)
    world.later(seconds=1)
    for who, role in (("physician", "physician"), ("medical_director", "medical_director"),
                      ("admin", "medical_director")):  # fmt: skip
        w.take_role(world, who, role)
    assert "Nobody can be called" in text(as_role("manager"), EVERY)

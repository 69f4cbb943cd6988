"""The list of patients, search, and one patient's page with the next step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import states
from reprieve.pathway.booking import Slot
from reprieve.records.models import EpisodeOfCare
from reprieve.web.staff import patients as pages
from tests import booking_desk as desk
from tests import world as w

As = Callable[[str], Client]


def test_an_empty_list_teaches_and_a_search_finds(world: w.World, as_role: As) -> None:
    client = as_role("front_desk")
    assert "No patients yet" in client.get("/patients").content.decode()
    patient, _ = w.person(world)
    for wanted in ("", "invented", "Iva", "1", "1980-05-17", "+15550100199", "iva@example.org"):
        page = client.post("/patients", {"q": wanted}).content.decode()
        assert f"/patients/{patient}" in page, wanted
    for nobody in ("zzz", "\u00b2", "\0"):
        assert "Nobody found" in client.post("/patients", {"q": nobody}).content.decode()
    assert f"/patients/{patient}" in client.get("/patients?q=zzz").content.decode()


def test_long_lists_have_pages(
    world: w.World, as_role: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages.queries, "PAGE", 1)
    w.person(world)
    desk.another(world, "Otto")
    for wanted in ("", "?page=2", "?page=nonsense", "?page=\u00b2"):
        assert "of 2" in as_role("front_desk").get(f"/patients{wanted}").content.decode()


@pytest.mark.parametrize("state", pages.NEXT)
def test_each_state_names_its_next_step(state: str, world: w.World, as_role: As) -> None:
    patient, episode = w.person(world)
    EpisodeOfCare.of(world.id).filter(pk=episode).update(state=state)
    page = as_role("physician").get(f"/patients/{patient}").content.decode()
    address = reverse(pages.NEXT[state], args=[patient])
    assert f'class="btn btn-primary" href="{address}"' in page


def test_each_open_state_has_a_next_step() -> None:
    known = {step.after for step in states.EPISODE if step.after} - {"closed"}
    assert known == set(pages.NEXT)
    assert set(pages.NEXT.values()) <= {name for name, _words, _permission in pages.STEPS}


def test_the_page_tells_the_story(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    made = desk.book(
        world, patient, Slot(starts_at=desk.at(9, 9), kind="consultation")
    )
    page = as_role("front_desk").get(f"/patients/{patient}").content.decode()
    assert f"/visits/{made}" in page
    assert "consultation booked" in page
    assert "request received" in page
    assert "Evaluation</a>" not in page  # the desk does not evaluate


def test_a_stranger_is_not_here(world: w.World, as_role: As) -> None:
    stranger, _ = w.person(w.found("Elsewhere"))
    assert as_role("front_desk").get(f"/patients/{stranger}").status_code == 404

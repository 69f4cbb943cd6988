"""The work list: taken on, done with a word, and what only its own page may close."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.outcomes.forecasts import Crossing
from reprieve.pathway import worklist
from reprieve.records.queries import worklist as queries
from reprieve.web import labels
from reprieve.web.staff import work
from tests import booking_desk as desk
from tests import world as w

As = Callable[[str], Client]


def item(world: w.World, kind: str = "deviation", role: str = "infusion_nurse") -> uuid.UUID:
    patient, _ = w.person(world)
    return worklist.open_item(
        actor=world["physician"], at=world.at, kind=kind, owner_role=role,
        due_at=desk.at(3, 9), patient=patient, text="She sounded tired.",
    )  # fmt: skip


def act() -> dict[str, str]:
    return {"act": str(uuid.uuid4())}


def test_an_item_is_taken_on_and_done(world: w.World, as_role: As) -> None:
    one, nurse = item(world), as_role("infusion_nurse")
    page = nurse.get("/work").content.decode()
    for words in ("Review a deviation", "overdue", "She sounded tired.", "Iva"):
        assert words in page
    nurse.post(f"/work/{one}/take", act())
    assert "taken on: Infusion_Nurse Invented" in nurse.get("/work").content.decode()
    nurse.post(f"/work/{one}/done", {"text": "All is well.", **act()})
    assert queries.waiting(clinic=world.id) == []
    assert "Nothing waits for you" in nurse.get("/work").content.decode()
    assert nurse.post(f"/work/{one}/done", {"text": "Again.", **act()}).status_code == 409


@pytest.mark.parametrize("text", ["", "  ", "x" * 2001])
def test_what_was_done_is_said(text: str, world: w.World, as_role: As) -> None:
    one = item(world)
    answer = as_role("infusion_nurse").post(f"/work/{one}/done", {"text": text, **act()})
    assert answer.status_code == 400
    assert len(queries.waiting(clinic=world.id)) == 1


def test_a_review_is_answered_on_its_own_page(world: w.World, as_role: As) -> None:
    one = item(world, kind="clinician_review", role="physician")
    page = as_role("physician").get("/work").content.decode()
    assert "on the patient&#x27;s own page" in page or "on the patient's own page" in page
    assert as_role("physician").post(f"/work/{one}/take", act()).status_code == 409
    assert "Clinician review" not in as_role("front_desk").get("/work").content.decode()


def test_what_only_a_physician_saw_is_not_closed_by_the_desk(world: w.World, as_role: As) -> None:
    one = item(world, role="physician")
    for way, said in (("done", {"text": "All is well."}), ("take", {})):
        answer = as_role("front_desk").post(f"/work/{one}/{way}", {**said, **act()})
        assert answer.status_code == 404
    assert [i.state for i in queries.waiting(clinic=world.id)] == ["open"]
    as_role("physician").post(f"/work/{one}/done", {"text": "Looked at.", **act()})
    assert queries.waiting(clinic=world.id) == []


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("adverse_event", "/harm"), ("evaluation_review", "/evaluation"),
        ("plan_wanted", "/plan"), ("screen_phq_9", "/evaluation"),
    ],
)  # fmt: skip
def test_an_item_leads_to_its_own_page(
    kind: str, page: str, world: w.World, as_role: As
) -> None:
    one = item(world, kind=kind, role="physician")
    html = as_role("physician").get("/work").content.decode()
    assert page in html.split("<main")[1]
    is_own = kind in worklist.OWN_STEP
    assert (f"/work/{one}/done" in html) is not is_own


@pytest.mark.parametrize("kind", work.PAGES)
def test_every_page_of_an_item_is_there(kind: str) -> None:
    assert kind in labels.WORK
    name, whose, _words = work.PAGES[kind]
    assert reverse(name, args=[uuid.uuid4()] if whose else [])


def test_the_desk_sees_on_a_patients_page_that_a_physician_looks_not_at_what(
    world: w.World, as_role: As
) -> None:
    item(world, kind="screen_audit_c", role="physician")
    patient = queries.waiting(clinic=world.id)[0].patient
    desk_sees = as_role("front_desk").get(f"/patients/{patient}").content.decode()
    assert "alcohol" not in desk_sees
    assert "Clinician review needed" in desk_sees
    assert "alcohol" in as_role("physician").get(f"/patients/{patient}").content.decode()


def test_a_review_that_the_forecast_proposes_says_what_it_is(world: w.World, as_role: As) -> None:
    expected = Crossing(
        made=date(2026, 3, 2), day=date(2026, 3, 16), earliest=date(2026, 3, 9), latest=None
    )
    patient, _ = w.person(world)
    for latest in (None, date(2026, 4, 6)):
        worklist.open_item(
            actor=world["physician"], at=world.at, kind="forecast_review",
            owner_role="physician", due_at=desk.at(16, 9), patient=patient,
            text=replace(expected, latest=latest).text,
        )  # fmt: skip
    page = as_role("physician").get("/work").content.decode()
    said = "Review proposed by the forecast: relief may fade around Mon 16 Mar 2026"
    assert f"{said} (likely between Mon 9 Mar 2026 and Mon 6 Apr 2026)" in page
    assert f"{said} (likely from Mon 9 Mar 2026 to beyond the weeks forecast)" in page
    assert "expectation of Mon 2 Mar 2026, not an observation" in page
    assert "It proposes no booster." in page
    assert f"/follow-up/{patient}" in page
    assert f"/maintenance/{patient}" not in page
    assert "2026-03-16" not in page.split("<main")[1]
    assert "faded" not in page
    one = queries.waiting(clinic=world.id)[0].id
    as_role("physician").post(f"/work/{one}/done", {"text": "No need.", **act()})
    assert len(queries.waiting(clinic=world.id)) == 1
    desk_sees = as_role("front_desk").get(f"/patients/{patient}").content.decode()
    assert "forecast" not in desk_sees.split("<main")[1]

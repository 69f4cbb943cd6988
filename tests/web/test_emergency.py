"""The emergency card: one press opens a situation and writes it on the chart with its time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clinic as clinics
from reprieve.records.models import InfusionEvent
from reprieve.web.emergency_words import SITUATIONS, STEPS
from tests.chairside import Chair, sit
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def chair(world: World) -> Chair:
    found = sit(world)
    found.start()
    return found


def press(browser: Client, chair: Chair, what: str, **more: str) -> str:
    answer = browser.post(
        reverse("emergency_log", args=[chair.encounter, what]), {"act": str(new())} | more,
        follow=True,
    )  # fmt: skip
    assert answer.status_code == 200
    return shown(answer.content.decode())


def shown(html: str) -> str:
    """The page without the dialog that holds every situation for the hours without a server."""
    return html.split('<dialog id="emergency-offline"', maxsplit=1)[0]


def test_one_press_shows_the_steps_and_logs_the_time(
    world: World, chair: Chair, as_role: AsRole
) -> None:
    nurse = as_role("infusion_nurse")
    page = shown(nurse.get(reverse("emergency_card", args=[chair.encounter])).content.decode())
    assert all(str(words) in page for words, _ in SITUATIONS.values())
    page = press(nurse, chair, "anaphylaxis")
    assert "anaphylaxis kit" in page.replace("&#x27;", "'")
    assert "not confirmed by the medical director" in page
    page = press(nurse, chair, "911", shown="anaphylaxis")
    assert "anaphylaxis kit" in page
    assert "Emergency: 911 called" in page
    logged = InfusionEvent.of(world.id).filter(kind="noted").order_by("recorded_ms", "id")
    assert {e.detail["emergency"] for e in logged} == {"anaphylaxis", "911"}
    assert reverse("emergency_card", args=[chair.encounter]) in nurse.get(
        reverse("infusion", args=[chair.encounter])
    ).content.decode()


def test_the_cards_own_script_is_told_that_it_was_written(
    world: World, chair: Chair, as_role: AsRole
) -> None:
    nurse, act = as_role("infusion_nurse"), {"act": str(new())}
    address = reverse("emergency_log", args=[chair.encounter, "seizure"])
    for _repeat in range(2):
        assert nurse.post(address, act, headers={"X-Reprieve-Entry": "1"}).status_code == 204
    assert InfusionEvent.of(world.id).filter(kind="noted").count() == 1


def test_the_card_opens_on_the_infusions_screen_when_no_server_answers(
    chair: Chair, as_role: AsRole
) -> None:
    html = as_role("infusion_nurse").get(reverse("infusion", args=[chair.encounter])).content
    held = html.decode().split('<dialog id="emergency-offline"')[1].split("</dialog>")[0]
    assert held.count("data-situation=") == len(SITUATIONS)
    assert "Iva" not in held


def test_the_clinics_own_text_comes_first(world: World, chair: Chair, as_role: AsRole) -> None:
    clinics.choose(
        actor=world["medical_director"], uid=new(), at=world.at, key="emergency.chest_pain",
        value="Our own way.",
    )  # fmt: skip
    page = press(as_role("physician"), chair, "chest-pain")
    assert "Our own way." in page
    assert "not confirmed" not in page


def test_the_steps_are_seen_whatever_the_chart_allows(
    world: World, chair: Chair, as_role: AsRole
) -> None:
    cancelled = sit(world)
    cancelled.do("cancelled")
    page = press(as_role("infusion_nurse"), cancelled, "seizure")
    assert "Protect from injury" in page
    assert not InfusionEvent.of(world.id).filter(
        encounter_id=cancelled.encounter, kind="noted"
    ).exists()


def test_what_is_on_no_card_is_not_found(chair: Chair, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    assert nurse.get(
        reverse("emergency_situation", args=[chair.encounter, "boredom"])
    ).status_code == 404
    answer = nurse.post(reverse("emergency_log", args=[chair.encounter, "boredom"]),
                        {"act": str(new())})  # fmt: skip
    assert answer.status_code == 404
    assert set(SITUATIONS).isdisjoint(STEPS)

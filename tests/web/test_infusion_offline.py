"""The addresses that a tablet uses after an outage: who may send, what is taken, what is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway.clock import ms
from reprieve.records import notes
from reprieve.records.models import (
    AdverseEvent,
    InfusionEvent,
    MedicationAdministration,
    Observation,
)
from reprieve.records.queries import offline
from reprieve.web.emergency_words import SITUATIONS
from tests.chairside import Chair, sit
from tests.papers import says
from tests.world import World, new

AsRole = Callable[[str], Client]
TABLET = str(new())


@pytest.fixture
def world(timed: World) -> World:
    return timed


@pytest.fixture
def chair(world: World) -> Chair:
    made = sit(world)
    made.start(20)
    world.later(minutes=20)
    return made


def send(client: Client, chair: Chair, kind: str, /, *, minutes_ago: int = 5, **fields: Any) -> Any:
    world = chair.world
    kept = {
        "act": str(new()), "tablet": TABLET, "tablet_ms": ms(world.at) - minutes_ago * 60_000,
        "offset_ms": 0, "since_ms": ms(world.at) - 600_000,
        "who": str(world["infusion_nurse"].practitioner),
    }  # fmt: skip
    address = reverse("infusion_take", args=[chair.encounter, kind])
    return client.post(address, kept | fields)


def rows(chair: Chair) -> list[offline.OfflineView]:
    return list(offline.of_encounter(clinic=chair.world.id, encounter=chair.encounter))


def test_a_tablet_asks_who_and_what_time_it_is(as_role: AsRole, chair: Chair) -> None:
    answer = as_role("infusion_nurse").get(reverse("infusion_offline", args=[chair.encounter]))
    said = json.loads(answer.content)
    assert said["now"] == ms(chair.world.at)
    assert said["who"] == str(chair.world["infusion_nurse"].practitioner)
    assert len(said["token"]) > 30


def test_every_kind_that_may_be_kept_is_charted(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    sent = {
        "set": {"spo2": "97", "pain": "3"}, "rate": {"rate_mg_per_h": "15"}, "pause": {},
        "bolus": {"dose_mg": "5", "over_min": "10"},
        "drug": {"drug": "ondansetron", "dose": "4", "route": "iv"},
        "harm": {"term": "dizziness", "grade": "1", "action": "reassured", "outcome": "ongoing"},
        "note": {"note": "walked to the door"}, "urgent": {"what": "panic"},
        "emergency": {"what": "seizure"},
    }  # fmt: skip
    for kind, fields in sent.items():
        answer = send(nurse, chair, kind, **fields)
        assert (answer.status_code, json.loads(answer.content)) == (200, {"beside": ""}), kind
    assert [row.refused for row in rows(chair)] == [False] * len(sent)
    kinds = InfusionEvent.of(chair.world.id).filter(encounter_id=chair.encounter)
    assert set(kinds.values_list("kind", flat=True)) == {
        "started", "rate", "paused", "bolus", "noted",
    }  # fmt: skip
    assert kinds.get(kind="rate").reported is True
    told = [event for event in kinds.filter(kind="noted") if event.detail]
    [pressed] = [event for event in told if "emergency" in event.detail]
    assert [event.detail for event in told if event != pressed] == [{"urgent": "panic"}]
    assert (pressed.detail, notes.read(pressed.note)) == (
        {"emergency": "seizure"}, "Emergency: Seizure",
    )  # fmt: skip
    assert pressed.at_ms == ms(chair.world.at) - 300_000
    assert MedicationAdministration.of(chair.world.id).get().reported is True
    assert AdverseEvent.of(chair.world.id).get().onset_ms == ms(chair.world.at) - 300_000
    assert Observation.of(chair.world.id).filter(code="spo2").count() == 1


def test_a_repeat_is_taken_once(as_role: AsRole, chair: Chair) -> None:
    act = str(new())
    for _ in range(2):
        assert send(as_role("infusion_nurse"), chair, "set", act=act, spo2="97").status_code == 200
    assert Observation.of(chair.world.id).filter(code="spo2").count() == 1


def test_what_cannot_be_charted_is_kept_in_words(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    assert send(nurse, chair, "set", spo2="9").status_code == 200
    assert send(nurse, chair, "set", spo2="abc", why="never said").status_code == 200
    noted = InfusionEvent.of(chair.world.id).filter(kind="noted").order_by("recorded_ms", "id")
    said = sorted(notes.read(row.note) for row in noted)
    assert re.match(r"Vital signs: SpO2, % 9 \(.*40.*\)", said[0])
    assert said[1].startswith("Vital signs: SpO2, % abc (")
    assert [row.refused for row in rows(chair)] == [True, True]


def test_a_press_that_is_on_no_card_is_kept_in_words(as_role: AsRole, chair: Chair) -> None:
    assert send(as_role("infusion_nurse"), chair, "emergency", what="boredom").status_code == 200
    [noted] = InfusionEvent.of(chair.world.id).filter(kind="noted")
    assert notes.read(noted.note).startswith("Emergency card: Emergency boredom (")
    assert [row.refused for row in rows(chair)] == [True]


def test_another_time_of_the_form_counts_before_the_tablets(as_role: AsRole, chair: Chair) -> None:
    send(as_role("infusion_nurse"), chair, "set", spo2="97", at="2026-03-03T12:07", why="paper")
    [value] = Observation.of(chair.world.id).filter(code="spo2")
    assert value.measured_at.isoformat() == "2026-03-03T17:07:00+00:00"


def test_the_screen_and_the_paper_tell_how_it_came(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    chair.do("rate", who="physician", rate_ug_per_h=30_000, reported=True)
    send(nurse, chair, "rate", rate_mg_per_h="10")
    shown = nurse.get(reverse("infusion", args=[chair.encounter])).content.decode()
    assert "without connection 12:15:00, received 12:20:00, side by side" in shown
    paper = nurse.get(reverse("record_pdf", args=[chair.encounter])).content
    assert says(paper, "Rate · without connection 12:15:00, received 12:20:00, side by side")


def test_somebody_elses_entry_waits(as_role: AsRole, chair: Chair) -> None:
    assert send(as_role("physician"), chair, "set", spo2="97").status_code == 409
    assert not rows(chair)


@pytest.mark.parametrize("kind", ["start", "end", "stop", "suspend", "correct", "halve"])
def test_what_needs_the_server_has_no_address(as_role: AsRole, chair: Chair, kind: str) -> None:
    assert send(as_role("infusion_nurse"), chair, kind, note="x").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"tablet": "x"}, {"tablet_ms": "soon"}, {"offset_ms": "1.5"}, {"act": "x"}]
)
def test_a_broken_entry_is_refused(
    as_role: AsRole, chair: Chair, wrong: dict[str, str]
) -> None:
    assert send(as_role("infusion_nurse"), chair, "set", spo2="97", **wrong).status_code == 400


def test_only_who_may_chart_sends(as_role: AsRole, nobody: Client, chair: Chair) -> None:
    assert send(as_role("front_desk"), chair, "set", spo2="97").status_code == 403
    assert send(nobody, chair, "set", spo2="97").status_code == 401
    elsewhere = Chair(chair.world, new(), chair.patient)
    assert send(as_role("infusion_nurse"), elsewhere, "set", spo2="97").status_code == 404


def test_the_page_without_connection_knows_nobody(as_role: AsRole, nobody: Client) -> None:
    first = nobody.get(reverse("infusion_shell"))
    assert first.status_code == 200
    # Always the same: a tablet compares it with what it keeps.
    assert as_role("infusion_nurse").get(reverse("infusion_shell")).content == first.content
    html = first.content.decode()
    assert "Invented" not in html
    assert "csrfmiddlewaretoken" not in html
    # The emergency card's first steps, for a tablet that does not know the clinic's own.
    assert all(str(words) in html for words, _steps in SITUATIONS.values())
    assert html.count("not confirmed by the medical director") == len(SITUATIONS)


def test_every_script_of_that_page_is_kept_with_it(nobody: Client) -> None:
    from pathlib import Path

    import reprieve.web
    from reprieve.web.staff.infusion_offline import SCRIPTS

    static = Path(reprieve.web.__path__[0]) / "static"
    named = {(static / name).resolve() for name in SCRIPTS if name.startswith("reprieve/")}
    for script in named:
        for wanted in re.findall(r'^import (?:.* from )?"(\..*?)";', script.read_text(), re.M):
            assert (script.parent / wanted).resolve() in named, f"{script.name} needs {wanted}"


def test_the_worker_rules_the_infusions_alone(nobody: Client) -> None:
    answer = nobody.get(reverse("infusion_worker"))
    assert answer["Service-Worker-Allowed"] == "/infusion/"
    assert b"infusion-worker.js" in answer.content

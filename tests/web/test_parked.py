"""Parked messages on their page: minutes together, charted or put aside in one act."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import feed
from reprieve.records.models import AuditEvent, DeviceAssociation, ParkedDecision, ParkedMessage
from tests.chairside import Chair, sent, sit
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def world(timed: World) -> World:
    return timed


@pytest.fixture
def chair(world: World) -> Chair:
    """A visit whose monitor nobody linked: it has spoken for three minutes, once in ten seconds."""
    chair = sit(world)
    world.later(seconds=60 - world.at.second)
    for n in range(18):
        feed.receive([sent(world, raw=f"MSH|{n}", spo2=90 + n % 3)], clinic=world.id)
        world.later(seconds=10)
    return chair


def text(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def newest() -> int:
    return ParkedMessage.objects.latest("pk").pk


def test_minutes_are_one_line_with_their_count(nurse: Client, chair: Chair) -> None:
    html = text(nurse, "monitors")
    assert ParkedMessage.objects.count() == 3
    assert len(re.findall(r"/monitors/parked/\d+", html)) == 1
    assert '<td class="num">18</td>' in html


def test_the_whole_stretch_is_charted_with_an_audit_line(nurse: Client, chair: Chair) -> None:
    page = text(nurse, "monitor_parked", newest())
    assert "All 18 messages from" in page
    assert "Only the last minute: 6 messages" in page
    assert "90 – 92 %" in page
    first = ParkedMessage.objects.earliest("pk").pk
    done = nurse.post(
        reverse("monitor_parked", args=[newest()]),
        {"act": str(new()), "first": first, "encounter": chair.encounter},
    )
    assert done.status_code == 302
    assert "Nothing is parked" in text(nurse, "monitors")
    assert DeviceAssociation.objects.get().encounter_id == chair.encounter
    told = AuditEvent.objects.filter(action="monitor.link").latest("id").detail
    assert (told["messages"], told["from"], told["to"]) == (18, first, newest())


def test_one_minute_alone(nurse: Client, chair: Chair) -> None:
    done = nurse.post(
        reverse("monitor_parked", args=[newest()]),
        {"act": str(new()), "first": newest(), "reason": "the probe was on the table"},
    )
    assert done.status_code == 302
    assert ParkedDecision.of(chair.world.id).count() == 1
    assert '<td class="num">12</td>' in text(nurse, "monitors")


@pytest.mark.parametrize("first", ["0", "x", "99999999999999999999"])
def test_a_stretch_that_is_none_is_refused(nurse: Client, chair: Chair, first: str) -> None:
    refused = nurse.post(
        reverse("monitor_parked", args=[newest()]),
        {"act": str(new()), "first": first, "encounter": chair.encounter},
    )
    assert refused.status_code == 422
    assert not ParkedDecision.of(chair.world.id).exists()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "18 of 20 messages charted; the rest waits."),
     ("es", "18 de 20 mensajes anotados; el resto espera.")],
)  # fmt: skip
def test_what_waits_on_is_said(as_role: AsRole, world: World, language: str, words: str) -> None:
    world.later(seconds=60 - world.at.second)
    for n in range(2):
        feed.receive([sent(world, raw=f"before {n}", spo2=99)], clinic=world.id)
        world.later(seconds=10)
    chair = sit(world)
    for n in range(18):
        feed.receive([sent(world, raw=f"MSH|{n}", spo2=90)], clinic=world.id)
        world.later(seconds=10)
    nurse = as_role("infusion_nurse")
    nurse.post("/account/language", {"language": language})
    done = nurse.post(
        reverse("monitor_parked", args=[newest()]),
        {"act": str(new()), "first": ParkedMessage.objects.earliest("pk").pk,
         "encounter": chair.encounter},
        follow=True,
    )  # fmt: skip
    assert words in done.content.decode()
    assert '<td class="num">2</td>' in done.content.decode()

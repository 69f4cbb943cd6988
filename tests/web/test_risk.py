"""The risk page: who answers by when, the screener, the clearance; and what the desk sees."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reprieve.pathway import clinic, diary, questionnaires, risk
from reprieve.pathway.permissions import by_link
from reprieve.records.queries import risk as queries
from reprieve.web import crisis
from tests import world as worlds
from tests.world import World, new

Browser = Callable[[str], Client]


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


@pytest.fixture
def alerted(world: World, patient: uuid.UUID) -> uuid.UUID:
    questionnaires.save(
        actor=by_link(world.id, patient), uid=new(), at=world.at, patient=patient,
        instrument="phq-9", answers={"q9": 2}, complete=False, mode="home",
    )  # fmt: skip
    return patient


def path(patient: uuid.UUID, *rest: str) -> str:
    return "/".join((f"/patients/{patient}/risk", *rest))


def send(client: Client, where: str, **fields: Any) -> Any:
    return client.post(where, {"act": str(new())} | fields)


def screen(world: World, patient: uuid.UUID, **answers: int) -> None:
    questionnaires.save(
        actor=world["physician"], uid=new(), at=world.later(minutes=1), patient=patient,
        instrument="c-ssrs-screener", answers={"q1": 0, "q2": 0, "q6": 0} | answers,
        complete=True, mode="clinic",
    )  # fmt: skip


def test_without_an_alert_it_offers_the_screener(as_role: Browser, patient: uuid.UUID) -> None:
    page = as_role("physician").get(path(patient)).content.decode()
    assert "No alert" in page
    assert "Do the C-SSRS with the patient" in page
    assert "Clear the risk" not in page


def test_an_alert_names_who_answers_and_shows_the_unfinished_answer(
    as_role: Browser, alerted: uuid.UUID
) -> None:
    page = as_role("infusion_nurse").get(path(alerted)).content.decode()
    assert "Physician Invented" in page
    assert "left unfinished" in page
    assert "late: handed on" in page, "its time passed long ago by the clock of the page"
    assert "988" in page
    assert "More than half the days" in page, "the answer as it was read, not its number"


def test_each_change_of_a_form_is_not_a_line_of_its_own(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    for minutes in range(12):
        questionnaires.save(
            actor=by_link(world.id, patient), uid=new(), at=world.later(minutes=minutes),
            patient=patient, instrument="phq-9", answers={"q9": 2, "q1": minutes % 4},
            complete=False, mode="home",
        )  # fmt: skip
    screen(world, patient)
    page = as_role("physician").get(path(patient)).content.decode()
    assert page.count("PHQ-9, question 9") == 1
    assert "C-SSRS screener" in page


def test_a_low_mood_at_home_says_why_the_alert_is_open(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    day = diary.Day(day=world.at.date() - timedelta(days=1), average_pain=5, mood=1)
    diary.save(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, mode="call",
        said=day,
    )  # fmt: skip
    page = as_role("physician").get(path(patient)).content.decode()
    assert "Alert open" in page
    assert "Mood in the diary" in page
    assert "1 of 10, 0 is the worst" in page


def test_it_is_taken_on_screened_and_cleared(
    world: World, as_role: Browser, alerted: uuid.UUID
) -> None:
    client = as_role("physician")
    assert send(client, path(alerted, "acknowledge")).status_code == 302
    assert "taken on" in client.get(path(alerted)).content.decode()
    assert send(client, path(alerted, "clear"), reason="Spoke.").status_code == 409
    screen(world, alerted, **{"q6": 1, "q6-recent": 1})
    assert "HIGH: no start" in client.get(path(alerted)).content.decode()
    assert send(client, path(alerted, "clear"), reason=" ").status_code == 422
    assert send(client, path(alerted, "clear"), reason="Spoke.").status_code == 302
    assert queries.state(clinic=world.id, patient=alerted) == "cleared"
    page = client.get(path(alerted)).content.decode()
    assert "Cleared for now" in page
    assert "Spoke." in page, "the reason stays in view"


def test_what_a_patient_says_alerts(world: World, as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("infusion_nurse")
    assert send(client, path(patient, "report"), text="").status_code == 422
    assert send(client, path(patient, "report"), text="Wants to die.").status_code == 302
    page = client.get(path(patient)).content.decode()
    assert "Alert open" in page
    assert "Wants to die." in page
    assert as_role("front_desk").get(path(patient)).status_code == 403


def test_the_desk_sees_only_that_a_clinician_is_needed(
    world: World, as_role: Browser, alerted: uuid.UUID
) -> None:
    assert as_role("front_desk").get(path(alerted)).status_code == 403
    (badge,) = crisis.alerts(world["front_desk"], patient=alerted)
    assert badge.text == "clinician review needed"


@pytest.mark.parametrize(
    ("answers", "clinician", "desk"),
    [
        ({"q1": 1}, "suicide risk low", ""),
        ({"q6": 1, "q6-recent": 0}, "suicide risk moderate", "clinician review needed"),
        ({"q6": 1, "q6-recent": 1}, "suicide risk HIGH: no start", "clinician review needed"),
    ],
)
def test_the_header_says_it_to_those_who_treat(
    world: World, patient: uuid.UUID, answers: dict[str, int], clinician: str, desk: str
) -> None:
    screen(world, patient, **answers)
    said = {
        role: "".join(b.text for b in crisis.alerts(world[role], patient=patient))
        for role in ("infusion_nurse", "front_desk")
    }
    assert said == {"infusion_nurse": clinician, "front_desk": desk}


def test_a_cleared_patient_carries_no_badge(world: World, patient: uuid.UUID) -> None:
    screen(world, patient, **{"q6": 1, "q6-recent": 1})
    risk.clear(
        actor=world["physician"], uid=new(), at=world.later(minutes=1), patient=patient,
        reason="Spoke.",
    )  # fmt: skip
    assert crisis.alerts(world["physician"], patient=patient) == ()


@pytest.mark.parametrize(
    ("setting", "language", "said"),
    [
        ("Call us.", "es", "Call us."),
        ({"en": "Call us.", "es": "Llame."}, "es", "Llame."),
        ({"en": "Call us."}, "es", "Call us."),
    ],
)
def test_the_clinic_has_its_own_crisis_text(
    world: World, setting: Any, language: str, said: str
) -> None:
    assert "988" in crisis.text(clinic=world.id, at=world.at)
    clinic.choose(
        actor=world["manager"], uid=new(), at=world.at, key="crisis.text", value=setting
    )  # fmt: skip
    assert crisis.text(clinic=world.id, at=world.at, language=language) == said


def test_only_posted_acts_change_anything(as_role: Browser, alerted: uuid.UUID) -> None:
    client = as_role("physician")
    for act in ("acknowledge", "clear", "report"):
        assert client.get(path(alerted, act)).status_code == 405

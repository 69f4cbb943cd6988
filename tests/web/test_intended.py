"""What the product is for is on a page, and the screens say which duty its alarms have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import feed
from reprieve.records.models import Condition
from tests.chairside import sent, sit
from tests.world import World, linked, new

As = Callable[[str], Client]
SAYS = "Record only: no sound here"


def test_the_director_chooses_and_every_screen_says_it(as_role: As, world: World) -> None:
    chair = sit(world)
    linked(world, chair.encounter)
    feed.receive([sent(world, raw="a", spo2=70)], clinic=world.id)
    world.later(seconds=30)
    feed.receive([sent(world, raw="b", spo2=70)], clinic=world.id)
    nurse, director = as_role("infusion_nurse"), as_role("medical_director")
    pages = [reverse("infusion", args=[chair.encounter]), reverse("board")]
    for page in pages:
        text = nurse.get(page).content.decode()
        assert SAYS not in text
        assert 'data-sounds="high"' in text
        assert reverse("intended") in text
    text = nurse.get(reverse("intended")).content.decode()
    assert "no patient monitor" in text
    assert "The medical director chooses" in text
    refused = director.post(reverse("intended"), {"act": str(new()), "duty": "record_only"})
    assert refused.status_code == 422
    said = {"act": str(new()), "duty": "record_only", "reason": "central station"}
    assert nurse.post(reverse("intended"), said).status_code == 403
    assert director.post(reverse("intended"), said).status_code == 302
    assert "central station" in nurse.get(reverse("intended")).content.decode()
    for page in pages:
        text = nurse.get(page).content.decode()
        assert SAYS in text
        assert 'data-sounds=""' in text
        assert "SpO2" in text  # still shown


@pytest.mark.parametrize("label", ["", "Complex regional pain syndrome"])
def test_the_header_names_the_condition_or_says_that_it_is_unknown(
    label: str, as_role: As, world: World
) -> None:
    chair = sit(world)
    if label:
        Condition.objects.add(
            clinic_id=world.id, patient_id=chair.patient, code="", label=label,
            is_pain_condition=True, recorded_at=world.at, by_id=world["physician"].practitioner,
        )  # fmt: skip
    page = as_role("infusion_nurse").get(reverse("infusion", args=[chair.encounter]))
    assert (label or "pain condition?") in page.content.decode()

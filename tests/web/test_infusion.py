"""The infusion's screen: what it shows, and to whom."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from reprieve.pathway import charting, clinic
from reprieve.records.models import AccessEntry, Observation
from reprieve.web.infusion_entries import ENTRIES
from tests import world as worlds
from tests.chairside import QUICK, Chair, sit
from tests.web.infusion_page import enter, live, ordered, page
from tests.world import World, new

AsRole = Callable[[str], Client]
OTTO = {"given": "O'Otto", "mrn": "A-2", "email": "otto@example.org", "phone": "+15550100200"}


@pytest.fixture
def world(timed: World) -> World:
    return timed


class TestScreen:
    def test_each_chair_has_its_own_dialogs(
        self, as_role: AsRole, world: World, chair: Chair
    ) -> None:
        other = Chair(world, worlds.prepared(world, *worlds.person(world, **OTTO)), new())
        nurse = as_role("infusion_nurse")
        acts: list[str] = []
        for one, name, not_name in ((chair, "Iva", "Otto"), (other, "O&#x27;Otto", "Iva")):
            html = page(nurse, "infusion", one.encounter)
            forms = re.findall(r'<form method="post" action="([^"]*/enter/[^"]*)"', html)
            assert {address.split("/")[2] for address in forms} == {str(one.encounter)}
            # From a line: six corrections, two that it did not happen, the end of a side effect.
            asked_for = 9
            assert len(forms) == sum(1 for e in ENTRIES.values() if e.states) + asked_for
            said = re.findall(r'class="confirm-patient">([^<]*)<', html)
            assert len(said) == len(forms)
            assert all(words.startswith(f"{name} Invented, ") for words in said)
            assert not_name not in html
            acts += re.findall(r'name="act" value="([^"]+)"', html)
        token = re.findall(r'data-entry="note".*?csrfmiddlewaretoken" value="(\w{64})"', html, re.S)
        assert len(acts) == len(set(acts)) >= 2 * len(forms)
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = nurse.cookies
        address = reverse("infusion_entry", args=[other.encounter, "note"])
        data = {"act": acts[-1], "note": "Blanket given.", "csrfmiddlewaretoken": token[0]}
        headers = {"X-Reprieve-Entry": "1"}
        assert strict.post(address, data, headers=headers).status_code == 204
        assert strict.post(address, {**data, "csrfmiddlewaretoken": "x" * 64}).status_code == 403

    def test_nothing_is_filled_in_and_nothing_invented(self, as_role: AsRole, chair: Chair) -> None:
        html = page(as_role("infusion_nurse"), "infusion", chair.encounter)
        assert "Iva Invented" in html
        assert "not measured" in html
        for name in ("sbp", "heart_rate", "spo2", "rate_mg_per_h", "volume_left_ml", "dose_mg"):
            field = re.search(rf'<input[^>]*name="{name}"[^>]*>', html)
            assert field, name
            assert "value=" not in field[0]
        assert not re.search(r'type="radio"[^>]*checked', html)
        assert "The bedside monitor stays the primary alarm" in html

    def test_reading_is_logged_with_the_patient(self, as_role: AsRole, chair: Chair) -> None:
        page(as_role("physician"), "infusion", chair.encounter)
        entry = AccessEntry.objects.using("default" if "access" not in _aliases() else "access")
        shown = entry.filter(view="infusion").latest("id").shown
        assert shown == [str(chair.patient), str(chair.encounter)]

    def test_order_given_and_left(self, as_role: AsRole, chair: Chair) -> None:
        ordered(chair)
        chair.world.later(minutes=60)
        chair.do("noted", note="Talks of the sea.")
        html = page(as_role("infusion_nurse"), "infusion", chair.encounter)
        assert re.search(r'Given</dt><dd>20\.0 <span class="unit">of</span> 80\.0', html)
        assert "200.0" in html
        assert f'data-left="{180 * 60_000}"' in html
        assert "Talks of the sea." in html

    def test_each_state_leads_to_its_next_page(self, as_role: AsRole, world: World) -> None:
        nurse, chair = as_role("infusion_nurse"), sit(world)
        assert reverse("gate", args=[chair.encounter]) in page(nurse, "infusion", chair.encounter)
        chair.start()
        assert reverse("orders", args=[chair.encounter]) in page(nurse, "infusion", chair.encounter)
        chair.do("ended")
        assert reverse("recovery", args=[chair.encounter]) in page(
            nurse, "infusion", chair.encounter
        )

    def test_header_names_what_is_known_of_today(self, as_role: AsRole, chair: Chair) -> None:
        nurse = as_role("infusion_nurse")
        assert "weight today?" in page(nurse, "infusion", chair.encounter)
        facts = {"weight_kg": 82.4, "asa_class": 3, "iv_site": "L forearm", "iv_gauge": 20}
        for code, value in facts.items():
            Observation.objects.add(
                clinic_id=chair.world.id, patient_id=chair.patient, code=code, value=value,
                encounter_id=chair.encounter,
                measured_at=chair.world.at, provenance="typed", recorded_at=chair.world.at,
            )  # fmt: skip
        html = page(nurse, "infusion", chair.encounter)
        assert "82.4 kg" in html
        assert "ASA 3" in html
        assert "IV L forearm 20 G" in html
        assert "weight_kg" not in html
        page(nurse, "infusion_table", chair.encounter)

    def test_table_holds_what_the_grid_draws(self, as_role: AsRole, chair: Chair) -> None:
        enter(as_role("infusion_nurse"), chair, "set", sbp=124, dbp=78, spo2=98, pain=4)
        html = page(as_role("infusion_nurse"), "infusion_table", chair.encounter)
        assert "124" in html
        assert "Pain 4" in html
        assert "Started" in html
        other = sit(chair.world)
        assert "Nothing measured yet" in page(
            as_role("infusion_nurse"), "infusion_table", other.encounter
        )

    def test_emergency_card_is_the_clinics_own(self, as_role: AsRole, world: World) -> None:
        assert "no emergency card yet" in page(as_role("infusion_nurse"), "emergency")
        clinic.choose(
            actor=world["manager"], uid=new(), at=world.at, key="clinic.emergency_card",
            value="Call 911. Crash cart in room 2.",
        )  # fmt: skip
        assert "Crash cart in room 2." in page(as_role("infusion_nurse"), "emergency")

    @pytest.mark.parametrize("role", ["front_desk", "manager", "auditor"])
    def test_other_roles(self, as_role: AsRole, chair: Chair, role: str) -> None:
        assert as_role(role).get(reverse("infusion", args=[chair.encounter])).status_code == 403
        assert enter(as_role(role), chair, "pause").status_code == 403
        assert live(as_role(role), chair).status_code == 403

    def test_another_clinics_infusion(self, as_role: AsRole, chair: Chair) -> None:
        with override_settings(PASSWORD_HASHERS=QUICK):
            other = sit(worlds.found("Other"))
        nurse = as_role("infusion_nurse")
        for name in ("infusion", "infusion_table", "live_infusion"):
            assert nurse.get(reverse(name, args=[other.encounter])).status_code == 404
        assert enter(nurse, other, "pause").status_code == 404
        assert enter(nurse, chair, "dance").status_code == 404


def test_runs_of_identical_sets_are_flagged(as_role: AsRole, chair: Chair) -> None:
    for _ in range(3):
        charting.save_set(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.later(minutes=5),
            encounter=chair.encounter, values={"spo2": 98, "heart_rate": 72},
        )  # fmt: skip
    html = page(as_role("physician"), "infusion", chair.encounter)
    assert "3 sets typed one after the other are the same" in html


def _aliases() -> list[str]:
    from django.conf import settings

    return list(settings.DATABASES)

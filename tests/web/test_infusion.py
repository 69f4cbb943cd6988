"""The infusion's screen: what it shows, what its entries write, what polls are answered."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from reprieve.pathway import charting, clinic, feed, monitors
from reprieve.records.models import (
    AccessEntry,
    AdverseEvent,
    AlarmTransition,
    Device,
    InfusionEvent,
    MedicationRequest,
    Observation,
)
from tests import world as worlds
from tests.chairside import QUICK, Chair, sent, sit
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clinic whose clock is the tests' own."""
    with override_settings(PASSWORD_HASHERS=QUICK):
        made = worlds.found()
    monkeypatch.setattr("reprieve.web.access.clock.now", lambda _clinic: made.at)
    return made


@pytest.fixture
def chair(world: World) -> Chair:
    made = sit(world)
    made.start(20)
    return made


def page(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def enter(client: Client, chair: Chair, kind: str, /, **fields: object) -> Any:
    data = {"act": str(new()), **fields}
    address = reverse("infusion_entry", args=[chair.encounter, kind])
    return client.post(address, data, headers={"X-Reprieve-Entry": "1"})


def live(client: Client, chair: Chair, after: str = "") -> Any:
    return client.get(reverse("live_infusion", args=[chair.encounter]), {"after": after})


def cursor(html: str) -> str:
    found = re.search(r'data-cursor="([\d.]+)"', html)
    assert found
    return found[1]


def grid(html: str) -> Any:
    found = re.search(r'id="live-grid">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def events(chair: Chair) -> list[InfusionEvent]:
    rows = InfusionEvent.of(chair.world.id).filter(encounter_id=chair.encounter)
    return list(rows.order_by("recorded_ms", "at_ms"))


def ordered(chair: Chair, drug: str = "ketamine", **changes: object) -> None:
    from datetime import timedelta

    ketamine = {
        "max_total_ug": 200_000, "max_rate_ug_per_h": 40_000, "max_dose_ug": 10_000,
        "weight_g": 80_000, "route": "iv",
        "steps": [{"start_min": 0, "end_min": 240, "rate_ug_per_h": 20_000}],
    }  # fmt: skip
    rescue = {"max_total_ug": 5_000, "max_dose_ug": 1_000, "min_interval_min": 2, "route": "iv",
              "as_needed": True}  # fmt: skip
    who = chair.world["physician"].practitioner
    MedicationRequest.objects.add(
        clinic_id=chair.world.id, patient_id=chair.patient, encounter_id=chair.encounter,
        drug=drug, valid_from=chair.world.at - timedelta(hours=1),
        valid_until=chair.world.at + timedelta(hours=12), prescriber_id=who,
        recorded_at=chair.world.at, by_id=who,
        **{**(ketamine if drug == "ketamine" else rescue), **changes},
    )  # fmt: skip


class TestScreen:
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


def _aliases() -> list[str]:
    from django.conf import settings

    return list(settings.DATABASES)


class TestEntries:
    def test_set_in_one_save(self, as_role: AsRole, chair: Chair) -> None:
        nurse = as_role("infusion_nurse")
        done = enter(nurse, chair, "set", sbp=124, dbp=78, heart_rate=72, spo2=98, rass=0, pain=3)
        assert done.status_code == 204
        found = Observation.of(chair.world.id).filter(encounter_id=chair.encounter)
        assert {o.code: o.value for o in found} == {
            "sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "rass": 0, "pain": 3,
        }  # fmt: skip

    def test_impossible_value_is_refused_beside_its_field_and_nothing_is_lost(
        self, as_role: AsRole, chair: Chair
    ) -> None:
        refused = enter(as_role("infusion_nurse"), chair, "set", spo2=9, heart_rate=72)
        html = refused.content.decode()
        assert refused.status_code == 422
        assert "40 and 100" in html
        assert 'value="72"' in html
        assert not Observation.of(chair.world.id).filter(encounter_id=chair.encounter).exists()

    def test_same_number_twice_is_one_entry(self, as_role: AsRole, chair: Chair) -> None:
        nurse, number = as_role("infusion_nurse"), str(new())
        for _ in range(2):
            assert enter(nurse, chair, "set", act=number, spo2=98).status_code == 204
        assert Observation.of(chair.world.id).filter(code="spo2").count() == 1

    def test_another_time_needs_its_reason(self, as_role: AsRole, chair: Chair) -> None:
        nurse = as_role("infusion_nurse")
        chair.world.later(minutes=10)
        at = "2026-03-03T12:05:00"
        refused = enter(nurse, chair, "note", note="Nausea.", at=at)
        assert "say why" in refused.content.decode()
        done = enter(nurse, chair, "note", note="Nausea.", at=at, why="busy with chair 2")
        assert done.status_code == 204
        late = events(chair)[-1]
        assert late.recorded_ms - late.at_ms == 5 * 60_000

    def test_rate_outside_the_order_is_refused_in_words_and_recorded_when_done(
        self, as_role: AsRole, chair: Chair
    ) -> None:
        nurse = as_role("infusion_nurse")
        ordered(chair)
        chair.world.later(minutes=1)
        assert enter(nurse, chair, "rate", rate_mg_per_h="30").status_code == 204
        refused = enter(nurse, chair, "rate", rate_mg_per_h="50")
        assert "above the highest ordered rate" in refused.content.decode()
        chair.world.later(minutes=1)
        assert enter(nurse, chair, "rate", rate_mg_per_h="50", reported="on").status_code == 204
        assert events(chair)[-1].deviation
        assert ("deviation", "high", "latched") in chair.alarms

    def test_halve_pause_resume_bolus(self, as_role: AsRole, chair: Chair) -> None:
        nurse = as_role("infusion_nurse")
        ordered(chair)
        for kind, fields in (
            ("halve", {}),
            ("pause", {"note": "Toilet."}),
            ("resume", {"rate_mg_per_h": "10"}),
            ("bolus", {"dose_mg": "5", "over_min": "10"}),
        ):
            chair.world.later(minutes=2)
            answer = enter(nurse, chair, kind, **fields)
            assert answer.status_code == 204, (kind, answer.content.decode())
        assert [e.kind for e in events(chair)] == ["started", "rate", "paused", "resumed", "bolus"]
        assert events(chair)[1].rate_ug_per_h == 10_000

    def test_stop_asks_for_the_volume_left(self, as_role: AsRole, chair: Chair) -> None:
        nurse = as_role("infusion_nurse")
        assert enter(nurse, chair, "stop").status_code == 422
        assert chair.row.state == "running"
        assert enter(nurse, chair, "stop", volume_left_ml="31").status_code == 204
        assert events(chair)[-1].detail == {"volume_left_ml": "31"}
        assert chair.row.state == "stopped"
        assert enter(nurse, chair, "end", volume_left_ml="31").status_code == 204
        assert chair.row.state == "recovery"

    def test_pauses_of_other_kinds_and_the_ways_out(self, as_role: AsRole, world: World) -> None:
        nurse = as_role("infusion_nurse")
        for kind, fields, state in (
            ("fault", {"note": "Air in line, door open."}, "paused"),
            ("infiltrated", {"dose_mg": "1.5"}, "paused"),
            ("left", {}, "left"),
            ("transferred", {"note": "Chest pain."}, "transferred"),
        ):
            chair = sit(world)
            chair.start()
            answer = enter(nurse, chair, kind, **fields)
            assert answer.status_code == 204, answer.content.decode()
            assert chair.row.state == state

    def test_hand_over_keeps_both_names(self, as_role: AsRole, chair: Chair) -> None:
        nurse, world = as_role("infusion_nurse"), chair.world
        to = world["physician"].practitioner
        assert enter(nurse, chair, "handover", to=to, note="Anxious.").status_code == 204
        names = events(chair)[-1].detail
        assert (names["from_name"], names["to_name"]) == (
            "Infusion_Nurse Invented", "Physician Invented",
        )  # fmt: skip
        desk = world["front_desk"].practitioner
        assert enter(nurse, chair, "handover", to=desk).status_code == 422

    def test_chair(self, as_role: AsRole, chair: Chair) -> None:
        world = chair.world
        place = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name="2")
        assert enter(as_role("infusion_nurse"), chair, "chair", chair=place).status_code == 204
        assert chair.row.chair_id == place

    def test_side_effect_drug_and_correction(self, as_role: AsRole, chair: Chair) -> None:
        nurse = as_role("infusion_nurse")
        fields = {"term": "nausea", "grade": 2, "action": "rate lowered", "outcome": "ongoing"}
        assert enter(nurse, chair, "harm", **fields).status_code == 204
        assert AdverseEvent.of(chair.world.id).get().rate_ug_per_h_at_onset == 20_000
        refused = enter(nurse, chair, "drug", drug="midazolam", dose="1", route="iv")
        assert "no order for midazolam" in refused.content.decode()
        ordered(chair, "midazolam")
        given = enter(nurse, chair, "drug", drug="midazolam", dose="1", route="iv")
        assert given.status_code == 204
        enter(nurse, chair, "set", spo2=48)
        old = Observation.of(chair.world.id).get(code="spo2")
        answer = enter(nurse, chair, "correct", observation=old.pk, value="98", reason="slip")
        assert answer.status_code == 204
        html = page(nurse, "infusion", chair.encounter)
        assert "<s>48</s>" in html
        assert "nausea" in html
        assert "midazolam 1 mg" in html

    def test_limit_put_aside(self, as_role: AsRole, chair: Chair) -> None:
        fields = {"limit": "spo2 below 85 high", "minutes": 10, "reason": "cold hand"}
        assert enter(as_role("infusion_nurse"), chair, "suspend", **fields).status_code == 204
        assert AlarmTransition.objects.filter(kind="suspension").count() == 1

    def test_restart_without_a_second_check_is_refused(
        self, as_role: AsRole, chair: Chair
    ) -> None:
        ordered(chair)
        chair.do("stopped")
        refused = enter(as_role("infusion_nurse"), chair, "restart", rate_mg_per_h="10")
        assert refused.status_code == 422
        assert chair.row.state == "stopped"

    def test_without_scripts_an_entry_is_a_page_of_its_own(
        self, as_role: AsRole, chair: Chair
    ) -> None:
        nurse = as_role("infusion_nurse")
        address = reverse("infusion_entry", args=[chair.encounter, "note"])
        assert "What happened" in nurse.get(address).content.decode()
        done = nurse.post(address, {"act": str(new()), "note": "Sleeps."})
        assert done.status_code == 302
        assert done.url == reverse("infusion", args=[chair.encounter])
        assert nurse.post(address, {"act": str(new())}).status_code == 422


class TestAlarms:
    @pytest.fixture
    def low(self, chair: Chair) -> Chair:
        charting.save_set(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
            encounter=chair.encounter, values={"spo2": 84},
        )  # fmt: skip
        return chair

    def press(self, client: Client, chair: Chair, **fields: str) -> Any:
        return client.post(
            reverse("infusion_alarm", args=[chair.encounter]), {"act": str(new()), **fields},
            headers={"X-Reprieve-Entry": "1"},
        )  # fmt: skip

    def test_seen_with_stars_words_and_sound(self, as_role: AsRole, low: Chair) -> None:
        html = page(as_role("infusion_nurse"), "infusion", low.encounter)
        assert "SpO2 84 % (&lt;85)" in html
        assert "***" in html
        assert 'data-sounds="high"' in html

    def test_silence_counts_down_and_acknowledging_names_one_alarm(
        self, as_role: AsRole, low: Chair
    ) -> None:
        nurse = as_role("infusion_nurse")
        assert self.press(nurse, low, do="silence").status_code == 204
        html = live(nurse, low).content.decode()
        assert "data-until=" in html
        assert 'data-sounds=""' in html
        found = re.search(r'data-acknowledge="([^"]+)"', html)
        assert found
        low.world.later(seconds=1)
        named = unescape(found[1])
        assert self.press(nurse, low, do="acknowledge", alarms=named).status_code == 204
        assert {phase for *_, phase in low.alarms} == {"acknowledged"}

    @pytest.mark.parametrize("alarms", ["", "{}", "[1]"])
    def test_answer_to_nothing_is_refused(self, as_role: AsRole, low: Chair, alarms: str) -> None:
        done = self.press(as_role("physician"), low, do="acknowledge", alarms=alarms)
        assert done.status_code == 400

    def test_without_scripts_the_answer_leads_back(self, as_role: AsRole, low: Chair) -> None:
        done = as_role("infusion_nurse").post(
            reverse("infusion_alarm", args=[low.encounter]), {"act": str(new()), "do": "silence"}
        )
        assert done.status_code == 302


class TestLive:
    def test_nothing_new_is_204_and_something_new_its_parts(
        self, as_role: AsRole, chair: Chair
    ) -> None:
        nurse = as_role("infusion_nurse")
        first = live(nurse, chair)
        assert first.status_code == 200
        after = cursor(first.content.decode())
        assert live(nurse, chair, after).status_code == 204
        enter(nurse, chair, "set", spo2=97)
        news = live(nurse, chair, after).content.decode()
        assert cursor(news) != after
        assert ">97<" in news
        assert live(nurse, chair, "nonsense").status_code == 200

    def test_feed_comes_as_a_delta(self, as_role: AsRole, chair: Chair) -> None:
        nurse, world = as_role("infusion_nurse"), chair.world
        device = Device.objects.add(
            clinic_id=world.id, sender="SIM-1", bed="1", seen_first=world.at
        )
        monitors.link(
            actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
            device=device.pk,
        )  # fmt: skip
        feed.receive([sent(world, raw="a", spo2=97, heart_rate=70, sbp=120, dbp=70)],
                     clinic=world.id)  # fmt: skip
        html = live(nurse, chair).content.decode()
        assert grid(html)["whole"] is True
        assert grid(html)["feed"]["spo2"][0][1:] == [97, 97, 97]
        world.later(seconds=1)
        feed.receive([sent(world, raw="b", spo2=96)], clinic=world.id)
        news = live(nurse, chair, cursor(html)).content.decode()
        assert grid(news)["whole"] is False
        assert [p[3] for p in grid(news)["feed"]["spo2"]] == [96]
        assert "Monitor SIM-1 1" in news
        assert ">120/70<" in news

    def test_long_feed_is_thinned_without_losing_a_peak(
        self, as_role: AsRole, chair: Chair
    ) -> None:
        from reprieve.records import frames

        world = chair.world
        link = worlds.linked(world, chair.encounter)
        start = link.from_ms
        for n in range(1800):
            value = 71 if n != 900 else 44
            from decimal import Decimal

            frames.insert([frames.NewFrame(
                association=link.pk, recorded_ms=start + n * 1000, dialect=1,
                values=(frames.Value(signal="heart_rate", value=Decimal(value),
                                     at_ms=start + n * 1000),),
            )])  # fmt: skip
        world.later(minutes=30)
        found = grid(live(as_role("infusion_nurse"), chair).content.decode())["feed"]["heart_rate"]
        assert len(found) <= 720
        assert min(p[1] for p in found) == 44
        assert max(p[2] for p in found) == 71

    def test_monitors_own_alarm_is_shown_beside_ours(
        self, as_role: AsRole, chair: Chair
    ) -> None:
        from dataclasses import replace

        world = chair.world
        worlds.linked(world, chair.encounter)
        said = replace(sent(world, raw="x"), alerts=({"text": "** DESAT 84", "priority": "PH"},))
        before = cursor(live(as_role("infusion_nurse"), chair).content.decode())
        feed.receive([said], clinic=world.id)
        assert "** DESAT 84" in live(as_role("infusion_nurse"), chair, before).content.decode()

    def test_signed_out_browser_gets_no_page(self, nobody: Client, chair: Chair) -> None:
        assert live(nobody, chair).status_code == 401

    def test_stopped_clock_is_said(
        self, as_role: AsRole, chair: Chair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from reprieve.web.live_reader import Reader

        monkeypatch.setattr(Reader, "alarms_run", lambda _self: False)
        nurse = as_role("infusion_nurse")
        assert live(nurse, chair).status_code == 503
        assert nurse.get(reverse("live_board")).status_code == 503

    def test_unknown_infusion(self, as_role: AsRole) -> None:
        address = reverse("live_infusion", args=[uuid.uuid4()])
        assert as_role("physician").get(address).status_code == 404


def test_runs_of_identical_sets_are_flagged(as_role: AsRole, chair: Chair) -> None:
    for _ in range(3):
        charting.save_set(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.later(minutes=5),
            encounter=chair.encounter, values={"spo2": 98, "heart_rate": 72},
        )  # fmt: skip
    html = page(as_role("physician"), "infusion", chair.encounter)
    assert "3 sets typed one after the other are the same" in html

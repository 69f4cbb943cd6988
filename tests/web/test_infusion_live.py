"""The infusion's screen as time passes: alarms and their answers, polls, the feed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import charting, feed, monitors, ticker
from reprieve.pathway.clock import ms
from reprieve.records import frames
from reprieve.records.models import Device
from reprieve.web.live_reader import Reader
from tests import world as worlds
from tests.chairside import Chair, sent
from tests.web.infusion_page import cursor, enter, grid, live, page
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def world(timed: World) -> World:
    return timed


def _waiting(html: str) -> str:
    found = re.search(r'data-acknowledge="([^"]+)"', html)
    assert found
    return found[1]


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

    def test_nobody_answers_until_the_emergency_card(self, as_role: AsRole, low: Chair) -> None:
        nurse, card = as_role("infusion_nurse"), reverse("emergency_card", args=[low.encounter])
        told = []
        for seconds in (0, 31, 30, 60):
            low.world.later(seconds=seconds)
            ticker.tick_alarms(at_ms=ms(low.world.at))
            html = live(nurse, low).content.decode()
            board = nurse.get(reverse("live_board")).content.decode()
            found = re.search(r"nobody answered, told: ([^<]+)<", html)
            told.append(found[1] if found else "")
            assert (found is not None) == ("nobody answered" in board)
            assert (card in html) == (seconds == 60)
        assert told == [
            "", "all nurses", "physician", "second physician or medical director, emergency card",
        ]  # fmt: skip
        self.press(nurse, low, do="acknowledge", alarms=unescape(_waiting(html)))
        assert "nobody answered" not in live(nurse, low).content.decode()

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

    def test_what_grows_by_time_alone_is_never_old(self, as_role: AsRole, chair: Chair) -> None:
        nurse, world = as_role("infusion_nurse"), chair.world

        def given(html: str) -> str:
            found = re.search(r"Given</dt><dd>([\d.]+)", html)
            assert found
            return found[1]

        first = live(nurse, chair).content.decode()
        assert given(page(nurse, "infusion", chair.encounter)) == given(first) == "0.0"
        world.later(minutes=30)  # nobody writes anything
        for html in (
            page(nurse, "infusion", chair.encounter),
            live(nurse, chair, cursor(first)).content.decode(),
        ):
            assert given(html) == "10.0"
            assert f'data-now="{ms(world.at)}"' in html
        later = live(nurse, chair, cursor(first)).content.decode()
        world.later(seconds=1)
        assert live(nurse, chair, cursor(later)).status_code == 204
        # A part made for somebody else a moment ago comes with the time of this answer.
        assert f'data-now="{ms(world.at)}"' in live(nurse, chair).content.decode()
        assert f'data-now="{ms(world.at)}"' in page(nurse, "board")

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
        world = chair.world
        link = worlds.linked(world, chair.encounter)
        start = link.from_ms
        for n in range(1800):
            value = 71 if n != 900 else 44
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
        monkeypatch.setattr(Reader, "alarms_run", lambda _self: False)
        nurse = as_role("infusion_nurse")
        for answer in (live(nurse, chair), nurse.get(reverse("live_board"))):
            assert answer.status_code == 503
            assert answer["X-Reprieve-Alarms-Stopped"]

    def test_unknown_infusion(self, as_role: AsRole) -> None:
        address = reverse("live_infusion", args=[uuid.uuid4()])
        assert as_role("physician").get(address).status_code == 404

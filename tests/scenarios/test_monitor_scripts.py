"""Each of the simulator's scripts, byte by byte through framing, reader, records and alarms.

The end is looked at in the stored state, on the chart and on the page, and is the same on any day
and in any zone; two of the days hold a change of daylight saving in mid-infusion.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from reprieve.interop.hl7v2 import bedside, sink
from reprieve.interop.hl7v2.arrivals import Arrival
from reprieve.interop.hl7v2.bedside import Bed
from reprieve.interop.hl7v2.framing import Deframer, frame
from reprieve.interop.hl7v2.read import Reader
from reprieve.pathway import monitor_clocks, monitors, ticker
from reprieve.pathway.clock import ms
from reprieve.records.models import Device, User
from reprieve.records.queries import charts
from tests import world as worlds
from tests.chairside import QUICK, Chair, sit
from tests.world import World, new

BED = Bed(bed="1", patient_id="A-100", device="SIM-1")
DAYS = {
    "spring noon": (datetime(2026, 3, 3, 17, 0, tzinfo=UTC), "America/New_York"),
    "clocks go forward": (datetime(2026, 3, 8, 6, 59, 10, tzinfo=UTC), "America/New_York"),
    "clocks go back": (datetime(2026, 10, 25, 0, 59, 10, tzinfo=UTC), "Europe/Berlin"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How a script ends: alarms that are shown, those that must not be, words on the page."""

    alarms: frozenset[tuple[str, str, str]] = frozenset()
    never: frozenset[str] = frozenset()
    page: tuple[str, ...] = ()
    charted: bool = True


CLINICAL = frozenset({"spo2", "sbp", "dbp", "heart_rate", "respiratory_rate"})
ENDS = {
    "steady": End(never=CLINICAL | {"monitor"}),
    "hypertension": End(alarms=frozenset({("sbp", "high", "active")}), page=("Systolic",)),
    "desaturation": End(alarms=frozenset({("spo2", "high", "active")}), page=("SpO2",)),
    "probe-off": End(
        alarms=frozenset({("spo2", "low", "active")}), page=("no usable value",), charted=False
    ),
    "zero": End(
        alarms=frozenset({("spo2", "high", "active")}),
        page=("no reading: look at the patient",), charted=False,
    ),
    "lost-link": End(alarms=frozenset({("spo2", "medium", "active")}), page=("no value",)),
    "clock-off": End(
        alarms=frozenset({("monitor", "medium", "active")}), never=CLINICAL, page=("clock",)
    ),
    "nausea": End(never=frozenset({"spo2", "sbp", "monitor"})),
}  # fmt: skip


@dataclass
class Ward:
    """One chair on feed, and the wire between its monitor and the records."""

    chair: Chair
    reader: Reader
    patient: bedside.Patient = field(default_factory=lambda: bedside.Patient(random.Random(3)))
    deframer: Deframer = field(default_factory=Deframer)

    def lives(self, script: str, seconds: int) -> None:
        """Let seconds pass: what the monitor sends is cut anywhere, and comes twice."""
        world, scene = self.chair.world, bedside.scenario(script)
        for second in range(seconds):
            world.later(seconds=1)
            values = self.patient.step(scene)
            if scene.linked:
                raw = bedside.message(
                    values, at=world.at, bed=BED, scene=scene, cuff=second % 20 == 0
                )
                self._hear(frame(raw))
            if second % 5 == 4:
                ticker.tick_alarms(at_ms=ms(world.at))

    def _hear(self, data: bytes) -> None:
        world = self.chair.world
        for piece in (data[:40], data[40:], data):
            for raw in self.deframer.feed(piece):
                arrival = Arrival(
                    raw=raw, peer="127.0.0.1:1", received_ms=ms(world.at),
                    message=self.reader.read(raw, world.at),
                )  # fmt: skip
                (outcome,) = sink.commit([arrival], clinic=world.id)
                assert outcome.ack == "CA"


# Every script on one of the days, and one script on all of them.
PAIRS = [*zip(ENDS, itertools.cycle(DAYS), strict=False), *(("desaturation", day) for day in DAYS)]


@pytest.fixture
def day() -> str:
    return "clocks go back"


@pytest.fixture
def ward(day: str, db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    at, zone = DAYS[day]
    monitor_clocks.forget()
    with override_settings(PASSWORD_HASHERS=QUICK):
        world = worlds.found(at=at)
    monkeypatch.setattr("reprieve.web.access.clock.now", lambda _clinic: world.at)
    chair = sit(world)
    device = Device.objects.add(clinic_id=world.id, sender="SIM-1", bed="1", seen_first=at)
    monitors.link(
        actor=world["infusion_nurse"], uid=new(), at=at, encounter=chair.encounter,
        device=device.pk, patient_ids=["A-100"],
    )  # fmt: skip
    yield Ward(chair=chair, reader=Reader(clinic_zone=zone))
    monitor_clocks.forget()


@pytest.mark.parametrize(("script", "day"), dict.fromkeys(PAIRS))
def test_each_script_ends_as_it_should_on_any_day(ward: Ward, script: str) -> None:
    end, chair = ENDS[script], ward.chair
    ward.lives("steady", 12)
    chair.start(20)
    assert chair.alarms == []
    before = charted(chair)
    ward.lives(script, 25)
    if script == "nausea":  # the nurse halves the rate; the monitor goes on
        chair.do("rate", rate_ug_per_h=10_000)
        ward.lives(script, 5)

    shown = set(chair.alarms)
    assert end.alarms <= shown, shown
    assert {signal for signal, _, _ in shown}.isdisjoint(end.never), shown
    after = charted(chair)
    assert len(after["spo2"]) > len(before["spo2"]) or not (end.charted and script != "lost-link")
    if not end.charted:
        assert after["spo2"] == before["spo2"]  # a zero or a marker is never a measurement
        assert not [s for s, p, _ in shown if s == "spo2" and p == "high" and script != "zero"]
    for row in after.values():
        assert all(a < b for a, b in itertools.pairwise(row))  # each second once, in order
    bar = re.findall(r'class="what">([^<]*)<', page(chair))
    for word in end.page:
        assert any(word in line for line in bar), bar


@pytest.mark.parametrize("day", ["clocks go forward", "clocks go back"])
def test_a_change_of_daylight_saving_keeps_order_and_intervals(ward: Ward) -> None:
    ward.lives("steady", 65)
    for row in charted(ward.chair).values():
        steps = {b - a for a, b in itertools.pairwise(row)}
        assert steps <= {1000, 20_000}  # every second; a cuff every twenty


def test_local_times_of_the_repeated_hour_keep_their_order(db: None) -> None:
    """A monitor that sends wall-clock time alone: 02:59 comes before the second 02:00."""
    berlin, reader = ZoneInfo("Europe/Berlin"), Reader(clinic_zone="Europe/Berlin")
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    found = []
    for minute in range(0, 120, 5):
        at = start + timedelta(minutes=minute)
        scene = bedside.scenario("steady")
        raw = bedside.message(
            {"heart_rate": 70}, at=at.astimezone(berlin), bed=BED, scene=scene, cuff=False
        )
        plain = raw.replace(b"+0200", b"").replace(b"+0100", b"")
        (value,) = reader.read(plain, at).charted
        found.append(value.time.ms)
    assert found == [ms(start + timedelta(minutes=m)) for m in range(0, 120, 5)]


def charted(chair: Chair) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    for value in charts.values(clinic=chair.world.id, encounter=chair.encounter):
        rows.setdefault(value.signal, []).append(value.at_ms)
    return rows


def page(chair: Chair) -> str:
    """The screen as the nurse opens it."""
    world: World = chair.world
    browser = Client()
    browser.force_login(
        User.objects.get(username=world.emails["infusion_nurse"]),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    answer = browser.get(reverse("infusion", args=[chair.encounter]))
    assert answer.status_code == 200
    return str(answer.content.decode())

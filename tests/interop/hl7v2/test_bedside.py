from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from reprieve.interop.hl7v2.bedside import PACKAGE, Bed, Patient, message, scenario, scenarios
from reprieve.interop.hl7v2.read import read
from reprieve.knowledge import BadValue, load

AT = datetime(2026, 3, 1, 10, 15, 0, 250_000, tzinfo=UTC)
BED = Bed(bed="Chair 1", patient_id="DEMO-1", device="SIM1")


def after(name: str, seconds: int, seed: int = 1) -> dict[str, float]:
    patient = Patient(random.Random(seed))
    return [patient.step(scenario(name)) for _ in range(seconds)][-1]


def sent(name: str, *, cuff: bool = True):
    return read(message(after(name, 120), at=AT, bed=BED, scene=scenario(name), cuff=cuff))


def charted(found) -> dict[str, float]:
    return {c.signal: float(c.value) for c in found.charted}


def test_the_same_seed_gives_the_same_patient():
    assert after("steady", 50) == after("steady", 50)
    assert after("steady", 50) != after("steady", 50, seed=2)


def test_every_scenario_is_dated_sourced_and_can_be_read():
    for name in scenarios():
        data = load(PACKAGE, name).data
        assert data["source"]
        assert data["valid_from"]
        found = sent(name)
        assert (found.ack, found.bed, found.patient_ids) == ("CA", "Chair 1", ("DEMO-1",))
        assert found.device == "SIM1"
        assert {p.kind for p in found.parked} <= {"marker", "zero", "no value"}


def test_steady_is_charted_whole():
    found = sent("steady")
    assert found.parked == ()
    assert {c.source for c in found.charted if c.signal in {"sbp", "dbp", "map"}} == {"nibp"}
    assert set(charted(found)) == {
        "heart_rate",
        "pulse_rate",
        "spo2",
        "respiratory_rate",
        "temp_c",
        "sbp",
        "dbp",
        "map",
    }
    assert found.charted[0].time.iso() == "2026-03-01T10:15:00.250+00:00"


def test_the_cuff_is_sent_only_when_it_was_inflated():
    assert not {"sbp", "dbp", "map"} & set(charted(sent("steady", cuff=False)))


@pytest.mark.parametrize("seed", range(5))
def test_steady_stays_calm_for_an_hour(seed):
    patient = Patient(random.Random(seed))
    hour = [patient.step(scenario("steady")) for _ in range(3600)]
    assert all(90 <= v["spo2"] <= 100 for v in hour)
    assert all(60 <= v["heart_rate"] <= 90 for v in hour)
    assert all(v["dbp"] < v["map"] < v["sbp"] < 160 for v in hour)


def test_trouble_looks_like_trouble():
    assert after("hypertension", 10)["sbp"] > 180
    assert after("desaturation", 60)["spo2"] < 88
    assert after("nausea", 60)["heart_rate"] > 85
    off, zero = sent("probe-off"), sent("zero")
    assert {(p.signal, p.kind) for p in off.parked} == {
        ("spo2", "marker"),
        ("pulse_rate", "no value"),
    }
    assert {(p.signal, p.kind) for p in zero.parked} == {("spo2", "zero"), ("heart_rate", "zero")}
    assert "spo2" not in charted(off)
    assert sent("clock-off").time.iso() == "2026-03-01T10:22:00.250+00:00"
    assert not scenario("lost-link").linked


def test_names_an_unknown_scenario():
    with pytest.raises(BadValue, match="steady"):
        scenario("asleep")

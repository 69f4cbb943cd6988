"""What the gateway read, as the pathway is told it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from reprieve.interop.hl7v2 import sink
from reprieve.interop.hl7v2.arrivals import Arrival
from reprieve.interop.hl7v2.dialects import shipped
from reprieve.interop.hl7v2.read import read
from reprieve.records import frames

HR = "147842^MDC_ECG_HEART_RATE^MDC"
SPO2 = "150456^MDC_PULS_OXIM_SAT_O2^MDC"
CLINIC = uuid.UUID(int=7)
AT_MS = 1_772_356_500_000


@pytest.fixture
def told(monkeypatch):
    """Return what `feed.receive` is told of messages, and have it answer as given."""

    def tell(*raws: bytes, ends=("charted",), peer="10.0.0.9:4711", error=None):
        seen = []
        monkeypatch.setattr(
            sink.feed, "receive", lambda batch, *, clinic: [seen.append((batch, clinic)), *ends][1:]
        )
        received = datetime.fromtimestamp(AT_MS / 1000, UTC)
        arrivals = [
            Arrival(
                raw=raw, peer=peer, received_ms=AT_MS, error=error,
                message=None if error else read(raw, received=received),
            )
            for raw in raws
        ]  # fmt: skip
        outcomes = sink.commit(arrivals, clinic=CLINIC)
        ((batch, clinic),) = seen
        assert clinic == CLINIC
        return batch, [o.ack for o in outcomes]

    return tell


def test_values_times_and_people_come_over(told, oru, obx):
    raw = oru(obx(HR, "71"), obx(SPO2, "0", "spo2"), obx("9^ODD^99X", "3"), accept="AL")
    (message,), answers = told(raw)
    assert answers == ["CA"]
    assert (message.raw, message.sender, message.bed) == (raw, "TESTMON", "Bed3")
    assert message.patient_ids == ("0042",)
    assert [(r.signal, r.value, r.at_ms) for r in message.readings] == [("heart_rate", 71, AT_MS)]
    assert [(n.kind, n.signal) for n in message.not_charted] == [
        ("zero", "spo2"), ("unmapped", None),
    ]  # fmt: skip
    assert (message.dialect, message.training, message.rejected) == ("mdc", False, "")


@pytest.mark.parametrize(
    ("app", "place", "bed"),
    [
        ("TESTMON^0A1B^EUI-64", "PV1||I|North^^Bed3&3&1", "Bed3"),
        ("", "PV1||I|North^^Bed3&3&1", "North Bed3 3 1"),
        ("", "PV1||I|^^^", ""),
    ],
)
def test_a_monitor_without_a_number_is_known_by_its_whole_place(told, oru, obx, app, place, bed):
    (message,), _ = told(oru(obx(HR, "71"), app=app, pv1=place))
    assert message.bed == bed


def test_who_names_itself_nowhere_is_known_by_its_address(told, oru, obx):
    (message,), _ = told(oru(obx(HR, "71"), app=""), peer="10.0.0.9:4711")
    assert message.sender == "10.0.0.9"


def test_what_failed_is_not_acknowledged_as_stored(told, oru, obx):
    raws = [oru(obx(HR, "71")), oru(obx(HR, "72"))]
    assert told(*raws, ends=("failed", "parked"))[1] == ["AE", "AA"]


def test_what_could_not_be_read_is_refused_and_kept(told):
    (message,), answers = told(b"noise", error="MSH: missing", ends=("parked",))
    assert answers == ["AR"]
    assert (message.rejected, message.sender, message.readings) == ("MSH: missing", "10.0.0.9", ())


def test_the_monitors_own_alarm_is_told_with_its_priority(told, oru):
    rows = [
        "OBX|1|ST|196616^MDC_EVT_ALARM^MDC|1.1.1|SpO2 low|||PM~H|||F",
        "OBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.1.2|start|||||F",
    ]
    (message,), _ = told(oru(*rows, event="ORU^R40^ORU_R40"))
    assert message.alerts
    assert {tuple(sorted(alert)) for alert in message.alerts} == {("priority", "text")}


def test_every_way_a_dialect_measures_can_be_stored():
    measured = {entry.source for dialect in shipped() for entry in dialect.codes.values()}
    assert measured <= set(frames.SOURCES)

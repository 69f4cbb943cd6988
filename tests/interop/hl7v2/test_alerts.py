from __future__ import annotations

import pytest

from reprieve.interop.hl7v2.read import read

HR = "147842^MDC_ECG_HEART_RATE^MDC"
ALARM = "OBR|1||3^a^b|196616^MDC_EVT_ALARM^MDC|||20260301101500+0100"


def facet(number: int, code: str, value: str) -> str:
    return f"OBX|{number}|ST|{code}^MDC|1.3.1.150456.{number}|{value}||||||F"


def ihe(*, phase="start", state="active", priority="PM", kind="SP", event="") -> list[str]:
    return [
        event or "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.3.1.150456.1|196670^MDC_EVT_LO^MDC||||||F",
        "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456.2|84|262688^MDC_DIM_PERCENT^MDC"
        "|90-100||||F",
        facet(3, "68481^MDC_ATTR_EVENT_PHASE", phase),
        facet(4, "68482^MDC_ATTR_ALARM_STATE", state),
        facet(5, "68483^MDC_ATTR_ALARM_INACTIVATION_STATE", "enabled"),
        facet(6, "68484^MDC_ATTR_ALARM_PRIORITY", priority),
        facet(7, "68485^MDC_ATTR_ALERT_TYPE", kind),
    ]


def alert_of(oru, *rows, **options):
    message = read(oru(*rows, **{"event": "ORU^R40^ORU_R40", "obr": ALARM} | options))
    assert message.charted == ()
    (alert,) = message.alerts
    return alert


@pytest.mark.parametrize(
    ("number", "priority", "kind"),
    [
        ("1", "high", "clinical"),
        ("2", "medium", "clinical"),
        ("5", "medium", "technical"),
        ("6", "low", "technical"),
        ("9", "unknown", "unknown"),
    ],
)
def test_reads_alerts_of_one_row_among_values(oru, obx, number, priority, kind):
    row = f"OBX||TX|{number}^Alarm^MDIL-ALERT||** SpO2 84 < 90||||||F"
    message = read(oru(obx(HR, "72"), row))
    (alert,) = message.alerts
    assert (alert.code, alert.text) == (number, "** SpO2 84 < 90")
    assert (alert.priority, alert.kind) == (priority, kind)
    assert alert.time.iso() == "2026-03-01T10:15:00+01:00"
    assert [c.signal for c in message.charted] == ["heart_rate"]
    assert message.parked == ()


def test_reads_an_alert_written_as_a_value(oru):
    alert = alert_of(oru, "OBX||TX|||1^*** APNEA^MDIL-ALERT", event="ORU^R01", obr="OBR||||ALARM")
    assert (alert.code, alert.text, alert.priority) == ("1", "*** APNEA", "high")


@pytest.mark.parametrize(
    ("said", "priority"), [("PH", "high"), ("PM", "medium"), ("PL", "low"), ("PN", "none")]
)
@pytest.mark.parametrize(
    ("told", "kind"), [("SP", "clinical"), ("ST", "technical"), ("SA", "advisory")]
)
def test_reads_an_alert_of_many_rows(oru, said, priority, told, kind):
    alert = alert_of(oru, *ihe(priority=said, kind=told))
    assert (alert.code, alert.text) == ("196670", "MDC_EVT_LO")
    assert (alert.priority, alert.kind, alert.phase, alert.state) == (
        priority,
        kind,
        "start",
        "active",
    )
    assert alert.about == "MDC_PULS_OXIM_SAT_O2 84 MDC_DIM_PERCENT"
    assert not alert.over


def test_an_alerts_value_is_parked_not_charted(oru):
    message = read(oru(*ihe(), event="ORU^R40^ORU_R40", obr=ALARM))
    assert {p.kind for p in message.parked} == {"alert"}
    assert len(message.parked) == 7


@pytest.mark.parametrize("change", [{"phase": "end"}, {"state": "inactive"}])
def test_says_when_an_alert_is_over(oru, change):
    assert alert_of(oru, *ihe(**change)).over


def test_reads_the_older_numbers_of_one_maker(oru):
    rows = [
        "OBX|1|ST|196650^MDC_EVT_HI^MDC|1.0.0.0.1|PVC/min > 10||||||F",
        "OBX|2|ST|68164^MDC_ATTR_ALERT_SOURCE^MDC|1.0.0.0.2|69837^MDC_DEV^MDC||||||F",
        facet(3, "68165^MDC_ATTR_EVENT_PHASE", "update"),
        facet(4, "68166^", "active"),
        facet(6, "68168^MDC_ATTR_ALARM_PRIORITY", "PH"),
        facet(7, "68485^MDC_ATTR_ALERT_TYPE", "SP"),
        facet(8, "68546^MDC_ATTR_ALERT_TEXT", "many PVC"),
    ]
    alert = alert_of(oru, *rows, facility="Draeger")
    assert (alert.code, alert.text, alert.about) == ("196650", "many PVC", "MDC_DEV")
    assert (alert.priority, alert.phase, alert.state) == ("high", "update", "active")


def test_takes_priority_and_kind_from_beside_the_event(oru):
    event = "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.1|196680^MDC_EVT_LEAD_OFF^MDC|||A~PL~ST|||R"
    alert = alert_of(oru, event)
    assert (alert.priority, alert.kind) == ("low", "technical")


def test_shows_an_alert_that_says_little(oru):
    alert = alert_of(oru, facet(3, "68481^MDC_ATTR_EVENT_PHASE", "start"))
    assert (alert.code, alert.text, alert.priority, alert.kind) == ("", "", "unknown", "unknown")


def test_tells_several_alerts_in_one_message_apart(oru):
    message = read(oru(*ihe(), *ihe(priority="PH"), event="ORU^R40", obr=ALARM))
    assert [a.priority for a in message.alerts] == ["medium", "high"]


WATCHDOG = "67860^MDC_ATTR_CONFIRM_TIMEOUT"


@pytest.mark.parametrize(
    "rows",
    [
        ihe(priority="PN", event="OBX|1|ST|258047^MDC_EVT_ACTIVE^MDC|1|Heartbeat||||||F"),
        ihe(event="OBX|1|ST|0^MDC_EVT_WATCHDOG^MDC|1|x||||||F"),
        [*ihe(priority="PN"), facet(8, WATCHDOG, "5")],
        [facet(8, WATCHDOG, "5")],
    ],
)
def test_a_heart_beat_is_no_alarm_and_is_acknowledged(oru, rows):
    message = read(oru(*rows, event="ORU^R40", obr=ALARM, accept="AL"))
    assert (message.alerts, message.watchdog, message.ack) == ((), True, "CA")


@pytest.mark.parametrize(
    "rows",
    [
        ihe(event="OBX|1|ST|196616^MDC_EVT_ALARM^MDC|1|irregular heartbeat||||||F"),
        [*ihe(priority="PH"), facet(8, WATCHDOG, "5")],
        ["OBX|1|ST|196616^MDC_EVT_ALARM^MDC|1|irregular heartbeat||||||F"],
    ],
)
def test_an_alarm_is_never_taken_for_a_heart_beat(oru, rows):
    message = read(oru(*rows, event="ORU^R40", obr=ALARM))
    assert (len(message.alerts), message.watchdog) == (1, False)


def test_raises_no_alert_in_training(oru):
    message = read(oru(*ihe(), event="ORU^R40", obr=ALARM, processing="T"))
    assert (message.alerts, message.training) == ((), True)

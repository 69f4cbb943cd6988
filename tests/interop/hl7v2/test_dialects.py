from __future__ import annotations

import pytest

from reprieve import knowledge, units
from reprieve.interop.hl7v2 import dialects, words
from reprieve.interop.hl7v2.read import read
from reprieve.knowledge import BadValue
from reprieve.monitoring import vitals

OWN = """
title = "Our old monitor"
systems = ["", "99OLD"]
applications = ["OLDMON*"]
facilities = []
bed = "first"
device = []
extends = "mdc"

[[code]]
signal = "heart_rate"
source = "ecg"
codes = ["110"]
"""


def test_every_dialect_is_dated_sourced_and_speaks_of_known_signals():
    for dialect in dialects.shipped():
        data = knowledge.load(dialects.PACKAGE, dialect.name).data
        assert data["source"]
        assert data["valid_from"]
        assert isinstance(data["verified"], bool)
        assert dialect.title
        assert {e.signal for e in dialect.codes.values()} <= set(vitals.signals())
    assert len({d.version for d in dialects.shipped()}) == len(dialects.shipped())


def test_a_makers_dialect_keeps_the_general_codes():
    general = next(d for d in dialects.shipped() if d.name == "mdc")
    assert all(general.codes.items() <= d.codes.items() for d in dialects.shipped())
    mapped = {n for signal in vitals.signals().values() for n in signal.mdc}
    assert {str(n) for n in mapped} <= set(general.codes)


def test_the_reading_rules_speak_of_known_signals_and_units():
    rules = words.rules()
    assert set(rules["words"]) - {words.OTHER} == set(vitals.signals())
    assert set(rules["unit_may_be_missing"]) <= set(vitals.signals())
    assert all(units.known(u) for u in rules["units"])


@pytest.mark.parametrize(
    ("app", "facility", "system", "name"),
    [
        ("NC_Monitor", "", "MDC", "comen"),
        ("VSP^1^EUI-64", "GE Healthcare", "MDC", "ge"),
        ("XH80X^1^EUI-64", "", "MDC", "xh80x"),
        ("MINDRAY_EGATEWAY", "", "MDC", "mindray"),
        ("1^EUI-64", "Draeger", "MDC", "draeger"),
        ("", "", "MDIL", "philips"),
        ("", "", "EHC", "edan"),
        ("", "", "MDC", "mdc"),
        ("", "", "NONE", "mdc"),
    ],
)
def test_picks_the_dialect_by_sender_then_by_code_system(oru, obx, app, facility, system, name):
    message = read(oru(obx(f"1^x^{system}", "1"), app=app, facility=facility))
    assert message.dialect == name
    version = next(d.version for d in dialects.shipped() if d.name == name)
    assert message.dialect_version == version


def test_a_clinic_can_map_its_own_codes(oru, obx):
    own = dialects.read_dialect(knowledge.parse("oldmon", OWN.encode()))
    rows = [obx("110^HR", "72"), obx("110^Pouls^99OLD", "73", time="20260301101501+0100")]
    message = read(oru(*rows, app="OLDMON7"), dialects=[own, *dialects.shipped()])
    assert [c.value for c in message.charted] == [72, 73]
    assert message.dialect == "oldmon"


def test_reads_without_any_dialect(oru, obx):
    message = read(oru(obx("147842^MDC_ECG_HEART_RATE^MDC", "72")), dialects=[])
    assert [p.kind for p in message.parked] == ["unmapped"]
    assert message.dialect is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('bed = "first"', 'bed = "third"'),
        ("codes =", "numbers ="),
        ("title", "name"),
        ('systems = ["", "99OLD"]', "systems = 3"),
        ('"mdc"', '"nothing"'),
    ],
)
def test_names_what_is_wrong_in_a_dialect(old, new):
    with pytest.raises(BadValue):
        dialects.read_dialect(knowledge.parse("oldmon", OWN.replace(old, new).encode()))

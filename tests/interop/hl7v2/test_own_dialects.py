"""A clinic's own dialects: the wrong entry is named, and reading goes on whatever they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reprieve.interop.hl7v2 import own_dialects
from reprieve.interop.hl7v2.own_dialects import ClinicReader, together
from reprieve.knowledge import BadValue

OWN = """
title = "Our old monitor"
systems = ["99OLD"]
applications = ["OLDMON*"]
facilities = []
bed = "first"
device = ["OBX-18", "MSH-3.2"]
extends = "mdc"

[[code]]
signal = "heart_rate"
source = "ecg"
codes = ["110"]
"""
AT = datetime(2026, 3, 1, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('title = "Our old monitor"', "", "old title: is missing"),
        ('title = "Our old monitor"', 'titel = "x"', "old titel: is not known"),
        ('bed = "first"', 'bed = "third"', "old bed: unknown 'third'; known: first, second"),
        ('"heart_rate"', '"hr"', "old code 1 signal: unknown 'hr'; known: heart_rate"),
        ('"ecg"', '"ear"', "old code 1 source: unknown 'ear'"),
        ('["110"]', "[110]", "old code 1 codes: [110] is not a list of texts"),
        ('["110"]', "[]", "old code 1 codes: names no code"),
        ('source = "ecg"', "", "old code 1 source: is missing"),
        ('source = "ecg"', 'source = "ecg"\nunit = "x"', "old code 1 unit: is not known"),
        ("[[code]]", "[[codes]]", "old codes: is not known"),
        ('["99OLD"]', '"99OLD"', "old systems: '99OLD' is not a list of texts"),
        ('"MSH-3.2"', '"PID-3"', "old device: 'PID-3' is neither OBX-18 nor a field of MSH"),
        ('"mdc"', '"nobody"', "old extends: there is no dialect 'nobody'"),
        ('extends = "mdc"', 'extends = "mdc"\nverified = "yes"', "old verified: 'yes' is no true"),
        ('extends = "mdc"', "extends = [", "old: not valid TOML"),
    ],
)  # fmt: skip
def test_the_wrong_entry_is_named(old: str, new: str, says: str) -> None:
    with pytest.raises(BadValue) as wrong:
        together({"old": OWN.replace(old, new)})
    assert str(wrong.value).startswith(says)


def test_code_that_is_no_table_and_files_that_go_in_circles() -> None:
    flat = OWN[: OWN.index("[[code]]")]
    with pytest.raises(BadValue, match="old code 1: is not a table"):
        together({"old": flat + "code = [3]"})
    with pytest.raises(BadValue, match="extends: goes round in a circle"):
        together({
            "a": OWN.replace('"mdc"', '"b"'), "b": OWN.replace('"mdc"', '"a"'),
        })  # fmt: skip


def test_a_file_takes_the_place_of_the_shipped_one_and_extends_it(oru, obx) -> None:
    own = OWN.replace("OLDMON*", "VSP").replace("99OLD", "")
    found = together({"ge": own.replace('"mdc"', '"ge"'), "child": OWN.replace('"mdc"', '"ge"')})
    assert [d.name for d in found].count("ge") == 1
    assert {"110", "150456"} <= set(found[0].codes)
    assert {"110", "150456"} <= set(found[1].codes)
    assert own_dialects.text_of("ge").startswith("title")
    assert own_dialects.text_of("../secret") == ""


def test_reading_follows_what_the_clinic_keeps_and_survives_what_it_cannot_use(oru, obx) -> None:
    raw = oru(obx("110^HR^99OLD", "72"), app="OLDMON7")
    kept: dict[str, str] = {}
    warned: list[str] = []
    reader = ClinicReader(clinic_zone="Europe/Berlin", files=lambda: kept, warn=warned.append)
    assert not reader.read(raw, AT).charted
    kept["old"] = OWN
    assert not reader.read(raw, AT + timedelta(seconds=1)).charted  # not asked again so soon
    assert [c.value for c in reader.read(raw, AT + timedelta(seconds=3)).charted] == [72]
    kept["old"] = "no dialect"
    message = reader.read(raw, AT + timedelta(seconds=6))
    assert [c.value for c in message.charted] == [72]
    assert message.dialect == "old"
    assert warned == [w for w in warned if "not valid TOML" in w] != []

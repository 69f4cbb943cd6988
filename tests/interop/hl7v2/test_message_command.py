from __future__ import annotations

import json

import pytest

from reprieve.config.cli import call
from tests.interop.hl7v2.test_own_dialects import OWN

HR = "147842^MDC_ECG_HEART_RATE^MDC"


@pytest.fixture
def ask(tmp_path, capsys):
    def run(raw: bytes) -> dict:
        file = tmp_path / "m.hl7"
        file.write_bytes(raw)
        assert call(["message", str(file), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


def test_prints_the_promised_keys(ask, oru, obx):
    answer = ask(oru(obx(HR, "72"), obx("110^HR", "72"), obx(HR, "72.5", sub="2")))
    assert answer["control_id"] == "c1"
    assert answer["ack"] == "AA"
    assert answer["patient_ids"] == ["0042"]
    assert answer["bed"] == "Bed3"
    assert answer["time"] == "2026-03-01T10:15:00+01:00"
    assert answer["training"] is False
    charted = {k: answer["charted"][0][k] for k in ("signal", "value", "unit", "time")}
    assert charted == {
        "signal": "heart_rate",
        "value": 72,
        "unit": "/min",
        "time": "2026-03-01T10:15:00+01:00",
    }
    assert [(p["code"], p["reason"]) for p in answer["parked"]] == [
        ("110", "unmapped code"),
        ("147842", "second reading at the same time (sub-id 2)"),
    ]
    assert answer["alerts"] == []


def test_leaves_a_time_without_offset_naive(ask, oru, obx):
    naive = oru(obx(HR, "72"), msh7="20260301101500", obr="OBR|1|||x|||20260301101500")
    answer = ask(naive)
    assert (answer["time"], answer["zone"]) == ("2026-03-01T10:15:00", None)
    assert answer["charted"][0]["time"] == "2026-03-01T10:15:00"


def test_charts_nothing_in_training(ask, oru, obx):
    answer = ask(oru(obx(HR, "72"), processing="T"))
    assert (answer["charted"], answer["training"]) == ([], True)


def test_answers_a_query_with_a_reject(ask, oru):
    answer = ask(oru(event="QRY^R02"))
    assert (answer["ack"], answer["charted"]) == ("AR", [])
    assert answer["reject"] == "message type QRY^R02 is not handled here"


def test_reads_frames_with_junk_or_a_lost_end(ask, oru, obx):
    raw = oru(obx(HR, "72"))
    plain = ask(raw)
    assert ask(b"junk\x0b" + raw + b"\x1c\rjunk") == plain
    assert ask(b"\x0b" + raw) == plain
    assert ask(b"\xef\xbb\xbf" + raw.replace(b"\r", b"\r\n")) == plain


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", "message"),
        (b"not a message\n", "message"),
        (b"MSHxxxx", "MSH-1"),
        (b"MSH|^^^^|", "MSH-2"),
        (b"\x00\xff" * 50, "message"),
        (b"\x0bMSH|^~\\&|A\x1c\r\x0bMSH|^~\\&|B\x1c\r", "message"),
        (b"\x0bMSH|^~\\&|A\x1c\r\x0bMSH|^~\\&|B", "message"),
        (b"\x0bMSH|^~\\&|A\x0bMSH|^~\\&|B", "message"),
        (b"x" * ((1 << 20) + 1), "file"),
    ],
)
def test_refuses_what_is_not_one_message(tmp_path, capsys, raw, field):
    file = tmp_path / "m.hl7"
    file.write_bytes(raw)
    assert call(["message", str(file)]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"reprieve: {field}: ")
    assert error.count("\n") == 1


def test_names_a_file_that_cannot_be_read(tmp_path, capsys):
    assert call(["message", str(tmp_path / "none.hl7")]) == 2
    assert call(["message", str(tmp_path)]) == 2
    assert "No such file" in capsys.readouterr().err


def test_says_it_in_words(tmp_path, capsys, oru, obx):
    row = "OBX||TX|2^Yellow Alarm^MDIL-ALERT||** SpO2 80 < 90||||||F"
    file = tmp_path / "m.hl7"
    file.write_bytes(oru(obx(HR, "72"), obx(HR, "0", sub="2"), row))
    assert call(["message", str(file)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "c1: ack AA, bed Bed3, 2026-03-01T10:15:00+01:00",
        "  chart heart_rate 72 /min 2026-03-01T10:15:00+01:00",
        "  park  147842 '0': heart_rate: no reading: look at the patient",
        "  alert medium ** SpO2 80 < 90",
    ]


def test_reads_by_a_dialect_before_a_clinic_uses_it(tmp_path, capsys, oru, obx):
    message, dialect = tmp_path / "m.hl7", tmp_path / "old.toml"
    message.write_bytes(oru(obx("110^HR^99OLD", "72"), app="OLDMON7"))
    dialect.write_text(OWN)
    ask = ["message", str(message), "--json", "--dialect", str(dialect)]
    assert call(ask) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [c["signal"] for c in answer["charted"]] == ["heart_rate"]
    assert answer["dialect"] == "old"
    dialect.write_text(OWN.replace('"heart_rate"', '"hr"'))
    assert call(ask) == 2
    assert "old code 1 signal: unknown 'hr'" in capsys.readouterr().err
    dialect.write_bytes(b"\xff")
    assert call(ask) == 2

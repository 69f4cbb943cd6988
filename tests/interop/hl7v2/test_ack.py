from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reprieve.interop.hl7v2.ack import acknowledge
from reprieve.interop.hl7v2.framing import Deframer
from reprieve.interop.hl7v2.parse import parse
from reprieve.interop.hl7v2.read import read

AT = datetime(2026, 3, 1, 10, 15, tzinfo=UTC)


def answer(raw: bytes | None, *, code: str = "AA", text: str = "") -> bytes:
    header = read(raw).header if raw else None
    framed = acknowledge(header, code=code, text=text, at=AT, ack_id="7")
    (message,) = Deframer().feed(framed)
    return message


def test_turns_sender_and_receiver_round():
    raw = rb"MSH|^~\&|MON^1^EUI-64|WARD|CIS|CLINIC|20260301||ORU^R01|77|T|2.4||||||8859/1" + b"\r"
    assert answer(raw) == (
        rb"MSH|^~\&|CIS|CLINIC|MON^1^EUI-64|WARD|20260301101500+0000||ACK^R01^ACK|7|T|2.4||||||8859/1"
        b"\rMSA|AA|77\r"
    )


@pytest.mark.parametrize(
    ("control", "charset"),
    [
        (rb"a\T\b", b""),
        (b" 7 ", b""),
        ("Zürich-1".encode(), b"UNICODE UTF-8"),
        ("Zürich-1".encode("latin-1"), b"8859/1"),
        (b"\xff\xfe\x80", b"UNICODE UTF-8"),
        ("病1".encode("gb18030"), b"GB 18030-2000"),
        (b"x" * 250, b""),
    ],
)
def test_echoes_the_control_id_byte_for_byte(control, charset):
    raw = rb"MSH|^~\&|||||||ORU^R01|" + control + b"|P|2.6||||||" + charset + b"\r"
    assert answer(raw).split(b"\r")[1] == b"MSA|AA|" + control


def test_uses_the_senders_separators():
    message = answer(b"MSH#*!?@#A#B#C#D###ORU*R01#id1#P#2.6\r", code="AE", text="a#b*c")
    head, msa, _ = message.split(b"\r")
    assert head.startswith(b"MSH#*!?@#C#D#A#B#")
    assert msa == b"MSA#AE#id1#a?F?b?S?c"


def test_keeps_the_old_message_type_for_old_versions():
    assert b"||ACK|7|P|2.2" in answer(rb"MSH|^~\&|||||||ORU^R01|1|P|2.2" + b"\r")


@pytest.mark.parametrize("bad", [b"\x1c", b"\x0b", b"a\x1c", b"\x1c\x1c", b"a\x00b\x1bc"])
def test_a_hostile_control_id_cannot_break_the_frame(bad):
    raw = rb"MSH|^~\&|\x0b|x" + b"\x1c|||||ORU^R01|" + bad + b"|P|2.6\r"
    message = answer(raw, code="AE")
    assert not set(message) & {0x0B, 0x1C, 0x00, 0x1B}
    assert parse(message).every("MSA")[0].text(1) == "AE"


def test_answers_what_could_not_be_read():
    message = parse(answer(None, code="AR", text="message: not HL7"))
    assert message.msh.text(9) == "ACK"
    assert message.every("MSA")[0].fields == ("MSA", "AR", "", "message: not HL7")

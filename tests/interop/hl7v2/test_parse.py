from __future__ import annotations

import pytest

from reprieve.interop.hl7v2.charset import codec, decode
from reprieve.interop.hl7v2.parse import parse, unescape
from reprieve.knowledge import BadValue

HEAD = "MSH|^~\\&|||||||ORU^R01|1|P|2.6||||||"


def pid(raw: bytes):
    return parse(raw).every("PID")[0]


@pytest.mark.parametrize(
    ("charset", "codec", "name"),
    [
        ("UNICODE UTF-8", "utf-8", "Žofie Müller"),
        ("", "utf-8", "Žofie Müller"),
        ("8859/1", "latin-1", "Müller"),
        ("8859/2", "iso8859-2", "Žofie"),
        ("ASCII", "ascii", "Muller"),
        ("ASCII", "utf-8", "Müller"),
        ("ASCII", "latin-1", "Müller"),
        ("UNICODE UTF-8", "latin-1", "Müller"),
        ("GB 18030-2000", "gb18030", "病人甲"),
        ("ISO IR87", "iso2022_jp", "患者"),
        ("NO SUCH SET", "utf-8", "Müller"),
        ("8859/99", "utf-8", "Müller"),
        ("UNICODE UTF-8~8859/1", "utf-8", "Müller"),
    ],
)
def test_keeps_names_unmangled(charset, codec, name):
    raw = f"{HEAD}{charset}\rPID|||1||{name}\r".encode(codec)
    assert pid(raw).text(5) == name


def test_says_when_the_charset_did_not_fit():
    assert not parse(f"{HEAD}UNICODE UTF-8\rPID|||1||M\xfcller".encode("latin-1")).charset_fits
    assert parse(f"{HEAD}8859/1\rPID|||1||M\xfcller".encode("latin-1")).charset_fits


def test_never_fails_on_bytes():
    assert decode(bytes(range(256)), charset="ASCII")[1] == "latin-1"
    assert codec(" unicode utf-8 ") == "utf-8"


def test_splits_fields_repetitions_components_and_sub_components():
    segment = pid(f"{HEAD}\rPID|||a^b&c^~d~~^e|f\r".encode())
    assert segment.repetitions(3) == ("a^b&c^", "d", "^e")
    assert (segment.text(3), segment.text(3, 2), segment.text(3, 9)) == ("a", "b&c", "")
    assert segment.subcomponents(3, 2) == ("b", "c")
    assert (segment.subcomponents(3, 9), segment.raw(99), segment.first(1)) == ((), "", "")


def test_numbers_header_fields_as_the_standard_does():
    msh = parse(b"MSH|^~\\&|APP|FAC|||2026||ORU^R01|7\r").msh
    assert (msh.raw(1), msh.raw(2), msh.raw(3), msh.raw(10)) == ("|", "^~\\&", "APP", "7")


def test_reads_a_null_as_nothing():
    segment = pid(f'{HEAD}\rPID|||""|""^x\r'.encode())
    assert (segment.repetitions(3), segment.text(4), segment.text(4, 2)) == ((), "", "x")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"\X4D\\X6DC3BC\!", "Mmü!"),
        (r"\H\bold\N\ text\.br\more", "bold text more"),
        (r"\Zx\ \XZZ\ stays", r"\Zx\ \XZZ\ stays"),
        ("open \\F", "open \\F"),
        ("plain", "plain"),
        ("\\", "\\"),
        (r"\XFF\ ", "\ufffd "),
    ],
)
def test_replaces_escapes(text, plain):
    assert unescape(text, delimiters=parse(b"MSH|^~\\&|\r").delimiters) == plain


@pytest.mark.parametrize(
    ("head", "marks"),
    [
        (b"MSH|^~\\&|", "|^~\\&"),
        (b"MSH|^~\\&#|", "|^~\\&"),
        (b"MSH|^|", "|^~\\&"),
        (b"MSH|^~\\||", "|^~\\&"),
        (b"MSH||", "|^~\\&"),
        (b"MSH|", "|^~\\&"),
        (b"MSH#*!?@#", "#*!?@"),
    ],
)
def test_takes_the_separators_of_the_message(head, marks):
    d = parse(head).delimiters
    assert d.field + d.component + d.repetition + d.escape + d.subcomponent == marks


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"MSH", "MSH-1"),
        (b"MSHX^~\\&X", "MSH-1"),
        (b"MSH \t^~\\&", "MSH-1"),
        (b"MSH|^^~&|", "MSH-2"),
        (b"MSH|ab~&|", "MSH-2"),
        (b"PID|1", "message"),
        (b" \r\n", "message"),
    ],
)
def test_names_what_makes_a_header_unreadable(raw, field):
    with pytest.raises(BadValue) as error:
        parse(raw)
    assert error.value.field == field


def test_skips_lines_that_are_no_segments():
    tree = parse(f"{HEAD}\rgarbage\rpid|1\r12|\rPI\r\nZZ1|x\n\n\x0bPID|||9\x1c".encode())
    assert [s.name for s in tree.segments] == ["MSH", "ZZ1", "PID"]
    assert tree.every("PID")[0].text(3) == "9"

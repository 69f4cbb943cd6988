"""Whatever bytes come, framing and reading end in frames, a message or the one declared error."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reprieve.config.commands.message import as_json
from reprieve.interop.hl7v2.ack import acknowledge
from reprieve.interop.hl7v2.framing import Deframer, frame
from reprieve.interop.hl7v2.parse import parse
from reprieve.interop.hl7v2.read import read
from reprieve.interop.hl7v2.values import KINDS
from reprieve.knowledge import BadValue
from reprieve.monitoring import vitals

edges = st.sampled_from(
    [b"\x0b", b"\x1c\r", b"\x1c", b"\r", b"\n", b"MSH|^~\\&|", b"OBX|", b"x" * 9]
)
streams = st.lists(st.one_of(edges, st.binary(max_size=20)), max_size=30).map(b"".join)

codes = st.sampled_from(
    [
        "147842^MDC_ECG_HEART_RATE^MDC",
        "150456^MDC_PULS_OXIM_SAT_O2^MDC",
        "150456^MDC_ECG_HEART_RATE^MDC",
        "150021^MDC_PRESS_BLD_NONINV_SYS^MDC",
        "150022^MDC_PRESS_BLD_NONINV_DIA^MDC",
        "150017^MDC_PRESS_BLD_SYS^MDC",
        "150344^MDC_TEMP^MDC",
        "151708^EtCO2^MDC",
        "0002-4182^HR^MDIL",
        "2^Yellow^MDIL-ALERT",
        "68481^MDC_ATTR_EVENT_PHASE^MDC",
        "196616^MDC_EVT_ALARM^MDC",
        "110^HR",
        "^^",
        "",
    ]
)
numbers = st.one_of(
    st.sampled_from(["-999", "", "0", "0.0", "8388607", "2.73x10^-7", "nan", ">90", "37,5", '""']),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.integers(0, 320).map(str),
)
names = st.sampled_from(
    ["", "262688^MDC_DIM_PERCENT", "264864", "mmHg", "kPa", "266560^MDC_DIM_FAHR^MDC", "Cel", "°?"]
)
stamps = st.sampled_from(
    ["", "20260301101500", "20260301101500.0000+0530", "20260329023000", "20261025023000"]
).flatmap(lambda s: st.sampled_from([s, "00000000000000", "20269901101500", "2026"]))
words = st.text(max_size=12)


@st.composite
def rows(draw):
    kind = draw(st.sampled_from(["NM", "NM", "NM", "", "ST", "TX", "CWE"]))
    fields = [kind, draw(codes), draw(words), draw(numbers), draw(names)]
    status = draw(st.sampled_from(["F", "", "X", "R", "?"]))
    return "|".join(["OBX", "", *fields, "", "", "", "", status, "", "", draw(stamps)])


@st.composite
def messages(draw):
    event = draw(st.sampled_from(["ORU^R01", "ORU^R40", "QRY^R02", "ACK", "", "ORU^R99"]))
    control = draw(st.one_of(st.just("c1"), words))
    msh = rf"MSH|^~\&|{draw(words)}|M|||{draw(stamps)}||{event}|{control}|"
    msh += draw(st.sampled_from(["P", "T", "", "?"])) + "|2.6|||" + draw(words)
    odd = st.tuples(st.sampled_from(["PID|||", "PV1||I|", "OBR||||", "ZZZ|", ""]), words).map(
        "".join
    )
    body = draw(st.lists(st.one_of(rows(), rows(), odd), max_size=8))
    return "\r".join([msh, f"OBR||||{draw(words)}|||{draw(stamps)}", *body]).encode()


@given(streams, st.lists(st.integers(0, 600), max_size=8), st.sampled_from([10, 50, 1 << 20]))
@example(b"\x0bMSH|^~\\&|MSH|^~\\&|", [13], 10)
@example(b"\x0bMSH|^~\\&|MSH|^~\\&|\x1c\r\x0bA\x1c\r", [13, 20], 10)
def test_how_bytes_are_cut_changes_no_frame(data, cuts, bound):
    whole, pieces = Deframer(max_frame=bound), Deframer(max_frame=bound)
    places = sorted({min(c, len(data)) for c in cuts} | {0, len(data)})
    got = [f for a, b in itertools.pairwise(places) for f in pieces.feed(data[a:b])]
    assert got == whole.feed(data)
    assert (pieces.lost, pieces.too_long) == (whole.lost, whole.too_long)
    assert pieces.junk_bytes == whole.junk_bytes
    assert pieces.partial == whole.partial


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_framed_messages_come_back(parts):
    clean = [p.replace(b"\x0b", b"").replace(b"\x1c", b"") for p in parts]
    assert Deframer().feed(b"".join(map(frame, clean))) == clean


@given(st.one_of(streams, messages(), st.binary(max_size=200).map(lambda b: b"MSH|^~\\&|" + b)))
@example(b"MSH")
@example(b"MSH|^~\\&|" + b"|" * 40 + b"\xff")
@settings(max_examples=150)
def test_reading_raises_only_its_declared_error(raw):
    try:
        message = read(raw, clinic_zone="Europe/Berlin", received=datetime(2026, 3, 1, tzinfo=UTC))
    except BadValue:
        return
    as_json(message)
    if message.ack:
        answer = acknowledge(
            message.header, code=message.ack, at=datetime(2026, 3, 1, tzinfo=UTC), ack_id="1"
        )
        (whole,) = Deframer().feed(answer)
        assert parse(whole).every("MSA")[0].text(1) == message.ack


@given(messages())
@settings(max_examples=150)
def test_every_row_is_charted_or_parked_or_an_alert_and_never_two(raw):
    message, tree = read(raw), parse(raw)
    told = len(message.charted) + len(message.parked)
    numbered = sum(1 for a in message.alerts if a.code == "2")
    if message.type == "ORU":
        assert told + numbered == len(tree.every("OBX"))
    else:
        assert told == 0
    assert all(p.kind in KINDS and p.reason for p in message.parked)


@given(messages())
@settings(max_examples=150)
def test_what_is_charted_is_plausible_timed_and_single(raw):
    message = read(raw)
    keys = [(c.signal, c.source, c.time.iso()) for c in message.charted]
    assert len(keys) == len(set(keys))
    for row in message.charted:
        assert vitals.plausible(row.signal, float(row.value)).ok
        assert row.unit == vitals.signal(row.signal).unit
    assert not (message.charted and (message.training or message.reject))


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_a_control_id_is_echoed_byte_for_byte(text):
    control = "".join(c for c in text if c not in "|\x85\u2028\u2029") or "1"
    raw = f"MSH|^~\\&|M||||||ORU^R01|{control}|P|2.6\r".encode()
    header = read(raw).header
    answer = acknowledge(header, code="AA", at=datetime(2026, 3, 1, tzinfo=UTC), ack_id="1")
    assert answer.split(b"\r")[1] == b"MSA|AA|" + control.encode()

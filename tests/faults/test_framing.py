"""Frames out of hostile or broken byte streams."""

from __future__ import annotations

import pytest

from reprieve.interop.hl7v2.framing import Deframer, frame

A, B = b"MSH|A\r", b"MSH|B\r"


def whole(data: bytes, **options) -> list[bytes]:
    return Deframer(**options).feed(data)


def test_frames_come_back_as_they_went():
    assert whole(frame(A) + frame(B)) == [A, B]


def test_one_message_over_many_packets():
    deframer = Deframer()
    data = frame(A) + frame(B)
    got = [f for n in range(len(data)) for f in deframer.feed(data[n : n + 1])]
    assert got == [A, B]
    assert not deframer.partial


def test_junk_between_frames_is_dropped_and_counted():
    deframer = Deframer()
    assert deframer.feed(b"xx" + frame(A) + b"\x1c\r\n" + frame(B) + b"y") == [A, B]
    assert deframer.junk_bytes == 6


@pytest.mark.parametrize("tail", [b"", b"\r", b"\x1c?", b"\x1c\n"])
def test_a_lost_end_block_gives_up_that_message_alone(tail):
    deframer = Deframer()
    assert deframer.feed(b"\x0b" + A + tail + frame(B)) == [B]
    assert (deframer.lost, deframer.partial) == (1, False)


def test_an_end_block_without_its_carriage_return_still_ends():
    assert whole(b"\x0b" + A + b"\x1c" + frame(B)) == [A, B]


def test_an_end_block_cut_in_two_is_seen():
    deframer = Deframer()
    assert deframer.feed(b"\x0b" + A + b"\x1c") == []
    assert deframer.feed(b"\r") == [A]


def test_a_single_file_separator_is_content():
    assert whole(frame(b"MSH|a\x1cb\r")) == [b"MSH|a\x1cb\r"]


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_memory_is_bounded(step):
    deframer = Deframer(max_frame=100)
    data = b"\x0b" + b"x" * 5000 + b"\x1c\r" + frame(A)
    got = []
    for at in range(0, len(data), step):
        got += deframer.feed(data[at : at + step])
        assert len(deframer._buffer) <= 100 + step + 1
    assert got == [A]
    assert deframer.too_long == 1


@pytest.mark.parametrize("size", [99, 100, 101])
def test_the_bound_is_exact_however_the_bytes_come(size):
    data = frame(b"x" * size)
    bytewise = Deframer(max_frame=100)
    got = [f for n in range(len(data)) for f in bytewise.feed(data[n : n + 1])]
    assert got == whole(data, max_frame=100)
    assert bool(got) == (size <= 100)


def test_a_start_after_an_overlong_message_begins_the_next():
    assert whole(b"\x0b" + b"x" * 200 + frame(A), max_frame=100) == [A]


@pytest.mark.parametrize("bad", [b"a\x0bb", b"a\x1c\rb", b"a\x1c"])
def test_a_message_that_would_break_its_frame_is_refused(bad):
    with pytest.raises(ValueError, match="block edge"):
        frame(bad)

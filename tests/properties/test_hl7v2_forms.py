"""A reader that has learned a message's form reads it as one that has seen nothing before."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.interop.hl7v2.read import Reader
from reprieve.knowledge import BadValue
from tests.properties.test_hl7v2 import messages, numbers, stamps

AT = datetime(2026, 3, 1, tzinfo=UTC)


def answer(reader: Reader, raw: bytes) -> object:
    try:
        return reader.read(raw, AT)
    except BadValue as error:
        return str(error)


def varied(raw: bytes, value: str, stamp: str, control: str) -> bytes:
    """Change the fields that a monitor changes from one message to the next."""
    places = {b"OBX": {5: value, 14: stamp}, b"OBR": {7: stamp}, b"MSH": {6: stamp, 9: control}}
    lines = []
    for line in raw.split(b"\r"):
        fields = line.split(b"|")
        for place, text in places.get(fields[0], {}).items():
            if place < len(fields):
                fields[place] = text.encode()
        lines.append(b"|".join(fields))
    return b"\r".join(lines)


@given(messages(), st.lists(st.tuples(numbers, stamps, st.sampled_from(["c2", "", "\x01"]))))
@settings(max_examples=100)
def test_what_was_read_before_changes_nothing(
    raw: bytes, changes: list[tuple[str, str, str]]
) -> None:
    learned = Reader(clinic_zone="Europe/Berlin")
    for one in [raw, *(varied(raw, *change) for change in changes), raw]:
        assert answer(learned, one) == answer(Reader(clinic_zone="Europe/Berlin"), one)


@given(st.lists(messages(), max_size=6))
@settings(max_examples=50)
def test_other_monitors_messages_change_nothing(raws: list[bytes]) -> None:
    learned = Reader()
    for raw in [*raws, *raws]:
        assert answer(learned, raw) == answer(Reader(), raw)

"""How far a live page has read, as it sends it back: whatever is no cursor is the beginning."""

from __future__ import annotations

import pytest

from reprieve.web.infusion_live import Cursor

BEGINNING = Cursor(version=0, frame=0)


@pytest.mark.parametrize(
    "sent",
    ["", "7", "7.8", "7.8.", ".8.9", "7.8.9.1", "-1.2.3", "\u00b2.1.0", "1.0." + "9" * 19],
)
def test_anything_else_is_the_beginning(sent: str) -> None:
    assert Cursor.read(sent) == BEGINNING


def test_what_was_sent_is_read_again() -> None:
    cursor = Cursor(version=7, frame=8_000_000_000, beat=60_000_000)
    assert Cursor.read(str(cursor)) == cursor

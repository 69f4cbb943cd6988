"""What a gateway says of a text is kept short, without numbers, and a stop in it is seen."""

from __future__ import annotations

import pytest

from reprieve.pathway.gateway_words import LONGEST, kept, names_stop


@pytest.mark.parametrize(
    ("said", "is_kept"),
    [
        ("error 21610 from carrier", "error 21610 from carrier"),
        ("code 30003: handset off", "code 30003: handset off"),
        ("+1 (555) 010-7788 is switched off", "… is switched off"),
        ("no such number: 5550107788", "no such number: …"),
        ("two\nlines\x00here", "two lines here"),
        ("5550107788 21610", "opted out: …"),
        ("x" * 200, "x" * LONGEST),
        ("x" * 200 + " STOP", f"opted out: {'x' * (LONGEST - 11)}"),
        ("", ""),
    ],
)
def test_numbers_go_and_a_stop_stays(said: str, is_kept: str) -> None:
    assert kept(said) == is_kept


@pytest.mark.parametrize(
    ("said", "stop"),
    [
        ("recipient opted out", True),
        ("optout", True),
        ("Attempt to send to unsubscribed recipient", True),
        ("blocked due to STOP message", True),
        ("the recipient replied QUIT", True),
        ("number is blacklisted", True),
        ("21610", True),
        ("5552161099", False),
        ("the request was cancelled in the end", False),
        ("handset off", False),
    ],
)
def test_carriers_words_for_a_stop(said: str, stop: bool) -> None:
    assert names_stop(said) is stop

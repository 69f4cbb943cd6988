"""What a text gateway says of a text that it did not deliver: kept short, and read for a stop."""

from __future__ import annotations

import re

LONGEST = 100
# It may say the number; that is kept nowhere in the open. Codes of carriers are shorter.
NUMBER = re.compile(r"\+?\d(?:[ ()./-]*\d){6,}")
# Carriers know a stop that never reached the clinic, and gateways say so in words of their own,
# or with the word that somebody sent, which carriers write in capitals.
STOPPED = re.compile(
    r"(?i:stop|opt(ed|ing)?[\s_-]?out|unsubscri|blacklist|(?<!\d)21610(?!\d))"
    r"|\b(END|QUIT|CANCEL|REVOKE|ALTO|PARAR|BASTA)\b"
)
NAMED = "opted out"


def names_stop(said: str) -> bool:
    """This function will tell whether a gateway's words name a stop as the reason."""
    return STOPPED.search(said) is not None


def kept(said: str) -> str:
    """This function will shorten a gateway's words to LONGEST characters without telephone numbers.

    A stop that would be lost on the way is named first.
    """
    printed = "".join(one if one.isprintable() else " " for one in said)
    plain = " ".join(printed.split())
    short = NUMBER.sub("…", plain)[:LONGEST]
    if names_stop(plain) and not names_stop(short):
        return f"{NAMED}: {short}"[:LONGEST]
    return short

"""The US national drug code as it stands on a label, after 21 CFR 207.33.

The agency's code has ten digits in three segments (labeler, product, package); billing writes
eleven, 5-4-2, with a nought in front of the segment that is one short.
"""

from __future__ import annotations

import re

from reprieve.knowledge import N_, BadValue

TEN = re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-[0-9]{3}-[0-9]{2}|[0-9]{5}-[0-9]{4}-[0-9]")
ELEVEN = re.compile(r"[0-9]{5}-[0-9]{4}-[0-9]{2}")
PLAIN = re.compile(r"[0-9]{10}")
WRONG = N_("must be 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits with hyphens, or the ten digits alone")


def read(typed: str) -> str:
    """This function will return a code as it was typed, spaces around it left out; "" stays so.

    Raises BadValue("ndc") for what is no code. Eleven digits without hyphens are none: they are
    ten with one typed too many as easily as a code of billing.
    """
    text = typed.strip()
    if text and not any(form.fullmatch(text) for form in (TEN, ELEVEN, PLAIN)):
        raise BadValue("ndc", WRONG)
    return text


def ten_digits(code: str) -> frozenset[str]:
    """This function will return the ten digits that a code that was read may stand for.

    Of eleven, each segment that begins with a nought may be the one that was filled up.
    """
    if not ELEVEN.fullmatch(code):
        return frozenset({code.replace("-", "")}) if code else frozenset()
    parts = code.split("-")
    return frozenset(
        "".join(part[1:] if n == short else part for n, part in enumerate(parts))
        for short, filled in enumerate(parts)
        if filled.startswith("0")
    )

"""Which letters a message's bytes stand for: MSH-18, with a way out when it is wrong."""

from __future__ import annotations

import codecs
import re

# HL7 table 0211 names to codecs. ISO 8859 parts are worked out from their number.
_CODECS = {
    "": "utf-8",
    "ASCII": "utf-8",
    "UNICODE": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "WINDOWS-1252": "cp1252",
}
_PART = re.compile(r"^(?:ISO[ -]?)?8859[/-](\d{1,2})$")
_FALLBACK = "latin-1"  # gives every byte a letter, so that nothing is lost and nothing crashes


def codec(name: str) -> str:
    """Name the Python codec of an MSH-18 value (first repetition); unknown names read as UTF-8."""
    plain = name.strip().upper()
    part = _PART.match(plain)
    wanted = f"iso8859-{int(part.group(1))}" if part else _CODECS.get(plain, "utf-8")
    try:
        return codecs.lookup(wanted).name
    except LookupError:
        return "utf-8"


def decode(raw: bytes, *, charset: str) -> tuple[str, str]:
    """Decode a message and name the codec that worked.

    A message that does not fit its declared charset is tried as UTF-8, then read byte for byte,
    so that a name typed on another system never stops a vital sign.
    """
    for name in (codec(charset), "utf-8"):
        try:
            return raw.decode(name), name
        except UnicodeDecodeError:
            continue
    return raw.decode(_FALLBACK), _FALLBACK

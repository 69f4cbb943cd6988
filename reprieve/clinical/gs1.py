"""What the barcode of a drug's box says, after the GS1 General Specifications.

Read are the item (01), expiry (17), lot (10) and serial (21), as a scanner types them: with a
symbology identifier or without, fields of changing length ended by the group separator, or in the
printed form with brackets.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from reprieve.knowledge import N_, BadValue

FIXED = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "16": 6, "17": 6, "20": 2}
LONGEST = {"10": 20, "21": 20, "22": 20, "30": 8, "37": 8, "240": 30, "241": 30, "710": 20}
SEPARATOR = "\x1d"
SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")
BRACKETS = re.compile(r"\((\d{2,4})\)([^(]*)")
US_DRUG = "03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What a barcode says about a package; what it leaves out is empty."""

    gtin: str = ""
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None

    @property
    def ndc10(self) -> str:
        """The ten digits of the US national drug code, empty for an item of elsewhere.

        Where their hyphens stand is not said: 4-4-2, 5-3-2 and 5-4-1 all fit, so nobody guesses.
        The first digit of the item tells a case from its boxes; the code is the same.
        """
        return self.gtin[3:13] if self.gtin[1:3] == US_DRUG else ""


def read(scanned: str) -> Package:
    """This function will read a scanned code. Raises BadValue("scan") saying what is wrong."""
    fields = _fields(SYMBOLOGY.sub("", scanned.strip(" \r\n\t")))
    gtin = fields.get("01", "")
    if gtin and not _check_digit_holds(gtin):
        raise BadValue("scan", N_("has a wrong check digit: scan it again"))
    if not {"01", "10", "17", "21"} & fields.keys():
        raise BadValue("scan", N_("is not the barcode of a drug's box"))
    return Package(
        gtin=gtin, lot=fields.get("10", ""), serial=fields.get("21", ""),
        expires_on=_day(fields["17"]) if "17" in fields else None,
    )  # fmt: skip


def _fields(text: str) -> dict[str, str]:
    if text.startswith("("):
        return {ai: value.strip() for ai, value in BRACKETS.findall(text)}
    found: dict[str, str] = {}
    rest = text.lstrip(SEPARATOR)
    while rest:
        ai, value, rest = _next(rest)
        found.setdefault(ai, value)
    return found


def _next(text: str) -> tuple[str, str, str]:
    ai = next((text[:n] for n in (2, 3) if text[:n] in FIXED or text[:n] in LONGEST), "")
    if not ai:
        raise BadValue("scan", N_("is not the barcode of a drug's box"))
    body = text[len(ai) :]
    if ai in FIXED:
        value, rest = body[: FIXED[ai]], body[FIXED[ai] :]
        if len(value) < FIXED[ai]:
            raise BadValue("scan", N_("is cut short: scan it again"))
    else:
        value, _, rest = body.partition(SEPARATOR)
        if not 0 < len(value) <= LONGEST[ai]:
            raise BadValue("scan", N_("cannot be read: type lot and expiry instead"))
    return ai, value, rest.lstrip(SEPARATOR)


def _check_digit_holds(gtin: str) -> bool:
    if not re.fullmatch(r"\d{14}", gtin):
        return False
    weighed = sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(gtin[:-1]))
    return (10 - weighed % 10) % 10 == int(gtin[-1])


def _day(text: str) -> date:
    """Day 00 means the last of the month; a drug now in date expires in this century."""
    try:
        year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:6])
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError) as error:
        raise BadValue("scan", N_("has an impossible expiry day")) from error

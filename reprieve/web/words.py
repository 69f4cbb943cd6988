"""Values become words here, in the reader's language and the clinic's time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import BadValue, Message

MINUTE_S, HOUR_S, DAY_S = 60, 3600, 86400
INFANT_MONTHS = 24


def say(message: Message | str) -> str:
    """This function will translate a message and then put its values in."""
    if isinstance(message, str):
        return gettext(message) if message else ""
    return gettext(message.id).format(**_spoken(message.params))


def bad_value(error: BadValue) -> str:
    """This function will say which value cannot be used and why."""
    return f"{gettext(error.field)}: {gettext(error.reason)}"


def form_errors(form: forms.Form, error: BadValue) -> None:
    """This function will attach a refused value to its field, or to the whole form."""
    if error.field in form.fields:
        form.add_error(error.field, gettext(error.reason))
    else:
        form.add_error(None, bad_value(error))


def moment(at: datetime | None) -> str:
    """This function will say a moment as "Tue 3 Mar, 14:05", with the year when it is not ours."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    pattern = "D j M, H:i" if local.year == timezone.localtime().year else "D j M Y, H:i"
    return formats.date_format(local, pattern)


def dated(at: datetime | None) -> str:
    """This function will say a moment with its year, as papers that are kept say it."""
    return "" if at is None else formats.date_format(timezone.localtime(at), "D j M Y, H:i")


def day(on: date | datetime | None) -> str:
    """This function will say a day as "Tue 3 Mar 2026"."""
    return "" if on is None else formats.date_format(_local_day(on), "D j M Y")


UNITS: dict[str, str | Promise] = {
    "1": "", "{ULN}": "× ULN", "mm[Hg]": "mmHg", "d": _lazy("days"),
    "a": _lazy("years"), "mo": _lazy("months"), "-": "", "areas": "", "regions": "",
}  # fmt: skip


def unit_word(code: str) -> str:
    """This function will say a UCUM unit as a form shows it behind its field; what is counted, as
    in `{score}`, needs none.
    """
    return str(UNITS.get(code, "" if code.startswith("{") else code))


def born(on: date | None) -> str:
    """This function will say a birth date as "3 Mar 1976": its weekday tells nobody anything."""
    return "" if on is None else formats.date_format(on, "j M Y")


def clock_time(at: datetime | None) -> str:
    """This function will say a time of day as "14:05"."""
    return "" if at is None else formats.date_format(timezone.localtime(at), "H:i")


def age(born: date | None, *, on: date) -> str:
    """This function will say an age in whole years, in months below two years, unknown if None."""
    if born is None:
        return gettext("age unknown")
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if months < INFANT_MONTHS:
        return ngettext("{n} month", "{n} months", months).format(n=months)
    return ngettext("{n} year", "{n} years", months // 12).format(n=months // 12)


def ago(at: datetime, *, now: datetime) -> str:
    """This function will say how old a value is: "40 s", "3 min", "2 h", "5 days"."""
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < MINUTE_S:
        return gettext("{n} s").format(n=seconds)
    if seconds < HOUR_S:
        return gettext("{n} min").format(n=seconds // MINUTE_S)
    if seconds < 2 * DAY_S:
        return gettext("{n} h").format(n=seconds // HOUR_S)
    return ngettext("{n} day", "{n} days", seconds // DAY_S).format(n=seconds // DAY_S)


def quantity(value: Decimal | float | int | None, unit: str = "", *, digits: int = -1) -> str:
    """This function will say a number with its unit, joined so that a line never splits them.

    A missing number is said as unknown and never as zero. `digits` fixes the decimals; without
    it a Decimal keeps its own and a float shows up to three. The decimal sign is a point in every
    language of the product: a dose must read the same on screen, pump and label.
    """
    if value is None:
        return gettext("unknown")
    text = _plain(value) if digits < 0 else f"{value:.{digits}f}"
    return f"{text}\u00a0{unit}" if unit else text


def _plain(value: Decimal | float | int) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _local_day(on: date | datetime) -> date:
    return timezone.localtime(on).date() if isinstance(on, datetime) else on


def _spoken(params: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a message: nested messages are said, moments and days are written for people."""
    return {name: _spoken_value(value) for name, value in params.items()}


def _spoken_value(value: Any) -> Any:
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, datetime):
        return moment(value) if timezone.is_aware(value) else value
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(_spoken_value(v)) for v in value)
    return value

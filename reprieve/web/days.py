"""Days and moments that can stand on a clinic's calendar: what lies beyond is refused, named."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _lazy

# Arithmetic of weeks and time zones fails at the ends of what a date can hold, and nobody is
# booked there.
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


def on_calendar(day: date) -> bool:
    """This function will tell whether a day can stand on the calendar."""
    return FIRST <= day <= LAST


def day_of(on: date | None, *, now: datetime) -> datetime | None:
    """This function will place a day without a time at its noon in the clinic's zone; today is now.

    Before noon of today the noon is yet to come, and after it what is of now would seem older.
    """
    if on is None:
        return None
    zone = timezone.get_current_timezone()
    if on == now.astimezone(zone).date():
        return now
    return datetime.combine(on, time(12), tzinfo=zone).astimezone(UTC)


def _check(value: date) -> None:
    # A moment is compared by its year: its day depends on the zone.
    if not FIRST.year <= value.year <= LAST.year:
        raise ValidationError(
            _lazy("Choose a day between %(first)s and %(last)s."),
            params={"first": FIRST.isoformat(), "last": LAST.isoformat()},
        )


class DayField(forms.DateField):
    """A day of the calendar, typed or picked."""

    default_validators = [_check]  # noqa: RUF012  # as the class above declares it

    def __init__(self, **more: Any) -> None:
        limits = {"type": "date", "min": FIRST.isoformat(), "max": LAST.isoformat()}
        super().__init__(widget=forms.DateInput(attrs=limits), **more)


class MomentField(forms.DateTimeField):
    """A moment of the calendar on the clinic's clock."""

    default_validators = [_check]  # noqa: RUF012  # as the class above declares it

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), **more)

"""Values in words: times in the clinic's zone, numbers with their unit, unknown never as zero."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone, translation

from reprieve.config.marked import missing
from reprieve.knowledge import BadValue, Message
from reprieve.web import words

WEB = Path(words.__file__).parent
NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture(autouse=True)
def in_new_york() -> object:
    with timezone.override(NEW_YORK), translation.override("en"):
        yield


def this_year(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(timezone.localtime().year, month, day, hour, minute, tzinfo=UTC)


def test_a_message_is_translated_before_its_values_go_in() -> None:
    message = Message(id="{n} h", params={"n": 3})
    assert words.say(message) == "3 h"
    with translation.override("es"):
        assert words.say("Screen locked") == "Pantalla bloqueada"
    assert words.say("") == ""


def test_values_of_a_message_are_said_for_people() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001  # said as it is, never moved
    inner = Message(id="inner {x}", params={"x": 1})
    message = Message(
        id="{a} | {b} | {c} | {d}",
        params={"a": inner, "b": date(2026, 3, 3), "c": ["x", inner], "d": naive},
    )
    assert words.say(message) == "inner 1 | Tue 3 Mar 2026 | x, inner 1 | 2026-01-01 00:00:00"


def test_a_moment_is_in_the_clinics_zone() -> None:
    at = this_year(3, 3, 19, 5)
    assert words.moment(at).endswith("3 Mar, 14:05")
    assert words.say(Message(id="{at}", params={"at": at})) == words.moment(at)
    assert words.moment(datetime(2019, 3, 3, 19, 5, tzinfo=UTC)) == "Sun 3 Mar 2019, 14:05"
    assert words.moment(None) == ""


def test_the_day_changes_with_the_zone() -> None:
    late = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
    assert words.day(late) == "Tue 3 Mar 2026"
    assert words.clock_time(late) == "21:00"
    assert (words.day(None), words.clock_time(None)) == ("", "")


def test_a_day_in_spanish() -> None:
    with translation.override("es"):
        assert words.day(date(2026, 3, 3)).lower().startswith("mar")


@pytest.mark.parametrize(
    ("born", "on", "said"),
    [
        (date(1980, 5, 17), date(2026, 5, 16), "45 years"),
        (date(1980, 5, 17), date(2026, 5, 17), "46 years"),
        (date(2000, 2, 29), date(2018, 2, 28), "17 years"),
        (date(2024, 6, 1), date(2026, 5, 31), "23 months"),
        (date(2026, 5, 1), date(2026, 6, 1), "1 month"),
        (None, date(2026, 1, 1), "age unknown"),
    ],
)
def test_an_age_counts_whole_years(born: date | None, on: date, said: str) -> None:
    assert words.age(born, on=on) == said


@pytest.mark.parametrize(
    ("old", "said"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (172800, "2 days"),
     (-5, "0 s")],
)  # fmt: skip
def test_how_old_a_value_is(old: int, said: str) -> None:
    now = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
    assert words.ago(now - timedelta(seconds=old), now=now) == said


@pytest.mark.parametrize(
    ("value", "unit", "digits", "said"),
    [
        (Decimal("41.50"), "mg", -1, "41.50\u00a0mg"),
        (Decimal("1E+2"), "mg", -1, "100\u00a0mg"),
        (Decimal("0.10"), "", -1, "0.10"),
        (7, "", -1, "7"),
        (0.25, "mg/kg", -1, "0.25\u00a0mg/kg"),
        (2.0, "h", -1, "2\u00a0h"),
        (Decimal("41.55"), "mg", 1, "41.6\u00a0mg"),
        (None, "mg", -1, "unknown"),
    ],
)
def test_a_number_keeps_its_digits_and_its_unit(
    value: object, unit: str, digits: int, said: str
) -> None:
    assert words.quantity(value, unit, digits=digits) == said  # type: ignore[arg-type]


def test_a_dose_reads_the_same_in_every_language() -> None:
    with translation.override("es"):
        assert words.quantity(Decimal("1.5"), "mg") == "1.5\u00a0mg"


def test_a_refused_value_stands_beside_its_field() -> None:
    class Form(forms.Form):
        weight = forms.DecimalField()

    form = Form({"weight": "820"})
    assert form.is_valid()
    words.form_errors(form, BadValue("weight", "820 is not between 20 and 300 kg"))
    words.form_errors(form, BadValue("order", "has ended"))
    assert form.errors["weight"] == ["820 is not between 20 and 300 kg"]
    assert form.non_field_errors() == ["order: has ended"]


def test_every_word_of_the_pages_has_its_spanish() -> None:
    lost = missing(WEB, locale=WEB / "locale", language="es")
    assert {key: file.name for key, file in lost.items()} == {}


def test_what_a_rule_saw_is_said_without_signs_of_a_program() -> None:
    from reprieve.web.presenters import seen

    assert seen(["morphine", "oxycodone"]) == "morphine, oxycodone"
    assert (seen([]), seen(None), seen(False), seen(3)) == ("none", "unknown", "no", "3")

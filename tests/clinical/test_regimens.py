from datetime import date
from decimal import Decimal

import pytest

from reprieve.clinical import regimens
from reprieve.knowledge import BadValue, parse

D = Decimal
THREE = ("ketamine-0.5mgkg-40min-x6", "ketamine-80mg-2h-x6", "ketamine-0.35mgkgh-4h-x10")


def test_every_file_reads_into_a_plausible_regimen():
    assert set(THREE) <= set(regimens.regimens())
    for name, one in regimens.regimens().items():
        assert one.id == name
        assert one.form in {"racemic", "esketamine"}
        assert one.source
        assert isinstance(one.valid_from, date)
        assert isinstance(one.verified, bool)
        assert one.days[0] == 0
        assert list(one.days) == sorted(set(one.days))
        assert 0 < one.ceiling_mg_per_session <= 200
        assert one.minimum_recovery_min >= 60
        assert all(1 < step.from_session <= one.infusions for step in one.titration)


def test_the_three_regimens_of_the_programme():
    first, second, third = (regimens.regimen(name) for name in THREE)
    assert (first.amount, first.unit, first.duration_min) == (D("0.5"), "mg/kg", 40)
    assert first.infusions == 6
    assert first.days[-1] < 21
    assert (second.amount, second.unit, second.duration_min) == (D(80), "mg", 120)
    assert second.days == (0, 7, 14, 21, 28, 35)
    assert (third.amount, third.unit, third.duration_min) == (D("0.35"), "mg/kg/h", 240)
    assert (third.ceiling_mg_per_h, third.ceiling_mg_per_session) == (D(25), D(100))
    assert third.infusions == 10


def test_ten_weekdays_skip_the_weekend_wherever_they_begin():
    third = regimens.regimen(THREE[2])
    monday = date(2026, 3, 2)
    assert third.dates(monday) == tuple(monday.replace(day=2 + day) for day in third.days)
    wednesday = third.dates(date(2026, 3, 4))
    assert len(wednesday) == 10
    assert {day.weekday() for day in wednesday} == {0, 1, 2, 3, 4}
    assert wednesday[3] == date(2026, 3, 9)
    with pytest.raises(BadValue, match="first: must be a weekday"):
        third.dates(date(2026, 3, 7))


def test_other_regimens_count_days_as_they_stand():
    assert regimens.regimen(THREE[0]).dates(date(2026, 2, 27))[1] == date(2026, 3, 2)


def test_amount_follows_the_titration_across_sessions():
    steps = regimens.regimen("ketamine-0.2-0.6mgkgh-4h-x3")
    assert [steps.amount_at(n) for n in (1, 2, 3)] == [D("0.2"), D("0.4"), D("0.6")]


@pytest.mark.parametrize("session_no", [0, 4, -1, True, 1.0])
def test_a_session_outside_the_series_is_refused(session_no):
    with pytest.raises(BadValue, match="session_no: must be"):
        regimens.regimen("ketamine-0.2-0.6mgkgh-4h-x3").amount_at(session_no)


def test_unknown_regimen_names_the_known_ones():
    with pytest.raises(BadValue, match="regimen: unknown 'x'; known: ketamine-"):
        regimens.regimen("x")


FILE = b"""
name = "n"
conditions = []
form = "racemic"
setting = "outpatient"
amount = "1"
unit = "mg"
duration_min = 60
days = [0]
weekdays_only = false
ceiling_mg_per_session = "10"
observation_schedule = "standard"
minimum_recovery_min = 60
source = "s"
verified = false
valid_from = 2026-01-01
"""


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (b'source = "s"', b"", "r: lacks source"),
        (b'amount = "1"', b'amount = "one"', "r: an amount is not a decimal"),
        (b'unit = "mg"', b'unit = "mL"', "r: unit must be one of"),
    ],
)
def test_a_broken_file_is_named(old, new, error):
    assert regimens.read(parse("r", FILE)).amount == 1
    with pytest.raises(BadValue, match=error):
        regimens.read(parse("r", FILE.replace(old, new)))

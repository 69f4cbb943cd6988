import pytest

from reprieve.clinical.boosters import ladder, step_at
from reprieve.knowledge import BadValue


def test_visits_climb_the_ladder_and_stay_on_its_last_step():
    days = [step_at("crps-practice", visit_no=n).every_n_days for n in range(1, 10)]
    assert days == [14, 14, 14, 14, 30, 30, 30, 91, 91]
    blocks = [step_at("crps-practice", visit_no=n).sessions_per_visit_block for n in (1, 2, 3)]
    assert blocks == [2, 2, 1]


def test_a_ladder_with_an_end_keeps_its_last_spacing(monkeypatch):
    counted = ladder("crps-practice")[:3]
    monkeypatch.setattr("reprieve.clinical.boosters.ladder", lambda _wanted: counted)
    assert step_at("crps-practice", visit_no=99).every_n_days == 30


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: ladder("x"), "ladder: unknown 'x'; known: crps-practice"),
        (lambda: step_at("crps-practice", visit_no=0), "visit_no: must be 1 or more"),
    ],
)
def test_unknown_ladder_or_visit_is_named(call, error):
    with pytest.raises(BadValue, match=error):
        call()

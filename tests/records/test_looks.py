"""How often vital signs were measured again: each sign for itself, minutes apart."""

from reprieve.records.queries.charts import Value
from reprieve.records.queries.gate_vitals import looks, remeasured_n

MIN = 60_000


def read(**minutes: list[int]) -> list[Value]:
    import dataclasses

    blank = {f.name: None for f in dataclasses.fields(Value)}
    return [
        Value(**{**blank, "signal": signal, "value": 100, "at_ms": at * MIN})
        for signal, times in minutes.items()
        for at in times
    ]


def test_moments_close_together_are_one_look() -> None:
    assert (looks([]), looks([0, MIN, 4 * MIN])) == (0, 1)
    assert looks([0, 5 * MIN, 9 * MIN, 10 * MIN]) == 3


def test_the_sign_that_was_measured_least_often_counts() -> None:
    assert remeasured_n([], now_ms=0) is None
    pressure = {"sbp": [0, 5, 10], "dbp": [0, 5, 10]}
    assert remeasured_n(read(**pressure), now_ms=12 * MIN) == 2
    assert remeasured_n(read(**pressure, heart_rate=[10]), now_ms=12 * MIN) == 0


def test_what_was_read_half_an_hour_ago_repeats_nothing() -> None:
    assert remeasured_n(read(sbp=[0, 5, 40]), now_ms=41 * MIN) == 0

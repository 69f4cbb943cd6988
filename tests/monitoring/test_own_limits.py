"""A limit set anew: kept when it can be, refused by its name when it cannot."""

from __future__ import annotations

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring import own_limits
from reprieve.monitoring.limits import from_rows, shipped
from reprieve.monitoring.own_limits import Wanted


def wanted(threshold: float, priority: str = "high") -> Wanted:
    return Wanted(threshold=threshold, priority=priority)  # type: ignore[arg-type]


def test_only_what_differs_is_a_limit_of_its_own() -> None:
    found = own_limits.changed(
        shipped(), {"sbp-stop": wanted(170), "sbp-low-stop": wanted(90)}
    )
    assert [(one.name, one.threshold) for one in found] == [("sbp-stop", 170)]
    [quiet] = own_limits.changed(shipped(), {"sbp-stop": wanted(180, "medium")})
    assert quiet.priority == "medium"


@pytest.mark.parametrize(
    ("name", "threshold", "says"),
    [
        ("shoe", 1, "no limit of this product"),
        ("sbp-stop", 301, "no value that this sign can have"),
        ("rass-stop", -6, "no value that this sign can have"),
        ("sbp-stop", 201, "looser than any clinic"),
        ("spo2-stop", 84, "looser than any clinic"),
        ("map-high-act", 100, "no share of the baseline"),
        ("map-low-act", 100, "no share of the baseline"),
        ("map-high-act", 141, "looser than any clinic"),
        ("sbp-stop", 90, "no value without an alarm"),
        ("rr-stop", 24, "no value without an alarm"),
        ("sbp-stop", float("nan"), "no value that this sign can have"),
        ("map-low-act", float("nan"), "no share of the baseline"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name: str, threshold: float, says: str) -> None:
    with pytest.raises(BadValue, match=says) as refused:
        own_limits.changed(shipped(), {name: wanted(threshold)})
    assert refused.value.field == name


def test_a_bound_may_be_reached_and_never_passed() -> None:
    assert own_limits.changed(shipped(), {"sbp-stop": wanted(200)})[0].threshold == 200


def test_looser_is_later_or_more_quiet() -> None:
    default = own_limits.default("sbp-stop")
    later = own_limits.changed(shipped(), {"sbp-stop": wanted(185)})[0]
    quiet = own_limits.changed(shipped(), {"sbp-stop": wanted(180, "low")})[0]
    tight = own_limits.changed(shipped(), {"sbp-stop": wanted(175)})[0]
    assert [own_limits.is_looser(one, than=default) for one in (later, quiet, tight)] == [
        True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize("limit", shipped(), ids=lambda one: one.name)
def test_a_limit_is_written_and_read_back_the_same(limit: object) -> None:
    [back] = from_rows([own_limits.row(limit)])  # type: ignore[arg-type]
    assert back.key == limit.key  # type: ignore[attr-defined]
    assert back.action == limit.action  # type: ignore[attr-defined]

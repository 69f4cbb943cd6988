"""Layers: tighter is free, looser asks the medical director, past the bound nothing is taken."""

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring.layers import consent, is_looser, layered
from reprieve.monitoring.limits import Limit

SPO2 = Limit(
    signal="spo2",
    compare="below",
    threshold=90,
    priority="high",
    delay_s=10,
    name="spo2-stop",
    loosest=85,
)
SBP = Limit(
    signal="sbp",
    compare="at_or_above",
    threshold=160,
    priority="medium",
    name="sbp-act",
    loosest=180,
)


def like(base: Limit, **changes: object) -> Limit:
    names = ("signal", "compare", "threshold", "priority", "delay_s", "confirm_s", "name")
    plain = {n: getattr(base, n) for n in names}
    return Limit(**{**plain, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base", "changes", "who"),
    [
        (SPO2, {}, "free"),
        (SPO2, {"threshold": 92}, "free"),
        (SPO2, {"delay_s": 5}, "free"),
        (SPO2, {"compare": "at_or_below"}, "free"),
        (SPO2, {"threshold": 88}, "director"),
        (SPO2, {"threshold": 85}, "director"),
        (SPO2, {"threshold": 84.9}, "refused"),
        (SPO2, {"delay_s": 15}, "director"),
        (SPO2, {"confirm_s": 60}, "director"),
        (SPO2, {"priority": "medium"}, "director"),
        (SBP, {"threshold": 155}, "free"),
        (SBP, {"compare": "above"}, "director"),
        (SBP, {"threshold": 180}, "director"),
        (SBP, {"threshold": 180.5}, "refused"),
    ],
)
def test_who_must_agree(base: Limit, changes: dict[str, object], who: str) -> None:
    assert consent(shipped=base, wanted=like(base, **changes)) == who


def test_without_a_bound_looser_asks_the_director() -> None:
    assert consent(shipped=like(SPO2), wanted=like(SPO2, threshold=10)) == "director"


def test_a_limit_is_not_looser_than_itself() -> None:
    assert not is_looser(SPO2, than=SPO2)


def test_the_patient_lies_over_the_regimen_over_the_clinic() -> None:
    found = layered(
        shipped=[SPO2, SBP],
        clinic=[like(SPO2, threshold=92)],
        regimen=[like(SPO2, threshold=91)],
        patient=[like(SPO2, threshold=93)],
    )
    assert [x.threshold for x in found.limits] == [93, 160]
    assert [(c.layer, c.consent) for c in found.changes] == [
        ("clinic", "free"),
        ("regimen", "free"),
        ("patient", "free"),
    ]
    assert "tighter" in str(found.changes[0].message)


def test_each_layer_is_held_against_the_shipped_limit() -> None:
    found = layered(
        shipped=[SPO2], clinic=[like(SPO2, threshold=94)], patient=[like(SPO2, threshold=89)]
    )
    assert [c.layer for c in found.needs_director] == ["patient"]
    assert found.limits[0].threshold == 89
    assert found.limits[0].loosest == 85


def test_what_is_past_the_bound_is_not_taken_over() -> None:
    found = layered(shipped=[SPO2], clinic=[like(SPO2, threshold=60)])
    assert found.limits == (SPO2,)
    assert [c.name for c in found.refused] == ["spo2-stop"]
    assert "85" in str(found.refused[0].message)


def test_a_new_limit_is_added_freely_and_the_same_one_twice_is_one() -> None:
    extra = like(SBP, name="", threshold=150)
    found = layered(shipped=[SBP], clinic=[extra], patient=[like(extra, name="own")])
    assert [x.threshold for x in found.limits] == [160, 150]
    assert all(c.shipped is None and c.consent == "free" for c in found.changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"signal": "heart_rate"},
        {"compare": "above"},
        {"compare": "below_percent_of_baseline", "threshold": 80},
    ],
)
def test_a_name_cannot_be_taken_by_another_kind_of_limit(changes: dict[str, object]) -> None:
    with pytest.raises(BadValue, match=r"spo2-stop: .* cannot replace"):
        layered(shipped=[SPO2], clinic=[like(SPO2, **changes)])

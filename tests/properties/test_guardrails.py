"""No sequence of rate changes and boluses that is accepted passes a guard-rail."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.clinical.delivery import MS_PER_MIN, Bolus, Segment, changed, given_mg
from reprieve.clinical.findings import blocking
from reprieve.clinical.guardrails import check_bolus, check_change, shipped, worst_window_mg

PLAN_MIN = 240
MINUTE = st.integers(0, 90)
RATE = st.decimals("0", "400", places=1)
DOSE = st.decimals("0.1", "60", places=1)
WEIGHT = st.decimals("30", "180", places=1)
ACT = st.one_of(
    st.tuples(st.just("rate"), MINUTE, RATE),
    st.tuples(st.just("bolus"), MINUTE, st.tuples(DOSE, st.integers(0, 30))),
)


def play(weight_kg, acts):
    """Walk through the acts in time; each accepted one becomes part of what is given."""
    segments, boluses, now_min = (), (), 0
    for kind, wait_min, what in acts:
        now_min = min(now_min + wait_min, PLAN_MIN)
        told = {"segments": segments, "boluses": boluses, "weight_kg": weight_kg,
                "until_ms": PLAN_MIN * MS_PER_MIN}  # fmt: skip
        at_ms = now_min * MS_PER_MIN
        if kind == "rate":
            if not blocking(check_change(at_ms=at_ms, rate_mg_per_h=what, **told)):
                segments = changed(segments, at_ms=at_ms, rate_mg_per_h=what,
                                   until_ms=PLAN_MIN * MS_PER_MIN)  # fmt: skip
        else:
            dose, minutes = what
            bolus = Bolus(start_ms=at_ms, duration_ms=minutes * MS_PER_MIN, dose_mg=dose)
            if not blocking(check_bolus(bolus=bolus, **told)):
                boluses = (*boluses, bolus)
    return segments, boluses


@settings(deadline=None)
@given(weight_kg=WEIGHT, acts=st.lists(ACT, max_size=8))
def test_no_accepted_sequence_passes_a_guard_rail(weight_kg, acts):
    segments, boluses = play(weight_kg, acts)
    limits = shipped()
    kg = Fraction(weight_kg)
    total = given_mg(segments, boluses, from_ms=None, until_ms=10**9)
    assert total <= min(Fraction(limits.session_mg), Fraction(limits.session_mg_per_kg) * kg)
    for minute in range(0, PLAN_MIN + 31, 3):
        end_ms = minute * MS_PER_MIN
        for length, limit in ((30, limits.per_30_min_mg_per_kg), (60, limits.per_60_min_mg_per_kg)):
            window = given_mg(
                segments, boluses, from_ms=end_ms - length * MS_PER_MIN, until_ms=end_ms
            )
            assert window <= Fraction(limit) * kg
    for bolus in boluses:
        assert bolus.dose_mg <= limits.bolus_mg_per_kg * weight_kg
        assert bolus.duration_ms >= 10 * MS_PER_MIN


@settings(deadline=None)
@given(
    rates=st.lists(st.tuples(st.integers(1, 60), RATE), min_size=1, max_size=6),
    end_min=st.integers(0, 400),
    length=st.sampled_from([30, 60]),
)
def test_no_window_holds_more_than_the_worst_one(rates, end_min, length):
    segments, at = [], 0
    for minutes, rate in rates:
        segments.append(Segment(start_ms=at * MS_PER_MIN, end_ms=(at + minutes) * MS_PER_MIN,
                                rate_mg_per_h=rate))  # fmt: skip
        at += minutes
    end_ms = end_min * MS_PER_MIN
    window = given_mg(segments, [], from_ms=end_ms - length * MS_PER_MIN, until_ms=end_ms)
    assert window <= worst_window_mg(segments, [], window_min=length)


@settings(deadline=None)
@given(weight_kg=WEIGHT, rate=RATE, share=st.decimals("0", "1", places=2), at_min=MINUTE)
def test_a_stop_or_a_reduction_is_never_refused(weight_kg, rate, share, at_min):
    found = check_change(
        segments=[Segment(start_ms=0, end_ms=None, rate_mg_per_h=rate)],
        weight_kg=weight_kg,
        at_ms=at_min * MS_PER_MIN,
        rate_mg_per_h=rate * share,
        until_ms=PLAN_MIN * MS_PER_MIN,
    )
    assert blocking(found) == ()

"""What was given is the integral of the rates, exact, and rounded up."""

from hypothesis import given
from hypothesis import strategies as st

from reprieve.monitoring.course import Act, course

MIN = 60_000
H = 3_600_000


def act(kind: str, at_ms: int, **more: object) -> Act:
    return Act(id=f"{kind}{at_ms}", kind=kind, at_ms=at_ms, recorded_ms=at_ms, **more)  # type: ignore[arg-type]


def test_a_rate_change_a_pause_and_an_end() -> None:
    now = course(
        [
            act("started", 0, rate_ug_per_h=20_000),
            act("rate", 30 * MIN, rate_ug_per_h=40_000),
            act("paused", 60 * MIN),
            act("resumed", 90 * MIN, rate_ug_per_h=40_000),
            act("ended", 120 * MIN),
        ]
    )
    assert now.given_ug(H) == 10_000 + 20_000
    assert now.given_ug(3 * H) == 50_000
    assert now.rate_ug_per_h == 0
    assert (now.started_ms, now.ended_ms) == (0, 120 * MIN)
    assert [(s.start_ms, s.end_ms) for s in now.segments] == [
        (0, 30 * MIN), (30 * MIN, 60 * MIN), (90 * MIN, 120 * MIN),
    ]  # fmt: skip


def test_a_running_rate_has_no_end_and_keeps_counting() -> None:
    now = course([act("started", 0, rate_ug_per_h=60_000)])
    assert now.segments[0].end_ms is None
    assert now.given_ug(MIN) == 1_000
    assert now.between_ug(MIN, 3 * MIN) == 2_000


def test_a_bolus_counts_and_what_ran_beside_the_vein_does_not() -> None:
    now = course(
        [
            act("started", 0, rate_ug_per_h=60_000),
            act("bolus", MIN, dose_ug=5_000),
            act("infiltrated", 10 * MIN, dose_ug=2_000),
        ]
    )
    assert now.given_ug(H) == 10_000 + 5_000 - 2_000
    assert now.rate_ug_per_h == 0


def test_a_correction_stands_for_the_act_it_corrects() -> None:
    wrong = act("rate", 10 * MIN, rate_ug_per_h=600_000)
    right = act("rate", 10 * MIN, rate_ug_per_h=60_000, corrects=wrong.id)
    right = Act(**{**{f: getattr(right, f) for f in right.__slots__}, "id": "right"})
    now = course([act("started", 0, rate_ug_per_h=60_000), wrong, right, act("ended", H)])
    assert now.given_ug(H) == 60_000


def test_nothing_happened_yet() -> None:
    now = course([])
    assert (now.given_ug(H), now.started_ms, now.ended_ms, now.rate_ug_per_h) == (0, None, None, 0)


rates = st.lists(st.tuples(st.integers(1, 500), st.integers(0, 200_000)), min_size=1, max_size=12)


@given(rates, st.integers(0, 600))
def test_windows_add_up_to_the_whole(steps: list[tuple[int, int]], cut_min: int) -> None:
    at, acts = 0, []
    for minutes, rate in steps:
        acts.append(act("rate" if acts else "started", at, rate_ug_per_h=rate))
        at += minutes * MIN
    acts.append(act("ended", at))
    now = course(acts)
    exact = sum(minutes * rate for minutes, rate in steps) / 60
    assert 0 <= now.given_ug(at) - exact < 1
    cut = min(cut_min * MIN, at)
    parts = now.between_ug(0, cut) + now.between_ug(cut, at)
    assert 0 <= parts - now.given_ug(at) <= 1


@given(st.permutations(range(6)))
def test_the_order_of_arrival_does_not_matter(order: list[int]) -> None:
    acts = [act("started", 0, rate_ug_per_h=1_000)]
    acts += [act("rate", n * MIN, rate_ug_per_h=1_000 * n) for n in range(1, 5)]
    acts.append(act("ended", 6 * MIN))
    assert course([acts[n] for n in order]) == course(acts)

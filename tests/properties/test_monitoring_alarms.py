"""Alarms: monotone in the signal, never silent for long, the same however they are driven."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reprieve.monitoring import events as ev
from reprieve.monitoring import policy as policies
from reprieve.monitoring.alarm_state import State, Transition
from reprieve.monitoring.alarms import fold, step
from reprieve.monitoring.limits import Limit
from reprieve.monitoring.policy import Policy
from reprieve.monitoring.vitals import Reading

DELAYS = st.sampled_from([0, 0, 5, 20])
CONFIRMS = st.sampled_from([0, 0, 30])
PRIORITIES = st.sampled_from(["high", "medium", "low"])
LIMITS = st.builds(
    Limit,
    signal=st.just("spo2"),
    compare=st.sampled_from(["below", "at_or_below"]),
    threshold=st.sampled_from([88, 90, 92]),
    priority=PRIORITIES,
    delay_s=DELAYS,
    confirm_s=CONFIRMS,
)
VALUES = st.sampled_from([0, -999, 84, 87, 88, 89, 90, 91, 92, 95, 101])
STEPS_MS = st.sampled_from([0, 500, 1000, 5000, 30_000, 100_000])
WHAT = st.one_of(
    VALUES,
    VALUES,
    VALUES,
    st.sampled_from(["ack", "silence", "run", "stop", "link", "unlink", "tick", "hand", "limits"]),
)
SCRIPTS = st.lists(st.tuples(STEPS_MS, WHAT), max_size=40)


def events(script: Sequence[tuple[int, object]]) -> list[ev.Event | str]:
    """Turn a script into events; an acknowledgement is filled in when it happens."""
    at_ms, made = 0, []
    for wait_ms, what in script:
        at_ms += wait_ms
        made.append(_event(at_ms, what))
    return made


def _event(at_ms: int, what: object) -> ev.Event | str:
    plain: dict[object, ev.Event] = {
        "silence": ev.Silenced(at_ms=at_ms, by="nurse", seconds=90),
        "run": ev.InfusionRunning(at_ms=at_ms),
        "stop": ev.InfusionStopped(at_ms=at_ms),
        "link": ev.FeedLinked(at_ms=at_ms),
        "unlink": ev.FeedUnlinked(at_ms=at_ms),
        "tick": ev.Tick(at_ms=at_ms),
        "limits": ev.LimitsChanged(at_ms=at_ms, by="physician"),
        "hand": _reading(at_ms, 86, source="hand"),
    }
    if what == "ack":
        return f"ack {at_ms}"
    return plain[what] if isinstance(what, str) else _reading(at_ms, what)


def _reading(at_ms: int, value: object, source: str = "device") -> Reading:
    return Reading(
        signal="spo2",
        value=value,  # type: ignore[arg-type]
        at_ms=at_ms,
        recorded_ms=at_ms,
        source=source,  # type: ignore[arg-type]
    )


def follow(
    state: State, event: ev.Event | str, policy: Policy
) -> tuple[State, tuple[Transition, ...]]:
    """Take one step; "ack" answers the worst alarm that nobody has answered."""
    if not isinstance(event, str):
        return step(state, event, policy)
    at_ms = int(event.split()[1])
    state, passed = step(state, ev.Tick(at_ms=at_ms), policy)
    wanting = [a.id for a in state.shown if a.wants_someone]
    if not wanting:
        return state, passed
    seen = ev.Acknowledged(at_ms=at_ms, by="nurse", alarm_id=wanting[0])
    state, made = step(state, seen, policy)
    return state, passed + made


def run(script: Sequence[ev.Event | str], policy: Policy) -> tuple[State, list[Transition]]:
    state, made = State(), []
    for event in script:
        state, new = follow(state, event, policy)
        made += new
    return state, made


def rules(limits: Sequence[Limit]) -> Policy:
    return policies.live(limits={x.key: x for x in limits}.values(), knowledge="test")


def timeless(made: Sequence[Transition]) -> list[Transition]:
    """Leave out when the engine got to it, which alone may depend on the ticker."""
    return [replace(t, noted_ms=0) for t in made]


@given(script=SCRIPTS, limits=st.lists(LIMITS, max_size=4), data=st.data())
def test_stored_and_read_back_at_any_point_the_fold_goes_on_the_same(
    script: list[tuple[int, object]], limits: list[Limit], data: st.DataObject
) -> None:
    policy, told = rules(limits), events(script)
    cut = data.draw(st.integers(0, len(told)))
    state, made = run(told[:cut], policy)
    state = State.from_json(json.loads(json.dumps(state.to_json())))
    for event in told[cut:]:
        state, new = follow(state, event, policy)
        made += new
    assert (state, made) == run(told, policy)


@given(script=SCRIPTS, limits=st.lists(LIMITS, max_size=4))
def test_looking_only_when_something_may_be_due_misses_nothing(
    script: list[tuple[int, object]], limits: list[Limit]
) -> None:
    policy, state, made = rules(limits), State(), []
    for event in events(script):
        state, new = follow(replace(state, wake_ms=0), event, policy)
        made += new
    assert made == run(events(script), policy)[1]


@given(
    script=SCRIPTS,
    limits=st.lists(LIMITS, max_size=4),
    ticks=st.lists(st.integers(0, 2_000_000), max_size=30),
)
def test_how_often_the_ticker_calls_changes_nothing(
    script: list[tuple[int, object]], limits: list[Limit], ticks: list[int]
) -> None:
    policy, told = rules(limits), events(script)
    last_ms = 2_000_001
    extra = [ev.Tick(at_ms=t * 100 + 7) for t in ticks if t * 100 + 7 < last_ms]
    busy = sorted([*told, *extra], key=_moment)
    end = [ev.Tick(at_ms=max([last_ms, *(_moment(e) for e in told)]))]
    quiet_made, busy_made = run([*told, *end], policy)[1], run([*busy, *end], policy)[1]
    assert timeless(busy_made) == timeless(quiet_made)


def _moment(event: ev.Event | str) -> int:
    if isinstance(event, str):
        return int(event.split()[1])
    return event.recorded_ms if isinstance(event, Reading) else event.at_ms


@given(script=SCRIPTS, limits=st.lists(LIMITS, max_size=4), data=st.data())
def test_repeats_and_late_copies_of_what_was_seen_change_no_alarm(
    script: list[tuple[int, object]], limits: list[Limit], data: st.DataObject
) -> None:
    policy, told = rules(limits), events(script)
    repeated: list[ev.Event | str] = []
    for event in told:
        repeated.append(event)
        seen = [e for e in repeated if isinstance(e, Reading)]
        if seen and data.draw(st.booleans()):
            copy = data.draw(st.sampled_from(seen))
            repeated.append(replace(copy, recorded_ms=max(_moment(event), copy.recorded_ms)))
    assert timeless(run(repeated, policy)[1]) == timeless(run(told, policy)[1])


@given(
    values=st.lists(st.integers(84, 100), min_size=1, max_size=40),
    drops=st.lists(st.integers(0, 10), min_size=40, max_size=40),
    rule=LIMITS,
)
def test_an_alarm_is_monotone_in_its_signal(
    values: list[int], drops: list[int], rule: Limit
) -> None:
    """Whatever is shown for a series is also shown for one that is lower at every moment."""
    policy = rules([rule])
    upper, lower = State(), State()
    for second, (value, drop) in enumerate(zip(values, drops, strict=False)):
        at_ms = second * 5000
        upper, _ = step(upper, _reading(at_ms, value), policy)
        lower, _ = step(lower, _reading(at_ms, value - drop), policy)
        assert {a.key for a in upper.shown} <= {a.key for a in lower.shown}


@given(script=SCRIPTS, limits=st.lists(LIMITS, max_size=4))
def test_no_silence_lasts_longer_than_120_s(
    script: list[tuple[int, object]], limits: list[Limit]
) -> None:
    policy = rules(limits)
    told = [*events(script), ev.Tick(at_ms=10_000_000)]
    state, made = run(told, policy)
    assert state.silence is None
    quiet_since: int | None = None
    for turn in (t for t in made if t.kind == "audio"):
        if turn.after == "silenced":
            quiet_since = turn.at_ms if quiet_since is None else quiet_since
        else:
            assert quiet_since is not None
            assert turn.at_ms - quiet_since <= 120_000
            quiet_since = None


@given(script=SCRIPTS, limits=st.lists(LIMITS, max_size=4))
def test_a_new_alarm_is_never_raised_into_silence(
    script: list[tuple[int, object]], limits: list[Limit]
) -> None:
    policy, state = rules(limits), State()
    for event in events(script):
        state, made = follow(state, event, policy)
        raised = [t for t in made if t.after == "active" and t.before != "active"]
        if raised and not any(t.after == "silenced" for t in made):
            assert state.silence is None


@given(script=SCRIPTS, limits=st.lists(LIMITS, max_size=4))
def test_no_measurement_no_clinical_alarm(
    script: list[tuple[int, object]], limits: list[Limit]
) -> None:
    none = [(t, w) for t, w in script if w in {0, -999, 101} or isinstance(w, str)]
    none = [(t, w) for t, w in none if w != "hand"]
    _, made = run(events(none), rules(limits))
    assert not [t for t in made if t.kind == "clinical"]


@given(script=SCRIPTS, limits=st.lists(LIMITS, max_size=4))
def test_many_events_at_once_are_as_one_after_another(
    script: list[tuple[int, object]], limits: list[Limit]
) -> None:
    policy = rules(limits)
    told = [e for e in events(script) if not isinstance(e, str)]
    state, made = State(), []
    for event in told:
        state, new = step(state, event, policy)
        made += new
    assert fold(told, policy) == (state, tuple(made))


@given(
    limits=st.lists(LIMITS, max_size=4),
    upper=st.lists(st.sampled_from([96, 98, 99.5]), max_size=2),
    share=st.sampled_from([None, 90, 95.5]),
    value=st.one_of(VALUES, st.floats(50, 110)),
)
def test_a_value_in_the_calm_range_is_beyond_no_limit(
    limits: list[Limit], upper: list[float], share: float | None, value: float
) -> None:
    tops = [Limit(signal="spo2", compare="above", threshold=t, priority="low") for t in upper]
    relative = Limit(
        signal="spo2", compare="below_percent_of_baseline", threshold=95, priority="medium"
    )
    policy = policies.live(
        limits=[*limits, *tops, relative], baseline={} if share is None else {"spo2": share},
        knowledge="test",
    )  # fmt: skip
    low, high = policy.calm("spo2")
    beyond = [x for x in policy.limits if x.beyond(value, baseline=policy.baseline.get("spo2"))]
    assert not (low < value < high and beyond)
    inside_by_far = low + 1e-4 < value < high - 1e-4
    assert bool(beyond) or inside_by_far or _near_an_edge(value, low, high)


def _near_an_edge(value: float, low: float, high: float) -> bool:
    """The range is a little too narrow on purpose; an "at or" limit holds at its edge."""
    return min(abs(value - low), abs(value - high)) <= 1e-4

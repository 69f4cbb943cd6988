"""The policy: shipped timings, and suspensions that always end."""

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring import events, limits, policy


def test_the_shipped_policy_is_whole() -> None:
    live = policy.live()
    assert live.limits == limits.shipped()
    assert live.silence_max_ms == events.SILENCE_MAX_S * 1000 == 120_000
    assert [r.after_ms for r in live.rungs("high")] == [0, 30_000, 60_000, 120_000]
    assert [r.after_ms for r in live.rungs("medium")] == [0, 120_000, 240_000, 480_000]
    assert [r.after_ms for r in live.rungs("low")] == [0]
    assert live.knowledge == limits.knowledge().version
    assert live.needs_baseline == ("map", "sbp")


def test_a_replay_calls_nobody_and_watches_what_has_a_limit() -> None:
    replay = policy.replay(limits=limits.shipped()[:1], baseline={})
    assert replay.ladder == ()
    assert replay.watched == {"spo2"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"limit_key": "x"}, "limit: unknown 'x'"),
        ({"reason": "  "}, "reason: a suspended limit needs a reason"),
        ({"seconds": 0}, "seconds: 0 is not 1 to 1800"),
        ({"seconds": 1801}, "seconds: 1801 is not 1 to 1800"),
    ],
)
def test_a_suspension_needs_reason_and_end(changes: dict[str, object], says: str) -> None:
    known = limits.shipped()
    given = {"limit_key": known[0].key, "by": "dr", "reason": "probe", "at_ms": 0, "seconds": 60}
    with pytest.raises(BadValue, match=says):
        policy.suspend(**{**given, **changes}, known=known)  # type: ignore[arg-type]

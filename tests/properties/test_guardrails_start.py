"""Nobody may start inside a stop zone, and more knowledge never hides one."""

import tomllib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.clinical import safety
from reprieve.clinical.findings import Outcome, Step, blocking

SPEC = Path(__file__).parents[1] / "spec" / "safety" / "well.toml"
WELL = tomllib.loads(SPEC.read_text(encoding="utf-8"))["start"]


def known_or_not(values):
    return st.none() | values


READINGS = st.fixed_dictionaries(
    {
        "heart_rate_per_min": known_or_not(st.integers(20, 300)),
        "spo2_percent": known_or_not(st.integers(40, 100)),
        "respiratory_rate_per_min": known_or_not(st.integers(1, 80)),
        "sbp_mmhg": known_or_not(st.integers(201, 300) | st.integers(61, 201)),
        "dbp_mmhg": known_or_not(st.integers(15, 60)),
        "rass": known_or_not(st.integers(-5, 4)),
    }
)


def in_stop_zone(seen):
    """State the zones once more, by hand, from the clinic's own table."""
    hr, rr, rass = seen["heart_rate_per_min"], seen["respiratory_rate_per_min"], seen["rass"]
    spo2, sbp = seen["spo2_percent"], seen["sbp_mmhg"]
    return (
        (hr is not None and not 40 <= hr <= 120)
        or (spo2 is not None and spo2 < 90)
        or (rr is not None and rr < 8)
        or (sbp is not None and not 90 <= sbp < 180)
        or (rass is not None and not -3 <= rass <= 2)
    )


@settings(deadline=None)
@given(seen=READINGS)
def test_a_stop_zone_or_an_unknown_reading_blocks_without_override(seen):
    found = blocking(safety.examine(facts={**WELL, **seen}, step=Step.START))
    firm = [f for f in found if not f.overridable]
    unknown = any(value is None for value in seen.values())
    if in_stop_zone(seen) or unknown:
        assert firm
    assert in_stop_zone(seen) <= any(f.outcome is Outcome.FINDS for f in firm)


@settings(deadline=None)
@given(seen=READINGS, hidden=st.sampled_from(sorted(WELL)))
def test_forgetting_a_fact_never_opens_the_gate(seen, hidden):
    facts = {**WELL, **seen}
    before = {f.rule for f in blocking(safety.examine(facts=facts, step=Step.START))}
    less = {**facts, hidden: None}
    after = {f.rule for f in blocking(safety.examine(facts=less, step=Step.START))}
    assert before <= after

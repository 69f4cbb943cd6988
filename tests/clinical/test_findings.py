import pytest

from reprieve.clinical.findings import Finding, Outcome, Severity, Step, blocking, by_weight, step
from reprieve.knowledge import BadValue, Message


def finding(severity, outcome):
    words = Message(id="x")
    return Finding(rule=f"{severity}-{outcome}", severity=severity, outcome=outcome, says=words,
                   because=words, source="s", knowledge_version="v")  # fmt: skip


ALL = [finding(s, o) for s in Severity for o in Outcome]


def test_stop_and_hold_block_when_found_or_unknown():
    assert {f.rule for f in blocking(ALL)} == {
        "STOP-finds", "STOP-unknown", "HOLD-finds", "HOLD-unknown"}  # fmt: skip


def test_heaviest_first_and_clear_last():
    names = [f.rule for f in by_weight(reversed(ALL))]
    assert names[:3] == ["STOP-finds", "STOP-unknown", "HOLD-finds"]
    assert all(name.endswith("clear") for name in names[-4:])


def test_step_is_read_from_its_word():
    assert step("start") is Step.START
    with pytest.raises(BadValue, match=r"step: unknown 'lunch'; known: evaluation"):
        step("lunch")

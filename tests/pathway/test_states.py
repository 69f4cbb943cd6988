"""What may happen when: every line of the table is walked, and nothing else is possible."""

import pytest

from reprieve.pathway import states
from reprieve.pathway.errors import NotNow


@pytest.mark.parametrize("process", states.PROCESSES)
def test_each_line_leads_where_it_says(process: str) -> None:
    for step in states.PROCESSES[process]:
        for before in step.before:
            expected = before if step.after is None else step.after
            assert states.after(process, step.act, before) == expected
            assert step.act in states.possible(process, before)


@pytest.mark.parametrize("process", states.PROCESSES)
def test_what_no_line_allows_is_refused(process: str) -> None:
    table = states.PROCESSES[process]
    known = {state for step in table for state in step.before} | {"nowhere"}
    for step in table:
        for state in known - set(step.before):
            with pytest.raises(NotNow):
                states.after(process, step.act, state)


@pytest.mark.parametrize("process", states.PROCESSES)
def test_no_state_is_entered_twice_by_one_act(process: str) -> None:
    pairs = [(step.act, before) for step in states.PROCESSES[process] for before in step.before]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize("process", states.PROCESSES)
def test_every_state_can_be_reached(process: str) -> None:
    table = states.PROCESSES[process]
    reached = {""}
    for _ in table:
        reached |= {step.after for step in table if step.after and reached & set(step.before)}
    assert {state for step in table for state in step.before} <= reached

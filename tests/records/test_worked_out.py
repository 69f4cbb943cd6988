"""What the product works out is named in one table, and nobody is asked for it."""

from __future__ import annotations

import pytest

from reprieve.clinical import safety
from reprieve.clinical.findings import Step
from reprieve.pathway import evaluation, preparing
from reprieve.records.queries import facts, gate_facts, worked_out
from tests import gate_desk
from tests.world import World


def test_a_fact_that_the_table_does_not_name_is_refused() -> None:
    assert worked_out.of_source("plan", {"session_no": 3}) == {"session_no": 3}
    with pytest.raises(LookupError, match="pregnant is not named"):
        worked_out.of_source("plan", {"pregnant": False})
    with pytest.raises(LookupError, match="session_no"):
        worked_out.of_source("no such source", {"session_no": 3})


def test_every_name_is_a_fact_that_a_rule_reads() -> None:
    joined = frozenset().union(*worked_out.JOINED.values())
    assert worked_out.NAMES | joined <= safety.catalogue().keys()
    assert not worked_out.NAMES & joined


def test_nothing_that_is_worked_out_is_asked_at_the_gate_or_in_a_history() -> None:
    gate = {f.name for f in safety.facts_at(Step.START)} - preparing.WORKED_OUT
    history = {f.name for f in evaluation.questions()}
    assert not worked_out.NAMES & (gate | history)


def test_everything_gathered_is_told_or_in_the_table(world: World) -> None:
    """What nobody told, and is known all the same, was worked out or done by an act of its own."""
    visit = gate_desk.arrived(world)
    before = facts.facts(clinic=world.id, patient=visit.patient, at=world.at)
    visit.prepare_all()
    at = {"clinic": world.id, "at": world.at}
    found = gate_facts.facts(encounter=visit.encounter, **at)
    told = gate_desk.TOLD.keys() | (before.keys() - worked_out.NAMES) | preparing.BY_ACT
    assert found.keys() - told - worked_out.NAMES <= {"height_cm", "iv_site_checked"}

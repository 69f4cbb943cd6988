"""Who starts must be trained for it, and the nurses in the room enough for its patients."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, credentials, gate, preparing
from reprieve.pathway.credentials import Seen
from reprieve.pathway.errors import NotNow
from reprieve.records.models import Chair as ChairRow
from reprieve.records.models import InfusionEvent, InfusionState, Site
from reprieve.records.queries import gate_facts, gate_people
from reprieve.records.queries.credentials import KINDS
from tests import gate_desk
from tests.chairside import Chair, sit
from tests.gate_desk import Visit
from tests.world import World, new

pytestmark = pytest.mark.usefixtures("db")
RULE, RATIO = "starter-credentials", "nurse-ratio"


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


@pytest.fixture
def ready(visit: Visit) -> Visit:
    visit.prepare_all()
    return visit


def register(world: World, role: str, *, but: str = "") -> None:
    """Everything that a role needs until tomorrow, but one kind."""
    for kind in KINDS:
        if kind != but:
            credentials.note(
                actor=world["manager"], uid=new(), at=world.at,
                practitioner=world[role].practitioner,  # type: ignore[arg-type]
                seen=Seen(kind=kind, expires_on=world.at.date() + timedelta(days=1)),
            )  # fmt: skip


def decide(visit: Visit, rule: str = RULE) -> None:
    gate.override(
        second=visit.world["infusion_nurse"], rule=rule, reason="renewed, paper is on its way",
        **visit.act("physician"),
    )  # fmt: skip


class TestWhoStarts:
    """Licence, life support, sedation and ketamine training of the one who presses start."""

    def test_without_a_register_it_is_asked_and_unknown_is_not_clear(self, visit: Visit) -> None:
        visit.prepare_all(but=frozenset({"starter_credentials_valid"}))
        assert visit.blocking == {RULE}
        with pytest.raises(NotNow, match="gate is closed"):
            visit.start()
        visit.world.later(seconds=1)
        visit.tell(starter_credentials_valid=False)
        assert visit.blocking == {RULE}
        visit.world.later(seconds=1)
        visit.tell()
        visit.start()
        assert visit.state.state == "running"

    def test_nobody_named_is_unknown_to_the_register(self, world: World, visit: Visit) -> None:
        for role in ("infusion_nurse", "physician"):
            register(world, role)
        assert RULE in visit.blocking
        visit.people()
        assert not {RULE, "staff-credentials"} & visit.blocking

    @pytest.mark.parametrize("kind", ["licence", "acls", "sedation", "ketamine"])
    def test_each_that_is_missing_holds_the_start(
        self, world: World, ready: Visit, kind: str
    ) -> None:
        for role in ("infusion_nurse", "physician"):
            register(world, role)
        register(world, "medical_director", but=kind)
        assert RULE not in ready.blocking
        ready.people(starter="medical_director")
        assert RULE in ready.blocking
        assert "staff-credentials" not in ready.blocking

    def test_expired_holds_whatever_was_ticked(self, world: World, ready: Visit) -> None:
        for role in ("infusion_nurse", "physician"):
            register(world, role)
        assert RULE not in ready.blocking
        world.later(days=2)
        assert RULE in ready.blocking
        with pytest.raises(BadValue, match="starter_credentials_valid"):
            preparing.tell(facts={"starter_credentials_valid": True}, **ready.act())

    def test_another_than_who_was_named_does_not_start(self, world: World, ready: Visit) -> None:
        ready.people(starter="physician")
        # The answers were about the nurse.
        assert ready.blocking == {RULE, "staff-credentials"}
        ready.tell()
        world.later(seconds=1)
        with pytest.raises(NotNow, match="Another person was named"):
            ready.start()
        assert ready.state.state == "prepared"
        ready.people()
        world.later(seconds=1)
        ready.tell()
        ready.start()
        assert ready.state.state == "running"

    def test_a_start_that_was_done_is_written_whoever_enters_it(self, ready: Visit) -> None:
        ready.people(starter="physician")
        ready.tell()
        ready.start(reported=True)
        assert ready.state.state == "running"
        assert not InfusionEvent.of(ready.world.id).get(kind="started").deviation

    def test_a_decision_is_about_who_was_named(self, world: World, ready: Visit) -> None:
        register(world, "physician")
        register(world, "infusion_nurse", but="ketamine")
        register(world, "medical_director", but="ketamine")
        world.later(seconds=1)
        decide(ready)
        decide(ready, "staff-credentials")
        assert ready.blocking == set()
        world.later(seconds=1)
        ready.people()  # the same people once more
        assert ready.blocking == set()
        world.later(seconds=1)
        ready.people(starter="medical_director")
        assert ready.blocking == {RULE, "staff-credentials"}


class TestNurses:
    """Patients of the room among its nurses; nobody types the number."""

    @pytest.fixture
    def others(self, world: World) -> list[Chair]:
        """Three others whose infusions run."""
        made = [sit(world) for _ in range(3)]
        for one in made:
            one.start()
        return made

    def per_nurse(self, visit: Visit) -> int | None:
        found = gate_facts.facts(
            clinic=visit.world.id, encounter=visit.encounter, at=visit.world.at
        )
        return found.get("patients_per_nurse")

    def test_unknown_until_somebody_counts_the_nurses(self, visit: Visit) -> None:
        assert self.per_nurse(visit) is None
        assert RATIO in visit.blocking
        visit.people(nurses=0)
        assert RATIO in visit.blocking
        visit.world.later(seconds=1)
        visit.people(nurses=1)
        assert self.per_nurse(visit) == 1
        assert RATIO not in visit.blocking

    def test_nobody_types_it(self, visit: Visit) -> None:
        with pytest.raises(BadValue, match="patients_per_nurse"):
            preparing.tell(facts={"patients_per_nurse": 1}, **visit.act())

    def test_running_and_recovering_count(self, visit: Visit, others: list[Chair]) -> None:
        visit.people(nurses=1)
        assert (self.per_nurse(visit), RATIO in visit.blocking) == (4, True)
        others[0].do("ended")
        assert others[0].row.state == "recovery"
        others[1].do("paused")
        assert self.per_nurse(visit) == 4
        others[0].do("patient_left")
        assert (self.per_nurse(visit), RATIO in visit.blocking) == (3, False)

    def test_shared_among_nurses_rounded_up(self, visit: Visit, others: list[Chair]) -> None:
        assert len(others) == 3
        visit.people(nurses=3)
        assert self.per_nurse(visit) == 2
        visit.world.later(seconds=1)
        visit.people(nurses=2)
        assert self.per_nurse(visit) == 2

    def test_one_more_elsewhere_closes_an_open_gate(self, world: World, ready: Visit) -> None:
        ready.people(nurses=1)
        assert ready.blocking == set()
        for _ in range(3):
            sit(world).start()
        assert ready.blocking == {RATIO}
        with pytest.raises(NotNow, match="too many patients"):
            ready.start()

    def test_who_waits_in_a_chair_does_not_count(self, world: World, visit: Visit) -> None:
        sit(world)
        visit.people(nurses=1)
        assert self.per_nurse(visit) == 1

    def test_another_site_has_its_own_nurses(
        self, world: World, visit: Visit, others: list[Chair]
    ) -> None:
        here = clinic.add_chair(
            actor=world["manager"], uid=new(), at=world.at, name="Here", bed="H", has_feed=False
        )
        site = Site.objects.add(clinic_id=world.id, name="Elsewhere")
        there = ChairRow.objects.add(clinic_id=world.id, site=site, name="There", bed="T")
        rows = InfusionState.of(world.id)
        rows.filter(encounter_id=others[0].encounter).update(chair=there)
        rows.filter(encounter_id=others[1].encounter).update(chair_id=here)
        asked = {"clinic": world.id, "encounter": visit.encounter}
        assert gate_people.patients_here(**asked) == 4  # in no chair: the whole clinic
        rows.filter(encounter_id=visit.encounter).update(chair_id=here)
        assert gate_people.patients_here(**asked) == 3  # the one in no chair may be here

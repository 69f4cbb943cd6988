"""Arrival: who opens a visit, and what each item of the gate refuses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.clinical import safety
from reprieve.clinical.facts import Kind
from reprieve.clinical.findings import Step
from reprieve.knowledge import BadValue
from reprieve.pathway import (
    booking,
    charting_harm,
    clinic,
    history,
    observations,
    preparing,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.pathway.observations import Told
from reprieve.pathway.preparing import Identifiers, Line
from reprieve.records.models import Encounter, Escort, Observation
from reprieve.records.queries import gate_facts, worked_out
from tests import gate_desk
from tests import world as worlds
from tests.gate_desk import Visit
from tests.world import World, new


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


class TestOpen:
    def test_appointment_brings_chair_and_number(self, world: World) -> None:
        patient = gate_desk.planned(world)
        chair = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name="1")
        wanted = Slot(
            starts_at=world.at + timedelta(days=1), kind="infusion", chair=chair,
            infusion_min=240, recovery_min=60, series_no=3,
        )  # fmt: skip
        booked = booking.book(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient, wanted=wanted,
            anyway=True,
        )  # fmt: skip
        world.later(days=1)
        visit = gate_desk.visit(world, patient, appointment=booked)
        row = Encounter.of(world.id).get(pk=visit.encounter)
        assert (row.session_no, row.appointment_id) == (3, booked)
        assert visit.state.chair_id == chair
        visit.escort()
        assert Escort.of(world.id).get().appointment_id == booked
        assert "escort" not in visit.blocking

    def test_twice_is_one_visit_and_another_is_refused(self, world: World) -> None:
        patient, uid = gate_desk.planned(world), new()
        act = {"actor": world["infusion_nurse"], "at": world.at, "patient": patient}
        first = preparing.open_visit(uid=uid, **act)
        assert preparing.open_visit(uid=uid, **act) == first
        with pytest.raises(Conflict, match="already"):
            preparing.open_visit(uid=new(), **act)

    def test_taken_chair(self, world: World, visit: Visit) -> None:
        chair = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name="1")
        visit.pump.chair.do("chair_moved", chair=chair)
        other, episode = worlds.person(world, given="Ana", mrn="B-2", phone="", email="")
        gate_desk.EpisodeOfCare.of(world.id).filter(pk=episode).update(state="consented")
        gate_desk.sign(world, other)
        with pytest.raises(Conflict, match="Another patient"):
            gate_desk.visit(world, other, chair=chair)

    def test_appointment_of_somebody_else(self, world: World) -> None:
        patient = gate_desk.planned(world)
        with pytest.raises(NotFound):
            gate_desk.visit(world, patient, appointment=new())

    def test_only_clinicians(self, world: World) -> None:
        patient = gate_desk.planned(world)
        with pytest.raises(PermissionDenied):
            preparing.open_visit(
                actor=world["front_desk"], uid=new(), at=world.at, patient=patient
            )


class TestIdentity:
    @pytest.mark.parametrize(
        "said",
        [
            Identifiers(family="INVENTED", birth_date=date(1980, 5, 17)),
            Identifiers(phone="0199", mrn="a-100"),
            Identifiers(family="Invented", birth_date=date(1980, 5, 17), phone="+1 555 010 0199"),
        ],
    )
    def test_two_that_match(self, visit: Visit, said: Identifiers) -> None:
        preparing.identify(said=said, **visit.act())
        assert "identity" not in visit.blocking

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            (Identifiers(), "birth_date"),
            (Identifiers(family="Invented"), "birth_date"),
            (Identifiers(family="Other", birth_date=date(1980, 5, 17)), "family"),
            (Identifiers(family="Invented", birth_date=date(1980, 5, 18)), "birth_date"),
            (Identifiers(phone="9", mrn="A-100"), "phone"),
            (Identifiers(phone="0199", mrn="B"), "mrn"),
        ],
    )
    def test_anything_else(self, visit: Visit, said: Identifiers, field: str) -> None:
        with pytest.raises(BadValue) as refused:
            preparing.identify(said=said, **visit.act())
        assert refused.value.field == field
        assert "identity" in visit.blocking


class TestTold:
    def test_hours_since_a_meal_grow(self, visit: Visit) -> None:
        visit.tell(solids_fasted_h=4.5)
        visit.world.later(minutes=90)
        facts = gate_facts.facts(
            clinic=visit.world.id, encounter=visit.encounter, at=visit.world.at
        )
        assert facts["solids_fasted_h"] == 6

    @pytest.mark.parametrize(
        "facts", [{"identity_confirmed": True}, {"no_such": 1}, {"chest_pain": "no"}, {"rass": 0}]
    )
    def test_what_the_product_works_out_or_cannot_be(
        self, visit: Visit, facts: dict[str, object]
    ) -> None:
        with pytest.raises(BadValue, match=next(iter(facts))):
            preparing.tell(facts=facts, **visit.act())
        assert not Observation.of(visit.world.id).filter(encounter_id=visit.encounter).exists()

    def test_no_longer_after_the_visit(self, visit: Visit) -> None:
        visit.pump.told("started", rate_ug_per_h=1_000)
        visit.world.later(minutes=1)
        visit.pump.ask("patient_left")
        with pytest.raises(NotNow, match="over"):
            visit.tell()

    def test_unknown_visit(self, visit: Visit) -> None:
        with pytest.raises(NotFound):
            preparing.tell(facts={"chest_pain": False}, **visit.act() | {"encounter": new()})


class TestItems:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"site": " "}, "site"), ({"gauge": 10}, "gauge"), ({"attempts": 0}, "attempts"),
        ],
    )  # fmt: skip
    def test_line(self, visit: Visit, change: dict[str, object], field: str) -> None:
        values = {"site": "hand", "gauge": 20, "attempts": 1, "runs_freely": True} | change
        with pytest.raises(BadValue, match=field):
            preparing.place_line(line=Line(**values), **visit.act())  # type: ignore[arg-type]

    @pytest.mark.parametrize(("name", "phone"), [("", "555"), ("Olga", " "), ("x" * 101, "5")])
    def test_escort(self, visit: Visit, name: str, phone: str) -> None:
        with pytest.raises(BadValue):
            preparing.name_escort(name=name, phone=phone, **visit.act())

    def test_people_are_named_from_the_staff(self, visit: Visit) -> None:
        visit.people()
        assert not {"acls-person", "supervising-physician"} & visit.blocking
        nurse, desk = (visit.world[r].practitioner for r in ("infusion_nurse", "front_desk"))
        right = {
            "life_support": nurse, "physician": visit.world["physician"].practitioner,
            "starter": nurse, "nurses": 2,
        }  # fmt: skip
        for field, wrong in (
            ("life_support", new()), ("physician", nurse), ("starter", desk), ("starter", new()),
            ("nurses", -1), ("nurses", 51),
        ):  # fmt: skip
            with pytest.raises(BadValue, match=field):
                preparing.name_people(**right | {field: wrong}, **visit.act())  # type: ignore[arg-type]

    def test_oximeter_by_hand(self, visit: Visit) -> None:
        preparing.by_hand(is_on=True, alarm_heard=False, **visit.act())
        assert "monitoring" in visit.blocking
        visit.world.later(seconds=1)  # the last look counts
        preparing.by_hand(is_on=True, alarm_heard=True, **visit.act())
        assert "monitoring" not in visit.blocking

    def test_second_weighing_needs_a_first_by_another(self, visit: Visit) -> None:
        again = {"second": visit.world["physician"], "weight_kg": Decimal(90)}
        with pytest.raises(NotNow, match="Weigh"):
            preparing.weigh_again(**visit.act(), **again)
        preparing.weigh(weight_kg=Decimal(90), **visit.act("physician"))
        with pytest.raises(BadValue, match="second"):
            preparing.weigh_again(**visit.act(), **again)

    @pytest.mark.parametrize(
        ("change", "field"), [({"weight_kg": Decimal(9)}, "weight_kg"),
                              ({"height_cm": Decimal(30)}, "height_cm")],
    )  # fmt: skip
    def test_weight_that_cannot_be(
        self, visit: Visit, change: dict[str, Decimal], field: str
    ) -> None:
        with pytest.raises(BadValue, match=field):
            preparing.weigh(**{"weight_kg": Decimal(70)} | change, **visit.act())


ODD = {Kind.FLAG: True, Kind.NUMBER: 1, Kind.COUNT: 1, Kind.CHOICE: "none", Kind.LISTING: ["x"]}


class TestTypedOver:
    """What the product works out from the record is nobody's to answer."""

    @staticmethod
    def facts(visit: Visit) -> dict[str, Any]:
        return gate_facts.facts(
            clinic=visit.world.id, encounter=visit.encounter, at=visit.world.at
        )

    def test_no_fact_that_is_worked_out_is_answered(self, visit: Visit) -> None:
        for name in sorted(worked_out.NAMES & {f.name for f in safety.facts_at(Step.START)}):
            for value in (False, None):
                with pytest.raises(BadValue, match="worked out from what is on record") as refused:
                    preparing.tell(facts={name: value}, **visit.act())
                assert refused.value.field == name

    def test_an_answer_that_is_on_record_all_the_same_changes_nothing(self, visit: Visit) -> None:
        before = self.facts(visit)
        own = {"rass", "suicide_risk_cleared"}  # what an act of its own writes under this code
        told = [Told(code=n, value=ODD[safety.catalogue()[n].kind])
                for n in sorted(worked_out.NAMES - own)]  # fmt: skip
        observations.write(
            told, actor=visit.world["infusion_nurse"], at=visit.world.at,
            measured_at=visit.world.at, patient=visit.patient, encounter=visit.encounter,
        )  # fmt: skip
        assert self.facts(visit) == before

    def test_a_nurse_cannot_clear_the_stop_after_harm(self, visit: Visit) -> None:
        for _ in range(2):
            visit.world.later(minutes=1)
            harm = charting_harm.Harm(term="dissociation", grade=3)
            charting_harm.record(harm=harm, **visit.act())
        assert "harm-repeated" in visit.blocking
        with pytest.raises(BadValue, match="same_severe_harm_n"):
            preparing.tell(
                facts={"same_severe_harm_n": 0, "serious_harm_undecided": False}, **visit.act()
            )
        assert "harm-repeated" in visit.blocking

    def test_a_medicine_on_the_list_is_taken(self, visit: Visit) -> None:
        visit.tell(glp1_medicine=True)
        visit.tell(glp1_medicine=False)
        assert self.facts(visit)["glp1_medicine"] is False
        history.add_medicine(
            actor=visit.world["physician"], uid=new(), at=visit.world.at, patient=visit.patient,
            name="semaglutide",
        )  # fmt: skip
        assert self.facts(visit)["glp1_medicine"] is True
        with pytest.raises(BadValue, match="on the list of medicines"):
            visit.tell(glp1_medicine=False)

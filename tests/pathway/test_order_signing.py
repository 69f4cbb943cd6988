"""Orders of a visit: made from the plan, changed, spoken and read back, each signed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from reprieve.knowledge import BadValue
from reprieve.pathway import order_remaking, order_signing, orders, planning
from reprieve.pathway.as_needed import AsNeeded
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.order_signing import Change, Spoken
from reprieve.pathway.plan_doses import Fitted
from reprieve.records import guards
from reprieve.records import signing as signed
from reprieve.records.models import MedicationRequest, Signature
from reprieve.records.queries import gate_facts, worklist
from tests import gate_desk
from tests import world as worlds
from tests.gate_desk import USUAL, Visit
from tests.world import PASSWORD, World, new

LABETALOL = AsNeeded(drug="labetalol", route="iv")


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


def of(visit: Visit) -> MedicationRequest:
    return orders.needed_order(clinic=visit.world.id, encounter=visit.encounter)


class TestFromPlan:
    def test_todays_weight_makes_the_orders(self, visit: Visit) -> None:
        with pytest.raises(NotNow, match="Weigh"):
            visit.order()
        visit.weigh("68")
        visit.order()
        row = of(visit)
        assert row.weight_g == 68_000
        assert row.steps == [{"start_min": 0, "end_min": 240, "rate_ug_per_h": 23_800}]
        assert (row.max_rate_ug_per_h, row.max_total_ug, row.max_dose_ug) == (23_800, 95_200, None)
        assert row.prescriber_id == visit.world["physician"].practitioner
        assert row.hold_for
        rescue = MedicationRequest.of(visit.world.id).filter(as_needed=True).order_by("drug")
        assert [(r.drug, r.max_dose_ug, r.max_total_ug, r.min_interval_min) for r in rescue] == [
            ("midazolam", 1000, 5000, 2), ("ondansetron", 4000, 8000, 240),
        ]  # fmt: skip

    def test_titrating_regimen_gives_each_session_its_step(self, world: World) -> None:
        visit = gate_desk.arrived(world, replace(USUAL, regimen="ketamine-0.2-0.6mgkgh-4h-x3"))
        visit.prepare_all()
        visit.start()
        visit.pump.ask("patient_left")
        world.later(days=1)
        second = gate_desk.visit(world, visit.patient)
        second.weigh()
        second.order()
        assert of(second).steps[0]["rate_ug_per_h"] == 29_600

    def test_room_that_the_plan_gives(self, world: World) -> None:
        room = replace(
            USUAL, highest_rate_mg_per_h=Decimal(30), maximum_mg=Decimal(120),
            bolus_max_mg=Decimal(10),
        )  # fmt: skip
        visit = gate_desk.arrived(world, room)
        visit.weigh()
        visit.order()
        row = of(visit)
        assert (row.max_rate_ug_per_h, row.max_total_ug, row.max_dose_ug) == (
            30_000, 120_000, 10_000,
        )  # fmt: skip

    def test_weight_that_moved_ten_percent_is_for_a_doctor(self, visit: Visit) -> None:
        visit.weigh("66.6")
        with pytest.raises(NotNow, match="10 %"):
            visit.order()
        order_signing.from_plan(**visit.signing())
        assert of(visit).weight_g == 66_600
        assert Signature.of(visit.world.id).filter(meaning="order").count() == 3

    def test_oxygen_keeps_the_catalogues_limits(self, world: World) -> None:
        visit = gate_desk.arrived(world, replace(USUAL, rescue={"oxygen": "inhaled"}))
        visit.weigh()
        visit.order()
        row = MedicationRequest.of(world.id).get(drug="oxygen")
        assert (row.max_dose_ug, row.max_total_ug) == (None, 0)

    def test_booster_takes_as_many_sessions_as_planned(self, world: World) -> None:
        visit = gate_desk.arrived(world, replace(USUAL, is_booster=True, fit=Fitted(sessions=2)))
        visit.weigh()
        visit.order()
        facts = gate_facts.facts(clinic=world.id, encounter=visit.encounter, at=world.at)
        assert facts["session_kind"] == "booster"
        assert of(visit).max_total_ug == 100_000

    def test_visit_without_a_plan(self, world: World) -> None:
        encounter = worlds.prepared(world, *worlds.person(world))
        with pytest.raises(NotNow, match="no signed plan"):
            order_signing.from_plan(
                actor=world["physician"], uid=new(), at=world.at, encounter=encounter,
                password=PASSWORD,
            )  # fmt: skip

    def test_visit_that_is_none(self, world: World) -> None:
        with pytest.raises(NotFound):
            order_signing.from_plan(
                actor=world["physician"], uid=new(), at=world.at, encounter=new(),
                password=PASSWORD,
            )  # fmt: skip


class TestMadeAnew:
    """A nurse carries the plan out; what a doctor ordered since stands until a doctor orders."""

    @pytest.fixture
    def lowered(self, visit: Visit) -> Visit:
        visit.prepare_all()
        visit.world.later(minutes=1)
        lower = Change(highest_rate_mg_per_h=Decimal(10), rate_mg_per_h=Decimal(10))
        order_signing.sign_change(change=lower, **visit.signing())
        visit.world.later(minutes=1)
        return visit

    def test_nurse_may_until_the_start(self, visit: Visit) -> None:
        visit.prepare_all()
        nurse = visit.world["infusion_nurse"]
        visit.weigh("73")
        assert order_remaking.refusal(actor=nurse, encounter=visit.encounter) == ""
        visit.order()
        assert of(visit).weight_g == 73_000

    def test_nurse_leaves_a_doctors_lowered_order(self, lowered: Visit) -> None:
        before = of(lowered)
        with pytest.raises(NotNow, match="A doctor ordered"):
            lowered.order()
        assert of(lowered) == before

    def test_nurse_leaves_an_order_by_voice(self, visit: Visit) -> None:
        visit.prepare_all()
        doctor = visit.world["physician"].practitioner
        assert doctor is not None
        visit.world.later(minutes=1)
        said = Spoken(
            prescriber=doctor, read_back=True, change=Change(highest_rate_mg_per_h=Decimal(10))
        )
        order_signing.by_voice(spoken=said, **visit.act())
        with pytest.raises(NotNow, match="A doctor ordered"):
            visit.order()

    def test_nothing_is_made_from_the_plan_once_it_runs(self, visit: Visit) -> None:
        visit.prepare_all()
        visit.start()
        visit.pump.told("rate", rate_ug_per_h=60_000)
        visit.world.later(minutes=1)
        with pytest.raises(NotNow, match="has begun"):
            visit.order()
        visit.pump.ask("rate", rate_ug_per_h=5_000)
        with pytest.raises(NotNow):
            visit.pump.ask("rate", rate_ug_per_h=6_000)

    def test_doctor_signs_it_whenever(self, lowered: Visit) -> None:
        assert order_remaking.refusal(
            actor=lowered.world["physician"], encounter=lowered.encounter
        ) == ""
        order_signing.from_plan(**lowered.signing())
        assert of(lowered).max_rate_ug_per_h == 25_000


class TestChange:
    @pytest.fixture
    def ordered(self, visit: Visit) -> Visit:
        visit.weigh()
        visit.order()
        visit.world.later(minutes=1)
        return visit

    def test_new_order_stands_for_the_old(self, ordered: Visit) -> None:
        old = of(ordered)
        change = Change(
            highest_rate_mg_per_h=Decimal(40), maximum_mg=Decimal(150),
            bolus_max_mg=Decimal(5), rate_mg_per_h=Decimal(30), end_min=300,
        )  # fmt: skip
        order_signing.sign_change(change=change, **ordered.signing())
        row = of(ordered)
        assert row.replaces == old
        assert row.steps == [{"start_min": 0, "end_min": 300, "rate_ug_per_h": 30_000}]
        assert (row.max_rate_ug_per_h, row.max_total_ug, row.max_dose_ug) == (
            40_000, 150_000, 5_000,
        )  # fmt: skip
        ordered.world.later(minutes=1)
        taken = Change(bolus_max_mg=Decimal(0))
        order_signing.sign_change(change=taken, **ordered.signing())
        assert of(ordered).max_dose_ug is None
        assert of(ordered).max_total_ug == 150_000

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            (Change(maximum_mg=Decimal(0)), "maximum_mg"),
            (Change(end_min=0), "end_min"),
            (Change(end_min=1441), "end_min"),
        ],
    )
    def test_impossible_change(self, ordered: Visit, change: Change, field: str) -> None:
        with pytest.raises(BadValue, match=field):
            order_signing.sign_change(change=change, **ordered.signing())

    def test_nothing_is_signed_by_a_wrong_password(self, ordered: Visit) -> None:
        world, wrong = ordered.world, {"password": "guessed"}
        doctor = world["physician"].practitioner
        assert doctor is not None
        before = Signature.of(world.id).count()
        spoken = Spoken(prescriber=doctor, read_back=True, wanted=LABETALOL)
        verbal = order_signing.by_voice(spoken=spoken, **ordered.act())
        rows = MedicationRequest.of(world.id).count()
        change = Change(maximum_mg=Decimal(90))
        for act in (
            lambda: order_signing.from_plan(**ordered.signing() | wrong),
            lambda: order_signing.sign_change(change=change, **ordered.signing() | wrong),
            lambda: order_signing.cosign(
                actor=world["physician"], uid=new(), at=world.at, order=verbal, **wrong
            ),
            lambda: planning.sign(
                actor=world["physician"], uid=new(), at=world.at, patient=ordered.patient,
                plan=USUAL, **wrong,
            ),
        ):  # fmt: skip
            with pytest.raises(BadValue, match="password"):
                act()
        assert MedicationRequest.of(world.id).count() == rows
        assert Signature.of(world.id).count() == before

    def test_what_was_signed_shows_a_later_edit(self, ordered: Visit) -> None:
        world = ordered.world
        order = order_signing.sign_change(
            change=Change(maximum_mg=Decimal(90)), **ordered.signing()
        )
        assert list(signed.faults()) == []
        with connection.cursor() as cursor:
            for guard in guards.declared("default"):
                if guard.table == "records_medicationrequest":
                    on = "" if connection.vendor == "sqlite" else f' ON "{guard.table}"'
                    cursor.execute(f'DROP TRIGGER "{guard.name}"{on}')
        MedicationRequest.of(world.id).filter(pk=order).update(max_total_ug=900_000)
        said = f"signed medicationrequest {order} was changed after it was signed"
        assert list(signed.faults()) == [said]

    def test_verbal_order_is_read_back_and_signed_later(self, ordered: Visit) -> None:
        world = ordered.world
        doctor = world["physician"]
        assert doctor.practitioner is not None
        spoken = Spoken(
            prescriber=doctor.practitioner, read_back=True,
            change=Change(highest_rate_mg_per_h=Decimal(30), maximum_mg=Decimal(120)),
        )  # fmt: skip
        first = order_signing.by_voice(spoken=spoken, **ordered.act())
        row = of(ordered)
        assert (row.pk, row.verbal, row.read_back) == (first, True, True)
        assert row.cosign_due == world.at + timedelta(hours=24)
        drug = Spoken(
            prescriber=doctor.practitioner, read_back=True, wanted=LABETALOL
        )
        world.later(minutes=1)
        second = order_signing.by_voice(spoken=drug, **ordered.act())
        assert order_signing.unsigned(clinic=world.id, patient=ordered.patient) == [first, second]
        asked = [i for i in worklist.waiting(clinic=world.id) if i.kind == order_signing.COSIGN]
        assert [i.owner for i in asked] == [doctor.practitioner] * 2
        sign = {"actor": doctor, "at": world.later(hours=1), "password": PASSWORD}
        order_signing.cosign(uid=new(), order=first, **sign)
        with pytest.raises(NotNow, match="already signed"):
            order_signing.cosign(uid=new(), order=first, **sign)
        assert [i for i in worklist.waiting(clinic=world.id) if i.kind == order_signing.COSIGN]
        order_signing.cosign(uid=new(), order=second, **sign)
        assert not [
            i for i in worklist.waiting(clinic=world.id) if i.kind == order_signing.COSIGN
        ]

    def test_only_who_gave_it_signs_it(self, ordered: Visit) -> None:
        world = ordered.world
        doctor = world["physician"].practitioner
        assert doctor is not None
        spoken = Spoken(prescriber=doctor, read_back=True, wanted=LABETALOL)
        order = order_signing.by_voice(spoken=spoken, **ordered.act())
        with pytest.raises(NotNow, match="gave this order"):
            order_signing.cosign(
                actor=world["medical_director"], uid=new(), at=world.at, order=order,
                password=PASSWORD,
            )  # fmt: skip
        for other in (new(), of(ordered).pk):
            with pytest.raises(NotFound):
                order_signing.cosign(
                    actor=world["physician"], uid=new(), at=world.at, order=other,
                    password=PASSWORD,
                )  # fmt: skip

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"read_back": False}, "read_back"),
            ({"prescriber": new()}, "prescriber"),
            ({"wanted": None}, "drug"),
            ({"change": Change()}, "drug"),
            ({"wanted": AsNeeded(drug="aspirin", route="iv")}, "drug"),
            ({"wanted": AsNeeded(drug="labetalol", route="po")}, "route"),
            ({"wanted": None, "withdrawn": "midazolam"}, "reason"),
        ],
    )
    def test_spoken_badly(self, ordered: Visit, change: dict[str, object], field: str) -> None:
        doctor = ordered.world["physician"].practitioner
        assert doctor is not None
        said = Spoken(prescriber=doctor, read_back=True, wanted=LABETALOL)
        with pytest.raises(BadValue) as refused:
            order_signing.by_voice(
                spoken=replace(said, **change), **ordered.act()  # type: ignore[arg-type]
            )
        assert refused.value.field == field

    def test_nurse_cannot_order_by_voice_of_a_nurse(self, ordered: Visit) -> None:
        nurse = ordered.world["infusion_nurse"].practitioner
        assert nurse is not None
        spoken = Spoken(prescriber=nurse, read_back=True, wanted=LABETALOL)
        with pytest.raises(BadValue, match="prescriber"):
            order_signing.by_voice(spoken=spoken, **ordered.act())

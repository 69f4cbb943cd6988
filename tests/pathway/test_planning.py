"""The plan: made to fit, held by the guard-rails, signed once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, orders, planning
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.pathway.plan_doses import Fitted
from reprieve.pathway.planning import Plan, draft
from reprieve.records.models import CarePlan, EpisodeOfCare, Signature
from tests import gate_desk
from tests.gate_desk import USUAL
from tests.world import PASSWORD, World, new


class TestDraft:
    def test_each_session_is_worked_out(self) -> None:
        worked = draft(replace(USUAL, regimen="ketamine-0.2-0.6mgkgh-4h-x3"))
        assert [dose.steps[0].rate_mg_per_h for dose in worked.doses] == [
            Decimal("14.8"), Decimal("29.6"), Decimal("44.4"),
        ]  # fmt: skip
        assert worked.total_mg == sum(dose.total_mg for dose in worked.doses)
        assert worked.chair_min == 3 * 300

    def test_own_amounts_sessions_and_minutes(self) -> None:
        fit = Fitted(
            amounts={1: Decimal("0.1"), 3: Decimal("0.3")}, sessions=4, duration_min=120
        )
        worked = draft(replace(USUAL, fit=fit))
        assert [dose.total_mg for dose in worked.doses] == [
            Decimal("14.8"), Decimal("14.8"), Decimal("44.4"), Decimal("44.4"),
        ]  # fmt: skip

    def test_below_the_guideline_is_said_and_does_not_block(self) -> None:
        worked = draft(replace(USUAL, regimen="ketamine-0.5mgkg-40min-x6"))
        assert [f.rule for f in worked.findings] == ["below-guideline-dose"]

    def test_high_body_mass_asks_which_weight(self) -> None:
        heavy = replace(USUAL, weight_kg=Decimal(120))
        with pytest.raises(BadValue, match="weight_basis"):
            draft(heavy)
        assert draft(replace(heavy, weight_basis="actual")).dosing_weight_kg == 120
        assert draft(replace(heavy, weight_basis="ideal")).dosing_weight_kg == Decimal("63.5")

    def test_without_height_the_actual_weight_counts(self) -> None:
        assert draft(replace(USUAL, height_cm=None)).dosing_weight_kg == 74
        with pytest.raises(BadValue, match="height_cm"):
            draft(replace(USUAL, height_cm=None, weight_basis="ideal"))

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"regimen": "x"}, "regimen"),
            ({"weight_kg": Decimal(5)}, "weight_kg"),
            ({"height_cm": None, "weight_kg": Decimal(5)}, "weight_kg"),
            ({"fit": Fitted(sessions=0)}, "sessions"),
            ({"fit": Fitted(sessions=11)}, "sessions"),
            ({"fit": Fitted(duration_min=5)}, "duration_min"),
            ({"fit": Fitted(amounts={2: Decimal(1)})}, "amount"),
            ({"fit": Fitted(amounts={1: Decimal(-1)})}, "amount"),
            ({"highest_rate_mg_per_h": Decimal(75)}, "highest_rate_mg_per_h"),
            ({"maximum_mg": Decimal(201)}, "maximum_mg"),
            ({"bolus_max_mg": Decimal(26)}, "bolus_max_mg"),
        ],
    )
    def test_impossible_value_names_its_field(
        self, change: dict[str, object], field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            draft(replace(USUAL, **change))  # type: ignore[arg-type]
        assert refused.value.field == field


class TestSign:
    def test_makes_the_plan_and_moves_the_episode(self, world: World) -> None:
        patient = gate_desk.consented(world)
        plan = CarePlan.of(world.id).get(pk=gate_desk.sign(world, patient))
        assert (plan.sessions, plan.is_booster, plan.detail["total_mg"]) == (10, False, "1000.000")
        assert EpisodeOfCare.of(world.id).get(patient_id=patient).state == "planned"
        assert Signature.of(world.id).get(subject=plan.pk).meaning == "plan"

    def test_changed_plan_points_at_the_old(self, world: World) -> None:
        patient = gate_desk.planned(world)
        first = planning.needed(clinic=world.id, patient=patient)
        world.later(minutes=1)
        gate_desk.sign(world, patient, replace(USUAL, regimen="ketamine-80mg-2h-x6"))
        assert planning.needed(clinic=world.id, patient=patient).replaces == first

    def test_same_press_twice_is_one_plan(self, world: World) -> None:
        patient, uid = gate_desk.consented(world), new()
        for _ in range(2):
            planning.sign(
                actor=world["physician"], uid=uid, at=world.at, patient=patient, plan=USUAL,
                password=PASSWORD,
            )  # fmt: skip
        assert CarePlan.of(world.id).count() == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"condition": ""}, "condition"),
            ({"condition": "unheard-of"}, "condition"),
            ({"condition": "fibromyalgia"}, "rationale"),
            ({"rescue": {"aspirin": "iv"}}, "drug"),
            ({"rescue": {"midazolam": "po"}}, "route"),
        ],
    )
    def test_refused(self, world: World, change: dict[str, object], field: str) -> None:
        patient = gate_desk.consented(world)
        with pytest.raises(BadValue) as refused:
            gate_desk.sign(world, patient, replace(USUAL, **change))  # type: ignore[arg-type]
        assert refused.value.field == field
        assert not CarePlan.of(world.id).exists()

    def test_weak_evidence_passes_with_a_reason(self, world: World) -> None:
        patient = gate_desk.consented(world)
        gate_desk.sign(
            world, patient, replace(USUAL, condition="fibromyalgia", rationale="all else failed")
        )

    def test_guardrail_blocks_the_signature(self, world: World) -> None:
        patient = gate_desk.consented(world)
        clinic.choose(
            actor=world["manager"], uid=new(), at=world.at, key=orders.OWN_LIMITS,
            value={"changes": {"session_mg": "60"}},
        )  # fmt: skip
        with pytest.raises(NotNow, match="pass the limit of 60"):
            gate_desk.sign(world, patient)

    def test_only_doctors_and_only_after_consent(self, world: World) -> None:
        patient = gate_desk.consented(world)
        with pytest.raises(PermissionDenied):
            planning.sign(
                actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, plan=USUAL,
                password=PASSWORD,
            )  # fmt: skip
        EpisodeOfCare.of(world.id).filter(patient_id=patient).update(state="accepted")
        with pytest.raises(NotNow, match=r"plan\.sign"):
            gate_desk.sign(world, patient)

    def test_no_plan_no_visit(self, world: World) -> None:
        with pytest.raises(NotNow, match="no signed plan"):
            gate_desk.visit(world, gate_desk.consented(world))


def test_plan_value_is_plain() -> None:
    assert Plan(regimen="r", weight_kg=Decimal(70)).fit == Fitted()

"""As-needed orders: smaller for this patient, withdrawn for a reason, and nothing rubbed out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reprieve.clinical import rescue
from reprieve.knowledge import BadValue
from reprieve.pathway import charting_drug, order_signing
from reprieve.pathway.as_needed import AsNeeded
from reprieve.pathway.charting_drug import Dose
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.pathway.order_signing import Spoken
from reprieve.records import notes
from reprieve.records import signing as signed
from reprieve.records.models import InfusionEvent, MedicationRequest, Signature
from reprieve.records.queries import orders as order_list
from tests import gate_desk
from tests.gate_desk import Visit
from tests.world import World

SMALL = AsNeeded(
    drug="midazolam", route="iv", dose_max=Decimal("0.5"), session_max=Decimal("1.5"),
    interval_min=10,
)  # fmt: skip


@pytest.fixture
def visit(world: World) -> Visit:
    """Orders made from the plan: midazolam and ondansetron as needed."""
    made = gate_desk.arrived(world)
    made.weigh()
    made.order()
    world.later(minutes=1)
    return made


def rows(visit: Visit, drug: str = "midazolam") -> list[MedicationRequest]:
    found = MedicationRequest.of(visit.world.id).filter(drug=drug)
    return list(found.order_by("recorded_at"))


def give(visit: Visit, dose: str, *, drug: str = "midazolam", route: str = "iv") -> bool:
    given = Dose(drug=drug, dose=Decimal(dose), route=route)
    return bool(charting_drug.give(dose=given, **visit.act())["deviation"])


def voice(visit: Visit, **said: object) -> Spoken:
    doctor = visit.world["physician"].practitioner
    return Spoken(**{"prescriber": doctor, "read_back": True, **said})  # type: ignore[arg-type]


class TestSmaller:
    def test_signed_limits_hold_at_the_chair(self, visit: Visit) -> None:
        order = order_signing.sign_as_needed(wanted=SMALL, **visit.signing())
        old, new = rows(visit)
        assert (new.pk, new.replaces, new.max_dose_ug, new.max_total_ug, new.min_interval_min) == (
            order, old, 500, 1_500, 10,
        )  # fmt: skip
        assert old.max_dose_ug == 1_000
        assert Signature.of(visit.world.id).get(subject=order).meaning == "order"
        with pytest.raises(NotNow, match="one dose"):
            give(visit, "0.6")
        assert not give(visit, "0.5")
        visit.world.later(minutes=9)
        with pytest.raises(NotNow, match="wait 10"):
            give(visit, "0.5")

    def test_by_voice_too(self, visit: Visit) -> None:
        order_signing.by_voice(spoken=voice(visit, wanted=SMALL), **visit.act())
        new = rows(visit)[-1]
        assert (new.max_dose_ug, new.verbal, new.read_back) == (500, True, True)

    def test_any_route_of_the_catalogue(self, visit: Visit) -> None:
        by_mouth = AsNeeded(drug="ondansetron", route="po")
        order_signing.sign_as_needed(wanted=by_mouth, **visit.signing())
        assert rows(visit, "ondansetron")[-1].route == "po"
        with pytest.raises(NotNow, match="ordered by po"):
            give(visit, "4", drug="ondansetron")

    @pytest.mark.parametrize(
        ("limits", "field"),
        [
            ({"dose_max": Decimal("1.1")}, "dose_max"),
            ({"dose_max": Decimal(0)}, "dose_max"),
            ({"dose_max": Decimal("0.0005")}, "dose_max"),
            ({"session_max": Decimal(6)}, "session_max"),
            ({"interval_min": 1}, "interval_min"),
            ({"interval_min": 721}, "interval_min"),
            ({"route": "po"}, "route"),
        ],
    )
    def test_never_beyond_the_catalogue(
        self, visit: Visit, limits: dict[str, object], field: str
    ) -> None:
        wanted = AsNeeded(**{"drug": "midazolam", "route": "iv", **limits})  # type: ignore[arg-type]
        with pytest.raises(BadValue, match=field):
            order_signing.sign_as_needed(wanted=wanted, **visit.signing())
        assert len(rows(visit)) == 1

    def test_oxygen_is_no_amount_in_mg(self, visit: Visit) -> None:
        wanted = AsNeeded(drug="oxygen", route="inhaled", dose_max=Decimal(4))
        with pytest.raises(BadValue, match="in mg only"):
            order_signing.sign_as_needed(wanted=wanted, **visit.signing())

    def test_nurse_cannot_sign_one(self, visit: Visit) -> None:
        with pytest.raises(PermissionDenied):
            order_signing.sign_as_needed(wanted=SMALL, **visit.signing("infusion_nurse"))

    def test_orders_of_the_plan_leave_it_alone(self, visit: Visit) -> None:
        order_signing.sign_as_needed(wanted=SMALL, **visit.signing())
        visit.world.later(minutes=1)
        visit.order()
        assert [r.max_dose_ug for r in rows(visit)] == [1_000, 500]
        assert len(rows(visit, "ondansetron")) == 2
        order_signing.from_plan(**{**visit.signing(), "at": visit.world.later(minutes=1)})
        assert [r.max_dose_ug for r in rows(visit)] == [1_000, 500, 1_000]

    @pytest.mark.parametrize(
        ("facts", "why"),
        [
            ({}, ()),
            ({"age_years": 60, "opioid_mme_per_day": 0}, ()),
            ({"age_years": 61}, ("over 60 years",)),
            ({"frailty_level": 4}, ()),
            ({"frailty_level": 5, "age_years": 50}, ("frail",)),
            ({"age_years": 70, "opioid_mme_per_day": 20}, ("over 60 years", "on opioids")),
        ],
    )
    def test_who_needs_less(self, facts: dict[str, object], why: tuple[str, ...]) -> None:
        assert rescue.lower_for("midazolam", facts=facts) == why
        assert rescue.lower_for("ondansetron", facts=facts) == ()

    def test_what_is_not_known_is_not_clear(self) -> None:
        known = {"age_years": 50, "opioid_mme_per_day": 0}
        assert rescue.not_known_for("midazolam", facts=known) == ("frail",)
        assert rescue.not_known_for("midazolam", facts={**known, "frailty_level": 3}) == ()
        assert rescue.not_known_for("ondansetron", facts={}) == ()


class TestOfThePlan:
    def ordered(self, world: World, **plan: object) -> MedicationRequest:
        made = gate_desk.arrived(world, replace(gate_desk.USUAL, **plan))  # type: ignore[arg-type]
        made.weigh()
        made.order()
        return rows(made)[0]

    def test_limits_and_route_of_the_plan(self, world: World) -> None:
        limits = {"midazolam": {"dose_max": Decimal("0.5"), "interval_min": 10}}
        row = self.ordered(world, rescue_limits=limits)
        assert (row.max_dose_ug, row.max_total_ug, row.min_interval_min) == (500, 5_000, 10)

    def test_plan_without_limits_is_the_catalogue(self, world: World) -> None:
        assert self.ordered(world).max_dose_ug == 1_000

    @pytest.mark.parametrize(
        ("plan", "field"),
        [
            ({"rescue_limits": {"midazolam": {"dose_max": Decimal(2)}}}, "midazolam_dose_max"),
            ({"rescue_limits": {"labetalol": {"dose_max": Decimal(2)}}}, "rescue"),
            ({"rescue": {"midazolam": "po"}}, "route"),
        ],
    )
    def test_a_plan_is_never_beyond_the_catalogue(
        self, world: World, plan: dict[str, object], field: str
    ) -> None:
        with pytest.raises(BadValue, match=field):
            self.ordered(world, **plan)


class TestWithdrawn:
    def in_force(self, visit: Visit) -> list[str]:
        found = order_list.of_visit(clinic=visit.world.id, encounter=visit.encounter)
        return [o.drug for o in found if o.as_needed and o.in_force and not o.withdrawn]

    def test_signed_with_a_reason_no_dose_is_given(self, visit: Visit) -> None:
        ended = order_signing.sign_withdrawal(
            drug="midazolam", reason="too sleepy", **visit.signing()
        )
        old, new = rows(visit)
        assert (new.pk, new.replaces, old.max_dose_ug) == (ended, old, 1_000)
        assert self.in_force(visit) == ["ondansetron"]
        with pytest.raises(NotNow, match="no order for midazolam"):
            give(visit, "0.5")
        said = InfusionEvent.of(visit.world.id).get(kind="noted")
        assert said.detail == {"withdrawn": "midazolam", "order": str(ended)}
        assert notes.read(said.note) == "too sleepy"
        assert list(signed.faults()) == []

    def test_given_all_the_same_it_is_a_deviation(self, visit: Visit) -> None:
        order_signing.sign_withdrawal(drug="midazolam", reason="apnoea", **visit.signing())
        given = Dose(drug="midazolam", dose=Decimal("0.5"), route="iv", reported=True)
        assert charting_drug.give(dose=given, **visit.act())["deviation"]

    def test_by_voice_it_waits_for_a_signature(self, visit: Visit) -> None:
        spoken = voice(visit, withdrawn="midazolam", reason="allergic as a child")
        order = order_signing.by_voice(spoken=spoken, **visit.act())
        assert self.in_force(visit) == ["ondansetron"]
        waiting = order_signing.unsigned(clinic=visit.world.id, patient=visit.patient)
        assert waiting == [order]

    def test_nurse_does_not_bring_it_back_and_a_doctor_may(self, visit: Visit) -> None:
        order_signing.sign_withdrawal(drug="midazolam", reason="apnoea", **visit.signing())
        visit.world.later(minutes=1)
        visit.order()
        assert self.in_force(visit) == ["ondansetron"]
        visit.world.later(minutes=1)
        order_signing.sign_as_needed(wanted=SMALL, **visit.signing())
        assert sorted(self.in_force(visit)) == ["midazolam", "ondansetron"]

    def test_what_cannot_be_withdrawn(self, visit: Visit) -> None:
        with pytest.raises(BadValue, match="reason"):
            order_signing.sign_withdrawal(drug="midazolam", reason=" ", **visit.signing())
        order_signing.sign_withdrawal(drug="midazolam", reason="apnoea", **visit.signing())
        visit.world.later(minutes=1)
        for drug in ("labetalol", "midazolam"):  # never ordered, and withdrawn already
            with pytest.raises(NotNow, match="no order"):
                order_signing.sign_withdrawal(drug=drug, reason="none", **visit.signing())

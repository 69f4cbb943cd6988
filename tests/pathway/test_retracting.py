"""A drug or a side effect on the wrong chart: it did not happen, and both entries stay."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_drug, charting_harm, ledger_losses, retracting, signing
from reprieve.pathway.charting_drug import Dose
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records import notes, verify
from reprieve.records.models import (
    AdverseEvent,
    AuditEvent,
    InfusionState,
    MedicationAdministration,
    MedicationRequest,
    WorkItem,
)
from reprieve.records.models.infusion import ENTERED_IN_ERROR
from reprieve.records.queries import (
    charts,
    discrepancies,
    portions,
    recovery,
    schedules,
    undrawn,
)
from tests.chairside import Chair, sit
from tests.drug_room import MIDAZOLAM, Room, with_bag
from tests.recovery_room import leave, ready
from tests.world import PASSWORD, World, new

WHY = "meant for the next chair"


def ordered(chair: Chair, **changes: Any) -> None:
    """1 mg of midazolam as needed, 2 mg in all, ten minutes between doses."""
    world, who = chair.world, chair.world["physician"].practitioner
    order = {
        "drug": "midazolam", "route": "iv", "max_dose_ug": 1_000, "max_total_ug": 2_000,
        "min_interval_min": 10, "valid_from": world.at,
        "valid_until": world.at + timedelta(hours=8),
    } | changes  # fmt: skip
    MedicationRequest.objects.add(
        clinic_id=world.id, patient_id=chair.patient, encounter_id=chair.encounter,
        as_needed=True, prescriber_id=who, recorded_at=world.at, by_id=who,
        **order,
    )  # fmt: skip


@pytest.fixture
def chair(world: World) -> Chair:
    made = sit(world)
    made.start(20)
    ordered(made)
    world.later(minutes=20)
    return made


def act(chair: Chair, who: str = "infusion_nurse") -> dict[str, Any]:
    return {"actor": chair.world[who], "uid": new(), "at": chair.world.at,
            "encounter": chair.encounter}  # fmt: skip


def give(chair: Chair, mg: str = "1", **more: Any) -> uuid.UUID:
    dose = Dose(drug=more.pop("drug", "midazolam"), dose=Decimal(mg), route="iv", **more)
    return uuid.UUID(charting_drug.give(dose=dose, **act(chair))["id"])


def take_back(chair: Chair, entry: uuid.UUID, **more: Any) -> MedicationAdministration:
    asked = {**act(chair), "entry": entry, "reason": WHY, **more}
    found: MedicationAdministration = MedicationAdministration.of(chair.world.id).get(
        pk=retracting.drug(**asked)["id"]
    )
    return found


def known(chair: Chair) -> dict[str, Any]:
    return recovery.facts(clinic=chair.world.id, encounter=chair.encounter, at=chair.world.at)


def test_both_entries_stay_with_who_when_and_why(chair: Chair) -> None:
    first = give(chair, note="left arm")
    chair.world.later(minutes=3)
    saved = take_back(chair, first)
    before = MedicationAdministration.of(chair.world.id).get(pk=first)
    assert (before.dose_ug, before.dose_text) == (1_000, "1 mg")
    assert (saved.corrects_id, saved.dose_ug, saved.dose_text) == (first, None, ENTERED_IN_ERROR)
    assert (saved.drug, saved.route, saved.at_ms) == (before.drug, before.route, before.at_ms)
    assert saved.recorded_ms == ms(chair.world.at)
    assert saved.by_id == chair.world["infusion_nurse"].practitioner
    assert notes.read(saved.note) == WHY
    said = AuditEvent.objects.filter(subject_kind="medication_administration").latest("id")
    assert (said.action, said.detail) == ("infusion.chart", {"retraction": True})
    chart = charts.acts(clinic=chair.world.id, encounter=chair.encounter)
    assert chart is not None
    told = [(one["corrected"], one["retracts"]) for one in chart.drugs]
    assert told == [(True, False), (False, True)]


def test_the_order_counts_it_no_more(chair: Chair) -> None:
    first = give(chair)
    chair.world.later(minutes=1)
    with pytest.raises(NotNow):
        give(chair)  # ten minutes are ordered between doses
    take_back(chair, first)
    second = give(chair)
    chair.world.later(minutes=10)
    give(chair)
    chair.world.later(minutes=10)
    with pytest.raises(NotNow):
        give(chair)  # 2 mg are ordered in all
    take_back(chair, second)
    give(chair)


def test_it_asks_for_no_re_check(chair: Chair) -> None:
    def asked() -> bool:
        clinic, at_ms = chair.world.id, ms(chair.world.at)
        due = schedules.due(clinic=clinic, encounter=chair.encounter, at_ms=at_ms)
        return any(one.because == "rescue" for one in due)

    chair.world.later(minutes=1)
    first = give(chair)
    assert asked()
    take_back(chair, first)
    assert not asked()


def test_what_holds_the_discharge_is_lifted_only_for_what_was_not_given(chair: Chair) -> None:
    first = give(chair)
    chair.world.later(minutes=20)
    second = give(chair)
    chair.world.later(minutes=10)
    take_back(chair, second)
    assert (known(chair)["since_sedative_min"], known(chair)["benzodiazepine_given"]) == (30, True)
    take_back(chair, first)
    assert "since_sedative_min" not in known(chair)
    assert not known(chair)["benzodiazepine_given"]


def test_a_correction_is_taken_back_as_a_whole(chair: Chair) -> None:
    first = give(chair)
    right = Dose(drug="midazolam", dose=Decimal("0.5"), route="iv", note="a slip")
    second = uuid.UUID(charting_drug.give(dose=right, corrects=first, **act(chair))["id"])
    with pytest.raises(NotNow, match="already corrected"):
        take_back(chair, first)
    take_back(chair, second)
    assert "since_sedative_min" not in known(chair)


def test_what_says_that_it_did_not_happen_is_corrected_by_entering_anew(chair: Chair) -> None:
    first = give(chair)
    never = take_back(chair, first)
    with pytest.raises(NotNow, match="already corrected"):
        take_back(chair, first)
    with pytest.raises(NotNow, match="enter anew what did"):
        take_back(chair, never.pk)
    right = Dose(drug="midazolam", dose=Decimal(1), route="iv", note="it was")
    with pytest.raises(NotNow, match="enter anew what did"):
        charting_drug.give(dose=right, corrects=never.pk, **act(chair))
    give(chair, reported=True)
    assert known(chair)["since_sedative_min"] == 0


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_reason_is_needed(chair: Chair, reason: str) -> None:
    first = give(chair)
    with pytest.raises(BadValue) as refused:
        take_back(chair, first, reason=reason)
    assert refused.value.field == "reason"
    assert MedicationAdministration.of(chair.world.id).count() == 1


def test_another_chart_and_another_role(chair: Chair) -> None:
    first, other = give(chair), sit(chair.world)
    with pytest.raises(NotFound):
        take_back(chair, first, encounter=other.encounter)
    with pytest.raises(PermissionDenied):
        take_back(chair, first, actor=chair.world["front_desk"])


def test_the_same_press_twice_is_one(chair: Chair) -> None:
    first, number = give(chair), new()
    assert take_back(chair, first, uid=number) == take_back(chair, first, uid=number)
    assert MedicationAdministration.of(chair.world.id).count() == 2


class TestLedger:
    """Nothing goes back into a vial: what was drawn is missing until somebody accounts for it."""

    @pytest.fixture
    def room(self, world: World) -> tuple[Room, Chair, uuid.UUID]:
        room, visit, _ = with_bag(world)
        [vial] = room.receive(MIDAZOLAM, count=1)
        return room, Chair(world, visit.encounter, visit.patient), vial

    def test_nobody_misses_what_was_never_drawn(self, room: tuple[Room, Chair, uuid.UUID]) -> None:
        _, chair, _ = room
        first = give(chair, reported=True)
        assert [u.drug for u in undrawn.waiting(clinic=chair.world.id)] == ["midazolam"]
        take_back(chair, first)
        assert undrawn.waiting(clinic=chair.world.id) == []
        assert discrepancies.waiting(clinic=chair.world.id) == []

    def test_an_open_syringe_shows_the_difference_when_it_closes(
        self, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        first = give(chair, reported=True)
        held = cabinet.holds_mg(vial)
        take_back(chair, first)
        assert cabinet.holds_mg(vial) == held
        assert cabinet.portion(syringe).given_ug == 0
        assert discrepancies.waiting(clinic=chair.world.id) == []
        closed = cabinet.account(syringe, syringe_ml="1").sum
        assert closed is not None
        assert (closed.difference_ug, closed.within) == (1_000, False)
        [found] = discrepancies.waiting(clinic=chair.world.id)
        assert found.kind == "closing"
        self.chained(chair)

    def test_a_dose_entered_anew_and_taken_back_again_is_missing_anew(
        self, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        first = give(chair, reported=True)
        cabinet.account(syringe, syringe_ml="1")
        take_back(chair, first)
        chair.world.later(minutes=1)
        take_back(chair, give(chair, reported=True))
        [found] = discrepancies.waiting(clinic=chair.world.id)  # the same milligram, once
        assert found.difference_ug == 1_000
        chair.world.later(minutes=1)
        anew = give(chair, reported=True)
        ledger_losses.judge(
            actor=chair.world["medical_director"], uid=new(), at=chair.world.at,
            discrepancy=found.id, kind="explained", text="It was given, and is charted again.",
        )  # fmt: skip
        assert discrepancies.waiting(clinic=chair.world.id) == []
        take_back(chair, anew)
        [found] = discrepancies.waiting(clinic=chair.world.id)
        assert (found.kind, found.difference_ug) == ("retracted", 1_000)

    def test_one_that_closed_on_the_dose_opens_a_discrepancy(
        self, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        first = give(chair, reported=True)
        chair.world.later(minutes=1)
        other = give(chair, mg="0.5", reported=True)
        closed = cabinet.account(syringe, syringe_ml="0.5").sum
        assert closed is not None
        assert closed.within
        held, number = cabinet.holds_mg(vial), new()
        for _ in range(2):
            take_back(chair, first, uid=number)
        assert cabinet.holds_mg(vial) == held
        [found] = discrepancies.waiting(clinic=chair.world.id)
        assert (found.kind, found.drug, found.difference_ug) == ("retracted", "midazolam", 1_000)
        assert found.encounter == chair.encounter
        items = WorkItem.of(chair.world.id).filter(kind="ledger_discrepancy")
        assert [item.owner_role for item in items] == ["medical_director"]
        [changed] = portions.changed_since(clinic=chair.world.id, since=closed_at(chair))
        assert changed.given_ug == 500
        take_back(chair, other)
        told = [d.difference_ug for d in discrepancies.waiting(clinic=chair.world.id)]
        assert sorted(t or 0 for t in told) == [500, 1_000]
        self.chained(chair)

    def test_what_was_corrected_since_the_closing_is_missing_as_well(
        self, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        first = give(chair, reported=True)
        closed = cabinet.account(syringe, syringe_ml="1").sum
        assert closed is not None
        assert closed.within
        chair.world.later(minutes=1)
        right = Dose(drug="midazolam", dose=Decimal("0.001"), route="iv", note="a slip")
        second = uuid.UUID(charting_drug.give(dose=right, corrects=first, **act(chair))["id"])
        take_back(chair, second)
        [found] = discrepancies.waiting(clinic=chair.world.id)
        assert (found.kind, found.difference_ug) == ("retracted", 1_000)
        assert found.encounter == chair.encounter
        self.chained(chair)

    def test_nothing_is_missing_where_the_sum_is_right_by_now(
        self, room: tuple[Room, Chair, uuid.UUID]
    ) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "5")
        give(chair, mg="2", reported=True)
        chair.world.later(minutes=1)
        wrong = give(chair, mg="2", reported=True)
        cabinet.account(syringe, syringe_ml="3")
        take_back(chair, wrong)
        told = [(d.kind, d.difference_ug) for d in discrepancies.waiting(clinic=chair.world.id)]
        assert told == [("closing", -2_000)]

    def test_another_drug_changes_no_syringe(self, room: tuple[Room, Chair, uuid.UUID]) -> None:
        cabinet, chair, vial = room
        syringe = cabinet.draw(chair.encounter, vial, "2")
        give(chair, reported=True)
        cabinet.account(syringe, syringe_ml="1")
        take_back(chair, give(chair, "4", drug="ondansetron", reported=True))
        assert discrepancies.waiting(clinic=chair.world.id) == []

    def chained(self, chair: Chair) -> None:
        assert list(verify.faults(at=chair.world.at, sealer_runs=False)) == []


def closed_at(chair: Chair) -> Any:
    return chair.world.at - timedelta(hours=1)


def test_after_the_signature_it_is_an_addendum(world: World) -> None:
    chair = ready(world)
    first = give(chair, "4", drug="ondansetron", reported=True)
    seen = charting_harm.record(harm=Harm(term="nausea", grade=1), **act(chair))
    leave(chair)
    for meaning, who in (("care", "infusion_nurse"), ("record", "physician")):
        world.later(seconds=1)
        signing.sign(
            actor=world[who], uid=new(), at=world.at, encounter=chair.encounter,
            meaning=meaning, password=PASSWORD,
        )  # fmt: skip
    world.later(days=2)
    assert take_back(chair, first).addendum
    never = retracting.harm(entry=seen, reason=WHY, **act(chair))["id"]
    assert AdverseEvent.of(world.id).get(pk=never).addendum
    assert InfusionState.of(world.id).get(encounter_id=chair.encounter).state == "discharged"
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []

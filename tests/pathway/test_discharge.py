"""How a visit ends: what a physician may decide, home, against advice, and who is called."""

from __future__ import annotations

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import booking, infusion, recovery, signing
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.records.models import Appointment, Discharge, FindingOverride, Signature
from reprieve.records.queries import booking as bookings
from reprieve.records.queries import recovery as known
from reprieve.records.queries import worklist as work_lists
from tests import world as worlds
from tests.chairside import Chair
from tests.recovery_room import (
    arrange,
    decide,
    held,
    leave,
    look,
    ready,
    recovering,
    seen,
)
from tests.world import World, new


def kinds(world: World) -> list[str]:
    return [item.kind for item in work_lists.waiting(clinic=world.id)]


class TestOverride:
    def test_a_physicians_reason_lets_go_for_an_hour(self, world: World) -> None:
        chair = ready(world)
        world.later(seconds=1)
        look(chair, seen(values={"sbp": 165}))
        assert "pressure-limits" in held(chair)
        decide(chair.encounter, world, rule="pressure-limits")
        decide(chair.encounter, world, rule="pressure-near-baseline")
        assert held(chair) == frozenset()
        leave(chair)
        kept = {f["rule"]: f for f in Discharge.of(world.id).get().findings}
        assert kept["pressure-limits"]["overridden"] is True
        assert kept["awake"]["overridden"] is False

    def test_it_ends_after_an_hour(self, world: World) -> None:
        chair = ready(world)
        world.later(seconds=1)
        look(chair, seen(told={"walks_as_before": False}))
        decide(chair.encounter, world, rule="walking")
        world.later(minutes=61)
        look(chair, seen(told={"walks_as_before": False}))
        assert held(chair) == {"walking"}

    def test_an_unknown_decided_does_not_cover_what_is_seen_later(self, world: World) -> None:
        chair = recovering(world, minutes=65)
        arrange(chair)
        decide(chair.encounter, world, rule="oxygen")
        assert "oxygen" not in held(chair)
        world.later(minutes=5)
        look(chair, seen(values={"spo2": 90}, told={"on_oxygen": True}))
        assert "oxygen" in held(chair)
        with pytest.raises(NotNow, match="saturation"):
            leave(chair)

    def test_a_worse_value_wants_a_new_decision_a_better_one_does_not(self, world: World) -> None:
        chair = ready(world)
        look(chair, seen(values={"spo2": 92}))
        decide(chair.encounter, world, rule="oxygen")
        for spo2, holds in ((92, False), (93, False), (91, True), (92, False)):
            world.later(minutes=1)
            look(chair, seen(values={"spo2": spo2}))
            assert ("oxygen" in held(chair)) is holds
        world.later(minutes=1)
        look(chair, seen(values={"spo2": 91}))
        decide(chair.encounter, world, rule="oxygen")
        assert "oxygen" not in held(chair)

    def test_what_was_seen_is_kept_with_the_decision(self, world: World) -> None:
        chair = ready(world)
        look(chair, seen(values={"spo2": 92}))
        decide(chair.encounter, world, rule="oxygen")
        kept = FindingOverride.of(world.id).get()
        assert kept.decision is not None
        assert kept.decision.findings[0]["saw"]["spo2_percent"] == 92

    def test_refusals(self, world: World) -> None:
        chair = ready(world)
        with pytest.raises(BadValue, match="reason"):
            decide(chair.encounter, world, rule="walking", reason=" ")
        with pytest.raises(BadValue, match="does not hold"):
            decide(chair.encounter, world, rule="walking")
        with pytest.raises(PermissionDenied):
            recovery.override(
                actor=world["infusion_nurse"], uid=new(), at=world.at,
                encounter=chair.encounter, rule="walking", reason="x",
            )  # fmt: skip
        assert not FindingOverride.of(world.id).exists()


class TestDischarge:
    def test_home_is_written_signed_and_followed(self, world: World) -> None:
        chair = ready(world)
        done = leave(chair)
        row = Discharge.of(world.id).get()
        assert (row.way, str(row.pk)) == ("home", done["id"])
        assert row.escort is not None
        assert row.medicine_advice is not None
        assert chair.row.state == "discharged"
        signature = Signature.of(world.id).get()
        assert (signature.meaning, signature.by_id) == (
            signing.DISCHARGE, world["infusion_nurse"].practitioner,
        )  # fmt: skip
        call = next(i for i in work_lists.waiting(clinic=world.id) if i.kind == "call_24h")
        assert call.due_at.isoformat() == done["call_due_at"]
        assert (call.due_at - world.at).total_seconds() == 86400

    def test_what_is_missing_is_named(self, world: World) -> None:
        chair = recovering(world, minutes=10)
        with pytest.raises(NotNow, match=r"time of watching.*call|Not ready to go home"):
            leave(chair)
        assert not Discharge.of(world.id).exists()
        assert chair.row.state == "recovery"

    def test_against_advice_is_always_written(self, world: World) -> None:
        chair = recovering(world)
        with pytest.raises(BadValue, match="reason"):
            leave(chair, "against_advice")
        leave(chair, "against_advice", reason="bus leaves")
        assert chair.row.state == "left"
        assert {"call_24h", "left_early"} <= set(kinds(world))

    def test_to_hospital_after_the_chairs_own_button(self, world: World) -> None:
        chair = recovering(world)
        chair.do("transferred", note="chest pain")
        leave(chair, "hospital", reason="chest pain")
        assert chair.row.state == "transferred"
        assert known.unsigned(clinic=world.id)[0].is_discharged

    def test_refusals(self, world: World) -> None:
        chair = ready(world)
        with pytest.raises(BadValue, match="way"):
            leave(chair, "home alone")
        with pytest.raises(BadValue, match="password"):
            leave(chair, password="wrong")
        with pytest.raises(BadValue, match="caller"):
            leave(chair, caller=world["front_desk"].practitioner)
        with pytest.raises(PermissionDenied):
            leave(chair, who="front_desk")
        leave(chair)
        with pytest.raises(NotNow, match="already written"):
            leave(chair)

    def test_a_second_press_discharges_once(self, world: World) -> None:
        chair, uid = ready(world), new()
        assert leave(chair, uid=uid) == leave(chair, uid=uid)
        assert Discharge.of(world.id).count() == 1

    def test_a_call_on_a_closed_day_is_somebodys(self, world: World) -> None:
        world.later(days=3)  # a Friday: the call falls on Saturday
        chair = ready(world)
        with pytest.raises(BadValue, match="caller"):
            leave(chair)
        nurse = world["infusion_nurse"].practitioner
        leave(chair, caller=nurse)
        call = next(i for i in work_lists.waiting(clinic=world.id) if i.kind == "call_24h")
        assert call.owner == nurse

    @pytest.mark.parametrize("acts", [("arrived",), ("late",), (), ("cancelled",)])
    def test_the_appointment_is_done_and_its_escort_goes_along(
        self, world: World, acts: tuple[str, ...]
    ) -> None:
        patient, episode = worlds.person(world)
        visit = booking.book(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient, anyway=True,
            wanted=Slot(starts_at=world.at, kind="follow_up"),
        )  # fmt: skip
        for act in acts:
            booking.mark(
                actor=world["front_desk"], uid=new(), at=world.later(minutes=1),
                appointment=visit, act=act, reason="by letter",
            )  # fmt: skip
        booking.name_escort(
            actor=world["front_desk"], uid=new(), at=world.at, appointment=visit, name="Olga",
            phone="",
        )  # fmt: skip
        encounter = infusion.prepare(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient,
            episode=episode, appointment=visit,
        )  # fmt: skip
        chair = Chair(world, encounter, patient)
        chair.start()
        world.later(hours=1)
        chair.do("ended")
        assert "escort-present" in held(chair)  # no telephone number: nobody to call
        leave(chair, "against_advice", reason="in a hurry")
        row = Discharge.of(world.id).get()
        assert row.escort is not None
        after = ["cancelled"] if "cancelled" in acts else ["arrived", "done"]
        assert Appointment.of(world.id).get(pk=visit).status == after[-1]
        told = [kind for kind, _at, _why in bookings.history(clinic=world.id, appointment=visit)]
        assert told == ["booked", *(one for one in acts if one not in after), *after]

    def test_only_what_was_said_for_this_visit_or_plan_counts_as_advice(
        self, world: World
    ) -> None:
        first = ready(world)
        leave(first)
        world.later(days=7)
        second = recovering(world, minutes=65)
        assert "medicine-advice" in held(second)
        arrange(second)
        assert "medicine-advice" not in held(second)


def test_lists_of_those_in_recovery_and_those_not_signed(world: World) -> None:
    chair = ready(world)
    assert [v.encounter for v in known.in_recovery(clinic=world.id)] == [chair.encounter]
    assert known.unsigned(clinic=world.id) == []
    leave(chair)
    assert known.in_recovery(clinic=world.id) == []
    assert [v.encounter for v in known.unsigned(clinic=world.id)] == [chair.encounter]

"""The infusion's stream of acts: states, milligrams, late entries, corrections, chairs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, infusion, infusion_stream
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.pathway.infusion import Happened
from reprieve.records.models import DeviceAssociation, InfusionEvent, Signature
from tests import world as worlds
from tests.chairside import Chair, sit
from tests.world import World, new


@pytest.fixture
def chair(world: World) -> Chair:
    return sit(world)


def events(chair: Chair) -> list[InfusionEvent]:
    rows = InfusionEvent.of(chair.world.id).filter(encounter_id=chair.encounter)
    return list(rows.order_by("recorded_ms", "at_ms"))


def test_milligrams_are_the_integral_of_the_rates(chair: Chair) -> None:
    world = chair.world
    chair.start(20)
    world.later(minutes=30)
    chair.do("rate", rate_ug_per_h=40_000)
    world.later(minutes=15)
    chair.do("paused")
    world.later(minutes=20)
    chair.do("resumed", rate_ug_per_h=40_000)
    world.later(minutes=15)
    chair.do("bolus", dose_ug=5_000)
    chair.do("stopped", detail={"volume_left_ml": "31"})
    assert chair.given_ug() == 10_000 + 10_000 + 10_000 + 5_000
    assert chair.row.state == "stopped"
    assert chair.row.rate_ug_per_h == 0


def test_what_ran_under_the_skin_is_not_counted_as_given(chair: Chair) -> None:
    chair.start(20)
    chair.world.later(minutes=30)
    chair.do("infiltrated", dose_ug=3_000)
    assert chair.given_ug() == 7_000
    assert chair.row.state == "paused"


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("pump_fault", "paused"), ("patient_left", "left"), ("transferred", "transferred"),
        ("ended", "recovery"), ("handed_over", "running"), ("bag_changed", "running"),
    ],
)  # fmt: skip
def test_each_act_leads_to_its_state(chair: Chair, kind: str, state: str) -> None:
    chair.start()
    chair.do(kind)
    assert chair.row.state == state


def test_stopped_infusion_can_be_restarted(chair: Chair) -> None:
    chair.start()
    chair.do("stopped")
    chair.world.later(minutes=2)
    chair.do("restarted", rate_ug_per_h=10_000)
    assert (chair.row.state, chair.row.rate_ug_per_h) == ("running", 10_000)


class TestRefused:
    def test_state_that_does_not_allow_it(self, chair: Chair) -> None:
        with pytest.raises(NotNow, match="paused"):
            chair.do("paused")

    @pytest.mark.parametrize(
        ("kind", "more", "field"),
        [
            ("started", {}, "rate_ug_per_h"),
            ("started", {"rate_ug_per_h": -1}, "rate_ug_per_h"),
            ("bolus", {}, "dose_ug"),
            ("noted", {}, "note"),
            ("chair_moved", {}, "chair"),
            ("chair_moved", {"chair": uuid.UUID(int=9)}, "chair"),
        ],
    )
    def test_missing_or_impossible_value(
        self, chair: Chair, kind: str, more: dict[str, object], field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            chair.do(kind, **more)
        assert refused.value.field == field

    def test_moment_in_the_future(self, chair: Chair) -> None:
        with pytest.raises(BadValue, match="at: is in the future"):
            chair.do("noted", note="x", at=chair.world.at + timedelta(minutes=2))

    def test_unknown_infusion(self, world: World) -> None:
        for act in (infusion.halve, infusion.act):
            more = {"happened": Happened(kind="paused")} if act is infusion.act else {}
            with pytest.raises(NotFound):
                act(  # type: ignore[operator]
                    actor=world["physician"], uid=new(), at=world.at, encounter=new(), **more
                )

    def test_other_roles(self, chair: Chair) -> None:
        with pytest.raises(PermissionDenied):
            chair.do("noted", note="x", who="front_desk")


class TestReported:
    """What was already done is written whatever the state, and counts where it happened."""

    def test_rate_found_at_the_pump_while_paused_means_that_it_runs(self, chair: Chair) -> None:
        chair.start(20)
        chair.world.later(minutes=10)
        chair.do("paused")
        chair.world.later(minutes=10)
        chair.do("rate", rate_ug_per_h=60_000, reported=True)
        chair.world.later(minutes=10)
        assert chair.row.state == "running"
        assert chair.given_ug() == 3_334 + 10_000
        assert events(chair)[-1].deviation

    def test_late_entry_counts_in_its_place_and_keeps_the_state(self, chair: Chair) -> None:
        chair.start(20)
        start = chair.world.at
        chair.world.later(minutes=60)
        chair.do("stopped")
        chair.world.later(minutes=5)
        chair.do("rate", rate_ug_per_h=40_000, reported=True, at=start + timedelta(minutes=30))
        assert chair.row.state == "stopped"
        assert chair.given_ug() == 30_000
        late = events(chair)[-1]
        assert not late.deviation
        assert late.recorded_ms - late.at_ms == 35 * 60_000

    def test_pause_reported_before_the_stop_leaves_it_stopped(self, chair: Chair) -> None:
        chair.start(20)
        start = chair.world.at
        chair.world.later(minutes=60)
        chair.do("ended")
        chair.do("paused", reported=True, at=start + timedelta(minutes=30))
        assert chair.row.state == "recovery"
        assert chair.given_ug() == 10_000

    def test_after_the_patient_left_the_state_stays(self, chair: Chair) -> None:
        chair.start(20)
        chair.do("patient_left")
        chair.world.later(seconds=1)  # so that it is the last one
        chair.do("bolus", dose_ug=1_000, reported=True)
        assert chair.row.state == "left"
        assert events(chair)[-1].deviation

    def test_pause_that_was_already_a_pause_stays_one(self, chair: Chair) -> None:
        chair.start(20)
        chair.world.later(minutes=1)
        chair.do("paused")
        chair.world.later(minutes=1)
        chair.do("pump_fault", reported=True)
        chair.world.later(minutes=1)
        chair.do("restarted", rate_ug_per_h=1_000, reported=True)
        chair.world.later(minutes=1)
        chair.do("resumed", rate_ug_per_h=1_000, reported=True)
        assert chair.row.state == "running"

    def test_what_stands_is_not_paused(self) -> None:
        assert infusion_stream.replayed(["started", "stopped", "paused"]) == "stopped"


class TestCorrected:
    def test_old_entry_stays_and_the_new_one_counts(self, chair: Chair) -> None:
        chair.start(20)
        chair.world.later(minutes=1)
        wrong = chair.do("bolus", dose_ug=50_000)["event"]
        chair.do("bolus", dose_ug=5_000, corrects=uuid.UUID(wrong), note="typed one nought more")
        boluses = [e.dose_ug for e in events(chair) if e.kind == "bolus"]
        assert sorted(boluses) == [5_000, 50_000]  # both of one moment: either comes first
        assert chair.given_ug() == 5_334

    def test_twice_or_of_another_kind_or_unknown_is_refused(self, chair: Chair) -> None:
        chair.start(20)
        old = uuid.UUID(chair.do("bolus", dose_ug=1_000)["event"])
        with pytest.raises(NotNow):
            chair.do("rate", rate_ug_per_h=1_000, corrects=old)
        chair.do("bolus", dose_ug=2_000, corrects=old)
        with pytest.raises(NotNow):
            chair.do("bolus", dose_ug=3_000, corrects=old)
        with pytest.raises(NotFound):
            chair.do("bolus", dose_ug=3_000, corrects=new())


class TestSigned:
    @pytest.fixture
    def signed(self, chair: Chair) -> Chair:
        chair.start(20)
        chair.do("ended")
        Signature.objects.add(
            clinic_id=chair.world.id, subject_kind="encounter", subject=chair.encounter,
            encounter_id=chair.encounter, patient_id=chair.patient, meaning="record",
            printed_name="x", content_sha256="", recorded_at=chair.world.at,
            by_id=chair.world["physician"].practitioner,
        )  # fmt: skip
        return chair

    def test_nothing_is_asked_any_more(self, signed: Chair) -> None:
        with pytest.raises(NotNow, match="signed"):
            signed.do("handed_over")

    def test_what_was_done_becomes_an_addendum(self, signed: Chair) -> None:
        signed.world.later(seconds=1)  # so that these are the last ones
        signed.do("bolus", dose_ug=1_000, reported=True)
        signed.do("noted", note="The daughter called.")
        assert [e.addendum for e in events(signed)][-2:] == [True, True]
        assert signed.row.state == "recovery"


class TestChairs:
    def test_move_ends_the_monitors_link(self, world: World, chair: Chair) -> None:
        place = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name="2")
        link = worlds.linked(world, chair.encounter)
        chair.start()
        world.later(minutes=1)
        chair.do("chair_moved", chair=place)
        link.refresh_from_db()
        assert link.until_ms == ms(world.at)
        assert chair.row.chair_id == place
        assert chair.row.by_hand

    def test_taken_chair_is_refused(self, world: World, chair: Chair) -> None:
        place = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name="2")
        other = sit(world)
        other.do("chair_moved", chair=place)
        with pytest.raises(Conflict):
            chair.do("chair_moved", chair=place)

    def test_leaving_ends_the_link(self, world: World, chair: Chair) -> None:
        worlds.linked(world, chair.encounter)
        chair.start()
        world.later(minutes=1)
        chair.do("patient_left")
        assert not DeviceAssociation.objects.filter(until_ms__isnull=True).exists()


def test_by_hand_infusion_expects_the_next_set_five_minutes_after_the_start(
    chair: Chair,
) -> None:
    chair.start()
    assert chair.row.alarm_fold["due_ms"] == ms(chair.world.at) + 5 * 60_000


def test_must_run(chair: Chair) -> None:
    with pytest.raises(NotNow, match="prepared"):
        infusion.must_run(chair.row)
    chair.start()
    infusion.must_run(chair.row)

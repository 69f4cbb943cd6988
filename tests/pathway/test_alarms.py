"""Alarms of a live infusion: limits in layers, answers of people, and who is called when."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import override_settings

from reprieve.knowledge import BadValue
from reprieve.monitoring.vitals import Reading
from reprieve.pathway import alarm_fold, alarm_policy, alarms, clinic, infusion, ticker
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, PermissionDenied
from reprieve.records.models import AlarmTransition, CarePlan, InfusionState
from reprieve.records.queries import worklist as work_lists
from tests import world as worlds
from tests.world import World, new

HIGH_SBP = {"name": "sbp-stop", "signal": "sbp", "at_or_above": 190, "priority": "high"}
LOW_SBP = {"name": "sbp-stop", "signal": "sbp", "at_or_above": 170, "priority": "high"}


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def encounter(world: World) -> uuid.UUID:
    return worlds.prepared(world, *worlds.person(world))


def told(world: World, encounter: uuid.UUID, signal: str, value: float, **more: object) -> None:
    at_ms = ms(world.at)
    given = {"at_ms": at_ms, "recorded_ms": at_ms, "source": "hand"} | more
    one = Reading(signal=signal, value=value, **given)  # type: ignore[arg-type]
    alarm_fold.fold_readings(
        clinic=world.id, encounter=encounter, readings=[one], recorded_ms=ms(world.at)
    )


def shown(world: World, encounter: uuid.UUID) -> list[tuple[str, str, str]]:
    row = InfusionState.of(world.id).get(encounter_id=encounter)
    return [(a.signal, a.priority, a.phase) for a in alarm_fold.state_of(row).shown]


def first_id(world: World, encounter: uuid.UUID) -> str:
    row = InfusionState.of(world.id).get(encounter_id=encounter)
    return alarm_fold.state_of(row).shown[0].id


def keep(world: World, key: str, value: object) -> None:
    clinic.choose(actor=world["manager"], uid=new(), at=world.at, key=key, value=value)


def test_deviation_is_a_high_alarm_that_one_answer_ends(
    world: World, encounter: uuid.UUID
) -> None:
    alarm_fold.raise_deviation(
        clinic=world.id, encounter=encounter, at_ms=ms(world.at), says="rate beyond the order"
    )
    assert shown(world, encounter) == [("deviation", "high", "latched")]
    alarms.acknowledge(
        actor=world["infusion_nurse"], uid=new(), at=world.later(seconds=5), encounter=encounter,
        alarm=first_id(world, encounter),
    )  # fmt: skip
    assert shown(world, encounter) == []
    steps = AlarmTransition.objects.filter(encounter_id=encounter).order_by("id")
    assert [(s.before, s.after) for s in steps][-1] == ("latched", "cleared")
    assert steps.last().by_id == world["infusion_nurse"].practitioner


class TestLimits:
    def test_shipped_limits_hold_without_any_layer(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        told(world, encounter, "sbp", 182)
        assert ("sbp", "high", "active") in shown(world, encounter)

    def test_tighter_clinic_limit_is_free(self, world: World, encounter: uuid.UUID) -> None:
        keep(world, alarm_policy.CLINIC_LIMITS, [LOW_SBP])
        told(world, encounter, "sbp", 172)
        assert ("sbp", "high", "active") in shown(world, encounter)

    def test_looser_limit_does_not_hold_without_approval(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        keep(world, alarm_policy.CLINIC_LIMITS, [HIGH_SBP])
        told(world, encounter, "sbp", 182)
        assert ("sbp", "high", "active") in shown(world, encounter)

    def test_looser_limit_holds_with_the_directors_reason(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        row = {**HIGH_SBP, "approved_by": "medical director", "reason": "treated hypertension"}
        keep(world, alarm_policy.CLINIC_LIMITS, [row])
        told(world, encounter, "sbp", 182)
        assert ("sbp", "high", "active") not in shown(world, encounter)

    def test_beyond_the_loosest_bound_never_holds(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        row = {**HIGH_SBP, "at_or_above": 230, "approved_by": "x", "reason": "y"}
        keep(world, alarm_policy.CLINIC_LIMITS, [row])
        told(world, encounter, "sbp", 182)
        assert ("sbp", "high", "active") in shown(world, encounter)

    def test_patient_layer_lies_over_clinic_and_regimen(self, world: World) -> None:
        patient, episode = worlds.person(world)
        plan = CarePlan.objects.add(
            clinic_id=world.id, patient_id=patient, episode_id=episode, regimen="r", knowledge="",
            sessions=1, detail={"limits": [{**LOW_SBP, "at_or_above": 150}]},
            recorded_at=world.at, by_id=world["physician"].practitioner,
        )  # fmt: skip
        keep(world, alarm_policy.REGIMEN_LIMITS, {"r": [{**LOW_SBP, "at_or_above": 160}]})
        keep(world, alarm_policy.CLINIC_LIMITS, [LOW_SBP])
        visit = infusion.prepare(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient,
            episode=episode, plan=plan.pk,
        )  # fmt: skip
        found = alarm_policy.in_force(clinic=world.id, encounter=visit, at=world.at)
        assert [x.threshold for x in found if x.name == "sbp-stop"] == [150]


class TestLadder:
    def test_unanswered_high_alarm_opens_work_for_each_role_once(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        told(world, encounter, "spo2", 80)
        for seconds in (31, 60, 65, 130, 200):
            ticker.tick_alarms(at_ms=ms(world.at + timedelta(seconds=seconds)))
        waiting = work_lists.waiting(clinic=world.id)
        assert sorted(w.owner_role for w in waiting) == [
            "infusion_nurse", "medical_director", "physician",
        ]  # fmt: skip
        assert {w.encounter for w in waiting} == {encounter}

    def test_answer_closes_the_calls(self, world: World, encounter: uuid.UUID) -> None:
        told(world, encounter, "spo2", 80)
        ticker.tick_alarms(at_ms=ms(world.later(seconds=70)))
        assert work_lists.waiting(clinic=world.id)
        while any(p != "acknowledged" for _, _, p in shown(world, encounter)):
            row = InfusionState.of(world.id).get(encounter_id=encounter)
            one = next(a for a in alarm_fold.state_of(row).shown if a.wants_someone)
            alarms.acknowledge(
                actor=world["physician"], uid=new(), at=world.at, encounter=encounter, alarm=one.id
            )
        assert work_lists.waiting(clinic=world.id) == []

    def test_own_ladder_of_the_clinic(self, world: World, encounter: uuid.UUID) -> None:
        keep(
            world, alarm_policy.ESCALATION,
            [{"after_s": 0, "to": "chair"}, {"after_s": 10, "to": "physician"}],
        )  # fmt: skip
        told(world, encounter, "spo2", 80)
        ticker.tick_alarms(at_ms=ms(world.at) + 11_000)
        assert [w.owner_role for w in work_lists.waiting(clinic=world.id)] == ["physician"]

    @pytest.mark.parametrize(
        "rows", [[], [{"after_s": 5, "to": "x"}], [{"after_s": 0}], [{"after_s": "0", "to": "x"}]]
    )
    def test_ladder_that_is_none_is_refused(self, rows: list[dict[str, object]]) -> None:
        with pytest.raises(BadValue, match=r"alarms\.escalation"):
            alarm_policy.escalation(rows)


class TestPeople:
    def test_two_people_may_silence_but_never_beyond_two_minutes(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        told(world, encounter, "spo2", 80)
        start = world.at
        for who, wait in (("infusion_nurse", 0), ("physician", 90)):
            alarms.silence(
                actor=world[who], uid=new(), at=start + timedelta(seconds=wait),
                encounter=encounter, seconds=120,
            )  # fmt: skip
        row = InfusionState.of(world.id).get(encounter_id=encounter)
        silence = alarm_fold.state_of(row).silence
        assert silence is not None
        assert silence.until_ms == ms(start) + 120_000
        ticker.tick_alarms(at_ms=ms(start) + 120_500)
        row.refresh_from_db()
        assert alarm_fold.state_of(row).sounding == "high"

    def test_second_answer_to_the_same_alarm_changes_nothing(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        told(world, encounter, "spo2", 80)
        alarm = first_id(world, encounter)
        for who in ("infusion_nurse", "physician"):
            alarms.acknowledge(
                actor=world[who], uid=new(), at=world.later(seconds=1), encounter=encounter,
                alarm=alarm,
            )  # fmt: skip
        seen = AlarmTransition.objects.filter(encounter_id=encounter, alarm=alarm,
                                              after="acknowledged")  # fmt: skip
        assert [row.by_id for row in seen] == [world["infusion_nurse"].practitioner]

    def test_same_press_twice_happens_once(self, world: World, encounter: uuid.UUID) -> None:
        told(world, encounter, "spo2", 80)
        uid = new()
        for _ in range(2):
            alarms.silence(
                actor=world["infusion_nurse"], uid=uid, at=world.at, encounter=encounter, seconds=60
            )
        audio = AlarmTransition.objects.filter(encounter_id=encounter, kind="audio")
        assert audio.count() == 1

    def test_silence_beyond_its_longest_is_refused(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        with pytest.raises(BadValue, match="seconds"):
            alarms.silence(
                actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=encounter,
                seconds=121,
            )  # fmt: skip

    def test_only_clinicians_answer(self, world: World, encounter: uuid.UUID) -> None:
        with pytest.raises(PermissionDenied):
            alarms.silence(
                actor=world["front_desk"], uid=new(), at=world.at, encounter=encounter, seconds=60
            )

    def test_another_clinics_infusion_is_not_found(self, world: World) -> None:
        other = worlds.found("Other Clinic")
        visit = worlds.prepared(other, *worlds.person(other))
        with pytest.raises(NotFound):
            alarms.silence(
                actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=visit, seconds=60
            )


class TestSuspended:
    KEY = "spo2 below 85 high"

    def suspend(self, world: World, encounter: uuid.UUID, **changes: object) -> None:
        given = {"limit_key": self.KEY, "seconds": 600, "reason": "cold hand"} | changes
        alarms.suspend(
            actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=encounter, **given
        )  # type: ignore[arg-type]

    def test_one_limit_is_put_aside_until_its_end(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        self.suspend(world, encounter)
        found = alarm_policy.policy(clinic=world.id, encounter=encounter, at=world.at)
        assert found.is_suspended(self.KEY, at_ms=ms(world.at))
        later = alarm_policy.policy(
            clinic=world.id, encounter=encounter, at=world.at + timedelta(minutes=11)
        )
        assert later.suspensions == ()
        row = AlarmTransition.objects.get(encounter_id=encounter, kind="suspension")
        assert "cold" not in str(row.detail)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"limit_key": "shoe"}, "limit"),
            ({"reason": " "}, "reason"),
            ({"seconds": 1801}, "seconds"),
        ],
    )
    def test_never_without_reason_or_end(
        self, world: World, encounter: uuid.UUID, changes: dict[str, object], field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            self.suspend(world, encounter, **changes)
        assert refused.value.field == field

"""What people chart in the chair: sets, corrections, side effects, drugs."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting, charting_drug, charting_harm
from reprieve.pathway.charting_drug import Dose
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import (
    AdverseEvent,
    InfusionEvent,
    MedicationAdministration,
    MedicationRequest,
    Observation,
)
from reprieve.records.queries import live, schedules
from reprieve.records.queries import worklist as work_lists
from tests.chairside import Chair, sit
from tests.world import World, new

WELL = {"sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14, "rass": 0}


@pytest.fixture
def chair(world: World) -> Chair:
    made = sit(world)
    made.start(20)
    return made


def save(chair: Chair, who: str = "infusion_nurse", **values: float) -> uuid.UUID:
    done = charting.save_set(
        actor=chair.world[who], uid=new(), at=chair.world.at, encounter=chair.encounter,
        values={k: Decimal(str(v)) for k, v in values.items()},
    )  # fmt: skip
    return uuid.UUID(done["set"])


def rows(chair: Chair, code: str) -> list[Observation]:
    found = Observation.of(chair.world.id).filter(encounter_id=chair.encounter, code=code)
    return list(found.order_by("recorded_at", "measured_at"))


class TestSet:
    def test_one_set_has_one_time_and_both_times_are_kept(self, chair: Chair) -> None:
        taken = chair.world.at
        chair.world.later(minutes=3)
        charting.save_set(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
            encounter=chair.encounter, values={**WELL, "pain": 4}, measured_at=taken,
        )  # fmt: skip
        found = Observation.of(chair.world.id).filter(encounter_id=chair.encounter)
        assert found.count() == 7
        assert {(o.set_id, o.measured_at, o.recorded_at) for o in found} == {
            (found[0].set_id, taken, chair.world.at)
        }
        assert {o.unit for o in found} == {"mm[Hg]", "/min", "%", "{score}"}

    @pytest.mark.parametrize(
        ("values", "field", "words"),
        [
            ({"spo2": 3}, "spo2", "40 and 100"),
            ({"heart_rate": 0}, "heart_rate", "20 and 300"),
            ({"sbp": 120}, "dbp", "both"),
            ({"dbp": 80}, "sbp", "both"),
            ({"sbp": 80, "dbp": 90}, "sbp", "not above"),
            ({"pain": 11}, "pain", "0 and 10"),
            ({"o2_l_per_min": -1}, "o2_l_per_min", "0 and 15"),
            ({"rass": -6}, "rass", "-5 and 4"),
            ({"rass": 0.5}, "rass", "whole"),
            ({"shoe_size": 42}, "values", "unknown"),
            ({}, "values", "at least one"),
        ],
    )
    def test_impossible_value_is_refused_with_its_limits(
        self, chair: Chair, values: dict[str, float], field: str, words: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            save(chair, **values)
        assert refused.value.field == field
        assert words in refused.value.reason
        assert not Observation.of(chair.world.id).filter(encounter_id=chair.encounter).exists()

    def test_one_bad_value_saves_nothing_of_the_set(self, chair: Chair) -> None:
        with pytest.raises(BadValue):
            save(chair, spo2=98, heart_rate=999)
        assert rows(chair, "spo2") == []

    @pytest.mark.parametrize("delta", [timedelta(minutes=5), timedelta(hours=-25)])
    def test_time_that_cannot_be(self, chair: Chair, delta: timedelta) -> None:
        with pytest.raises(BadValue, match="measured_at"):
            charting.save_set(
                actor=chair.world["physician"], uid=new(), at=chair.world.at,
                encounter=chair.encounter, values={"spo2": 98},
                measured_at=chair.world.at + delta,
            )  # fmt: skip

    def test_limits_apply_on_entry(self, chair: Chair) -> None:
        save(chair, spo2=84)
        assert ("spo2", "high", "active") in chair.alarms

    def test_entry_of_long_ago_changes_no_alarm(self, chair: Chair) -> None:
        chair.world.later(minutes=20)
        charting.save_set(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
            encounter=chair.encounter, values={"spo2": 84},
            measured_at=chair.world.at - timedelta(minutes=10),
        )  # fmt: skip
        assert [a for a in chair.alarms if a[0] == "spo2"] == []

    def test_saved_set_moves_the_next_one(self, chair: Chair) -> None:
        chair.world.later(minutes=4)
        save(chair, **WELL)
        assert chair.row.alarm_fold["due_ms"] == ms(chair.world.at) + 5 * 60_000

    def test_same_press_twice_is_one_set(self, chair: Chair) -> None:
        uid = new()
        for _ in range(2):
            charting.save_set(
                actor=chair.world["infusion_nurse"], uid=uid, at=chair.world.at,
                encounter=chair.encounter, values={"spo2": 97},
            )  # fmt: skip
        assert len(rows(chair, "spo2")) == 1

    def test_words_beside_a_set_are_an_event(self, chair: Chair) -> None:
        charting.save_set(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
            encounter=chair.encounter, values={"spo2": 97}, note="Cold finger.",
        )  # fmt: skip
        assert InfusionEvent.of(chair.world.id).get(kind="noted").note is not None

    def test_other_roles_and_cancelled_visits(self, world: World, chair: Chair) -> None:
        with pytest.raises(PermissionDenied):
            save(chair, "front_desk", spo2=98)
        other = sit(world)
        other.do("cancelled")
        with pytest.raises(NotNow):
            save(other, spo2=98)


class TestCorrection:
    def correct(self, chair: Chair, old: uuid.UUID, value: float | None, why: str = "slip") -> None:
        charting.correct(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.later(seconds=20),
            encounter=chair.encounter, observation=old,
            value=None if value is None else Decimal(str(value)), reason=why,
        )  # fmt: skip

    def test_both_rows_stay_and_the_false_alarm_ends_at_an_answer(self, chair: Chair) -> None:
        save(chair, spo2=48)
        old = rows(chair, "spo2")[0]
        self.correct(chair, old.pk, 98)
        first, second = rows(chair, "spo2")
        assert (first.value, second.value) == (48, 98)
        assert second.corrects_id == first.pk
        assert second.measured_at == first.measured_at
        assert {phase for _, p, phase in chair.alarms if p == "high"} == {"latched"}

    def test_struck_without_a_value_is_due_again(self, chair: Chair) -> None:
        chair.world.later(minutes=4)
        save(chair, **WELL)
        self.correct(chair, rows(chair, "spo2")[0].pk, None)
        due = {
            d.what: d.due_ms
            for d in schedules.due(
                clinic=chair.world.id, encounter=chair.encounter, at_ms=ms(chair.world.at)
            )
        }
        assert due["spo2"] < due["heart_rate"]

    def test_refusals(self, chair: Chair) -> None:
        save(chair, spo2=97)
        old = rows(chair, "spo2")[0]
        with pytest.raises(BadValue, match="reason"):
            self.correct(chair, old.pk, 98, why=" ")
        with pytest.raises(BadValue, match="spo2"):
            self.correct(chair, old.pk, 9)
        with pytest.raises(NotFound):
            self.correct(chair, new(), 98)
        self.correct(chair, old.pk, 98)
        with pytest.raises(NotNow):
            self.correct(chair, old.pk, 99)


class TestHarm:
    def record(self, chair: Chair, harm: Harm, corrects: uuid.UUID | None = None) -> uuid.UUID:
        return charting_harm.record(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
            encounter=chair.encounter, harm=harm, corrects=corrects,
        )  # fmt: skip

    def test_rate_and_milligrams_at_onset_come_from_the_course(self, chair: Chair) -> None:
        onset = chair.world.later(minutes=30)
        chair.do("paused")
        chair.world.later(minutes=10)
        saved = self.record(chair, Harm(term="nausea", grade=1, onset=onset - timedelta(minutes=1)))
        row = AdverseEvent.of(chair.world.id).get(pk=saved)
        assert (row.rate_ug_per_h_at_onset, row.given_ug_at_onset) == (20_000, 9_667)

    def test_outcome_replaces_the_first_entry(self, chair: Chair) -> None:
        first = self.record(chair, Harm(term="nausea", grade=1))
        chair.world.later(minutes=9)
        done = Harm(
            term="nausea", grade=1, onset=chair.world.at - timedelta(minutes=9),
            ended=chair.world.at, outcome="resolved", note="After a lower rate.",
        )  # fmt: skip
        self.record(chair, done, corrects=first)
        with pytest.raises(NotNow):
            self.record(chair, done, corrects=first)
        with pytest.raises(NotFound):
            self.record(chair, done, corrects=new())
        assert AdverseEvent.of(chair.world.id).count() == 2

    def test_severe_harm_is_reviewed_by_a_physician(self, chair: Chair) -> None:
        self.record(chair, Harm(term="confusion", grade=3, action="stopped"))
        waiting = work_lists.waiting(clinic=chair.world.id, roles=["physician"])
        assert [w.kind for w in waiting] == ["adverse_event"]

    @pytest.mark.parametrize(
        ("harm", "field"),
        [
            ({"term": " "}, "term"),
            ({"term": "x" * 81}, "term"),
            ({"grade": 0}, "grade"),
            ({"grade": 6}, "grade"),
            ({"action": "sang"}, "action"),
            ({"outcome": "x"}, "outcome"),
        ],
    )
    def test_refusals(self, chair: Chair, harm: dict[str, object], field: str) -> None:
        with pytest.raises(BadValue) as refused:
            self.record(chair, Harm(**{"term": "nausea", "grade": 1, **harm}))  # type: ignore[arg-type]
        assert refused.value.field == field

    def test_end_before_the_onset(self, chair: Chair) -> None:
        early = chair.world.at - timedelta(minutes=1)
        with pytest.raises(BadValue, match="ended"):
            self.record(chair, Harm(term="nausea", grade=1, ended=early))


class TestDrug:
    def order(self, chair: Chair, drug: str, **changes: object) -> MedicationRequest:
        given = {
            "max_dose_ug": 1_000, "max_total_ug": 5_000, "min_interval_min": 5, "route": "iv",
            "valid_from": chair.world.at, "valid_until": chair.world.at + timedelta(hours=8),
        } | changes  # fmt: skip
        return MedicationRequest.objects.add(
            clinic_id=chair.world.id, patient_id=chair.patient, encounter_id=chair.encounter,
            drug=drug, as_needed=True, prescriber_id=chair.world["physician"].practitioner,
            recorded_at=chair.world.at, by_id=chair.world["physician"].practitioner, **given,
        )  # fmt: skip

    def give(self, chair: Chair, drug: str, dose: str, corrects: uuid.UUID | None = None,
             **more: object) -> dict[str, object]:  # fmt: skip
        given = Dose(**{"drug": drug, "dose": Decimal(dose), "route": "iv", **more})  # type: ignore[arg-type]
        return charting_drug.give(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
            encounter=chair.encounter, dose=given, corrects=corrects,
        )  # fmt: skip

    def test_inside_its_order(self, chair: Chair) -> None:
        order = self.order(chair, "midazolam")
        chair.world.later(minutes=20)
        self.give(chair, "midazolam", "1")
        row = MedicationAdministration.of(chair.world.id).get()
        assert (row.dose_ug, row.dose_text, row.order_id) == (1_000, "1 mg", order.pk)
        assert not row.deviation
        assert chair.row.alarm_fold["due_ms"] <= ms(chair.world.at) + 5 * 60_000

    def test_asked_without_an_order_is_refused(self, chair: Chair) -> None:
        with pytest.raises(NotNow, match="no order for midazolam"):
            self.give(chair, "midazolam", "1")
        assert not MedicationAdministration.of(chair.world.id).exists()

    def test_given_without_an_order_is_written_raises_an_alarm_and_a_review(
        self, chair: Chair
    ) -> None:
        assert self.give(chair, "midazolam", "1", reported=True)["deviation"] is True
        assert ("deviation", "high", "latched") in chair.alarms
        kinds = [w.kind for w in work_lists.waiting(clinic=chair.world.id, roles=["physician"])]
        assert kinds == ["deviation"]

    def test_interval_counts_what_was_given_and_a_struck_dose_does_not(self, chair: Chair) -> None:
        self.order(chair, "midazolam")
        first = self.give(chair, "midazolam", "1")["id"]
        chair.world.later(minutes=2)
        with pytest.raises(NotNow, match="minutes ago"):
            self.give(chair, "midazolam", "1")
        self.give(chair, "midazolam", "0.5", corrects=uuid.UUID(str(first)), note="a slip")
        with pytest.raises(NotNow):
            self.give(chair, "midazolam", "0.5", corrects=uuid.UUID(str(first)))
        with pytest.raises(NotFound):
            self.give(chair, "midazolam", "0.5", corrects=new())

    def test_labetalol_asks_for_asthma_and_a_fresh_heart_rate(self, chair: Chair) -> None:
        self.order(chair, "labetalol", max_dose_ug=10_000, max_total_ug=40_000)
        with pytest.raises(NotNow, match="Not known"):
            self.give(chair, "labetalol", "5")
        Observation.objects.add(
            clinic_id=chair.world.id, patient_id=chair.patient, code="asthma", value=False,
            measured_at=chair.world.at, provenance="typed", recorded_at=chair.world.at,
        )  # fmt: skip
        save(chair, heart_rate=72)
        self.give(chair, "labetalol", "5")
        chair.world.later(minutes=20)
        with pytest.raises(NotNow, match="heart rate"):
            self.give(chair, "labetalol", "5")

    def test_oxygen_is_a_flow_not_an_amount(self, chair: Chair) -> None:
        self.order(chair, "oxygen", max_dose_ug=15_000, max_total_ug=0, route="inhaled",
                   min_interval_min=None)  # fmt: skip
        self.give(chair, "oxygen", "4", route="inhaled")
        row = MedicationAdministration.of(chair.world.id).get()
        assert (row.dose_ug, row.dose_text) == (None, "4 L/min")

    @pytest.mark.parametrize(
        ("drug", "dose", "more", "field"),
        [
            ("aspirin", "1", {}, "drug"),
            ("midazolam", "1", {"route": "po"}, "route"),
            ("midazolam", "0", {}, "dose"),
            ("midazolam", "NaN", {}, "dose"),
            ("midazolam", "0.0001", {}, "dose"),
            ("midazolam", "500", {}, "dose"),
        ],
    )
    def test_refusals(
        self, chair: Chair, drug: str, dose: str, more: dict[str, object], field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            self.give(chair, drug, dose, reported=True, **more)
        assert refused.value.field == field


def test_screen_shows_every_code_that_can_be_charted() -> None:
    from reprieve.monitoring import vitals

    assert charting.codes() == (*vitals.signals(), *vitals.scores(), *live.COMFORT)


def test_nothing_is_due_before_anyone_sat_down_or_after_the_end(world: World) -> None:
    other = sit(world)
    other.do("cancelled")
    args = {"clinic": world.id, "encounter": other.encounter, "at_ms": ms(world.at)}
    assert schedules.due(**args) == ()
    assert schedules.next_by_hand_ms(**args) is None
    assert schedules.due(**{**args, "encounter": new()}) == ()

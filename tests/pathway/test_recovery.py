"""After the drug: what holds a patient here, and what is written down meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import recovery
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.recovery import Seen
from reprieve.records.models import Observation
from reprieve.records.queries import recovery as known
from reprieve.records.queries import risk
from tests.recovery_room import (
    SCORES,
    decide,
    given,
    held,
    leave,
    look,
    measure,
    ready,
    recovering,
    seen,
)
from tests.world import World, new


class TestFacts:
    def test_a_well_patient_with_everything_arranged_may_go(self, world: World) -> None:
        assert held(ready(world)) == frozenset()

    def test_what_nobody_measured_or_asked_holds(self, world: World) -> None:
        chair = recovering(world, minutes=65)
        assert {
            "awake", "orientation", "oxygen", "pressure-limits", "nausea", "walking", "line-out",
            "instructions", "escort-present", "medicine-advice", "visit-booked", "aldrete",
            "padss", "suicidal-statement",
        } <= held(chair)  # fmt: skip

    def test_values_grow_old_and_once_said_is_kept(self, world: World) -> None:
        chair = ready(world)
        world.later(minutes=31)
        old = held(chair)
        assert {"awake", "oxygen", "aldrete", "walking"} <= old
        assert old.isdisjoint({"line-out", "instructions", "suicidal-statement"})

    def test_values_from_before_the_stop_do_not_count(self, world: World) -> None:
        chair = recovering(world)
        assert "pressure-limits" in held(chair)
        measure(chair)
        assert "pressure-limits" not in held(chair)

    @pytest.mark.parametrize(
        ("minutes", "drug", "dose", "still_held"),
        [
            (59, None, "", True), (60, None, "", False),
            (61, "midazolam", "1", True), (119, "lorazepam", "0.5", True),
        ],
    )  # fmt: skip
    def test_the_watching_time_depends_on_what_was_given(
        self, world: World, minutes: int, drug: str | None, dose: str, still_held: bool
    ) -> None:
        chair = recovering(world)
        if drug:
            given(chair, drug, dose)
        world.later(minutes=minutes)
        assert ("time-after-stop" in held(chair)) is still_held

    def test_an_antidote_starts_its_own_two_hours(self, world: World) -> None:
        chair = recovering(world, minutes=50)
        given(chair, "naloxone", "0.1")
        world.later(minutes=100)
        assert "time-after-stop" in held(chair)
        world.later(minutes=20)
        assert "time-after-stop" not in held(chair)

    @pytest.mark.parametrize(("drug", "dose", "holds"), [
        ("midazolam", "2", True), ("lorazepam", "1", True), ("clonidine", "0.1", True),
        ("ondansetron", "4", False),
    ])  # fmt: skip
    def test_a_late_drug_that_sedates_starts_a_time_of_its_own(
        self, world: World, drug: str, dose: str, holds: bool
    ) -> None:
        chair = recovering(world, minutes=115)
        given(chair, drug, dose, "po" if drug == "clonidine" else "iv")
        for minutes in (6, 113):
            world.later(minutes=minutes)
            assert ("time-after-stop" in held(chair)) is holds
        world.later(minutes=1)
        assert "time-after-stop" not in held(chair)

    def test_a_sedative_entered_ahead_of_the_clock_holds(self, world: World) -> None:
        chair = recovering(world, minutes=150)
        given(chair, "midazolam", "1")
        world.at -= timedelta(seconds=20)
        assert "time-after-stop" in held(chair)

    def test_esketamine_is_watched_for_longer(self, world: World) -> None:
        chair = recovering(world, minutes=90, form="esketamine")
        assert "time-after-stop" in held(chair)
        world.later(minutes=30)
        assert "time-after-stop" not in held(chair)

    def test_a_drug_that_lowers_pressure_asks_for_a_standing_one(self, world: World) -> None:
        chair = recovering(world)
        given(chair, "clonidine", "0.1", route="po")
        world.later(minutes=65)
        look(chair)
        assert "standing-pressure" in held(chair)
        world.later(seconds=1)  # the last look counts, here and below
        look(chair, seen(standing_sbp=118))
        assert "standing-pressure" not in held(chair)

    def test_oxygen_charted_in_the_chair_counts(self, world: World) -> None:
        chair = ready(world)
        world.later(minutes=1)
        measure(chair, o2_l_per_min=2)
        assert "oxygen" in held(chair)

    def test_a_running_drug_has_no_stop(self, world: World) -> None:
        chair = recovering(world)
        chair.do("noted", note="bag looked at")
        assert known.stopped_ms(clinic=world.id, encounter=chair.encounter) is not None
        from tests.chairside import sit

        other = sit(world)
        assert known.stopped_ms(clinic=world.id, encounter=other.encounter) is None
        other.start(10)
        assert known.stopped_ms(clinic=world.id, encounter=other.encounter) is None

    def test_a_bolus_counts_to_its_end(self, world: World) -> None:
        chair = recovering(world)
        before = known.stopped_ms(clinic=world.id, encounter=chair.encounter)
        chair.do(
            "bolus", reported=True, dose_ug=5000, at=world.at, detail={"over_min": 10},
        )  # fmt: skip
        after = known.stopped_ms(clinic=world.id, encounter=chair.encounter)
        assert before is not None
        assert after == before + 600_000

    def test_being_at_the_usual_function_is_not_enough_without_a_record_of_it(
        self, world: World
    ) -> None:
        chair = ready(world)
        low = {**SCORES["modified-aldrete"], "activity": 0}
        for at_usual in (True, False):
            world.later(minutes=1)
            look(chair, seen(scores={"modified-aldrete": low},
                             told={"function_at_baseline": at_usual}))  # fmt: skip
            assert "aldrete" in held(chair)


class TestRecord:
    def test_a_second_press_saves_once(self, world: World) -> None:
        chair = recovering(world)
        uid, nurse = new(), world["infusion_nurse"]
        for _ in range(2):
            recovery.record(
                actor=nurse, uid=uid, at=world.at, encounter=chair.encounter, seen=seen()
            )
        rows = Observation.of(world.id).filter(encounter_id=chair.encounter, code="padss")
        assert [row.value for row in rows] == [10]

    def test_words_of_suicide_open_the_path_and_are_never_overridden(self, world: World) -> None:
        chair = ready(world)
        world.later(seconds=1)
        assert look(chair, seen(told={"suicidal_statement": True}))["alert"] is True
        assert risk.state(clinic=world.id, patient=chair.patient) == "alert_open"
        assert held(chair) == {"suicidal-statement"}
        with pytest.raises(NotNow, match="Nobody may decide"):
            decide(chair.encounter, world, rule="suicidal-statement")
        world.later(seconds=1)
        look(chair)  # a later "no" does not answer the alert
        assert held(chair) == {"suicidal-statement"}

    @pytest.mark.parametrize(
        ("what", "field"),
        [
            (Seen(), "values"),
            (Seen(told={"is_happy": True}), "told"),
            (Seen(scores={"phq-9": {}}), "scores"),
            (Seen(standing_sbp=900), "standing_sbp"),
            (Seen(scores={"padss": {"vitals": 2}}), "ambulation"),
            (Seen(scores={"padss": {"vitals": 7}}), "vitals"),
        ],
    )
    def test_what_cannot_be_is_refused_with_its_name(
        self, world: World, what: Seen, field: str
    ) -> None:
        chair = recovering(world)
        with pytest.raises(BadValue) as refused:
            look(chair, what)
        assert refused.value.field == field
        assert not Observation.of(world.id).filter(code="padss").exists()

    def test_only_in_recovery_and_only_clinicians(self, world: World) -> None:
        chair = recovering(world)
        with pytest.raises(PermissionDenied):
            look(chair, who="front_desk")
        leave(chair, "against_advice", reason="wanted to go")
        with pytest.raises(NotNow, match="not in recovery"):
            look(chair)
        with pytest.raises(NotFound):
            recovery.needed(clinic=world.id, encounter=new())

    def test_a_note_stays_with_the_visit(self, world: World) -> None:
        chair = recovering(world)
        look(chair, seen(note="walked to the door with her sister"))
        assert recovery.needed(clinic=world.id, encounter=chair.encounter).state == "recovery"

    def test_escort_and_advice_need_words(self, world: World) -> None:
        chair = recovering(world)
        place = {"uid": new(), "at": world.at, "encounter": chair.encounter}
        with pytest.raises(BadValue, match="phone"):
            recovery.name_escort(actor=world["infusion_nurse"], name="Olga", phone=" ", **place)
        with pytest.raises(BadValue, match="advice"):
            recovery.advise(actor=world["physician"], text=" ", **place)
        with pytest.raises(PermissionDenied):
            recovery.advise(actor=world["infusion_nurse"], text="none", **place)

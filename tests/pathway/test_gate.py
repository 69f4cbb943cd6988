"""The start gate: nothing starts while a finding blocks, and who may decide otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, feed, gate, preparing
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import Consent, Decision, EpisodeOfCare, FindingOverride
from reprieve.records.queries import gate_facts, overrides
from tests import gate_desk
from tests import world as worlds
from tests.chairside import sent, sit
from tests.drug_room import with_bag
from tests.gate_desk import Visit
from tests.world import World, new


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


@pytest.fixture
def ready(visit: Visit) -> Visit:
    visit.prepare_all()
    return visit


def override(visit: Visit, rule: str, **changes: object) -> None:
    values = visit.act("physician") | {
        "second": visit.world["infusion_nurse"], "rule": rule, "reason": "seen and talked through",
    } | changes  # fmt: skip
    gate.override(**values)


def test_arrival_is_full_of_unknowns_and_each_blocks(visit: Visit) -> None:
    assert {
        "identity", "weight", "body-mass", "fasting-solids", "escort", "order", "double-check",
        "blood-pressure-stop", "iv-site", "acls-person", "emergency-equipment", "monitoring",
        "supervising-physician", "alarm-sound", "drug-form", "drug-strength",
    } <= visit.blocking | {"body-mass"}  # fmt: skip
    with pytest.raises(NotNow, match="second person"):
        visit.start()


def test_all_in_order_starts_and_keeps_what_was_seen(ready: Visit) -> None:
    assert ready.blocking == set()
    ready.start()
    assert ready.state.state == "running"
    kept = Decision.of(ready.world.id).get(kind="start")
    assert {f["rule"] for f in kept.findings} >= {"identity", "consent", "double-check"}
    assert all(f["knowledge"] for f in kept.findings)
    assert EpisodeOfCare.of(ready.world.id).get(patient_id=ready.patient).state == "in_series"


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"solids_fasted_h": 2}, "fasting-solids"),
        ({"emergency_equipment_ready": False}, "emergency-equipment"),
        ({"chest_pain": True}, "chest-pain"),
        ({"pulse_oximeter_alarm_heard": False}, "monitoring"),
        ({"could_become_pregnant": True, "pregnancy_test": "positive"}, "pregnancy-test-positive"),
    ],
)
def test_a_failing_item_closes_the_gate_at_the_start_itself(
    ready: Visit, facts: dict[str, object], rule: str
) -> None:
    ready.tell(**facts)
    assert rule in ready.blocking
    with pytest.raises(NotNow, match="gate is closed"):
        ready.start()
    assert ready.state.state == "prepared"


class TestVitalSigns:
    def test_one_set_is_no_baseline(self, visit: Visit) -> None:
        visit.measure()
        visit.world.later(minutes=4)
        visit.measure()
        assert "mean-pressure-change" in visit.blocking
        visit.world.later(minutes=2)
        visit.measure()
        assert "mean-pressure-change" not in visit.blocking

    def test_old_values_are_unknown(self, ready: Visit) -> None:
        ready.world.later(minutes=31)
        assert {"blood-pressure-stop", "spo2-stop", "heart-rate-stop"} <= ready.blocking

    def test_high_pressure_holds_until_measured_again_and_decided(self, visit: Visit) -> None:
        visit.measure_twice(sbp=165)
        assert "blood-pressure-hold" in visit.blocking
        with pytest.raises(NotNow, match="Measure again twice"):
            override(visit, "blood-pressure-hold")
        visit.world.later(minutes=6)
        visit.measure(sbp=162)
        override(visit, "blood-pressure-hold")
        assert "blood-pressure-hold" not in visit.blocking
        visit.world.later(minutes=6)
        visit.measure(sbp=167)
        assert "blood-pressure-hold" not in visit.blocking
        visit.world.later(minutes=25)
        visit.measure(sbp=167)
        assert "blood-pressure-hold" in visit.blocking

    def test_calm_readings_before_a_high_one_do_not_repeat_it(self, visit: Visit) -> None:
        visit.measure_twice()
        visit.world.later(minutes=6)
        visit.measure()
        visit.world.later(minutes=6)
        visit.measure(heart_rate=115)
        with pytest.raises(NotNow, match="Measure again twice"):
            override(visit, "heart-rate-hold")
        for _ in range(2):
            visit.world.later(minutes=20)  # the first of them lies more than half an hour back
            visit.measure(heart_rate=114)
        override(visit, "heart-rate-hold")
        assert "heart-rate-hold" not in visit.blocking

    def test_pressures_of_two_moments_that_contradict_are_unknown(self, visit: Visit) -> None:
        visit.measure(sbp=150, dbp=104)
        visit.world.later(minutes=2)
        worlds.linked(visit.world, visit.encounter)
        feed.receive([sent(visit.world, raw="low", sbp=100)], clinic=visit.world.id)
        assert {"blood-pressure-stop", "blood-pressure-low"} <= visit.blocking

    def test_stop_zone_is_nobodys_to_override(self, visit: Visit) -> None:
        visit.measure_twice(sbp=182)
        visit.world.later(minutes=6)
        visit.measure(sbp=182)
        assert "blood-pressure-stop" in visit.blocking
        with pytest.raises(NotNow, match="Nobody may override"):
            override(visit, "blood-pressure-stop")

    def test_monitor_counts_like_the_hand(self, visit: Visit) -> None:
        link = worlds.linked(visit.world, visit.encounter)
        for n in range(2):
            visit.world.later(minutes=6)
            one = sent(
                visit.world, raw=f"m{n}", sbp=130, dbp=80, pulse_rate=72, spo2=97,
                respiratory_rate=12,
            )  # fmt: skip
            feed.receive([one], clinic=visit.world.id)
        facts = gate_facts.facts(
            clinic=visit.world.id, encounter=visit.encounter, at=visit.world.at
        )
        assert link.until_ms is None
        assert (facts["sbp_mmhg"], facts["heart_rate_per_min"]) == (130, 72)
        assert "remeasured_n" not in facts  # nothing is out of range
        assert facts["baseline_sbp_mmhg"] == 130
        assert facts["monitor_linked"] is True


class TestOverride:
    def test_by_a_doctor_with_a_second_and_a_reason(self, ready: Visit) -> None:
        ready.tell(solids_fasted_h=4)
        override(ready, "fasting-solids")
        assert ready.blocking == set()
        ready.start()
        shown = overrides.of_visit(clinic=ready.world.id, encounter=ready.encounter)
        assert [(o.rule, o.reason, o.by_name, o.second_name) for o in shown] == [
            ("fasting-solids", "seen and talked through", "Physician Invented",
             "Infusion_Nurse Invented"),
        ]  # fmt: skip

    def test_nurse_at_the_keyboard_with_the_doctor_beside(self, visit: Visit) -> None:
        gate.override(
            second=visit.world["physician"], rule="escort", reason="taxi with a nurse",
            **visit.act(),
        )  # fmt: skip
        row = FindingOverride.of(visit.world.id).get()
        assert row.by_id == visit.world["physician"].practitioner
        assert row.second_id == visit.world["infusion_nurse"].practitioner
        assert "escort" not in visit.blocking

    def test_holds_only_for_what_was_seen(self, ready: Visit) -> None:
        ready.tell(solids_fasted_h=4)
        override(ready, "fasting-solids")
        ready.world.later(minutes=20)
        assert "fasting-solids" not in ready.blocking
        ready.tell(solids_fasted_h=1)
        assert "fasting-solids" in ready.blocking

    def test_unknown_decided_does_not_cover_a_bad_answer(self, visit: Visit) -> None:
        override(visit, "iv-site")
        assert "iv-site" not in visit.blocking
        visit.tell()
        line = preparing.Line(site="hand", gauge=22, attempts=2, runs_freely=False)
        preparing.place_line(line=line, **visit.act())
        assert "iv-site" in visit.blocking

    def test_same_press_twice_is_one_override(self, visit: Visit) -> None:
        uid = new()
        override(visit, "escort", uid=uid)
        override(visit, "escort", uid=uid)
        assert FindingOverride.of(visit.world.id).count() == 1

    def test_two_nurses_are_not_enough(self, visit: Visit) -> None:
        other = replace(visit.world["infusion_nurse"], practitioner=new())
        with pytest.raises(PermissionDenied):
            gate.override(second=other, rule="escort", reason="x", **visit.act())

    def test_second_is_another_person_of_this_clinic(self, visit: Visit) -> None:
        for second, error in (
            (visit.world["physician"], BadValue),
            (worlds.found("Other").staff["infusion_nurse"], NotFound),
            (visit.world["front_desk"], PermissionDenied),
        ):
            with pytest.raises(error):
                override(visit, "escort", second=second)

    @pytest.mark.parametrize("rule", ["identity", "consent", "order", "double-check"])
    def test_some_are_never_overridden(self, visit: Visit, rule: str) -> None:
        last = Consent.of(visit.world.id).latest("recorded_at")
        Consent.objects.add(
            clinic_id=visit.world.id, patient_id=visit.patient, episode=last.episode, given=False,
            language="en", text_version=last.text_version, text_sha256=last.text_sha256,
            signed_name=last.signed_name, valid_from=visit.world.at, recorded_at=visit.world.at,
        )  # fmt: skip
        with pytest.raises(NotNow, match="Nobody may override"):
            override(visit, rule)

    def test_needs_a_reason_and_something_that_blocks(self, visit: Visit) -> None:
        with pytest.raises(BadValue, match="reason"):
            override(visit, "escort", reason="  ")
        for rule in ("age-under-18", "no-such-rule"):
            with pytest.raises(BadValue, match="rule"):
                override(visit, rule)

    def test_unknown_visit(self, visit: Visit) -> None:
        with pytest.raises(NotFound):
            override(visit, "escort", encounter=new())


class TestAcknowledge:
    def test_warning_waits_for_a_doctor_alone(self, ready: Visit) -> None:
        ready.tell(medicines_changed=True)
        assert ready.blocking == {"medicine-change"}
        said = {"rule": "medicine-change", "reason": "stopped ibuprofen"}
        with pytest.raises(PermissionDenied):
            gate.acknowledge(**ready.act() | said)
        gate.acknowledge(**ready.act("physician") | said)
        assert ready.blocking == set()
        assert FindingOverride.of(ready.world.id).get().second_id is None
        ready.start()

    def test_what_blocks_needs_a_second(self, visit: Visit) -> None:
        with pytest.raises(BadValue, match="second"):
            gate.acknowledge(rule="escort", reason="x", **visit.act("physician"))


def test_clinics_own_numbers_are_asked(ready: Visit) -> None:
    sit(ready.world).start()
    ready.people(nurses=1)  # two patients for one nurse
    assert ready.blocking == set()
    clinic.choose(
        actor=ready.world["manager"], uid=new(), at=ready.world.at, key=gate.OWN_NUMBERS,
        value={"nurse-ratio": {"at_most": 1}},
    )  # fmt: skip
    assert "nurse-ratio" in ready.blocking


def test_start_that_was_only_reported_is_kept_and_marked(visit: Visit) -> None:
    event = visit.pump.told("started", rate_ug_per_h=10_000)
    assert event.deviation
    assert visit.state.state == "running"
    assert Decision.of(visit.world.id).get(kind="start").outcome == "reported"


def test_bag_past_its_time_closes_the_gate(ready: Visit) -> None:
    ready.world.later(hours=5)
    ready.measure_twice()
    assert ready.blocking >= {"double-check"}
    with pytest.raises(NotNow, match="time to start this bag"):
        ready.start()


def test_rate_that_nobody_checked_is_not_started(ready: Visit) -> None:
    with pytest.raises(NotNow, match="not the rate"):
        ready.start(rate_ug_per_h=20_000)


def test_yesterdays_answers_open_nothing_today(world: World) -> None:
    first = gate_desk.arrived(world)
    first.prepare_all()
    first.start()
    first.pump.ask("ended")
    first.pump.ask("patient_left")
    world.later(days=1)
    second = gate_desk.visit(world, first.patient)
    assert {"identity", "weight", "escort", "iv-site", "blood-pressure-stop"} <= second.blocking
    facts = gate_facts.facts(clinic=world.id, encounter=second.encounter, at=world.at)
    assert facts["weight_last_kg"] == 74
    assert facts["session_no"] == 2
    assert facts["session_kind"] == "series"


def test_weight_that_moved_much_is_typed_by_a_second_person(visit: Visit) -> None:
    visit.weigh("90")
    assert "weight" in visit.blocking
    again = {"second": visit.world["physician"], "weight_kg": Decimal(90)}
    with pytest.raises(BadValue, match="differs"):
        preparing.weigh_again(**visit.act() | again | {"weight_kg": Decimal(99)})
    preparing.weigh_again(**visit.act() | again)
    assert "weight" not in visit.blocking
    visit.world.at += timedelta(seconds=1)
    assert visit.blocking


class TestLedger:
    """A bag whose drug is not in the ledger is seen at the gate, and blocks nothing."""

    @staticmethod
    def outcome(visit: Visit, rule: str = "ledger-draw") -> str:
        items = gate.items(
            clinic=visit.world.id, encounter=visit.encounter, at=visit.world.at
        )
        return next(i.finding.outcome.value for i in items if i.finding.rule == rule)

    def test_drawn_as_the_recipe_asks_or_not(self, world: World) -> None:
        room, visit, vials = with_bag(world)
        assert self.outcome(visit) == "finds"
        assert "ledger-draw" not in visit.blocking
        room.draw(visit.encounter, vials[0], "1.5")
        assert self.outcome(visit) == "finds"
        room.draw(visit.encounter, vials[0], "1")
        assert self.outcome(visit) == "clear"
        world.later(minutes=1)
        visit.bag()
        assert self.outcome(visit) == "finds"

    def test_without_a_bag_it_is_not_known(self, visit: Visit) -> None:
        assert self.outcome(visit) == "unknown"


def test_the_check_that_let_it_start_still_stands_while_it_runs(ready: Visit) -> None:
    ready.start()
    ready.world.later(hours=5)  # past the bag's time, which asks when it may start
    assert TestLedger.outcome(ready, "double-check") == "clear"
    ready.pump.ask("paused")
    assert TestLedger.outcome(ready, "double-check") == "clear"
    ready.bag()
    assert TestLedger.outcome(ready, "double-check") == "finds"


def test_a_stop_asks_for_a_new_check(ready: Visit) -> None:
    ready.start()
    ready.world.later(minutes=5)
    ready.pump.ask("stopped")
    assert TestLedger.outcome(ready, "double-check") == "finds"

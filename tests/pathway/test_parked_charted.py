"""Parked minutes are decided about: charted together, whole and once, or put aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.pathway import monitors, parked, parked_minutes
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.feed_values import NotCharted
from reprieve.records.models import (
    AuditEvent,
    Device,
    DeviceAssociation,
    ParkedDecision,
)
from reprieve.records.queries import monitors as queries
from tests.chairside import Chair, sent, sit
from tests.parking import aside, attach, charted, held, receive, rows, signed, speak, spoke_for
from tests.world import World, new


@pytest.fixture
def chair(world: World) -> Chair:
    return sit(world)


class TestDecided:
    def test_a_minute_is_charted_whole_and_once(self, world: World, chair: Chair) -> None:
        world.later(minutes=1)
        last = sent(world, raw="z", spo2=97, heart_rate=70)
        speak(world, 20)
        (row, *more) = rows(world)
        for one in (row, *more):
            assert attach(chair, one.pk).end == "charted"
        assert charted(chair) == held(world)
        assert receive(world, sent(world, raw="again", spo2=97, heart_rate=70)) == ["repeated"]
        assert receive(world, replace(last, raw=b"before")) == ["parked"]

    def test_what_comes_after_the_decision_waits_anew(self, world: World, chair: Chair) -> None:
        world.later(minutes=1)
        early = sent(world, raw="a", spo2=96)
        receive(world, early)
        aside(world, rows(world)[0].pk)
        world.later(milliseconds=500)
        receive(world, early, sent(world, raw="b", spo2=95))
        assert [run.messages for run in queries.parked(clinic=world.id)] == [1]
        (waits,) = queries.parked(clinic=world.id)
        assert attach(chair, waits.newest.number).end == "charted"
        assert [v for _, v, _ in charted(chair)] == [95.0]

    def test_a_forgotten_link_is_made_good_in_one_act(self, world: World, chair: Chair) -> None:
        world.later(seconds=1)
        speak(world, 600)
        (run,) = queries.parked(clinic=world.id)
        assert run.messages == 600
        assert len(run.numbers) <= 12
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (600, 600)
        assert charted(chair) == held(world)
        assert queries.parked(clinic=world.id) == ()
        parts = -(-len(run.numbers) // monitors.CHARTED_AT_ONCE)
        assert DeviceAssociation.objects.count() == parts
        told = AuditEvent.objects.filter(clinic_id=world.id, action="monitor.link")
        details = [row.detail for row in told.order_by("-id")[:parts]]
        assert sum(detail["messages"] for detail in details) == 600
        assert {detail["encounter"] for detail in details} == {str(chair.encounter)}

    def test_more_than_an_hour_is_charted_in_parts(self, world: World, chair: Chair) -> None:
        said = [sent(world, raw=str(n), at=world.later(minutes=1), spo2=97) for n in range(75)]
        receive(world, *said)
        (run,) = queries.parked(clinic=world.id)
        uid = new()
        done = attach(chair, run.newest.number, first=run.first.number, uid=uid)
        assert (done.charted, done.messages) == (75, 75)
        assert charted(chair) == held(world)
        assert attach(chair, run.newest.number, first=run.first.number, uid=uid) == done
        assert len(charted(chair)) == 75

    def test_what_is_beyond_the_most_minutes_is_said(
        self, world: World, chair: Chair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(monitors, "MOST_MINUTES", 5)
        said = [sent(world, raw=str(n), at=world.later(minutes=1), spo2=97) for n in range(8)]
        receive(world, *said)
        (run,) = queries.parked(clinic=world.id)
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (5, 8)
        assert [left.messages for left in queries.parked(clinic=world.id)] == [3]

    def test_what_was_before_the_visit_stays_parked(self, world: World) -> None:
        speak(world, 300)
        world.later(seconds=30 + 60 - world.at.second)
        chair = sit(world)
        opened = ms(world.at)
        speak(world, 120)
        (run,) = queries.parked(clinic=world.id)
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (120, 420)
        assert {at for _, _, at in charted(chair)} == {opened + n * 1000 for n in range(1, 121)}
        (left,) = queries.parked(clinic=world.id)
        assert left.messages == 300
        with pytest.raises(NotNow, match="not measured during"):
            attach(chair, left.newest.number, first=left.first.number)

    def test_another_patients_number_is_not_taken_along(self, world: World, chair: Chair) -> None:
        speak(world, 120, who=("A-100",))
        speak(world, 120, who=("B-200",), spo2=88)
        first, newest = rows(world)[0].pk, rows(world)[-1].pk
        done = attach(chair, newest, first=first)
        assert (done.charted, done.messages) == (120, 240)
        assert {v for s, v, _ in charted(chair) if s == "spo2"} == {88.0}
        assert {parked.opened(row).patient_ids for row in rows(world)} == {("A-100",), ("B-200",)}
        assert sum(run.messages for run in queries.parked(clinic=world.id)) == 120

    def test_the_time_of_somebody_elses_link_is_never_given_away(
        self, world: World, chair: Chair
    ) -> None:
        world.later(seconds=60 - world.at.second)
        receive(world, sent(world, raw="a", spo2=91))
        other, nurse = sit(world), world["infusion_nurse"]
        monitors.link(
            actor=nurse, uid=new(), at=world.later(seconds=5), encounter=other.encounter,
            device=Device.of(world.id).get().pk,
        )  # fmt: skip
        monitors.unlink(
            actor=nurse, uid=new(), at=world.later(seconds=5), encounter=other.encounter
        )
        during = world.at - timedelta(seconds=2)
        world.later(seconds=5)
        receive(world, sent(world, raw="b", spo2=92))
        (row,) = rows(world)
        attach(chair, row.pk)
        assert [v for _, v, _ in charted(chair)] == [91.0, 92.0]
        late = sent(world, raw="c", at=during, spo2=70)
        assert receive(world, late) == ["charted"]
        assert [v for _, v, _ in charted(other)] == [70.0]
        assert len(charted(chair)) == 2

    @pytest.mark.parametrize("seconds", [0, 60])
    def test_a_late_value_of_a_signed_record_is_not_taken_along(
        self, world: World, chair: Chair, seconds: int
    ) -> None:
        """A's value of A's own time comes late, between those of nobody's; B gets only these."""
        other = sit(world)
        world.later(seconds=60 - world.at.second)
        receive(world, sent(world, raw="first", spo2=99))
        aside(world, rows(world)[-1].pk)
        world.later(seconds=1)
        spoke_for(world, other, seconds=20)
        during = world.at - timedelta(seconds=5)
        signed(other)
        receive(world, sent(world, raw="b1", at=world.later(seconds=1 + seconds), spo2=95))
        assert receive(world, sent(world, raw="a", at=during, spo2=70)) == ["parked"]
        receive(world, sent(world, raw="b2", at=world.later(seconds=1 + seconds), spo2=94))
        by_reason = {run.newest.reason: run for run in queries.parked(clinic=world.id)}
        late = by_reason["the record is signed"]
        run = by_reason["no patient was linked to this monitor at that time"]
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (2, 2)
        assert {v for _, v, _ in charted(chair)} == {95.0, 94.0}
        with pytest.raises(NotNow, match="not measured during"):
            attach(chair, late.newest.number)
        assert {v for _, v, _ in charted(chair)} == {95.0, 94.0}

    def test_a_minute_that_holds_anothers_value_gives_only_the_rest(
        self, world: World, chair: Chair
    ) -> None:
        """Earlier versions put messages of several reasons into one minute."""
        other = sit(world)
        world.later(seconds=60 - world.at.second)
        receive(world, sent(world, raw="b1", spo2=95))
        world.later(seconds=1)
        spoke_for(world, other, seconds=20)
        (row,) = rows(world)
        anothers = parked_minutes.spoken(
            sent(world, raw="a", at=world.at - timedelta(seconds=5), spo2=70),
            kind=row.kind, reason=row.reason,
        )  # fmt: skip
        assert anothers is not None
        parked_minutes.write([anothers], clinic=world.id)
        assert [one.pk for one in rows(world)] == [row.pk]
        done = attach(chair, row.pk)
        assert (done.charted, done.messages) == (1, 2)
        assert [v for _, v, _ in charted(chair)] == [95.0]
        (left,) = queries.parked(clinic=world.id)
        assert left.messages == 1
        with pytest.raises(NotNow, match="not measured during"):
            attach(chair, left.newest.number)

    def test_one_link_for_each_stretch_in_which_nobody_was_linked(
        self, world: World, chair: Chair
    ) -> None:
        other = sit(world)
        world.later(seconds=60 - world.at.second)
        speak(world, 60)
        world.later(seconds=1)
        spoke_for(world, other, seconds=5)
        speak(world, 60)
        (run,) = queries.parked(clinic=world.id)
        attach(chair, run.newest.number, first=run.first.number)
        assert len(charted(chair)) == 240
        assert DeviceAssociation.objects.filter(encounter_id=chair.encounter).count() == 2

    def test_zeros_are_heard_when_they_are_charted(self, world: World, chair: Chair) -> None:
        world.later(seconds=60 - world.at.second)
        told = []
        for n in range(3):
            at_ms = ms(world.later(seconds=1))
            told.append(at_ms)
            zero = NotCharted(
                code="150456", value="0", reason="a zero", kind="zero", signal="spo2", at_ms=at_ms
            )
            plain = sent(world, raw=f"a{n}", heart_rate=70)
            receive(world, replace(plain, not_charted=(zero,)))
        (row,) = rows(world)
        marks = [v for m in parked_minutes.messages(row) for v in m.not_charted]
        assert [(v.signal, v.kind, v.at_ms) for v in marks] == [("spo2", "zero", t) for t in told]
        assert {(v.code, v.value, v.reason) for v in marks} == {("150456", "0", "a zero")}
        assert "spo2" not in {signal for signal, _, _ in chair.alarms}
        attach(chair, row.pk)
        assert "spo2" in {signal for signal, _, _ in chair.alarms}
        assert {name for name, _, _ in charted(chair)} == {"heart_rate"}

    def test_many_minutes_are_put_aside_in_parts(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(monitors, "ASIDE_AT_ONCE", 20)
        receive(world, *[
            sent(world, raw=str(n), at=world.later(minutes=1), spo2=97) for n in range(50)
        ])  # fmt: skip
        (run,) = queries.parked(clinic=world.id)
        before = AuditEvent.objects.filter(action="monitor.link").count()
        uid = new()
        for _ in range(2):
            monitors.put_aside(
                actor=world["infusion_nurse"], uid=uid, at=world.at, reason="an empty bed",
                number=run.newest.number, first=run.first.number,
            )  # fmt: skip
        assert queries.parked(clinic=world.id) == ()
        assert ParkedDecision.of(world.id).count() == 50
        assert AuditEvent.objects.filter(action="monitor.link").count() == before + 3

    def test_a_night_is_put_aside_at_once(self, world: World) -> None:
        speak(world, 600)
        (run,) = queries.parked(clinic=world.id)
        aside(world, run.newest.number, first=run.first.number)
        assert queries.parked(clinic=world.id) == ()
        decided = ParkedDecision.of(world.id)
        assert decided.count() == len(run.numbers)
        assert decided.values("note").distinct().count() == 1
        with pytest.raises(NotNow, match="dealt with"):
            aside(world, run.newest.number, first=run.first.number)

    def test_a_stretch_of_another_clinic(self, world: World, chair: Chair) -> None:
        from tests import world as worlds

        speak(world, 60)
        other = sit(worlds.found("Other"))
        with pytest.raises(NotFound):
            attach(other, rows(world)[-1].pk, first=rows(world)[0].pk)
        assert queries.run_to(clinic=other.world.id, number=rows(world)[0].pk) is None

"""The printed record: everything that was charted, with who it is about on every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from reprieve.pathway import (
    alarm_fold,
    alarms,
    charting,
    charting_drug,
    charting_harm,
    feed,
    gate,
    infusion,
    observations,
)
from reprieve.pathway.infusion import Happened
from reprieve.pathway.observations import Told
from reprieve.records.models import Observation
from reprieve.records.queries.printed import record
from reprieve.web import infusion_words as words
from tests.chairside import Chair, sent, sit
from tests.papers import pages, says, words_of
from tests.world import World, linked, new

AsRole = Callable[[str], Client]
CALM = {"sbp": 124, "dbp": 74, "heart_rate": 68, "spo2": 98, "respiratory_rate": 14, "rass": 0,
        "pain": 4, "dissociation": 2}  # fmt: skip


@pytest.fixture
def world(timed: World) -> World:
    return timed


def args(chair: Chair) -> dict[str, Any]:
    return {"actor": chair.world["infusion_nurse"], "uid": new(), "at": chair.world.at,
            "encounter": chair.encounter}  # fmt: skip


def printed(client: Client, chair: Chair, paper: str = "letter") -> bytes:
    answer = client.get(reverse("record_pdf", args=[chair.encounter]), {"paper": paper})
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/pdf"
    return bytes(answer.content)


def six_hours(chair: Chair) -> None:
    """A long day by hand: a set every five minutes, rates, drugs, side effects, notes."""
    for number in range(72):
        at = chair.world.later(minutes=5)
        observations.write(
            [Told(code=code, value=value) for code, value in CALM.items()],
            actor=chair.world["infusion_nurse"], at=at, measured_at=at, patient=chair.patient,
            encounter=chair.encounter,
        )  # fmt: skip
        if number % 6 == 0:
            chair.do("rate", rate_ug_per_h=(20 + number % 4) * 1000)
            chair.do("noted", note=f"Walked to the door, note number {number}.")
        if number % 12 == 0:
            harm = charting_harm.Harm(term="dizziness", grade=1, action="reassured")
            charting_harm.record(harm=harm, **args(chair))
            dose = charting_drug.Dose(drug="ondansetron", dose=Decimal(4), route="iv",
                                      reported=True)  # fmt: skip
            charting_drug.give(dose=dose, **args(chair))
    chair.do("ended", detail={"volume_left_ml": "31"})


def test_six_hours_need_three_pages_at_most(as_role: AsRole, chair: Chair) -> None:
    six_hours(chair)
    for paper, height in (("a4", rb"841.8"), ("letter", rb"792")):
        made = printed(as_role("infusion_nurse"), chair, paper)
        assert 1 < pages(made) <= 3
        assert height in made.split(b"/MediaBox")[1][:60]
        said = words_of(made)
        assert said.count("Iva Invented") == pages(made)
        assert "note number 66" in said


def five_minutes(chair: Chair, *, lowest: int) -> None:
    """A monitor speaks four times a minute, twice with its lowest value."""
    told = []
    for number in range(20):
        chair.world.later(seconds=15)
        spo2 = lowest if number in {8, 9} else 97
        told.append(sent(chair.world, raw=f"{chair.world.at}", spo2=spo2, heart_rate=70, sbp=124,
                         dbp=74, respiratory_rate=14))  # fmt: skip
    feed.receive(told, clinic=chair.world.id)


def busy_day(chair: Chair) -> None:
    """Six hours on a monitor, nine times below four limits, and all that is written beside it."""
    linked(chair.world, chair.encounter)
    for number in range(72):
        five_minutes(chair, lowest=84 if number % 8 == 1 else 97)
        raised = [a.id for a in alarm_fold.state_of(chair.row).shown if a.wants_someone]
        if raised:
            alarms.acknowledge_all(alarms=raised, **args(chair))
        if number % 6 == 0:
            chair.do("rate", rate_ug_per_h=(20 + number % 4) * 1000)
            chair.do("noted", note=f"Walked to the door, note number {number}.")
            charting.save_set(values={"rass": 0, "pain": 4, "dissociation": 2}, **args(chair))
        if number % 12 == 0:
            harm = charting_harm.Harm(term="dizziness", grade=1, action="reassured")
            charting_harm.record(harm=harm, **args(chair))
            dose = charting_drug.Dose(drug="ondansetron", dose=Decimal(4), route="iv",
                                      reported=True)  # fmt: skip
            charting_drug.give(dose=dose, **args(chair))
            earlier = chair.world.at - timedelta(minutes=12)
            charting.save_set(values={"anxiety": 3}, measured_at=earlier, **args(chair))
    chair.do("ended", detail={"volume_left_ml": "31"})


def test_six_hours_with_36_alarms_need_three_pages_at_most(
    as_role: AsRole, chair: Chair
) -> None:
    busy_day(chair)
    found = record(clinic=chair.world.id, encounter=chair.encounter)
    assert found is not None
    low = [t for t in found.chart.alarms if t["signal"] == "spo2" and t["after"] == "active"]
    raised = {t["alarm"]: t["at_ms"] for t in reversed(low)}
    assert len(raised) == 36
    for paper in ("a4", "letter"):
        made = printed(as_role("infusion_nurse"), chair, paper)
        assert pages(made) <= 3
        assert words_of(made).count("Iva Invented") == pages(made)
        # Each alarm stands there with its times, its value and its answer.
        said = "".join(words_of(made).split())
        assert said.count("·84%") == 36
        assert said.count("·9times") == 4
        assert "seenbyInfusion_NurseInvented" in said
        with timezone.override(chair.world.clinic.timezone):
            assert all(words.second(at_ms) in said for at_ms in raised.values())


def test_what_was_corrected_stays_visible(as_role: AsRole, chair: Chair) -> None:
    chair.world.later(minutes=5)
    charting.save_set(values={"heart_rate": 180}, **args(chair))
    wrong = Observation.of(chair.world.id).get(code="heart_rate")
    charting.correct(observation=wrong.pk, value=80, reason="a slip of the finger", **args(chair))
    made = printed(as_role("physician"), chair)
    assert says(made, "Heart rate: 180 struck through, 80")
    assert says(made, "a slip of the finger")


def test_a_late_entry_shows_both_times(as_role: AsRole, chair: Chair) -> None:
    chair.world.later(minutes=40)
    earlier = chair.world.at - timedelta(minutes=30)
    charting.save_set(values={"spo2": 97}, measured_at=earlier, **args(chair))
    happened = Happened(kind="noted", note="read from the paper", at=earlier)
    infusion.act(happened=happened, **args(chair))
    made = printed(as_role("infusion_nurse"), chair)
    assert says(made, "12:10:00 (entered late, 12:40:00) · SpO2 97")
    assert says(made, "12:10:00 (entered late, 12:40:00) · Note · read from the paper")


def test_what_was_outside_the_order_is_named(as_role: AsRole, chair: Chair) -> None:
    dose = charting_drug.Dose(drug="midazolam", dose=Decimal(2), route="iv", reported=True)
    charting_drug.give(dose=dose, **args(chair))
    made = printed(as_role("infusion_nurse"), chair)
    assert says(made, "midazolam 2 mg · IV · OUTSIDE THE ORDER")


def test_alarms_are_printed_with_who_saw_them(as_role: AsRole, chair: Chair) -> None:
    linked(chair.world, chair.encounter)
    chair.world.later(minutes=1)
    for second in (0, 20):
        chair.world.later(seconds=second)
        message = sent(chair.world, raw=f"low {second}", spo2=84, heart_rate=70)
        feed.receive([message], clinic=chair.world.id)
    alarms.acknowledge_all(
        alarms=[a.id for a in alarm_fold.state_of(chair.row).shown], **args(chair)
    )
    made = printed(as_role("infusion_nurse"), chair)
    assert says(made, "*** SpO2 84 % (<")
    assert says(made, "by Infusion_Nurse Invented")
    assert says(made, "monitor SIM-1 1")


def test_a_name_cannot_break_the_page(as_role: AsRole, chair: Chair) -> None:
    chair.do("noted", note="<b>5 & 6</b> <para>")
    assert says(printed(as_role("infusion_nurse"), chair), "<b>5 & 6</b>")


def test_an_infusion_that_never_ran_prints_too(as_role: AsRole, world: World) -> None:
    made = printed(as_role("infusion_nurse"), sit(world))
    assert says(made, "not started")
    assert says(made, "NOT ASKED")


def test_only_who_may_open_the_infusion_prints_it(
    as_role: AsRole, nobody: Client, chair: Chair
) -> None:
    address = reverse("record_pdf", args=[chair.encounter])
    assert as_role("front_desk").get(address).status_code == 403
    assert nobody.get(address).status_code == 302
    assert as_role("physician").get(address, {"paper": "a3"}).status_code == 400
    assert as_role("physician").get(reverse("record_pdf", args=[new()])).status_code == 404


def test_a_decision_against_a_finding_stands_on_the_record(
    chair: Chair, as_role: AsRole
) -> None:
    world = chair.world
    gate.override(
        actor=world["physician"], second=world["infusion_nurse"], uid=new(), at=world.at,
        encounter=chair.encounter, rule="escort", reason="A nurse rides along.",
    )  # fmt: skip
    who = "Physician Invented / Infusion_Nurse Invented"
    client = as_role("physician")
    paper = printed(client, chair)
    assert all(says(paper, text) for text in ("A nurse rides along.", who, "not known then"))
    page = client.get(reverse("record", args=[chair.encounter])).content.decode()
    assert "A nurse rides along." in page
    assert who in page
    assert "Started · 20.0 mg/h" in page, "at which rate it ran is read before it is signed"


def duty(chair: Chair, chosen: str, reason: str) -> None:
    alarms.set_duty(
        actor=chair.world["medical_director"], uid=new(), at=chair.world.at, duty=chosen,
        reason=reason,
    )  # fmt: skip


def test_the_duty_of_the_alarms_during_the_infusion_is_stated(
    as_role: AsRole, world: World
) -> None:
    chair, doctor = sit(world), as_role("physician")
    assert says(printed(doctor, chair), "Alarms of this system second notice")
    duty(chair, "record_only", "central station")
    world.later(minutes=1)
    chair.start(20)
    world.later(minutes=30)
    record = printed(doctor, chair)
    assert says(record, "Alarms of this system record only: no sound, nobody was called")
    assert not says(record, "second notice")
    duty(chair, "secondary", "the station is gone")
    world.later(minutes=5)
    chair.do("ended")
    world.later(minutes=60)
    chair.do("discharged")
    world.later(days=1)
    duty(chair, "record_only", "chosen on another day")
    record = printed(doctor, chair)
    assert says(record, "record only: no sound, nobody was called; from 12:31:00 second notice")
    assert says(record, "the station is gone")
    assert not says(record, "another day")


def test_other_facts_stand_in_the_words_that_were_asked(as_role: AsRole, chair: Chair) -> None:
    world = chair.world
    told = [
        Told(code="escort_named", value=True),
        Told(code="walks_as_before", value=False),
        Told(code="hours_since_food", value=Decimal(7), unit="h"),
        Told(code="iv_gauge", value=Decimal(22), unit="{gauge}"),
    ]
    observations.write(
        told, actor=world["infusion_nurse"], at=world.at, measured_at=world.at,
        patient=chair.patient, encounter=chair.encounter,
    )  # fmt: skip
    paper = printed(as_role("infusion_nurse"), chair)
    assert says(paper, "Is an adult escort named, with a telephone number? yes")
    assert says(paper, "Walks (or moves) as before, with the usual aid: no")
    # Told in one act: which of them comes first is not said.
    food, gauge = "hours since food: 7 h", "IV gauge: 22"
    assert says(paper, f"{food}; {gauge} ·") or says(paper, f"{gauge}; {food} ·")

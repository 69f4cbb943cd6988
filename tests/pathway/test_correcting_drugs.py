"""A drug that was charted wrongly: both entries stay, and what follows from it follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting, drug_facts
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import PermissionDenied
from reprieve.records import notes, verify
from reprieve.records.models import (
    AuditEvent,
    MedicationAdministration,
    WorkItem,
)
from reprieve.records.queries import recovery, schedules, undrawn
from tests import order_desk
from tests.chairside import Chair, sit
from tests.drug_chart import give, row
from tests.drug_room import MIDAZOLAM, with_bag
from tests.recovery_room import leave, ready, sign_off
from tests.world import World, new

CALM = {"sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14, "rass": 0}


@pytest.fixture
def chair(world: World) -> Chair:
    return order_desk.calmed(world)


def recheck_ms(chair: Chair) -> int:
    due = schedules.due(clinic=chair.world.id, encounter=chair.encounter, at_ms=ms(chair.world.at))
    return next(d.due_ms for d in due if (d.what, d.because) == ("blood_pressure", "rescue"))


def known(chair: Chair) -> dict[str, Any]:
    return recovery.facts(clinic=chair.world.id, encounter=chair.encounter, at=chair.world.at)


def at(chair: Chair, minutes: int) -> datetime:
    return chair.world.at + timedelta(minutes=minutes)


def test_both_entries_stay_with_who_when_and_why(chair: Chair) -> None:
    first = give(chair, note="left arm")
    given_ms = row(chair, first).at_ms
    chair.world.later(minutes=3)
    second = row(chair, give(chair, "midazolam", "0.5", corrects=first))
    assert row(chair, first).dose_ug == 1_000
    assert (second.corrects_id, second.dose_ug, second.at_ms) == (first, 500, given_ms)
    assert second.recorded_ms == ms(chair.world.at)
    assert second.by_id == chair.world["infusion_nurse"].practitioner
    assert notes.read(second.note) == "left arm\ntook the other ampoule"
    assert (second.deviation, second.reported, second.addendum) == (False, False, False)
    said = AuditEvent.objects.filter(subject_kind="medication_administration").latest("id")
    assert said.detail == {"reported": False, "correction": True}


def test_what_was_given_is_never_refused_but_marked_and_reviewed(chair: Chair) -> None:
    second = row(chair, give(chair, "lorazepam", "1", corrects=give(chair)))
    assert second.deviation  # there is no order for it
    assert ("deviation", "high", "latched") in chair.alarms
    assert WorkItem.of(chair.world.id).get(kind="deviation").owner_role == "physician"


def test_the_re_check_follows_the_right_time(chair: Chair) -> None:
    charting.save_set(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at, values=CALM,
        encounter=chair.encounter,
    )  # fmt: skip
    chair.world.later(minutes=4)
    first = give(chair)
    wrong_ms = recheck_ms(chair)
    give(chair, corrects=first, given_at=at(chair, -2))
    assert recheck_ms(chair) == wrong_ms - 2 * 60_000


def test_the_last_sedating_drug_of_the_discharge_follows(chair: Chair) -> None:
    first = give(chair)
    chair.world.later(minutes=30)
    assert (known(chair)["since_sedative_min"], known(chair)["benzodiazepine_given"]) == (30, True)
    second = give(chair, corrects=first, given_at=at(chair, -50))
    assert known(chair)["since_sedative_min"] == 50
    give(chair, "ondansetron", "4", corrects=second)
    assert "since_sedative_min" not in known(chair)
    assert not known(chair)["benzodiazepine_given"]


def test_a_dose_judged_again_counts_for_those_after_it(chair: Chair) -> None:
    first = give(chair)
    for _ in range(2):
        chair.world.later(minutes=10)
        give(chair)
    heavier = row(chair, give(chair, mg="2.5", corrects=first))
    assert heavier.deviation  # more than one dose may be
    chair.world.later(minutes=1)
    lighter = row(chair, give(chair, mg="0.5", corrects=heavier.pk))
    assert not lighter.deviation
    moved = row(chair, give(chair, mg="0.5", corrects=lighter.pk, given_at=at(chair, -12)))
    assert moved.deviation  # a minute before the second dose: two minutes are ordered between them


def test_all_doses_together_are_judged_again(chair: Chair) -> None:
    order_desk.as_needed(chair, max_total_ug=2_500)
    first = give(chair, mg="0.5")
    for mg in ("1", "1"):
        chair.world.later(minutes=10)
        assert not row(chair, give(chair, mg=mg)).deviation
    assert row(chair, give(chair, mg="1", corrects=first)).deviation


def test_the_order_of_its_time_counts(chair: Chair) -> None:
    first = give(chair)
    chair.world.later(minutes=5)
    order_desk.as_needed(chair, valid_until=chair.world.at)
    chair.world.later(minutes=1)
    assert not row(chair, give(chair, mg="0.5", corrects=first)).deviation
    given = give(chair, reported=True)
    assert row(chair, given).deviation  # it is withdrawn
    assert row(chair, give(chair, mg="0.5", corrects=given)).deviation


def test_an_order_that_came_after_the_dose_does_not_cover_it(world: World) -> None:
    chair = sit(world)
    chair.start(20)
    first = give(chair, reported=True)
    world.later(minutes=5)
    order_desk.as_needed(chair)
    assert row(chair, give(chair, mg="0.5", corrects=first)).deviation


def beating(chair: Chair, rate: int) -> None:
    """A heart rate now; labetalol is ordered for twenty minutes, and there is no asthma."""
    world = chair.world
    order_desk.as_needed(chair, drug="labetalol", max_dose_ug=10_000, max_total_ug=40_000)
    act: dict[str, Any] = {"actor": world["infusion_nurse"], "encounter": chair.encounter}
    drug_facts.answer(uid=new(), at=world.at, answers={"asthma": False}, **act)
    world.later(minutes=20)
    charting.save_set(uid=new(), at=world.at, values={**CALM, "heart_rate": rate}, **act)


def test_the_heart_rate_of_its_time_counts(chair: Chair) -> None:
    beating(chair, 80)
    inside = give(chair, "labetalol", "10")
    chair.world.later(minutes=60)  # nobody knows the rate of now
    assert not row(chair, give(chair, "labetalol", "8", corrects=inside)).deviation


def test_a_better_heart_rate_of_later_does_not(chair: Chair) -> None:
    beating(chair, 48)
    outside = give(chair, "labetalol", "10", reported=True)
    assert row(chair, outside).deviation
    beating(chair, 75)
    assert row(chair, give(chair, "labetalol", "10", corrects=outside)).deviation
    assert not row(chair, give(chair, "labetalol", "10")).deviation


@pytest.mark.parametrize(("rate", "marked"), [(80, False), (48, True)])
def test_without_a_heart_rate_the_mark_stays(chair: Chair, rate: int, marked: bool) -> None:
    beating(chair, rate)
    first = give(chair, "labetalol", "10", reported=True)
    earlier = give(chair, "labetalol", "10", corrects=first, given_at=at(chair, -2))
    assert row(chair, earlier).deviation is marked


def test_another_drug_that_asks_for_a_heart_rate_is_judged_anew(chair: Chair) -> None:
    beating(chair, 80)
    first = give(chair)
    other = give(chair, "labetalol", "10", corrects=first, given_at=at(chair, -2))
    assert row(chair, other).deviation  # nobody knows whether it could be given then


def test_the_same_press_twice_is_one_correction(chair: Chair) -> None:
    first, number = give(chair), new()
    assert give(chair, corrects=first, uid=number) == give(chair, corrects=first, uid=number)
    assert MedicationAdministration.of(chair.world.id).count() == 2


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"note": " "}, "reason"),
        ({"drug": "water"}, "drug"),
        ({"mg": "0"}, "dose"),
        ({"given_at": 2}, "at"),
        ({"given_at": -60 * 25}, "at"),
    ],
    ids=str,
)
def test_refusals_name_their_field(chair: Chair, more: dict[str, Any], field: str) -> None:
    first = give(chair)
    if "given_at" in more:
        more = {"given_at": at(chair, more["given_at"])}
    with pytest.raises(BadValue) as refused:
        give(chair, **{"corrects": first, "note": "a slip", **more})
    assert refused.value.field == field
    assert MedicationAdministration.of(chair.world.id).count() == 1
    with pytest.raises(PermissionDenied):
        give(chair, corrects=first, who="front_desk")


def test_the_work_of_a_drug_that_nobody_drew_follows(world: World) -> None:
    room, visit, _ = with_bag(world)
    room.receive(MIDAZOLAM)
    chair = Chair(world, visit.encounter, visit.patient)
    first = give(chair, reported=True)
    assert [u.drug for u in undrawn.waiting(clinic=world.id)] == ["midazolam"]
    give(chair, "ondansetron", "4", corrects=first)
    assert undrawn.waiting(clinic=world.id) == []
    assert WorkItem.of(world.id).get(kind=undrawn.ITEM).state == "done"


def test_after_the_signature_it_is_an_addendum_at_its_own_time(world: World) -> None:
    chair = ready(world)
    first = give(chair, "ondansetron", "4", reported=True)
    leave(chair)
    sign_off(chair)
    world.later(days=2)
    second = row(chair, give(chair, "ondansetron", "8", corrects=first))
    assert (second.addendum, second.at_ms) == (True, row(chair, first).at_ms)
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []

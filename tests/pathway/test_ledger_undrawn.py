"""A controlled drug given without a draw is somebody's work; no record is signed over it."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_drug, ledger_reversing, ledger_undrawn, signing, worklist
from reprieve.pathway.errors import NotNow
from reprieve.records import verify
from reprieve.records.models import InfusionEvent, WorkItem
from reprieve.records.queries import portions, undrawn
from reprieve.records.queries.undrawn import Undrawn
from tests.chairside import Chair
from tests.drug_room import MIDAZOLAM, Room, with_bag
from tests.recovery_room import leave, ready
from tests.world import PASSWORD, World, new

pytestmark = pytest.mark.usefixtures("db")


def given(
    world: World, encounter: uuid.UUID, mg: str, *, drug: str = "midazolam", route: str = "iv",
    corrects: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    dose = charting_drug.Dose(drug=drug, dose=Decimal(mg), route=route, reported=True,
                              note="misread" if corrects else "")  # fmt: skip
    done = charting_drug.give(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=encounter, dose=dose,
        corrects=corrects,
    )  # fmt: skip
    return uuid.UUID(done["id"])


def missing(world: World, encounter: uuid.UUID) -> list[tuple[str, str, int]]:
    found = undrawn.of_visit(clinic=world.id, encounter=encounter)
    return [(one.drug, one.kind, one.missing_ug) for one in found]


def items(world: World) -> list[str]:
    rows = WorkItem.of(world.id).filter(kind=undrawn.ITEM).order_by("opened_at")
    return [row.state for row in rows]


def test_a_drug_without_a_draw_is_work_until_it_is_drawn(world: World) -> None:
    room, visit, _ = with_bag(world)
    vial = room.receive(MIDAZOLAM)[0]
    given(world, visit.encounter, "1")
    assert missing(world, visit.encounter) == [("midazolam", "syringe", 1_000)]
    assert [u.encounter for u in undrawn.waiting(clinic=world.id)] == [visit.encounter]
    item = WorkItem.of(world.id).get(kind=undrawn.ITEM)
    assert (item.owner_role, item.encounter_id) == ("infusion_nurse", visit.encounter)
    with pytest.raises(NotNow):
        worklist.finish(
            actor=world["infusion_nurse"], uid=new(), at=world.at, item=item.pk, text="never mind"
        )
    world.later(minutes=1)
    given(world, visit.encounter, "0.5")
    assert items(world) == ["open"]  # one for the visit
    room.draw(visit.encounter, vial, "1")
    assert missing(world, visit.encounter) == [("midazolam", "syringe", 500)]
    room.draw(visit.encounter, vial, "0.5")
    assert (missing(world, visit.encounter), items(world)) == ([], ["done"])
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []


def test_what_was_drawn_first_raises_nothing(world: World) -> None:
    room, visit, _ = with_bag(world)
    room.draw(visit.encounter, room.receive(MIDAZOLAM)[0], "2")
    given(world, visit.encounter, "1")
    given(world, visit.encounter, "4", drug="ondansetron")  # no controlled drug
    assert (missing(world, visit.encounter), items(world)) == ([], [])


def test_a_draw_taken_back_or_a_chart_corrected_moves_it(world: World) -> None:
    room, visit, _ = with_bag(world)
    vial = room.receive(MIDAZOLAM)[0]
    entry = given(world, visit.encounter, "1")
    room.draw(visit.encounter, vial, "2")
    with pytest.raises(NotNow, match="were given"):
        ledger_reversing.draw(vial=vial, seq=3, reason="x", **room.beside())
    given(world, visit.encounter, "3", corrects=entry)
    assert items(world) == ["done", "open"]
    assert missing(world, visit.encounter) == [("midazolam", "syringe", 1_000)]


def test_more_given_than_drawn_at_the_closing_is_one_discrepancy(world: World) -> None:
    room, visit, _ = with_bag(world)
    syringe = room.draw(visit.encounter, room.receive(MIDAZOLAM)[0], "1")
    given(world, visit.encounter, "2")
    assert items(world) == ["open"]
    room.account(syringe, syringe_ml="0")
    assert (missing(world, visit.encounter), items(world)) == ([], ["done"])


def gone(world: World) -> Chair:
    chair = ready(world)
    leave(chair)
    given(world, chair.encounter, "1")  # told late
    world.later(minutes=1)
    return chair


def sign(chair: Chair, meaning: str, who: str, reason: str = "") -> None:
    chair.world.later(seconds=1)
    signing.sign(
        actor=chair.world[who], uid=new(), at=chair.world.at, encounter=chair.encounter,
        meaning=meaning, password=PASSWORD, reason=reason,
    )  # fmt: skip


def test_a_record_is_not_signed_over_a_drug_that_nobody_drew(world: World) -> None:
    chair = gone(world)
    with pytest.raises(BadValue, match="reason: is needed"):
        sign(chair, "care", "infusion_nurse")
    sign(chair, "care", "infusion_nurse", reason="From the emergency box; refilled.")
    row = InfusionEvent.of(world.id).get(detail__about=ledger_undrawn.ABOUT)
    assert row.detail["drugs"] == ["midazolam-syringe"]
    assert items(world) == ["done"]
    assert undrawn.waiting(clinic=world.id) == []
    sign(chair, "record", "physician")
    assert signing.is_closed(clinic=world.id, encounter=chair.encounter)
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []


def test_a_syringe_that_nobody_measured_holds_the_record_too(world: World) -> None:
    chair = ready(world)
    room = Room(world)
    syringe = room.draw(chair.encounter, room.receive(MIDAZOLAM)[0], "2")
    leave(chair)
    with pytest.raises(BadValue, match="reason"):
        sign(chair, "care", "infusion_nurse")
    room.account(syringe, syringe_ml="2")
    sign(chair, "care", "infusion_nurse")
    sign(chair, "record", "physician")


def test_nobody_closes_a_record_that_says_nothing_of_a_drug(world: World) -> None:
    chair = ready(world)
    leave(chair)
    sign(chair, "care", "infusion_nurse")
    Room(world).receive()  # from now on the ledger keeps ketamine
    with pytest.raises(NotNow, match="signs again"):
        sign(chair, "record", "physician")
    [one] = undrawn.of_visit(clinic=world.id, encounter=chair.encounter)
    assert (one.drug, one.kind) == ("ketamine", portions.BAG)
    sign(chair, "care", "infusion_nurse", reason="Bag of before the ledger.")
    sign(chair, "record", "physician")


def test_there_is_nothing_to_say_of_a_visit_that_never_was(world: World) -> None:
    assert undrawn.of_visit(clinic=world.id, encounter=uuid.uuid4()) == []
    one = Undrawn(
        encounter=new(), patient=new(), drug="midazolam", kind="syringe", given_ug=2, drawn_ug=1
    )
    assert (one.missing_ug, one.key) == (1, "midazolam-syringe")

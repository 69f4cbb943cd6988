"""Signing a record: in order, by two people, proved by the password; then only addenda."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from reprieve.knowledge import BadValue
from reprieve.pathway import infusion, recovery, signing
from reprieve.pathway import signatures as proved
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.pathway.infusion import Happened
from reprieve.records import signing as content
from reprieve.records.models import InfusionEvent, Signature
from reprieve.records.queries import signatures
from tests.chairside import Chair
from tests.recovery_room import leave, ready, recovering, seen
from tests.world import PASSWORD, World, new


@pytest.fixture
def gone(world: World) -> Chair:
    chair = ready(world)
    leave(chair)
    world.later(minutes=1)
    return chair


def sign(chair: Chair, meaning: str, who: str, *, password: str = PASSWORD) -> uuid.UUID:
    return signing.sign(
        actor=chair.world[who], uid=new(), at=chair.world.at, encounter=chair.encounter,
        meaning=meaning, password=password,
    )  # fmt: skip


def close(chair: Chair) -> None:
    sign(chair, "care", "infusion_nurse")
    chair.world.later(minutes=1)
    sign(chair, "record", "physician")


def late_drug(chair: Chair) -> None:
    chair.do("noted", note="tape removed", reported=True)


def test_both_sign_and_the_record_is_closed(gone: Chair) -> None:
    close(gone)
    rows = {r.meaning: r for r in Signature.of(gone.world.id).exclude(meaning="discharge")}
    assert rows["care"].content_sha256 == rows["record"].content_sha256
    assert rows["record"].printed_name == "Physician Invented"
    assert list(content.faults()) == []
    shown = signatures.of_encounter(clinic=gone.world.id, encounter=gone.encounter)
    assert [s.meaning for s in shown] == ["discharge", "care", "record"]
    assert all(s.is_intact for s in shown)


def test_after_closing_the_database_takes_only_addenda(gone: Chair) -> None:
    close(gone)
    with pytest.raises(NotNow, match="signed"):
        recovery.record(
            actor=gone.world["infusion_nurse"], uid=new(), at=gone.world.at,
            encounter=gone.encounter, seen=seen(),
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        InfusionEvent.objects.add(
            clinic_id=gone.world.id, encounter_id=gone.encounter, kind="noted", at_ms=1,
            recorded_ms=1, recorded_at=gone.world.at,
        )  # fmt: skip
    signing.addendum(
        actor=gone.world["physician"], uid=new(), at=gone.world.at, encounter=gone.encounter,
        text="The escort was her brother.",
    )  # fmt: skip
    row = InfusionEvent.of(gone.world.id).get(addendum=True)
    assert row.detail == {"about": "addendum"}
    assert list(content.faults()) == []


@pytest.mark.parametrize(
    ("meaning", "who", "says"),
    [
        ("record", "physician", "gave the care signs first"),
        ("record", "infusion_nurse", "physician closes"),
    ],
)
def test_the_order_of_signing(gone: Chair, meaning: str, who: str, says: str) -> None:
    with pytest.raises((NotNow, PermissionDenied), match=says):
        sign(gone, meaning, who)


def test_the_same_person_cannot_sign_twice(gone: Chair) -> None:
    sign(gone, "care", "physician")
    with pytest.raises(NotNow, match="second person"):
        sign(gone, "record", "physician")


def test_a_record_that_changed_is_signed_again(gone: Chair) -> None:
    sign(gone, "care", "infusion_nurse")
    late_drug(gone)
    with pytest.raises(NotNow, match="changed"):
        sign(gone, "record", "physician")
    shown = signatures.of_encounter(clinic=gone.world.id, encounter=gone.encounter)
    assert [s.is_intact for s in shown if s.meaning == "care"] == [False]
    close(gone)
    with pytest.raises(NotNow, match="closed"):
        sign(gone, "care", "infusion_nurse")


def test_refusals(world: World) -> None:
    chair = recovering(world)
    with pytest.raises(BadValue, match="meaning"):
        sign(chair, "discharge", "physician")
    with pytest.raises(NotNow, match="not over"):
        sign(chair, "care", "infusion_nurse")
    chair.do("patient_left", note="left")
    with pytest.raises(NotNow, match="how the patient left"):
        sign(chair, "care", "infusion_nurse")
    leave(chair, "against_advice", reason="left")
    with pytest.raises(BadValue, match="password"):
        sign(chair, "care", "infusion_nurse", password="wrong")
    with pytest.raises(PermissionDenied):
        sign(chair, "care", "front_desk")
    with pytest.raises(NotNow, match="still open"):
        signing.addendum(
            actor=world["physician"], uid=new(), at=world.at, encounter=chair.encounter, text="x"
        )
    with pytest.raises(BadValue, match="text"):
        signing.addendum(
            actor=world["physician"], uid=new(), at=world.at, encounter=chair.encounter, text=" "
        )


def test_only_people_of_the_clinic_sign(world: World) -> None:
    nobody = replace(world["physician"], practitioner=None)
    stranger = replace(world["physician"], practitioner=new())
    for actor in (nobody, stranger):
        with pytest.raises(PermissionDenied):
            proved.prove(actor=actor, password=PASSWORD)


def test_the_drug_cannot_be_restarted_after_signing(gone: Chair) -> None:
    close(gone)
    with pytest.raises(NotNow):
        infusion.act(
            actor=gone.world["infusion_nurse"], uid=new(), at=gone.world.at,
            encounter=gone.encounter, happened=Happened(kind="restarted", rate_ug_per_h=1000),
        )  # fmt: skip

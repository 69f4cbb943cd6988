"""What was given and drawn nowhere stands on the pages, and the record asks why before signing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.pathway import clock, signing
from reprieve.records.models import WorkItem
from tests.drug_room import TABLETS, Room, with_bag
from tests.pathway.test_ledger_undrawn import given
from tests.recovery_room import leave, ready
from tests.web.test_ledger import get, post, witness
from tests.world import PASSWORD, World

AsRole = Callable[[str], Client]


@pytest.fixture
def today(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The pages see the test's clock."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


def test_a_drug_that_nobody_drew_stands_on_every_page(today: World, as_role: AsRole) -> None:
    _room, visit, _ = with_bag(today)
    given(today, visit.encounter, "1")
    nurse = as_role("infusion_nurse")
    for page in (get(nurse, "ledger"), get(nurse, "ledger_draw", visit.encounter)):
        assert "given, but not drawn from the ledger" in page
        assert "1\u00a0mg given by the chart, 0\u00a0mg drawn" in page
    work = get(nurse, "work")
    assert "Controlled drugs: given, but not drawn from the ledger" in work
    assert f"/infusion/{visit.encounter}/drugs" in work


def test_signing_asks_why_and_the_record_says_it(today: World, as_role: AsRole) -> None:
    chair = ready(today)
    leave(chair)
    given(today, chair.encounter, "1")
    today.later(minutes=1)
    nurse = as_role("infusion_nurse")
    page = get(nurse, "record", chair.encounter)
    assert "controlled drugs are not accounted for" in page
    assert "Why they are not accounted for" in page
    said = post(nurse, "record_sign", chair.encounter, "care", status=422, password=PASSWORD)
    assert "Account for them, or say why not." in said
    post(nurse, "record_sign", chair.encounter, "care", password=PASSWORD, reason="Box refilled.")
    page = get(nurse, "record", chair.encounter)
    assert "controlled drugs are not accounted for · Box refilled." in page
    post(as_role("physician"), "record_sign", chair.encounter, "record", password=PASSWORD)
    assert signing.is_closed(clinic=today.id, encounter=chair.encounter)
    assert not WorkItem.of(today.id).filter(kind="drug_undrawn", state="open").exists()


def test_tablets_are_received_taken_and_counted_by_two(today: World, as_role: AsRole) -> None:
    _room, visit, _ = with_bag(today)
    nurse = as_role("infusion_nurse")
    post(nurse, "ledger_receive", drug="lorazepam", form="tablet", strength_mg_per_ml="1",
         volume_ml="30", lot="L-5", expires_on="2027-06-30", count="1", supplier="Invented",
         invoice="I-5")  # fmt: skip
    page = get(nurse, "ledger")
    assert "lorazepam, tablets" in page
    assert "1\u00a0mg in each" in page
    vial = Room(today).receive(TABLETS)[0]
    post(nurse, "ledger_draw", visit.encounter, vial=str(vial), volume_ml="2")
    drawn = get(nurse, "ledger_draw", visit.encounter)
    assert "lorazepam, tablets" in drawn
    [cup] = [p for p in drawn.split("/ledger/portion/")[1:] if "measure" not in p[:60]][:1]
    portion = cup[:36]
    assert "Tablets that are left over" in get(nurse, "ledger_measure", portion)
    post(nurse, "ledger_measure", portion, syringe_ml="2")
    post(nurse, "ledger_witness", portion, syringe_ml="2", **witness(today))
    assert "within" in get(nurse, "ledger_portion", portion)
    assert "tablets left" in get(nurse, "ledger_count")
    inventory = get(nurse, "ledger_paper", "inventory", "csv")
    assert "30 tablets" in inventory.replace("\u00a0", " ")

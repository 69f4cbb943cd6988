"""The documents of the ledger, the record and the discharge, as another program shows them.

`REPRIEVE_TESTS_PICTURES=1` writes them to docs/pictures; otherwise they are only looked at.
"""

from __future__ import annotations

import io
import os
import uuid
from collections.abc import Callable
from datetime import timedelta

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from reprieve.pathway import charting_harm, clock, harm_review, signing
from tests.chairside import Chair
from tests.drug_room import MIDAZOLAM, infused
from tests.house.engines import ROOT
from tests.recovery_room import arrange, leave, look
from tests.world import PASSWORD, World, new

AsRole = Callable[[str], Client]
PICTURES, MANUAL = ROOT / "docs" / "pictures", ROOT / "docs" / "manual"
HEAVIEST_BYTES = 250_000
SCALE = 1.4
# Each document with the chapter that shows it, and what an outside reader must read there.
DOCUMENTS = {
    "paper-inventory": ("controlled-drugs.md", ("Inventory of controlled drugs", "K-1", "375 mg")),
    "paper-log": ("controlled-drugs.md", ("Dispensing log", "Iva Invented", "Physician Invented")),
    "paper-record": ("gate-and-discharge.md", ("Record of the infusion", "Side effects",
                                               "Supervising physician: Physician Invented",
                                               "gave the care", "reviewed and closed")),
    "paper-discharge": ("gate-and-discharge.md", ("Usual morning dose tomorrow", "alcohol")),
    "paper-3500": ("gate-and-discharge.md", ("MedWatch 3500", "hypertension", "K-1")),
}  # fmt: skip


@pytest.fixture
def papers(world: World, as_role: AsRole, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The documents of one visit from the vial to the signed record."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    visit, event = treated(world)
    nurse = as_role("infusion_nurse")
    addresses = {
        "paper-inventory": reverse("ledger_paper", args=["inventory", "pdf"]),
        "paper-log": reverse("ledger_paper", args=["log", "pdf"]),
        "paper-record": reverse("record_pdf", args=[visit]),
        "paper-discharge": reverse("recovery_instructions", args=[visit]),
        "paper-3500": reverse("harm_report", args=[event, "pdf"]),
    }
    return {name: bytes(nurse.get(address).content) for name, address in addresses.items()}


def treated(world: World) -> tuple[uuid.UUID, uuid.UUID]:
    """An hour's infusion with a severe side effect, accounted for, discharged and signed."""
    room, visit, portion = infused(world)
    room.receive(MIDAZOLAM, count=2)
    harm = charting_harm.Harm(
        term="hypertension", grade=3, action="rate lowered",
        onset=world.at - timedelta(minutes=30),
    )  # fmt: skip
    event = harm_review.judge(
        event=charting_harm.record(harm=harm, **visit.act()), actor=world["physician"], uid=new(),
        at=world.at, judgement=harm_review.Judgement(
            relatedness="probable", criteria=("important",), expected=True, device_fault=False,
            outcome="resolved",
        ),
    )  # fmt: skip
    view = room.portion(portion)
    left = f"{(view.drawn_ug - view.given_ug) / view.concentration_ug_per_ml - 15:.1f}"
    room.account(portion, bag_ml=left, line_ml="15")
    chair = Chair(world, visit.encounter, visit.patient)
    world.later(minutes=65)
    arrange(chair)
    look(chair)
    leave(chair)
    for role, meaning in (("infusion_nurse", signing.CARE), ("physician", signing.RECORD)):
        signing.sign(
            actor=world[role], uid=new(), at=world.later(minutes=1), encounter=chair.encounter,
            meaning=meaning, password=PASSWORD,
        )  # fmt: skip
    return visit.encounter, event


def test_each_document_reads_as_it_should_and_stands_in_the_manual(
    papers: dict[str, bytes],
) -> None:
    for name, (chapter, words) in DOCUMENTS.items():
        read, picture = shown(papers[name])
        assert [w for w in words if w not in read] == [], name
        assert len(picture.getcolors() or ()) > 3, f"{name} is blank"
        saved = io.BytesIO()
        picture.save(saved, "PNG", optimize=True)
        assert len(saved.getvalue()) < HEAVIEST_BYTES, name
        if os.environ.get("REPRIEVE_TESTS_PICTURES"):
            (PICTURES / f"{name}.png").write_bytes(saved.getvalue())
        assert f"(../pictures/{name}.png)" in (MANUAL / chapter).read_text()
        assert (PICTURES / f"{name}.png").exists()


def shown(pdf: bytes) -> tuple[str, Image.Image]:
    """Every word of a document as PDFium reads it, and its first page in sixteen greys."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
        first = document[0].render(scale=SCALE).to_pil().convert("L")
    return " ".join(" ".join(pages).split()), first.quantize(16)

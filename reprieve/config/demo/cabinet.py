"""The demo's locked cabinet: vials received and counted, drawn for each bag, closed after it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal

from reprieve.config.demo.stage import Stage
from reprieve.pathway import ledger_closing, ledger_counts, ledger_draws, ledger_stock
from reprieve.pathway.ledger_closing import Left
from reprieve.pathway.ledger_counts import Counted
from reprieve.pathway.ledger_stock import Delivery
from reprieve.records.queries import portions, stock

LINE_ML = Decimal(15)
KETAMINE = Decimal(50)
LASTS = timedelta(days=1100)
# The codes are invented: the agency's directory begins with labeler 0002, so 00000 is nobody's.
BOXES = (
    ("ketamine", "racemic", KETAMINE, Decimal(10), "KET-0451", 40, "00000-451-10"),
    ("midazolam", "", Decimal(1), Decimal(5), "MDZ-1187", 20, "00000-187-05"),
    ("lorazepam", "", Decimal(2), Decimal(1), "LOR-0302", 10, "00000-302-01"),
)


def stocked(stage: Stage) -> None:
    """This function will receive the first boxes and count them as the initial inventory."""
    for drug, form, strength, volume, lot, count, code in BOXES:
        delivery = Delivery(
            drug=drug, form=form, strength_mg_per_ml=strength, volume_ml=volume, lot=lot,
            expires_on=(stage.at + LASTS).date(), count=count, supplier="Sample Wholesale",
            supplier_dea="RS0000000", invoice=f"INV-{lot}", manufacturer="Sample Pharma",
            ndc=code,
        )  # fmt: skip
        ledger_stock.receive(**stage.by("infusion_nurse"), delivery=delivery)
    ledger_counts.count(
        **stage.by("infusion_nurse"), second=stage.staff["medical_director"], occasion="initial",
        business="open", counted=Counted(sealed=stock.sealed(clinic=stage.clinic.id)),
    )  # fmt: skip


def drawn(stage: Stage, patient: uuid.UUID, encounter: uuid.UUID, volume_ml: Decimal) -> None:
    """This function will draw what the bag needs from the vial that this person's bags come from.

    The stories are told one after the other, each in its own weeks: with a vial for each person
    every vial's ledger reads in order.
    """
    held = {v.id: v for v in stock.for_drawing(clinic=stage.clinic.id, kind="ketamine")}
    wanted_ug = int(volume_ml * KETAMINE * 1000)
    own = stage.vials.get(patient)
    if own not in held or held[own].balance_ug < wanted_ug:
        own = next(v.id for v in held.values() if not v.is_open)
        stage.vials[patient] = own
    ledger_draws.draw(
        **stage.by("infusion_nurse"), encounter=encounter, vial=own, volume_ml=volume_ml
    )


def accounted(stage: Stage, encounter: uuid.UUID) -> None:
    """This function will let two nurses measure what bag and line still hold, nearly alike."""
    for view in portions.of_visit(clinic=stage.clinic.id, encounter=encounter):
        if view.closed or view.in_use:
            continue
        left_ml = Decimal(view.drawn_ug - view.given_ug) / view.concentration_ug_per_ml
        near = left_ml - LINE_ML + Decimal(stage.rng.randint(-12, 6)) / 10
        left = Left(bag_ml=max(Decimal(0), near).quantize(Decimal("0.1")), line_ml=LINE_ML)
        ledger_closing.measure(**stage.by("infusion_nurse"), portion=view.id, left=left)
        ledger_closing.close(
            **stage.by("infusion_nurse"), second=stage.staff["second_nurse"], portion=view.id,
            left=left,
        )  # fmt: skip

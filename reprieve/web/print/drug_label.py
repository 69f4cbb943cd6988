"""Labels of bags and syringes: the group's colour after ISO 26825, the drug large, a barcode.

Black on yellow for induction agents, black on orange for benzodiazepines. The coloured field is
40 by 15 mm; patient, times and barcode stand below it on white.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from django.utils.translation import gettext as _
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from reprieve.clinical import controlled
from reprieve.records.queries.patients import PatientHeader
from reprieve.records.queries.portions import PortionView
from reprieve.web import ledger_words as lw
from reprieve.web.print import typeface
from reprieve.web.words import born, moment

WIDTH, HEIGHT = 60 * mm, 42 * mm
FIELD_W, FIELD_H = 40 * mm, 15 * mm
COLOURS = {"yellow": colors.HexColor("#ffed00"), "orange": colors.HexColor("#ff8200")}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugLabel:
    """What a label says."""

    drug: str
    strength: str
    amount: str
    colour: str
    patient: str
    born: str
    prepared: str
    start_by: str
    code: str


def of(view: PortionView, *, patient: PatientHeader) -> DrugLabel:
    """This function will put a label's words together."""
    name = "ESKETAMINE" if view.form == "esketamine" else view.drug.upper()
    return DrugLabel(
        drug=name, strength=lw.strength(view.concentration_ug_per_ml, view.form),
        amount=lw.mg(view.drawn_ug), colour=controlled.drug(view.drug).colour,
        patient=patient.name, born=born(patient.birth_date),
        prepared=f"{moment(view.prepared_at)} {view.prepared_by}",
        start_by=moment(view.start_by), code=view.code,
    )  # fmt: skip


def pdf(label: DrugLabel) -> bytes:
    """This function will print one label on a page of its own size, 60 by 42 mm."""
    typeface.ready()
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=(WIDTH, HEIGHT))
    canvas.setTitle(f"{label.drug} {label.strength}")
    _field(canvas, label)
    _lines(canvas, label)
    Code128(label.code, barHeight=6 * mm, barWidth=0.26 * mm, quiet=False).drawOn(
        canvas, 3 * mm, 4 * mm
    )
    canvas.setFont(typeface.PLAIN, 6)
    canvas.drawString(3 * mm, 1.5 * mm, label.code)
    canvas.showPage()
    canvas.save()
    return made.getvalue()


def _field(canvas: Canvas, label: DrugLabel) -> None:
    left, low = 3 * mm, HEIGHT - 2 * mm - FIELD_H
    canvas.setFillColor(COLOURS[label.colour])
    canvas.setStrokeColor(colors.black)
    canvas.rect(left, low, FIELD_W, FIELD_H, stroke=1, fill=1)
    canvas.setFillColor(colors.black)
    inside = FIELD_W - 3 * mm
    large, next_ = (typeface.BOLD, 13), (typeface.BOLD, 12)
    _fitted(canvas, label.drug, large, (left + 1.5 * mm, low + 9 * mm), inside)
    _fitted(canvas, label.strength, next_, (left + 1.5 * mm, low + 2.5 * mm), inside)


def _lines(canvas: Canvas, label: DrugLabel) -> None:
    start_by = _("Start by {time}").format(time=label.start_by) if label.start_by else ""
    lines = [
        (label.patient, typeface.BOLD),
        (f"{label.born}   {_('{amount} in all').format(amount=label.amount)}", typeface.PLAIN),
        (start_by, typeface.BOLD),
        (_("Prepared {time}").format(time=label.prepared), typeface.PLAIN),
    ]
    for number, (line, font) in enumerate(lines):
        place = (3 * mm, (21.4 - 3.3 * number) * mm)
        _fitted(canvas, line, (font, 7.5), place, WIDTH - 6 * mm)


def _fitted(
    canvas: Canvas, said: str, letters: tuple[str, float], place: tuple[float, float], width: float
) -> None:
    """A name is never cut off: a long one is written smaller."""
    font, size = letters
    plain = said.replace("\u00a0", " ")
    needed = stringWidth(plain, font, size)
    canvas.setFont(font, size * min(1.0, width / needed) if needed else size)
    canvas.drawString(*place, plain)

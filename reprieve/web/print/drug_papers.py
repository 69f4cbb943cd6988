"""Documents of the controlled-drug ledger: inventory, dispensing log, discrepancies."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import landscape
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from reprieve.web.print import typeface
from reprieve.web.print.paper import BODY, PAPERS, SMALL, TITLE, Heading, numbered

LINES = TableStyle([
    ("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
    ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
])  # fmt: skip
MARGIN = 42.0
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugPaper:
    """One document: what it is, what stands above the table, its columns and rows as words."""

    title: str
    notes: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def pdf(paper: DrugPaper, *, heading: Heading, size: str = "letter") -> bytes:
    """This function will print a document across the page, black on white, page x of y."""
    typeface.ready()
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=landscape(PAPERS.get(size, PAPERS["letter"])), title=paper.title,
        author=heading.clinic, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=60, bottomMargin=50,
    )  # fmt: skip
    document.build(list(_parts(paper, document.width)), canvasmaker=numbered(heading))
    return made.getvalue()


def _parts(paper: DrugPaper, width: float) -> Iterator[Flowable]:
    yield Paragraph(escape(paper.title), TITLE)
    yield from (Paragraph(escape(note), BODY) for note in paper.notes)
    yield Spacer(1, 6)
    if not paper.rows:
        yield Paragraph(escape(_("There is nothing to list.")), BODY)
        return
    cells = [[_cell(text) for text in row] for row in (paper.columns, *paper.rows)]
    yield Table(
        cells, colWidths=[width / len(paper.columns)] * len(paper.columns), style=LINES,
        repeatRows=1,
    )  # fmt: skip
    yield Spacer(1, 24)
    yield Paragraph(escape(_("Signature and date: ____________________________")), BODY)


def _cell(text: str) -> Paragraph:
    return Paragraph(escape(text.replace("\u00a0", " ")), SMALL)


def table(paper: DrugPaper) -> bytes:
    """This function will write a document as CSV after RFC 4180, UTF-8.

    A cell that begins like a formula gets an apostrophe, but for plain numbers.
    """
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow(paper.columns)
    writer.writerows([_safe(text) for text in row] for row in paper.rows)
    return made.getvalue().encode()


def _safe(text: str) -> str:
    plain = text.replace("\u00a0", " ")
    if plain.startswith(FORMULA) and not plain[1:2].isdigit():
        return f"'{plain}"
    return plain

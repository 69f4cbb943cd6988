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
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from reprieve.web.print import typeface
from reprieve.web.print.paper import BODY, PAPERS, SMALL, TITLE, Heading, numbered

LINES = TableStyle([
    ("GRID", (0, 0), (-1, -1), 0.4, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
    ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3),
])  # fmt: skip
MARGIN, SIDE_MM = 42.0, 17
PADDING = 12.0  # of the page's frame, so that table, title and heading begin on one line
ROOM = 8.0  # beside the words of a cell
WIDEST = 120.0
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugPaper:
    """One document: what it is, what stands above the table, its columns and rows as words.

    `only_file` says how many of the last columns are for the CSV alone: paper is too narrow.
    """

    title: str
    notes: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    only_file: int = 0


def pdf(paper: DrugPaper, *, heading: Heading, size: str = "letter") -> bytes:
    """This function will print a document across the page, black on white, page x of y."""
    typeface.ready()
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=landscape(PAPERS.get(size, PAPERS["letter"])), title=paper.title,
        author=heading.clinic, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=60, bottomMargin=50,
    )  # fmt: skip
    canvas = numbered(heading, side_mm=SIDE_MM)
    document.build(list(_parts(paper, document.width)), canvasmaker=canvas)
    return made.getvalue()


def _parts(paper: DrugPaper, width: float) -> Iterator[Flowable]:
    yield Paragraph(escape(paper.title), TITLE)
    yield from (Paragraph(escape(note), BODY) for note in paper.notes)
    yield Spacer(1, 6)
    if not paper.rows:
        yield Paragraph(escape(_("There is nothing to list.")), BODY)
        return
    lines = [row[: len(row) - paper.only_file] for row in (paper.columns, *paper.rows)]
    cells = [[_cell(text) for text in row] for row in lines]
    yield Table(cells, colWidths=_widths(lines, width - PADDING), style=LINES, repeatRows=1)
    yield Spacer(1, 24)
    yield Paragraph(escape(_("Signature and date: ____________________________")), BODY)


def _cell(text: str) -> Paragraph:
    return Paragraph(escape(text), SMALL)


def _widths(lines: Sequence[Sequence[str]], width: float) -> list[float]:
    """Room for the longest word of each column first, the rest by how much there is to say."""
    columns = list(zip(*lines, strict=True))
    least = [max(_long(word) for text in texts for word in text.split(" ")) + ROOM
             for texts in columns]  # fmt: skip
    left = width - sum(least)
    if left < 0:
        return [width * one / sum(least) for one in least]
    whole = [min(WIDEST, max(_long(text) for text in texts) + ROOM) for texts in columns]
    more = [max(0.0, full - one) for full, one in zip(whole, least, strict=True)]
    share = left / (sum(more) or 1)
    return [one + part * share for one, part in zip(least, more, strict=True)]


def _long(text: str) -> float:
    return float(stringWidth(text, SMALL.fontName, SMALL.fontSize))


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

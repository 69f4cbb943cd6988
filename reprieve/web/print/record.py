"""The whole record of an infusion as a PDF: facts, the time axis, and everything in lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BalancedColumns, Flowable, Paragraph, Spacer, Table

from reprieve.web.print.paper import HEAD, SMALL, Heading, build
from reprieve.web.print.strip import Sheet, strips

SIDE_MM = 14
NAME = ParagraphStyle("record", parent=HEAD, fontSize=14, leading=17, spaceBefore=0, spaceAfter=2)
PART = ParagraphStyle("part", parent=HEAD, fontSize=9, leading=11, spaceBefore=5, spaceAfter=1)
FACT = ParagraphStyle("fact", parent=SMALL, fontSize=8, leading=9.8, spaceAfter=0)
KEY = ParagraphStyle("key", parent=FACT, fontSize=7, leading=8.4)
LINE = ParagraphStyle(
    "line", parent=FACT, fontSize=7.4, leading=9, leftIndent=7, firstLineIndent=-7,
)  # fmt: skip
TIGHT = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0),
         ("BOTTOMPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list; what was corrected is struck through, never left out.

    `after` is said behind it and never struck: who replaced it, when and why.
    """

    text: str
    struck: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A list with its heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is printed, in finished words. `facts`: what is known by name, in reading order."""

    facts: tuple[tuple[str, str], ...]
    sheet: Sheet
    legend: str
    sections: tuple[Section, ...]


def pdf(record: Record, *, heading: Heading, paper: str = "letter") -> bytes:
    """This function will print the record on A4 or Letter; a grey copy reads the same."""
    title = _("Record of the infusion")
    parts = _parts(record, title)
    return build(parts, heading=heading, title=title, paper=paper, side_mm=SIDE_MM)


def _parts(record: Record, title: str) -> Iterator[Flowable]:
    yield Paragraph(escape(title), NAME)
    yield facts_table(record.facts)
    yield Spacer(1, 2)
    yield Paragraph(escape(record.legend), KEY)
    for strip in strips(record.sheet):
        yield Spacer(1, 5)
        yield strip
    lists = [part for section in record.sections for part in _section(section)]
    if lists:
        yield BalancedColumns(lists, nCols=2, innerPadding=12, topPadding=4)


def facts_table(facts: tuple[tuple[str, str], ...]) -> Flowable:
    """This function will lay facts out in two columns, read downwards."""
    said = [Paragraph(f"<b>{escape(name)}</b> {escape(text)}", FACT) for name, text in facts]
    half = -(-len(said) // 2)
    rows = [[a, b] for a, b in zip(said[:half], [*said[half:], ""], strict=False)]
    return Table(rows or [["", ""]], colWidths=["50%", "50%"], style=TIGHT)


def _section(section: Section) -> Iterator[Flowable]:
    yield Paragraph(escape(section.heading), PART)
    for line in section.lines:
        text = escape(line.text)
        text = f"<strike>{text}</strike>" if line.struck else text
        yield Paragraph(f"{text} · {escape(line.after)}" if line.after else text, LINE)

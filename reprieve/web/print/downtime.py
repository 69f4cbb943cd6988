"""The downtime pack: today's patients, their orders, and a blank chart for each, on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, Spacer, Table

from reprieve.web.emergency_view import Card, Situation
from reprieve.web.print.paper import BODY, HEAD, SMALL, Heading, build
from reprieve.web.print.record import FACT, NAME, PART, SIDE_MM, facts_table
from reprieve.web.print.strip import Doses, Row, Sheet, Strip

STRIP_MS = 2 * 3_600_000
HAND = 17.0  # points: a row that a pen can fill
LINES = 9
NARROW = [("GRID", (0, 0), (-1, -1), 0.5, black), ("LEFTPADDING", (0, 0), (-1, -1), 3),
          ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]  # fmt: skip

# What the smaller of the two papers leaves, in points.
CARD_WIDE, CARD_HIGH = 238.0, 666.0
TOP = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, -1), 0)]
# Read from a wall, by somebody who has no hand free: large, the steps in their order.
STEP = ParagraphStyle(
    "step", parent=BODY, fontSize=11.5, leading=13.5, spaceAfter=0.5, leftIndent=15,
    bulletFontName=BODY.fontName, bulletFontSize=11.5,
)  # fmt: skip
CASE = ParagraphStyle("case", parent=HEAD, fontSize=13.5, leading=16, spaceBefore=6, spaceAfter=1)
UNSURE = ParagraphStyle("unsure", parent=SMALL, leading=10, spaceAfter=0)
FIRST = ParagraphStyle("first", parent=CASE, spaceBefore=0, spaceAfter=4)
WHOM = ParagraphStyle("whom", parent=BODY, fontSize=13, leading=16, spaceAfter=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One patient of today. `who` stands on each of their sheets; `hours` of chart are printed."""

    time: str
    chair: str
    who: str
    facts: tuple[tuple[str, str], ...]
    orders: tuple[str, ...]
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The whole pack for one day."""

    day: str
    phone: str
    card: Card
    patients: tuple[Planned, ...]


def pdf(pack: Pack, *, heading: Heading, paper: str = "letter") -> bytes:
    """This function will print the pack on A4 or Letter, readable in grey."""
    title = _("Downtime pack")
    parts = _parts(pack, title)
    return build(parts, heading=heading, title=title, paper=paper, side_mm=SIDE_MM)


def _parts(pack: Pack, title: str) -> Iterator[Flowable]:
    yield Paragraph(escape(f"{title}, {pack.day}"), NAME)
    said = _("When screen or network fail, chart on these sheets; type them in afterwards with "
             "their times. The bedside monitor stays the primary alarm.")  # fmt: skip
    yield Paragraph(escape(said), BODY)
    yield from _list(pack)
    yield from _card(pack.card)
    for one in pack.patients:
        yield from _sheets(one)


def _list(pack: Pack) -> Iterator[Flowable]:
    if not pack.patients:
        yield Paragraph(escape(_("No infusion is booked for today.")), BODY)
        return
    head = [_("Time"), _("Chair"), _("Patient"), _("Order")]
    rows = [[one.time, one.chair, one.who, one.orders[0] if one.orders else "?"]
            for one in pack.patients]  # fmt: skip
    cells = [[Paragraph(escape(text), FACT) for text in row] for row in [head, *rows]]
    yield Table(cells, colWidths=["10%", "14%", "36%", "40%"], style=NARROW)


def _card(card: Card) -> Iterator[Flowable]:
    """Whom to call and the steps of each situation, on a page of their own to hang up."""
    yield PageBreak()
    whom = card.whom or _("The clinic has not written whom to call.")
    head = [Paragraph(escape(_("Emergency card")), NAME)]
    head.append(Paragraph(escape(_("Stop the infusion. Call for help. Airway, oxygen.")), FIRST))
    head += [Paragraph(escape(line), WHOM) for line in whom.splitlines() if line]
    yield from head
    parts = [[*_situation(one)] for one in card.situations]
    sides = _halves(parts)
    if max(map(_high, sides)) <= CARD_HIGH - _high(head, width=2 * CARD_WIDE):
        yield Table([sides], colWidths=["50%", "50%"], style=TOP)
    else:  # a cell that is taller than the page would stop the whole pack
        yield from (KeepTogether(part) for part in parts)


def _halves(parts: Sequence[list[Flowable]]) -> tuple[list[Flowable], list[Flowable]]:
    """Two columns of whole situations, as near to one height as these let them be."""
    cuts = [(_flat(parts[:n]), _flat(parts[n:])) for n in range(len(parts) + 1)]
    return min(cuts, key=lambda sides: max(map(_high, sides)))


def _flat(parts: Sequence[list[Flowable]]) -> list[Flowable]:
    return [one for part in parts for one in part]


def _high(parts: Sequence[Flowable], *, width: float = CARD_WIDE) -> float:
    spaces = sum(part.getSpaceBefore() + part.getSpaceAfter() for part in parts)
    return float(spaces + sum(part.wrap(width, CARD_HIGH)[1] for part in parts))


def _situation(one: Situation) -> Iterator[Flowable]:
    yield Paragraph(escape(one.name), CASE)
    lines = [line for line in one.steps.splitlines() if line]
    yield from (
        Paragraph(escape(line), STEP, bulletText=f"{n}.") for n, line in enumerate(lines, 1)
    )
    if not one.is_own:
        yield Paragraph(escape(f"({_('not confirmed by the medical director')})"), UNSURE)


def _sheets(one: Planned) -> Iterator[Flowable]:
    """Orders and a blank chart; the name stands above each strip, so on each page."""
    yield PageBreak()
    yield Paragraph(escape(one.who), NAME)
    yield facts_table(one.facts)
    yield Paragraph(escape(_("Orders")), PART)
    yield from (Paragraph(escape(line), FACT) for line in one.orders)
    for _number in range(max(1, round(one.hours * 3_600_000 / STRIP_MS + 0.49))):
        yield KeepTogether([Paragraph(escape(one.who), PART), Strip(_blank(), row=HAND)])
    yield KeepTogether([Paragraph(escape(one.who), PART), Spacer(1, 2), _lines()])


def _blank() -> Sheet:
    names = ("SpO2 %", _("Breaths /min"), _("Sedation (RASS)"), _("Pain /10"),
             _("Dissociation /10"), _("Nausea /10"))  # fmt: skip
    return Sheet(
        from_ms=0, to_ms=STRIP_MS, words=(_("BP, heart rate"), _("Ketamine mg/h"), _("Events")),
        clock=lambda _at: "__:__", rows=tuple(Row(name=name, dots=()) for name in names),
        doses=(Doses(name=_("Drug:"), ticks=(), total=""),) * 2,
    )  # fmt: skip


def _lines() -> Flowable:
    head = [_("Time"), _("What happened, drug and dose, side effect with grade"), _("By")]
    rows = [["", "", ""] for _line in range(LINES)]
    cells = [[Paragraph(escape(text), FACT) for text in head], *rows]
    return Table(cells, colWidths=["12%", "68%", "20%"], rowHeights=[16] + [21] * LINES,
                 style=NARROW)  # fmt: skip

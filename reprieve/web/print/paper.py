"""Pages to print: their sizes, their letters, and a frame with names and "page x of y"."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, SimpleDocTemplate

from reprieve.web.print import typeface

PAPERS = {"a4": A4, "letter": LETTER}
BODY = ParagraphStyle("body", fontName=typeface.PLAIN, fontSize=10.5, leading=14, spaceAfter=5)
LARGE = ParagraphStyle("large", parent=BODY, fontSize=12.5, leading=17, spaceAfter=6)
HEAD = ParagraphStyle("head", parent=BODY, fontName=typeface.BOLD, fontSize=12, spaceBefore=8)
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=17, leading=21, spaceAfter=8)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8.5, leading=11)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands on each page: the clinic, the patient by name, birth date and number, a foot."""

    clinic: str
    patient: str
    foot: str = ""


def build(
    parts: Iterable[Flowable], *, heading: Heading, title: str, paper: str = "letter",
    side_mm: int = 20,
) -> bytes:  # fmt: skip
    """This function will lay parts out on A4 or Letter, black on white, page x of y."""
    typeface.ready()
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=PAPERS.get(paper, LETTER), title=title, author=heading.clinic,
        leftMargin=side_mm * mm, rightMargin=side_mm * mm, topMargin=side_mm * mm + 4 * mm,
        bottomMargin=20 * mm,
    )  # fmt: skip
    document.build(list(parts), canvasmaker=numbered(heading, side_mm=side_mm))
    return made.getvalue()


def numbered(heading: Heading, *, side_mm: int = 20) -> Any:
    """This function will make a canvas that finishes each page after the last is known."""

    class Numbered(Canvas):  # type: ignore[misc]  # reportlab comes without types
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._waiting: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._waiting.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for page in self._waiting:
                self.__dict__.update(page)
                self._frame(len(self._waiting))
                super().showPage()
            super().save()

        def _frame(self, pages: int) -> None:
            width, height = self._pagesize
            side, top = side_mm * mm, (side_mm - 6) * mm
            self.setFont(typeface.PLAIN, 9)
            self.setFillColor(colors.black)
            self.drawString(side, height - top, heading.clinic)
            self.drawRightString(width - side, height - top, heading.patient)
            self.line(side, height - top - 2 * mm, width - side, height - top - 2 * mm)
            words = _("Page {n} of {count}").format(n=self._pageNumber, count=pages)
            self.drawCentredString(width / 2, 11 * mm, words)
            self.setFont(typeface.PLAIN, 7)
            self.drawCentredString(width / 2, 7 * mm, heading.foot)

    return Numbered

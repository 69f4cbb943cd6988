"""The signed consent as a PDF: the text as it was read, the signature, and until when it counts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from reprieve.clinical.consent import ConsentText
from reprieve.records.queries.consent import ConsentView
from reprieve.web.words import moment

PAPERS = {"a4": A4, "letter": LETTER}
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=14, spaceAfter=5)
HEAD = ParagraphStyle("head", parent=BODY, fontName="Helvetica-Bold", fontSize=12, spaceBefore=8)
TITLE = ParagraphStyle("title", parent=HEAD, fontSize=17, leading=21, spaceAfter=8)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8.5, leading=11)
SIGNATURE_MM = (80, 25)
LARGEST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands on each page: the clinic, and the patient by name, birth date and number."""

    clinic: str
    patient: str


def pdf(
    *,
    text: ConsentText,
    signed: ConsentView,
    heading: Heading,
    signature: bytes | None,
    paper: str = "letter",
) -> bytes:
    """This function will lay a signed consent out on A4 or Letter, page x of y.

    A signature on paper (a PDF scan) is named, not drawn; PNG and JPEG are drawn.
    """
    made = io.BytesIO()
    with override(text.language):
        document = SimpleDocTemplate(
            made, pagesize=PAPERS[paper], title=text.title, author=heading.clinic,
            leftMargin=20 * mm, rightMargin=20 * mm, topMargin=24 * mm, bottomMargin=20 * mm,
        )  # fmt: skip
        parts = [*_text(text), *_signed(text, signed, signature)]
        document.build(parts, canvasmaker=_numbered(heading))
    return made.getvalue()


def _text(text: ConsentText) -> Iterator[Flowable]:
    yield Paragraph(escape(text.title), TITLE)
    for section in text.sections:
        first, *rest = section.paragraphs
        yield KeepTogether(
            [Paragraph(escape(section.heading), HEAD), Paragraph(escape(first), BODY)]
        )
        yield from (Paragraph(escape(one), BODY) for one in rest)


def _signed(text: ConsentText, signed: ConsentView, signature: bytes | None) -> Iterator[Flowable]:
    lines: list[Flowable] = [Paragraph(escape(f"[x] {one}"), BODY) for one in text.statements]
    lines += [Spacer(1, 6 * mm), *_signature(signed, signature)]
    until = moment(signed.valid_until) if signed.valid_until else "-"
    said = [
        _("Signed by: {name}").format(name=signed.signed_name),
        _("Signed on: {at}").format(at=moment(signed.valid_from)),
        _("Valid until: {at}").format(at=until),
    ]
    said += [_("Taken by: {name}").format(name=signed.by)] if signed.by else []
    said += [_("Witness: {name}").format(name=signed.witness)] if signed.witness else []
    lines += [Paragraph(escape(one), BODY) for one in said]
    version = _("Text version {version}, SHA-256 {hash}").format(
        version=signed.text_version, hash=signed.text_sha256
    )
    lines.append(Paragraph(escape(version), SMALL))
    yield KeepTogether(lines)


def _signature(signed: ConsentView, signature: bytes | None) -> list[Flowable]:
    if signature is None or signed.media_type == "application/pdf":
        return [Paragraph(_("Signed on paper; the scan is kept with the record."), BODY)]
    size = _size(signature)
    if size is None:
        return [Paragraph(_("The signature cannot be drawn; it is kept with the record."), BODY)]
    wide, high = (side * mm for side in SIGNATURE_MM)
    scale = min(wide / size[0], high / size[1])
    file = io.BytesIO(signature)
    return [Image(file, size[0] * scale, size[1] * scale, hAlign="LEFT", mask="auto")]


def _size(picture: bytes) -> tuple[int, int] | None:
    """A stored file that is no picture (or a far too large one) must not hide the rest."""
    try:
        reader = ImageReader(io.BytesIO(picture))
        width, height = reader.getSize()
        if not 0 < width * height <= LARGEST_PIXELS:
            return None
        reader.getRGBData()  # decodes it all: a broken file is found here, not while laying out
    except Exception:
        return None
    return width, height


def _numbered(heading: Heading) -> Any:
    """Page numbers need the count of pages: each page is finished after the last is known."""

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
            self.setFont("Helvetica", 9)
            self.setFillColor(colors.black)
            self.drawString(20 * mm, height - 14 * mm, heading.clinic)
            self.drawRightString(width - 20 * mm, height - 14 * mm, heading.patient)
            self.line(20 * mm, height - 16 * mm, width - 20 * mm, height - 16 * mm)
            words = _("Page {n} of {count}").format(n=self._pageNumber, count=pages)
            self.drawCentredString(width / 2, 11 * mm, words)

    return Numbered

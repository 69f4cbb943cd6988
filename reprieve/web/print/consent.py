"""The signed consent as a PDF: the text as it was read, the signature, and until when it counts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, Spacer

from reprieve.clinical.consent import ConsentText
from reprieve.records.queries.consent import ConsentView
from reprieve.web.print.paper import BODY, HEAD, SMALL, TITLE, Heading, build
from reprieve.web.words import dated

SIGNATURE_MM = (80, 25)
LARGEST_PIXELS = 40_000_000


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
    with override(text.language):
        parts = [*_text(text), *_signed(text, signed, signature)]
        return build(parts, heading=heading, title=text.title, paper=paper)


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
    until = dated(signed.valid_until) if signed.valid_until else "-"
    said = [
        _("Signed by: {name}").format(name=signed.signed_name),
        _("Signed on: {at}").format(at=dated(signed.valid_from)),
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


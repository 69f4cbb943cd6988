"""The letters of printed pages: DejaVu Sans, which writes names that Latin-1 does not have.

A PDF's own Helvetica prints a name such as Łukasz or Ελένη with a box for what it lacks: on a
record that would be another name.
"""

from __future__ import annotations

from functools import cache

from django.contrib.staticfiles import finders
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD, SLOPED = "DejaVu", "DejaVu-Bold", "DejaVu-Oblique"
_FILES = {
    PLAIN: "DejaVuSansCondensed",
    BOLD: "DejaVuSansCondensed-Bold",
    SLOPED: "DejaVuSansCondensed-Oblique",
}



def _family() -> None:
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=SLOPED, boldItalic=BOLD)


# The names alone, so that paragraphs can be made; the files are read when a page is first printed.
_family()


@cache
def ready() -> None:
    """This function will make the letters known to the PDF writer, once in a process.

    Raises LookupError when their files are not installed.
    """
    for name, file in _FILES.items():
        place = finders.find(f"vendor/dejavu/{file}.ttf")
        if not place:
            raise LookupError(f"typeface: {file}.ttf is not installed")
        pdfmetrics.registerFont(TTFont(name, place))
    _family()  # a font that is made known takes all its own styles for itself

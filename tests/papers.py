"""What tests read out of a PDF that the product made: its words in order, and its pages."""

from __future__ import annotations

import pypdfium2


def words_of(pdf: bytes) -> str:
    """This function will read the words of a PDF, page by page, as a reader of it would."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def says(pdf: bytes, text: str) -> bool:
    """This function will tell whether a PDF reads so, wherever its lines break."""
    return "".join(text.split()) in "".join(words_of(pdf).split())


def pages(pdf: bytes) -> int:
    """This function will count a document's pages."""
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)

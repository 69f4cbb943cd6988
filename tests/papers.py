"""What tests read out of a PDF that the product made: its words in order, and its pages."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Iterator

_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.S)


def words_of(pdf: bytes) -> str:
    """This function will read the words of a PDF made by us: its text strings, page by page."""
    shown = rb"\(((?:\\.|[^()\\])*)\) Tj"
    texts = [text for plain in _streams(pdf) for text in re.findall(shown, plain, re.S)]
    return "\n".join(_plain(text) for text in texts)


def says(pdf: bytes, text: str) -> bool:
    """This function will tell whether a PDF reads so, wherever its lines break."""
    return "".join(text.split()) in "".join(words_of(pdf).split())


def pages(pdf: bytes) -> int:
    """This function will count a document's pages."""
    return len(re.findall(rb"/Type /Page\b", pdf))


def _streams(pdf: bytes) -> Iterator[bytes]:
    for raw in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        content = raw.strip()
        if content.endswith(b"~>"):
            content = a85decode(b"<~" + content, adobe=True)
        try:
            yield zlib.decompress(content)
        except zlib.error:
            continue


def _plain(text: bytes) -> str:
    return _ESCAPED.sub(_unescaped, text).decode("cp1252", errors="replace")


def _unescaped(found: re.Match[bytes]) -> bytes:
    said = found[1]
    return bytes([int(said, 8)]) if len(said) == 3 else said

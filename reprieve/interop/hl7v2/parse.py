"""Takes an HL7 v2 message apart: segments, fields, repetitions, components, sub-components.

Tolerant where real monitors are sloppy (line ends, short encoding characters, wrong charsets,
segments it does not know) and strict in one thing: bytes without a readable MSH are not HL7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from reprieve.interop.hl7v2 import charset
from reprieve.knowledge import BadValue

_LINE = re.compile(r"\r\n|\r|\n")
_SEGMENT = re.compile(r"^[A-Z][A-Z0-9]{2}$")
_USUAL = "^~\\&"  # component, repetition, escape, sub-component
_REMEMBERED = 80  # letters; longer fields are not kept, so that memory stays bounded
_NULL = '""'  # "deliberately empty"; to a reader the same as nothing


class Delimiters(NamedTuple):
    """The separators a message says it uses (a tuple, since it is part of a cache's key)."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One line of a message. Fields count from 1 as in the standard; MSH-1 is the separator."""

    name: str
    fields: tuple[str, ...]
    delimiters: Delimiters

    def raw(self, number: int) -> str:
        """Return a field as it stands, escapes included; empty when absent."""
        return self.fields[number] if number < len(self.fields) else ""

    def repetitions(self, number: int) -> tuple[str, ...]:
        """Return the non-empty repetitions of a field."""
        return _repetitions(self.raw(number), self.delimiters)

    def first(self, number: int) -> str:
        """Return the first repetition of a field, or an empty string."""
        return next(iter(self.repetitions(number)), "")

    def text(self, number: int, component: int = 1) -> str:
        """Return a component of a field's first repetition, unescaped and stripped."""
        raw = self.raw(number)
        if not raw:
            return ""
        # Codes, texts and units come again with every message: taken apart once, remembered.
        read = _components if len(raw) <= _REMEMBERED else _components.__wrapped__
        parts = read(raw, self.delimiters)
        return parts[component - 1] if component <= len(parts) else ""

    def component(self, repetition: str, number: int) -> str:
        """Return one component of a repetition, unescaped and stripped."""
        parts = repetition.split(self.delimiters.component)
        return _plain(parts[number - 1], self.delimiters) if number <= len(parts) else ""

    def subcomponents(self, number: int, component: int) -> tuple[str, ...]:
        """Return the sub-components of a component of a field's first repetition."""
        parts = self.first(number).split(self.delimiters.component)
        if component > len(parts):
            return ()
        within = parts[component - 1].split(self.delimiters.subcomponent)
        return tuple(_plain(part, self.delimiters) for part in within)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hl7:
    """A message taken apart. `codec` decoded it and encodes an echo back to the same bytes."""

    segments: tuple[Segment, ...]
    delimiters: Delimiters
    codec: str
    charset_fits: bool

    @property
    def msh(self) -> Segment:
        """The header."""
        return self.segments[0]

    def every(self, name: str) -> tuple[Segment, ...]:
        """Return all segments of a name, in order."""
        return tuple(s for s in self.segments if s.name == name)


def parse(raw: bytes) -> Hl7:
    """Take a message apart. Raises BadValue when its bytes do not begin with a readable MSH."""
    body = _unframed(raw)
    declared = _declared_charset(body)
    text, codec = charset.decode(body, charset=declared)
    lines = _LINE.split(text) if "\n" in text else text.split("\r")
    delimiters = _delimiters(lines[0])
    found = (_segment(line, delimiters) for line in lines)
    fits = codec == charset.codec(declared)
    return Hl7(
        segments=tuple(s for s in found if s is not None),
        delimiters=delimiters, codec=codec, charset_fits=fits,
    )  # fmt: skip


def unescape(text: str, *, delimiters: Delimiters) -> str:
    """Replace HL7 escape sequences by what they stand for; unknown ones stay as they are."""
    mark = delimiters.escape
    if not mark or mark not in text:
        return text
    out: list[str] = []
    rest = text
    while mark in rest:
        before, _, after = rest.partition(mark)
        code, end, tail = after.partition(mark)
        plain = _escaped(code, delimiters) if end else None
        out += [before, mark + code + end if plain is None else plain]
        rest = tail
    return "".join([*out, rest])


def _escaped(code: str, delimiters: Delimiters) -> str | None:
    known = {
        "F": delimiters.field,
        "S": delimiters.component,
        "R": delimiters.repetition,
        "E": delimiters.escape,
        "T": delimiters.subcomponent,
        "H": "",
        "N": "",
        ".br": " ",
    }
    if code in known:
        return known[code]
    return _hexadecimal(code[1:]) if code[:1] == "X" else None


def _hexadecimal(digits: str) -> str | None:
    try:
        return bytes.fromhex(digits).decode("utf-8", errors="replace")
    except ValueError:
        return None


def _repetitions(raw: str, delimiters: Delimiters) -> tuple[str, ...]:
    return tuple(p for p in raw.split(delimiters.repetition) if p and p != _NULL)


@lru_cache(maxsize=4096)
def _components(raw: str, delimiters: Delimiters) -> tuple[str, ...]:
    """Take the first repetition of a field apart."""
    first = next(iter(_repetitions(raw, delimiters)), "")
    return tuple(_plain(part, delimiters) for part in first.split(delimiters.component))


def _plain(text: str, delimiters: Delimiters) -> str:
    return "" if text == _NULL else unescape(text, delimiters=delimiters).strip()


def _unframed(raw: bytes) -> bytes:
    body = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b \t\r\n").rstrip(b"\x1c\r\n \t\x00")
    if not body:
        raise BadValue("message", "empty")
    if not body.startswith(b"MSH"):
        raise BadValue("message", "not HL7: it does not begin with MSH")
    return body


def _declared_charset(body: bytes) -> str:
    """Read MSH-18 before the letters are known: its own names are plain ASCII."""
    ends = [at for at in (body.find(b"\r"), body.find(b"\n")) if at >= 0]
    line = body[: min(ends)] if ends else body
    fields = line.split(line[3:4] or b"|", 18)
    declared = fields[17] if len(fields) > 17 else b""
    return declared.split(line[5:6] or b"~")[0].decode("ascii", errors="replace")


def _delimiters(line: str) -> Delimiters:
    mark = line[3:4]
    if not mark or mark.isalnum() or not mark.isprintable() or mark.isspace():
        raise BadValue("MSH-1", "no usable field separator")
    return _encoding(mark, line[4:].split(mark, 1)[0][:_REMEMBERED])


@lru_cache(maxsize=64)
def _encoding(mark: str, field: str) -> Delimiters:
    given = field.strip()
    marks = given[:4] + _USUAL[len(given) :]
    if len({mark, *marks}) != 5 or not _are_signs(marks):
        raise BadValue("MSH-2", "encoding characters are not four different signs")
    return Delimiters(
        field=mark,
        component=marks[0],
        repetition=marks[1],
        escape=marks[2],
        subcomponent=marks[3],
    )


def _are_signs(marks: str) -> bool:
    return all(m.isprintable() and not m.isalnum() and not m.isspace() for m in marks)


def _segment(line: str, delimiters: Delimiters) -> Segment | None:
    """Read one line; a line that is no segment is skipped, never guessed at."""
    fields = line.strip("\x0b\x1c").split(delimiters.field)
    name = fields[0].strip()
    if not _is_name(name[:4]):
        return None
    if name == "MSH":
        fields.insert(1, delimiters.field)  # MSH-1 is the separator itself
    return Segment(name=name, fields=tuple(fields), delimiters=delimiters)


@lru_cache(maxsize=256)
def _is_name(name: str) -> bool:
    return _SEGMENT.match(name) is not None

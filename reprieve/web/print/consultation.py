"""The consultation as a letter: story, findings with their sources, evidence and the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer

from reprieve.records.referrers import NOBODY, Contact
from reprieve.web.print import addressee
from reprieve.web.print.paper import BODY, HEAD, SMALL, TITLE, Heading, build


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the letter: each line with its note (reason, value, source) smaller below."""

    title: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """What the letter says, in finished sentences. `is_draft`: nothing is decided yet."""

    date: str
    patient: str
    sections: Sequence[Section]
    signed_by: str
    clinic: Sequence[str]
    is_draft: bool
    to: Contact = NOBODY


def pdf(letter: Consultation, *, heading: Heading, paper: str = "letter") -> bytes:
    """This function will print the letter, black on white."""
    parts = _parts(letter)
    return build(parts, heading=heading, title=_("Consultation letter"), paper=paper)


def _parts(letter: Consultation) -> Iterator[Flowable]:
    yield from addressee.head(letter.to)
    yield Paragraph(escape(letter.date), BODY)
    yield Paragraph(escape(_("Consultation about ketamine infusions")), TITLE)
    if letter.is_draft:
        yield Paragraph(escape(_("Draft: nothing is decided yet.")), HEAD)
    yield Paragraph(escape(addressee.greeting(letter.to)), BODY)
    about = _("thank you for referring {patient}.").format(patient=letter.patient)
    yield Paragraph(escape(about), BODY)
    for section in letter.sections:
        yield from _section(section)
    yield Spacer(1, 18)
    yield Paragraph(escape(letter.signed_by), BODY)
    yield from (Paragraph(escape(line), SMALL) for line in letter.clinic if line)


def _section(section: Section) -> Iterator[Flowable]:
    """A title is never left alone at the foot of a page."""
    lines = [_line(line, note) for line, note in section.lines if line]
    if lines:
        yield KeepTogether([Paragraph(escape(section.title), HEAD), *lines[0]])
        for line in lines[1:]:
            yield KeepTogether(line)


def _line(line: str, note: str) -> list[Flowable]:
    found: list[Flowable] = [Paragraph(escape(line), BODY)]
    return [*found, Paragraph(escape(note), SMALL)] if note else found

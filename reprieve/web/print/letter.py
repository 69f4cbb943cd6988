"""The letter to whoever referred the patient: one page, plain words, ready for a fax."""

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
class Letter:
    """What the letter says, in finished sentences."""

    date: str
    conditions: Sequence[str]
    treatment: Sequence[str]
    response: Sequence[str]
    goal: str
    harm: Sequence[str]
    decision: str
    reason: str
    signed_by: str
    clinic: Sequence[str]
    to: Contact = NOBODY


def pdf(letter: Letter, *, heading: Heading, paper: str = "letter") -> bytes:
    """This function will print the letter, black on white."""
    return build(_parts(letter, heading), heading=heading, title=_("Letter"), paper=paper)


def _parts(letter: Letter, heading: Heading) -> Iterator[Flowable]:
    yield from addressee.head(letter.to)
    yield Paragraph(escape(letter.date), BODY)
    yield Paragraph(escape(_("Report after ketamine infusions")), TITLE)
    yield Paragraph(escape(addressee.greeting(letter.to)), BODY)
    about = _("thank you for referring {patient}.").format(patient=heading.patient)
    yield Paragraph(escape(about), BODY)
    for head, lines in (
        (_("Condition"), letter.conditions),
        (_("Treatment"), letter.treatment),
        (_("Response, as the patient reported it"), letter.response),
        (_("Goal of the patient"), [letter.goal]),
        (_("Side effects"), letter.harm or [_("None were recorded.")]),
        (_("Decision"), [letter.decision, letter.reason]),
    ):
        shown = [Paragraph(escape(line), BODY) for line in lines if line]
        if shown:
            yield KeepTogether([Paragraph(escape(head), HEAD), *shown])
    yield Spacer(1, 18)
    yield Paragraph(escape(letter.signed_by), BODY)
    yield from (Paragraph(escape(line), SMALL) for line in letter.clinic if line)

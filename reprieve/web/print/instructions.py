"""What a patient takes home on paper, in the patient's language, large enough to read tired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.platypus import Flowable, KeepTogether, Paragraph

from reprieve.web.print.paper import HEAD, LARGE, TITLE, Heading, build


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """What differs from patient to patient. `advice` is the physician's own words."""

    language: str
    advice: str
    advice_by: str
    phone: str
    call_at: str
    next_visit: str
    crisis: str


def pdf(leaflet: Leaflet, *, heading: Heading, paper: str = "letter") -> bytes:
    """This function will print the instructions in English or Spanish."""
    with override(leaflet.language):
        return build(_parts(leaflet), heading=heading, title=_("Instructions"), paper=paper)


def _parts(leaflet: Leaflet) -> Iterator[Flowable]:
    yield Paragraph(escape(_("When you are at home")), TITLE)
    for head, lines in _sections(leaflet):
        shown = [Paragraph(escape(f"\u2022 {line}"), LARGE) for line in lines]
        yield KeepTogether([Paragraph(escape(head), HEAD), *shown])


def _sections(leaflet: Leaflet) -> list[tuple[str, list[str]]]:
    return [
        (_("Today and tonight"), _today()),
        (_("Your own medicines"), _medicines(leaflet)),
        (_("Call us when"), _call_us()),
        (_("Whom to call"), _numbers(leaflet)),
        (_("What comes next"), _next(leaflet)),
    ]


def _today() -> list[str]:
    return [
        _("Go home with your escort, and do not stay alone tonight."),
        _("Do not drive, ride a bicycle or work with machines until tomorrow, after a night's "
          "sleep."),
        _("No alcohol and no cannabis for 24 hours."),
        _("Sign nothing important and look after no small child alone until tomorrow."),
        _("Stand up slowly. Eat lightly and drink enough."),
    ]  # fmt: skip


def _medicines(leaflet: Leaflet) -> list[str]:
    """The physician's words and nothing of our own: a general rule could bring withdrawal."""
    if not leaflet.advice:
        return [_("Ask before you leave: your physician has not written this down yet.")]
    by = _("Written for you by {name}.").format(name=leaflet.advice_by)
    return [*(line.strip() for line in leaflet.advice.splitlines() if line.strip()), by]


def _call_us() -> list[str]:
    return [
        _("you fall, faint, or are so sleepy that it is hard to wake you"),
        _("you vomit again and again"),
        _("passing urine hurts, or there is blood in it"),
        _("you are confused, or see or hear things that are not there, after tonight"),
        _("your mood sinks"),
    ]


def _numbers(leaflet: Leaflet) -> list[str]:
    clinic = _("The clinic: {phone}").format(phone=leaflet.phone)
    found = [clinic] if leaflet.phone else []
    emergency = _("Chest pain, trouble breathing, or nobody can wake you: call 911 at once.")
    return [*found, emergency, leaflet.crisis]


def _next(leaflet: Leaflet) -> list[str]:
    lines = [
        _("We call you about {time} to ask how you are.").format(time=leaflet.call_at),
        _("Fill in your diary tonight and tomorrow morning: the link comes to your phone or mail."),
    ]
    visit = _("Your next visit: {time}").format(time=leaflet.next_visit)
    return [*lines, visit] if leaflet.next_visit else lines

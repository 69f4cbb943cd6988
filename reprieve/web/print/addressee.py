"""To whom a letter goes: the head that an envelope or a fax needs, and the greeting."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.platypus import Flowable, Paragraph, Spacer

from reprieve.records.referrers import Contact
from reprieve.web.print.paper import BODY, HEAD


def head(to: Contact) -> Iterator[Flowable]:
    """This function will print how the letter goes out, and the name and address it goes to."""
    if not to.is_somebody:
        return
    if to.fax:
        yield Paragraph(escape(_("By fax to {fax}").format(fax=to.fax)), HEAD)
    lines = [line for line in (to.name, to.practice, *to.address.splitlines()) if line.strip()]
    yield Paragraph("<br/>".join(escape(line.strip()) for line in lines), BODY)
    yield Spacer(1, 10)


def greeting(to: Contact) -> str:
    """This function will greet by name where the name is known."""
    return _("Dear {name},").format(name=to.name) if to.name else _("Dear colleague,")

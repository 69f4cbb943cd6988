"""Send what is due: each clinic's messages in its own time, each by the way that reaches."""

from __future__ import annotations

import os
import uuid
from datetime import datetime

from icalendar import Calendar

from reprieve.interop.messages import calendar, mail, sms
from reprieve.interop.messages.render import Sender, Words, discreet, render
from reprieve.interop.messages.sms import NotSent
from reprieve.knowledge import BadValue
from reprieve.pathway import clock, outbox, text_by_mail
from reprieve.pathway.outbox import Due
from reprieve.records.queries import clinics, settings
from reprieve.records.queries.clinics import ClinicView
from reprieve.scheduling import reminders

# Where `serve` shows its pages; a clinic behind a proxy sets its own as `clinic.url`.
URL = "REPRIEVE_URL"


def deliver_all() -> int:
    """This function will send what is due in every clinic; the count of tries is returned."""
    return sum(deliver(clinic=one.id, at=clock.now(one.id)) for one in clinics.clinics())


def deliver(*, clinic: uuid.UUID, at: datetime) -> int:
    """This function will send what is due in one clinic. No failure of one stops another."""
    view = clinics.clinic(clinic)
    since = reminders.quiet_since(at=at, zone=view.timezone, routine=reminders.routine())
    taken = outbox.take(clinic=clinic, at=at, quiet_since=since)
    sender = _sender(view, at)
    for due in taken:
        _try(due, sender, at, is_demo=view.is_demo)
    return len(taken)


def _sender(view: ClinicView, at: datetime) -> Sender:
    own = settings.every(clinic=view.id, at=at)
    return Sender(
        name=discreet(view.name, chosen=str(own.get("messages.name", ""))),
        phone=str(own.get("clinic.phone", "")), address=str(own.get("clinic.address", "")),
        timezone=view.timezone, url=str(own.get("clinic.url") or os.environ.get(URL, "")),
    )  # fmt: skip


def _try(due: Due, sender: Sender, at: datetime, *, is_demo: bool) -> None:
    try:
        words = render(due, sender=sender)
        if not is_demo:  # invented people have no mailboxes
            _send(due, words, sender)
    except NotSent as error:
        outbox.failed(due=due, at=at, error=error.reason, for_good=error.for_good)
    except BadValue as error:
        outbox.failed(due=due, at=at, error=str(error), for_good=True)
    else:
        outbox.sent(due=due, at=at, kept=is_demo)


def _send(due: Due, words: Words, sender: Sender) -> None:
    # A mail in place of a text that failed never becomes that text again.
    may_text = bool(sms.gateway()) and not text_by_mail.is_instead(due.params)
    by_text = due.channel == "sms" or (not due.to and may_text)
    if by_text:
        _text(due, words)
    elif due.to:
        mail.send(due, words=words, calendar=_entry(due, words, sender))
    else:
        raise NotSent("no e-mail address on file", for_good=True)


def _text(due: Due, words: Words) -> None:
    if not sms.gateway():
        raise NotSent("no text gateway is set", for_good=True)
    number = due.to if due.channel == "sms" and due.to and "@" not in due.to else due.phone
    if not number:
        raise NotSent("no telephone number on file", for_good=True)
    sms.send(to=number, text=words.body, number=due.id)


def _entry(due: Due, words: Words, sender: Sender) -> Calendar | None:
    if due.template not in calendar.METHODS:
        return None
    return calendar.entry(
        due, summary=words.subject, organizer=mail.sender_address(),
        zone=sender.timezone, place=sender.address,
    )  # fmt: skip

"""The words of a message, in the reader's language. None of them says why somebody is treated."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from reprieve.interop.messages import sms
from reprieve.knowledge import BadValue
from reprieve.pathway.outbox import Due

# A clinic named after what it does must not say so on somebody's telephone.
TELLING = re.compile(
    r"ketamin|esketamin|infusi|pain|dolor|psych|psiqu|mental|depress|depres|therap|terap|clinic of",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What a clinic says of itself in messages: a discreet name, and how to reach it.

    `url` is where its pages are, for links.
    """

    name: str
    phone: str
    address: str
    timezone: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message ready to send."""

    subject: str
    body: str


def discreet(name: str, *, chosen: str = "") -> str:
    """This function will return the name used in messages: the chosen one, else the clinic's own
    unless it tells what is treated, else nothing."""
    return chosen.strip() or ("" if TELLING.search(name) else name)


def render(due: Due, *, sender: Sender) -> Words:
    """This function will put a message into words. Raises BadValue for an unknown template."""
    template = TEMPLATES.get(due.template)
    if template is None:
        raise BadValue("template", f"unknown {due.template!r}")
    with translation.override(due.language), timezone.override(ZoneInfo(sender.timezone)):
        subject, lines = template(_linked(due, sender))
        name = sender.name or _("Your clinic")
        foot = [name, sender.address, _reach(sender)]
        body = "\n".join([*lines, "", *(line for line in foot if line)])
    return Words(subject=f"{subject} – {name}", body=body)


def _reach(sender: Sender) -> str:
    return _("Questions, or another time? Call {phone}.").format(phone=sender.phone) if (
        sender.phone
    ) else ""


def _when(due: Due) -> str:
    if due.appointment is None:
        raise BadValue("appointment", "is needed for this message")
    return formats.date_format(timezone.localtime(due.appointment.starts_at), "D j M Y, H:i")


def _booked(due: Due) -> tuple[str, list[str]]:
    return _("Your appointment"), [
        _("Your appointment is booked for {when}.").format(when=_when(due)),
        _("The calendar entry is attached."),
    ]


def _moved(due: Due) -> tuple[str, list[str]]:
    return _("Your appointment has moved"), [
        _("Your appointment is now on {when}.").format(when=_when(due)),
        _("The attached calendar entry takes the place of the old one."),
    ]


def _cancelled(due: Due) -> tuple[str, list[str]]:
    return _("Your appointment is cancelled"), [
        _("Your appointment on {when} is cancelled.").format(when=_when(due)),
    ]


def _reminder(due: Due) -> tuple[str, list[str]]:
    return _("Reminder of your appointment"), [
        _("Your appointment is on {when}.").format(when=_when(due)),
    ]


def _diary(due: Due) -> tuple[str, list[str]]:
    return _("A few questions for you"), [
        _("Your questions of the day are ready. They take less than a minute."),
        _url(due), *_ending(due),
    ]


def _form_due(due: Due) -> tuple[str, list[str]]:
    return _("A form for you"), [
        _("A short form is due. Please open this link and answer."), _url(due), *_ending(due),
    ]  # fmt: skip


def _ending(due: Due) -> list[str]:
    """How to be left in peace: by a word where texts can be answered, else by a link."""
    if due.channel == "sms" and sms.can_answer():
        return [_("Reply STOP to end these reminders.")]
    return [_("Another time, or no reminders: {url}").format(url=f"{due.params['url']}/reminders")]


def _form(due: Due) -> tuple[str, list[str]]:
    return _("A form for you"), [
        _("Please open this link and answer. It is yours alone."),
        _url(due),
    ]


def _code(due: Due) -> tuple[str, list[str]]:
    return _("Your code"), [
        _("Your code is {code}. It is good for a few minutes.").format(code=due.params["code"]),
        _("We never ask for it by telephone."),
    ]


def _review(due: Due) -> tuple[str, list[str]]:
    return _("Please sign in now"), [_("Somebody needs your answer. Please sign in now.")]


def _alarm(due: Due) -> tuple[str, list[str]]:
    """Where to go and since when: nothing about who sits there or what is wrong."""
    moment = timezone.localtime(datetime.fromisoformat(str(due.params["since"])))
    since = formats.date_format(moment, "H:i")
    chair = str(due.params.get("chair", ""))
    where = _("An alarm in {chair} has no answer since {time}.") if chair else _(
        "An alarm has no answer since {time}."
    )
    said = where.format(chair=chair, time=since)
    return _("An alarm needs you now"), [said, _("Go there, or open Reprieve now.")]


def _linked(due: Due, sender: Sender) -> Due:
    """A link is kept as its path; where the pages are is known when it is sent."""
    path = due.params.get("path")
    if not path:
        return due
    if not sender.url:
        raise BadValue("clinic.url", "is not set: a link needs the address of the pages")
    return replace(due, params={**due.params, "url": f"{sender.url.rstrip('/')}{path}"})


def _url(due: Due) -> str:
    if "url" not in due.params:
        raise BadValue("path", "is needed for this message")
    return str(due.params["url"])


TEMPLATES: dict[str, Callable[[Due], tuple[str, list[str]]]] = {
    "appointment_booked": _booked,
    "appointment_moved": _moved,
    "appointment_cancelled": _cancelled,
    "appointment_reminder": _reminder,
    "diary_prompt": _diary,
    "link": _form,
    "form_prompt": _form_due,
    "read_code": _code,
    "clinician_review": _review,
    "alarm_call": _alarm,
}

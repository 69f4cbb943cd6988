"""How a pasted message of a monitor is read, in words for a page; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.records.queries import clinics
from reprieve.web import infusion_words as words
from reprieve.web.access import PageRequest

LONGEST = 100_000


def field(*, required: bool) -> forms.CharField:
    """This function will make the field that a message is pasted into."""
    return forms.CharField(
        label=_("Message"), max_length=LONGEST, strip=False, required=required,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One HL7 message, from MSH to the last OBX, a line for each segment."),
    )  # fmt: skip


def read(request: PageRequest, message: str, *, files: Mapping[str, str]) -> dict[str, Any]:
    """This function will read a message by the clinic's dialects. Raises BadValue."""
    # The reader belongs to another room: the settings name it.
    reader = import_string(settings.MESSAGE_READER)
    lines = message.replace("\r\n", "\r").replace("\n", "\r")
    zone = clinics.clinic(request.actor.clinic).timezone
    found: dict[str, Any] = reader(lines.encode(), zone=zone, files=files)
    return found


def context(answer: dict[str, Any] | None) -> dict[str, Any]:
    """This function will give what `staff/monitors/answer.html` shows; None: nothing was tried."""
    found = answer or {}
    return {
        "answer": answer,
        "charted": [
            (words.signal(c["signal"]), f"{c['value']} {words.unit(c['signal'])}", c["time"],
             c["source"])
            for c in found.get("charted", ())
        ],
        "parked": [
            (p["code"], p["text"], p["value"], _now(p["reason"]))
            for p in found.get("parked", ())
        ],
    }  # fmt: skip

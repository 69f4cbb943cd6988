"""The dialogs of the infusion screen, drawn once; what differs from page to page is put in after.

Two dozen forms are most of the page, and the same beside every chair. No patient, no token and no
number of an act is in what is kept.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable

from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.html import escape

from reprieve.web import acts
from reprieve.web.infusion_entries import Blank
from reprieve.web.presenters import PatientStrip

# What stands for them meanwhile: nobody can type it.
_NAME, _NUMBER, _TOKEN, _ACT = (secrets.token_hex(16) for _ in range(4))
_PLACE = uuid.uuid4()


def dialogs(
    blanks: Iterable[Blank], *, request: HttpRequest, encounter: uuid.UUID, patient: PatientStrip
) -> list[str]:
    """This function will give each entry's dialog for one chair, as HTML."""
    said = {
        _NAME: escape(patient.name), _NUMBER: escape(str(patient.number)),
        _TOKEN: get_token(request), str(_PLACE): str(encounter),
    }  # fmt: skip
    return [_filled(_drawn(one), {**said, _ACT: str(uuid.uuid4())}) for one in blanks]


def _filled(text: str, said: dict[str, str]) -> str:
    for mark, words in said.items():
        text = text.replace(mark, words)
    return text


def _drawn(one: Blank) -> str:
    key = make_template_fragment_key("dialog", [one.drawn])
    return str(caches["drawn"].get_or_set(key, lambda: _draw(one)))


def _draw(one: Blank) -> str:
    return render_to_string(
        "staff/infusion/dialog.html",
        {
            "entry": one.entry, "form": one.form, "encounter": _PLACE,
            "patient": {"name": _NAME, "number": _NUMBER}, "csrf_token": _TOKEN,
            "act": f'<input type="hidden" name="{acts.FIELD}" value="{_ACT}">',
        },
    )  # fmt: skip

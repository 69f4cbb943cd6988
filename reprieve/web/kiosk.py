"""The clinic's tablet in a patient's hands: the session is locked, and one patient's forms open.

Everything else asks for the password until a member of staff has the tablet back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from reprieve.knowledge import N_
from reprieve.pathway.errors import NotFound
from reprieve.web import lock

KEY = "kiosk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """Whose forms are open on this tablet, in which language, and which are still to do."""

    patient: uuid.UUID
    forms: tuple[str, ...]
    left: tuple[str, ...]
    language: str

    @property
    def step(self) -> int:
        """The number of the form that is open, from 1."""
        return len(self.forms) - len(self.left) + 1


def start(
    request: HttpRequest, answer: HttpResponseBase, *, patient: uuid.UUID, forms: Sequence[str],
    language: str,
) -> HttpResponseBase:
    """This function will hand the tablet over: the rest of the product is locked from now on.

    `language` is the patient's own; the tablet speaks it until another one is pressed, and then
    again what its staff had chosen. `answer` goes back to the tablet.
    """
    request.session[KEY] = {
        "patient": str(patient), "forms": list(forms), "left": list(forms),
        "language": language, "of_staff": _pressed(request),
    }  # fmt: skip
    answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    lock.lock_now(request)
    return answer


def is_open(request: HttpRequest) -> bool:
    """This function will tell whether a patient's forms are open on this tablet."""
    return KEY in request.session


def of(request: HttpRequest) -> Kiosk:
    """This function will return what is open on this tablet. Raises NotFound when nothing is."""
    kept = request.session.get(KEY)
    if kept is None:
        raise NotFound(N_("No form is open on this tablet."))
    return Kiosk(
        patient=uuid.UUID(kept["patient"]), forms=tuple(kept["forms"]), left=tuple(kept["left"]),
        language=_pressed(request) or kept["language"],
    )


def done(request: HttpRequest, *, form: str) -> None:
    """This function will tick a form off; after the last one nothing more is open."""
    left = [name for name in of(request).left if name != form]
    request.session[KEY] = {**request.session[KEY], "left": left}


def _pressed(request: HttpRequest) -> str:
    """The language that was last chosen on this tablet, empty where none was."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else ""


def end(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """This function will close the patient's forms on this tablet, and give its language back."""
    kept = request.session.pop(KEY)
    if kept["of_staff"]:
        answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, kept["of_staff"])
    else:
        answer.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    return answer

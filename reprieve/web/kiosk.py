"""The clinic's tablet in a patient's hands: the session is locked, and one patient's forms open.

Everything else asks for the password until a member of staff has the tablet back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from reprieve.knowledge import N_
from reprieve.pathway.errors import NotFound
from reprieve.web import lock

KEY = "kiosk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kiosk:
    """Whose forms are open on this tablet, and which are still to do."""

    patient: uuid.UUID
    forms: tuple[str, ...]
    left: tuple[str, ...]

    @property
    def step(self) -> int:
        """The number of the form that is open, from 1."""
        return len(self.forms) - len(self.left) + 1


def start(request: HttpRequest, *, patient: uuid.UUID, forms: Sequence[str]) -> None:
    """This function will hand the tablet over: the rest of the product is locked from now on."""
    request.session[KEY] = {
        "patient": str(patient), "forms": list(forms), "left": list(forms),
    }  # fmt: skip
    lock.lock_now(request)


def is_open(request: HttpRequest) -> bool:
    """This function will tell whether a patient's forms are open on this tablet."""
    return KEY in request.session


def of(request: HttpRequest) -> Kiosk:
    """This function will return what is open on this tablet. Raises NotFound when nothing is."""
    kept = request.session.get(KEY)
    if kept is None:
        raise NotFound(N_("No form is open on this tablet."))
    return Kiosk(
        patient=uuid.UUID(kept["patient"]), forms=tuple(kept["forms"]), left=tuple(kept["left"])
    )


def done(request: HttpRequest, *, form: str) -> None:
    """This function will tick a form off; after the last one nothing more is open."""
    kept = of(request)
    left = [name for name in kept.left if name != form]
    request.session[KEY] = {
        "patient": str(kept.patient), "forms": list(kept.forms), "left": left,
    }  # fmt: skip


def end(request: HttpRequest) -> None:
    """This function will close the patient's forms on this tablet."""
    request.session.pop(KEY, None)

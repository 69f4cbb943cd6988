"""How pages of the ledger do an act: a refusal stands beside its field, success leads on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from reprieve.knowledge import BadValue
from reprieve.pathway.errors import PathwayError
from reprieve.pathway.permissions import Actor
from reprieve.web.access import PageRequest
from reprieve.web.acts import act_of
from reprieve.web.second import second_of
from reprieve.web.words import form_errors, say

UNPROCESSABLE = 422


def done(form: forms.Form, act: Callable[[], Any]) -> bool:
    """This function will do an act for a form; what is refused is said in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except BadValue as error:
        form_errors(form, error)
    except PathwayError as error:
        form.add_error(None, say(error.message))
    return form.is_valid()


def by(request: PageRequest) -> dict[str, Any]:
    """This function will return who acts, the act's number and the time."""
    return {"actor": request.actor, "uid": act_of(request), "at": request.at}


def beside(request: PageRequest, form: forms.Form) -> Actor:
    """This function will return the witness of a form, authenticated. Raises BadValue."""
    data = form.cleaned_data
    return second_of(request, person=data["second"], password=data["password"])


def status(form: forms.Form) -> int:
    """This function will say how a page that shows a form again is answered."""
    return UNPROCESSABLE if form.is_bound else 200

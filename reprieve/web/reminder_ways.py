"""The choice between mail and text, as the patient's page and the staff's offer it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

USUAL = ("", _lazy("The usual way: e-mail, else a text"))
WAYS = {"mail": _lazy("E-mail"), "sms": _lazy("Text message")}


class WayField(forms.ChoiceField):
    """By which way reminders come; empty is the usual one."""

    def __init__(self, **more: Any) -> None:
        choices = [USUAL, *WAYS.items()]
        super().__init__(
            label=_lazy("How to remind me"), choices=choices, required=False, **more
        )


def offer(form: forms.Form, offered: tuple[str, ...]) -> None:
    """This function will leave a form the ways that reach; with one alone nothing is asked."""
    if len(offered) < len(WAYS):
        del form.fields["way"]

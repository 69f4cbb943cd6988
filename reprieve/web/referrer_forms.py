"""The questions about who referred: on the desk's form, the public one, and a page of their own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve.pathway.referrer import LONGEST
from reprieve.records.referrers import Contact

PREFIX = "referrer_"


class ReferrerForm(forms.Form):
    """Nothing here is required: many people come by themselves."""

    referrer_name = forms.CharField(
        label=_("Who refers: name and title"), max_length=LONGEST["name"], required=False
    )
    referrer_practice = forms.CharField(
        label=_("Their practice or hospital"), max_length=LONGEST["practice"], required=False
    )
    referrer_address = forms.CharField(
        label=_("Their address"), max_length=LONGEST["address"], required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    referrer_phone = forms.CharField(
        label=_("Their telephone"), max_length=LONGEST["phone"], required=False
    )
    referrer_fax = forms.CharField(
        label=_("Their fax"), max_length=LONGEST["fax"], required=False
    )


def contact(data: dict[str, Any]) -> Contact:
    """This function will return what was said of the referrer; a form may ask for less."""
    return Contact(**{name: str(data.get(PREFIX + name) or "").strip() for name in LONGEST})


def initial(known: Contact) -> dict[str, str]:
    """This function will fill the questions in with what is known."""
    return {PREFIX + name: text for name, text in asdict(known).items()}

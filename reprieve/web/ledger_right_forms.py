"""Forms that put the ledger right: a mistyped draw or receipt, and a difference that was found."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import controlled
from reprieve.records.queries.adjustments import Adjustable
from reprieve.records.queries.stock import VialView
from reprieve.web.gate_forms import amount
from reprieve.web.ledger_forms import LONGEST, WORDS, AwayForm, vial_words
from reprieve.web.second import SecondForm


class ReverseDrawForm(SecondForm):
    """A draw that was mistyped, and what was really drawn, if anything."""

    instead_ml = amount(
        _("What was really drawn from this vial"), digits=3, required=False,
        help_text=_("Empty when nothing was drawn from it for this visit."),
    )  # fmt: skip
    sealed = forms.BooleanField(
        label=_("This vial was never opened: it is still sealed"), required=False
    )
    reason = forms.CharField(label=_("Why it was wrong"), max_length=LONGEST, widget=WORDS)


class ReverseReceiptForm(AwayForm):
    """Vials of one delivery that were never received as written."""

    reason = forms.CharField(label=_("Why it was wrong"), max_length=LONGEST, widget=WORDS)


class AdjustForm(SecondForm):
    """Which vials a difference is put right in: sealed ones whole, an open one by an amount."""

    reason = forms.CharField(label=_("What was found out"), max_length=LONGEST, widget=WORDS)

    def __init__(self, *args: Any, may: Adjustable, **more: Any) -> None:
        super().__init__(*args, **more)
        self.may = may
        listed = [(str(v.id), vial_words(v)) for v in may.vials]
        if may.whole:
            self.fields["vials"] = forms.MultipleChoiceField(
                label=_("Vials"), choices=listed, widget=forms.CheckboxSelectMultiple
            )
        else:
            self.fields["vial"] = forms.ChoiceField(
                label=_("Vial"), choices=listed, widget=forms.RadioSelect
            )
            self.fields["amount_mg"] = amount(_("By how much"), digits=3, min_value=0)
        self.order_fields(["vials", "vial", "amount_mg", "reason"])

    def changes_ug(self) -> dict[uuid.UUID, int]:
        """The signed change of each vial, as the pathway wants it. Raises BadValue."""
        sign = 1 if self.may.most_ug > 0 else -1
        if self.may.whole:
            chosen = set(self.cleaned_data["vials"])
            return {v.id: sign * v.labelled_ug for v in self.may.vials if str(v.id) in chosen}
        change_ug = controlled.whole(self.cleaned_data["amount_mg"], field="amount_mg")
        return {uuid.UUID(self.cleaned_data["vial"]): sign * change_ug}


def only(vials: list[VialView]) -> dict[str, list[str]]:
    """This function will tick every vial of a delivery beforehand: as a rule all of it is wrong."""
    return {"vials": [str(one.id) for one in vials]}

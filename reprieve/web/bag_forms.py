"""Forms of bag and pump. Nothing is filled in beforehand: each number is read off the thing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve import knowledge
from reprieve.clinical.double_check import Entered
from reprieve.pathway.bags import Mix
from reprieve.web.gate_forms import amount, strengths
from reprieve.web.second import SecondForm

FORMS = {"racemic": _("racemic ketamine"), "esketamine": _("esketamine")}


class BagForm(forms.Form):
    """The vial and the bag as their labels say."""

    strength_mg_per_ml = forms.ChoiceField(label=_("Strength on the vial"),
                                           widget=forms.RadioSelect)  # fmt: skip
    vial_form = forms.ChoiceField(
        label=_("Form on the vial"), choices=tuple(FORMS.items()), widget=forms.RadioSelect
    )
    bag_volume_ml = forms.ChoiceField(label=_("Bag"), widget=forms.RadioSelect)
    rate_mg_per_h = amount(
        _("Rate to go on with"), digits=3, required=False,
        help_text=_("Leave empty to keep the ordered or present rate."),
    )  # fmt: skip
    overfill_ml = amount(_("Overfill of this bag, if unusual"), digits=1, required=False)
    priming_ml = amount(_("Volume of this line, if unusual"), digits=1, required=False)
    final_mg_per_ml = amount(
        _("Concentration, if it is given"), digits=3, required=False,
        help_text=_("As on a bag that goes on running."),
    )  # fmt: skip

    def __init__(self, *args: Any, changing: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        data = knowledge.load("reprieve.clinical", "recipe").data
        bags = [(ml, f"{ml} mL") for ml in data["bags"]]
        self.fields["strength_mg_per_ml"].choices = strengths()  # type: ignore[attr-defined]
        self.fields["bag_volume_ml"].choices = bags  # type: ignore[attr-defined]
        if not changing:
            del self.fields["rate_mg_per_h"]

    def mix(self) -> Mix:
        """What is in hand, as the pathway wants it."""
        data = self.cleaned_data
        return Mix(
            vial_strength_mg_per_ml=Decimal(data["strength_mg_per_ml"]),
            vial_form=data["vial_form"], bag_volume_ml=Decimal(data["bag_volume_ml"]),
            overfill_ml=data["overfill_ml"], priming_ml=data["priming_ml"],
            final_mg_per_ml=data["final_mg_per_ml"], rate_mg_per_h=data.get("rate_mg_per_h"),
        )  # fmt: skip


MORE = ("overfill_ml", "priming_ml", "final_mg_per_ml")


class CheckForm(SecondForm):
    """Read off bag and pump by the second person, who does not see the first one's numbers."""

    final_mg_per_ml = amount(_("Concentration on the bag"), digits=3)
    ml_per_h = amount(_("Rate set on the pump"), digits=2)
    vtbi_ml = amount(_("Volume to be infused, set on the pump"), digits=2)

    def entered(self) -> Entered:
        """The three numbers, as the pathway wants them."""
        data = self.cleaned_data
        return Entered(
            final_mg_per_ml=data["final_mg_per_ml"], ml_per_h=data["ml_per_h"],
            vtbi_ml=data["vtbi_ml"],
        )  # fmt: skip

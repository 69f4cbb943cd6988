"""Forms of the controlled-drug ledger. A measurement is never filled in beforehand."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import controlled, gs1, ndc
from reprieve.knowledge import BadValue
from reprieve.pathway.ledger_closing import Left
from reprieve.pathway.ledger_counts import Counted
from reprieve.pathway.ledger_losses import JUDGED
from reprieve.pathway.ledger_stock import LONGEST_MAKER, Delivery
from reprieve.records.queries.portions import BAG, SYRINGE, TABLETS
from reprieve.records.queries.stock import Kind, VialView
from reprieve.web import ledger_words as lw
from reprieve.web.gate_forms import amount
from reprieve.web.second import SecondForm
from reprieve.web.words import form_errors

LONGEST = 2000
WORDS = forms.Textarea(attrs={"rows": 2})


class ReceiveForm(forms.Form):
    """A delivery: the box is scanned, or lot and expiry are typed."""

    scan = forms.CharField(
        label=_("Scan of the box"), required=False, max_length=120,
        help_text=_(
            "Put the cursor here and scan: lot, expiry, serial number and NDC follow from it."
        ),
    )  # fmt: skip
    drug = forms.ChoiceField(label=_("Drug"), choices=tuple(lw.DRUGS.items()),
                             widget=forms.RadioSelect)  # fmt: skip
    form = forms.ChoiceField(
        label=_("Form"), choices=(("", _("none")), *lw.FORMS.items()), required=False,
        help_text=_("Ketamine: as on the label. Lorazepam: tablets, or none for an ampoule."),
    )  # fmt: skip
    strength_mg_per_ml = amount(
        _("Strength"), digits=3, help_text=_("Of tablets: how many mg in each.")
    )
    volume_ml = amount(
        _("Volume of each vial"), digits=3, help_text=_("Of tablets: how many in each pack.")
    )
    lot = forms.CharField(label=_("Lot"), max_length=40, required=False)
    expires_on = forms.DateField(
        label=_("Expires on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    manufacturer = forms.CharField(
        label=_("Manufacturer"), max_length=LONGEST_MAKER, required=False
    )
    ndc = forms.CharField(
        label=_("NDC"), max_length=20, required=False,
        help_text=_(
            "As on the label, with its hyphens. A US barcode gives the ten digits without them."
        ),
    )  # fmt: skip
    count = forms.IntegerField(label=_("Number of vials"), min_value=1, max_value=500)
    supplier = forms.CharField(label=_("Supplier"), max_length=40)
    supplier_dea = forms.CharField(label=_("Supplier’s DEA number"), max_length=40, required=False)
    invoice = forms.CharField(label=_("Invoice"), max_length=40)
    again = forms.BooleanField(label=_("Another delivery of a lot that came before"),
                               required=False)  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Read the scan first: what is typed as well must say the same."""
        data = super().clean() or {}
        scanned = _scanned(self, data.get("scan", ""))
        for name, value in (("lot", scanned.lot), ("expires_on", scanned.expires_on)):
            if value and data.get(name) and data[name] != value:
                self.add_error(name, _("is not what the barcode says"))
            data[name] = data.get(name) or value
            if not data[name] and name not in self.errors:
                self.add_error(name, _("is needed: scan the box or type it"))
        data["serial"] = scanned.serial
        data["ndc"] = self._ndc(data.get("ndc", ""), scanned.ndc10)
        return data

    def _ndc(self, typed: str, scanned: str) -> str:
        """The code as typed, which says where its hyphens stand; else the digits scanned.

        A box and the vials in it may carry different package codes: the labeler and the product,
        which are the first eight of the ten digits or more, must be those of the scan.
        """
        try:
            code = ndc.read(typed)
        except BadValue as error:
            form_errors(self, error)
            return ""
        products = {ten[:8] for ten in ndc.ten_digits(code)} if code else {scanned[:8]}
        if scanned and scanned[:8] not in products:
            self.add_error("ndc", _("is not what the barcode says"))
        return code or scanned

    def delivery(self) -> Delivery:
        """The delivery, as the pathway wants it."""
        names = ("drug", "form", "strength_mg_per_ml", "volume_ml", "lot", "expires_on",
                 "manufacturer", "ndc", "count", "supplier", "supplier_dea", "invoice", "serial",
                 "again")  # fmt: skip
        return Delivery(**{name: self.cleaned_data[name] for name in names})


def _scanned(form: forms.Form, text: str) -> gs1.Package:
    if not text:
        return gs1.Package()
    try:
        return gs1.read(text)
    except BadValue as error:
        form_errors(form, error)
        return gs1.Package()


class DrawForm(forms.Form):
    """Which vial, and how much left it."""

    vial = forms.ChoiceField(label=_("Vial"))
    volume_ml = amount(
        _("Volume drawn, mL"), digits=3, help_text=_("Of tablets: how many, whole or halves.")
    )

    def __init__(self, *args: Any, vials: list[VialView], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["vial"].choices = [("", "–"), *((str(v.id), vial_words(v)) for v in vials)]  # type: ignore[attr-defined]


def vial_words(vial: VialView) -> str:
    """This function will describe a vial for a choice: what, which, until when, and if open."""
    kind = vial.kind
    what = lw.kind(kind.drug, kind.form, kind.strength_ug_per_ml, kind.volume_ul)
    state = str(_("open")) if vial.is_open else str(_("sealed"))
    return f"{what} · {vial.lot}/{vial.serial} · {vial.expires_on:%Y-%m} · {state}"


class BagLeftForm(forms.Form):
    """What one person measures of a bag. The form shows nothing that was expected."""

    bag_ml = amount(_("Left in the bag"), digits=3)
    line_ml = amount(_("Left in the line"), digits=3)
    syringe_ml = amount(
        _("Left undiluted in the syringe"), digits=3, help_text=_("0 when there is none.")
    )

    def left(self) -> Left:
        """What was measured, as the pathway wants it."""
        return Left(**{name: self.cleaned_data[name] for name in BagLeftForm.base_fields})


class SyringeLeftForm(forms.Form):
    """What one person measures of a syringe."""

    syringe_ml = amount(_("Left in the syringe"), digits=3)

    def left(self) -> Left:
        """What was measured, as the pathway wants it."""
        return Left(syringe_ml=self.cleaned_data["syringe_ml"])


class TabletsLeftForm(forms.Form):
    """What one person counts of tablets that were taken out."""

    syringe_ml = amount(_("Tablets that are left over"), digits=3)

    def left(self) -> Left:
        """What was counted, as the pathway wants it."""
        return Left(syringe_ml=self.cleaned_data["syringe_ml"])


class BagWitnessForm(BagLeftForm, SecondForm):
    """The second reading of a bag, by somebody who authenticates."""


class SyringeWitnessForm(SyringeLeftForm, SecondForm):
    """The second reading of a syringe, by somebody who authenticates."""


class TabletsWitnessForm(TabletsLeftForm, SecondForm):
    """The second count of tablets, by somebody who authenticates."""


LeftForm = BagLeftForm | SyringeLeftForm | TabletsLeftForm
WitnessForm = BagWitnessForm | SyringeWitnessForm | TabletsWitnessForm
LEFT: dict[str, type[LeftForm]] = {
    BAG: BagLeftForm, SYRINGE: SyringeLeftForm, TABLETS: TabletsLeftForm,
}  # fmt: skip
WITNESS: dict[str, type[WitnessForm]] = {
    BAG: BagWitnessForm, SYRINGE: SyringeWitnessForm, TABLETS: TabletsWitnessForm,
}  # fmt: skip


class VolumeForm(SecondForm):
    """A volume before a witness."""

    volume_ml = amount(_("Volume measured"), digits=3)


class LoseForm(SecondForm):
    """How a vial came to be gone. A witness is needed where somebody saw it break."""

    cause = forms.ChoiceField(label=_("What happened"), choices=tuple(lw.CAUSES.items()),
                              widget=forms.RadioSelect)  # fmt: skip
    text = forms.CharField(label=_("How it was found"), max_length=LONGEST, widget=WORDS)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("second", "password"):
            self.fields[name].required = False
        self.fields["second"].help_text = str(_("Needed when it broke."))


class AwayForm(SecondForm):
    """Vials that leave the clinic for good."""

    vials = forms.MultipleChoiceField(label=_("Vials"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, vials: list[VialView], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["vials"].choices = [(str(v.id), vial_words(v)) for v in vials]  # type: ignore[attr-defined]

    def chosen(self) -> list[uuid.UUID]:
        """The vials that were ticked."""
        return [uuid.UUID(vial) for vial in self.cleaned_data["vials"]]


class DestroyForm(AwayForm):
    """Destroyed, here or by a reverse distributor."""

    manner = forms.ChoiceField(label=_("Manner"), choices=tuple(lw.MANNERS.items()),
                               widget=forms.RadioSelect)  # fmt: skip
    reference = forms.CharField(label=_("Number of the paper"), max_length=80)
    reason = forms.CharField(label=_("Reason"), max_length=80)


class TransferForm(AwayForm):
    """Handed to another registrant."""

    receiver = forms.CharField(label=_("To whom"), max_length=80)
    receiver_dea = forms.CharField(label=_("Their DEA number"), max_length=40)
    invoice = forms.CharField(label=_("Invoice"), max_length=80)


ML_LEFT, TABLETS_LEFT = _("Open vial {lot}: mL left"), _("Open pack {lot}: tablets left")


class CountForm(SecondForm):
    """A blind count: one field a kind, one for each open vial, nothing expected shown."""

    occasion = forms.ChoiceField(label=_("Occasion"), choices=tuple(lw.OCCASIONS.items()),
                                 widget=forms.RadioSelect)  # fmt: skip
    business = forms.ChoiceField(label=_("At"), choices=tuple(lw.BUSINESS.items()),
                                 widget=forms.RadioSelect)  # fmt: skip

    def __init__(
        self, *args: Any, kinds: list[Kind], opened: list[VialView], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.kinds, self.opened = kinds, opened
        for kind in kinds:
            what = lw.kind(kind.drug, kind.form, kind.strength_ug_per_ml, kind.volume_ul)
            self.fields[kind.key] = forms.IntegerField(
                label=_("Sealed: {what}").format(what=what), min_value=0, max_value=10_000
            )
        for vial in opened:
            said = TABLETS_LEFT if vial.kind.form == controlled.TABLET else ML_LEFT
            self.fields[str(vial.id)] = amount(
                str(said).format(lot=f"{vial.lot}/{vial.serial}"), digits=3
            )
        self.order_fields([n for n in self.fields if n not in ("second", "password")])

    @property
    def things(self) -> list[forms.BoundField]:
        """The fields of what is counted."""
        return [self[name] for name in (*(k.key for k in self.kinds),
                                        *(str(v.id) for v in self.opened))]  # fmt: skip

    def counted(self) -> Counted:
        """What was found, as the pathway wants it."""
        data = self.cleaned_data
        opened: dict[uuid.UUID, Decimal] = {v.id: data[str(v.id)] for v in self.opened}
        return Counted(sealed={kind: data[kind.key] for kind in self.kinds}, opened=opened)


class JudgeForm(forms.Form):
    """What was found out or done about a discrepancy."""

    kind = forms.ChoiceField(label=_("What it is, or what was done"), widget=forms.RadioSelect)
    reference = forms.CharField(label=_("Number or day of what was sent"), max_length=60,
                                required=False)  # fmt: skip
    text = forms.CharField(label=_("What was found out"), max_length=LONGEST, widget=WORDS)

    def __init__(self, *args: Any, clocked: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        fitting = [k for k in JUDGED if k == "explained" or (k != "judged_loss") == clocked]
        self.fields["kind"].choices = [(k, lw.STEPS[k]) for k in fitting]  # type: ignore[attr-defined]


def tolerance_words() -> str:
    """This function will say the tolerance in words for a page's foot."""
    data = controlled.file().data
    return str(
        _("Tolerance: the larger of {percent} % of what was drawn and {floor} mg of ketamine.")
    ).format(
        percent=data["tolerance"]["percent"],
        floor=data["drug"]["ketamine"]["tolerance_floor_mg"],
    )

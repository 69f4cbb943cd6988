"""The clinic's words for drugs, entries and findings of the ledger."""

from __future__ import annotations

from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import controlled
from reprieve.web.words import quantity

DRUGS: dict[str, Promise] = {
    "ketamine": _("ketamine"), "midazolam": _("midazolam"), "lorazepam": _("lorazepam"),
}  # fmt: skip
FORMS: dict[str, Promise] = {
    "racemic": _("racemic"), "esketamine": _("esketamine"), controlled.TABLET: _("tablets"),
}  # fmt: skip
ENTRIES: dict[str, Promise] = {
    "received": _("received"), "opened": _("opened"), "drawn": _("drawn"),
    "overage": _("held more than its label"), "wasted": _("wasted"),
    "difference": _("cannot be accounted for"), "destroyed": _("destroyed"),
    "transferred": _("handed to another registrant"), "lost": _("lost"), "counted": _("counted"),
    "adjusted": _("balance put right"), "draw_reversed": _("mistyped draw taken back"),
    "receipt_reversed": _("mistyped receipt taken back"),
}  # fmt: skip
FOUND: dict[str, Promise] = {
    "closing": _("bag or syringe does not close"), "vial": _("vial does not close"),
    "count": _("count does not agree"), "loss": _("loss"), "theft": _("theft"),
    "retracted": _("given by the chart, and taken back since"),
    "corrected": _("given by the chart, and corrected since"),
}  # fmt: skip
STEPS: dict[str, Promise] = {
    "explained": _("explained: nothing is missing"),
    "judged_loss": _("judged a loss: the clock runs from the day it was found"),
    "not_significant": _("a loss that is not significant"),
    "notice_sent": _("written notice sent (Field Division, 1 business day)"),
    "form_sent": _("full report sent (Form 106, 45 days)"),
    "adjusted": _("the balance was put right"),
}  # fmt: skip
CAUSES: dict[str, Promise] = {
    "breakage": _("broken or spilled, seen by two"), "loss": _("lost"), "theft": _("stolen"),
}  # fmt: skip
OCCASIONS: dict[str, Promise] = {
    "shift": _("change of shift"), "initial": _("initial inventory"),
    "biennial": _("inventory every two years"), "other": _("another occasion"),
}  # fmt: skip
BUSINESS: dict[str, Promise] = {
    "open": _("opening of business"), "close": _("close of business"),
}  # fmt: skip
MANNERS: dict[str, Promise] = {
    "reverse_distributor": _("sent to a reverse distributor"),
    "on_site": _("destroyed here beyond recovery (Form 41)"),
}  # fmt: skip
KINDS: dict[str, Promise] = {
    "bag": _("bag"), "syringe": _("syringe"), "tablets": _("taken out"),
}  # fmt: skip


def word(table: dict[str, Promise], key: str) -> str:
    """This function will return a key's word, or the key itself."""
    return str(table.get(key, key))


def drug(name: str, form: str = "") -> str:
    """This function will name a drug with its form, as on its label."""
    shown = word(DRUGS, name)
    return f"{shown}, {word(FORMS, form)}" if form else shown


def short(value_ug: int) -> Decimal:
    """This function will return micrograms as milligrams without noughts at the end."""
    plain = controlled.amount(value_ug).normalize()
    return plain.quantize(Decimal(1)) if plain == plain.to_integral_value() else plain


def mg(value_ug: int | None, *, signed: bool = False) -> str:
    """This function will say micrograms in milligrams; `signed` shows a plus as well."""
    if value_ug is None:
        return ""
    plus = "+" if signed and value_ug > 0 else ""
    return f"{plus}{quantity(short(value_ug), 'mg')}"


def ml(volume_ul: int, form: str = "") -> str:
    """This function will say microlitres in millilitres, or how many tablets."""
    return quantity(short(volume_ul), unit(form))


def unit(form: str) -> str:
    """This function will return in what a form is counted: millilitres, or tablets."""
    return _now("tablets") if form == controlled.TABLET else "mL"


def strength(ug_per_ml: int, form: str = "") -> str:
    """This function will say a strength by the label: in each millilitre or tablet."""
    if form == controlled.TABLET:
        return _now("{mg} in each").format(mg=quantity(short(ug_per_ml), "mg"))
    return quantity(short(ug_per_ml), "mg/mL")


def kind(name: str, form: str, ug_per_ml: int, volume_ul: int) -> str:
    """This function will describe a container in one line."""
    return _now("{drug} {strength}, {volume}").format(
        drug=drug(name, form), strength=strength(ug_per_ml, form), volume=ml(volume_ul, form)
    )

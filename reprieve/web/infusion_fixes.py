"""The acts behind the corrections of the infusion screen."""

from __future__ import annotations

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_drug, charting_harm, infusion_fix, retracting
from reprieve.web import infusion_fix_forms as forms
from reprieve.web.chairside import Chairside, Result
from reprieve.web.infusion_forms import micrograms

# What the pathway calls a value that the forms ask in milligrams.
ASKED = {"rate_ug_per_h": "rate_mg_per_h", "dose_ug": "dose_mg"}


def drug(where: Chairside, form: forms.DrugFixForm) -> Result:
    """This function will correct a drug that was given."""
    data = form.cleaned_data
    dose = charting_drug.Dose(
        drug=data["drug"], dose=data["dose"], route=data["route"], given_at=data["at"],
        note=data["reason"],
    )  # fmt: skip
    return charting_drug.give(dose=dose, corrects=data["entry"], **where.args)


def harm(where: Chairside, form: forms.HarmFixForm) -> Result:
    """This function will correct a side effect."""
    data = form.cleaned_data
    right = charting_harm.Harm(
        term=data["term"], grade=data["grade"], onset=data["at"], action=data["action"],
        outcome=data["outcome"], serious=data["serious"], note=data["reason"],
    )  # fmt: skip
    return {"id": str(charting_harm.record(harm=right, corrects=data["entry"], **where.args))}


def not_given(where: Chairside, form: forms.NotGivenForm) -> Result:
    """This function will take back a drug that was not given."""
    data = form.cleaned_data
    return retracting.drug(entry=data["entry"], reason=data["reason"], **where.args)


def not_seen(where: Chairside, form: forms.NotSeenForm) -> Result:
    """This function will take back a side effect that was not."""
    data = form.cleaned_data
    return retracting.harm(entry=data["entry"], reason=data["reason"], **where.args)


def rate(where: Chairside, form: forms.RateFixForm) -> Result:
    """This function will correct the rate or the time of an act that set one."""
    rate_ug_per_h = micrograms(form.cleaned_data["rate_mg_per_h"])
    return _fixed(where, form, rate_ug_per_h=rate_ug_per_h)


def dose(where: Chairside, form: forms.DoseFixForm) -> Result:
    """This function will correct a bolus, or what went beside the vein."""
    data = form.cleaned_data
    return _fixed(
        where, form, dose_ug=micrograms(data["dose_mg"]), over_min=data["over_min"]
    )


def time(where: Chairside, form: forms.TimeFixForm) -> Result:
    """This function will correct when something happened."""
    return _fixed(where, form)


def _fixed(
    where: Chairside, form: forms.Fix, *, rate_ug_per_h: int | None = None,
    dose_ug: int | None = None, over_min: int | None = None,
) -> Result:  # fmt: skip
    data = form.cleaned_data
    right = infusion_fix.Right(
        at=data["at"], rate_ug_per_h=rate_ug_per_h, dose_ug=dose_ug, over_min=over_min
    )
    try:
        return infusion_fix.fix(
            event=data["entry"], right=right, reason=data["reason"], **where.args
        )
    except BadValue as error:
        raise BadValue(ASKED.get(error.field, error.field), error.reason) from error

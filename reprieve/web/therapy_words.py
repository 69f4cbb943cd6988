"""A therapy that was tried in words: for its list, the decision page and the letter."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.records.queries.medicines import MedicineView
from reprieve.web.words import quantity

# How a therapy ended that was given and left: of it dose, time and reason are asked.
GIVEN = frozenset({"no effect", "partial", "intolerant"})
CLASSES = {
    "tca": _lazy("Tricyclic antidepressant"), "snri": _lazy("SNRI antidepressant"),
    "gabapentinoid": _lazy("Gabapentinoid"), "topical": _lazy("On the skin"),
    "opioid": _lazy("Opioid or tramadol"), "other": _lazy("Other medicine"),
    "not a medicine": _lazy("Not a medicine (physiotherapy, procedure, psychological)"),
}  # fmt: skip
OUTCOMES = {
    "no effect": _lazy("No effect"), "partial": _lazy("Some effect"),
    "intolerant": _lazy("Not tolerated"), "contraindicated": _lazy("Could not be given"),
    "declined": _lazy("Declined"), "effective": _lazy("Worked"),
}  # fmt: skip
STOPPED = {
    "": _lazy("Not known"), "no effect": _lazy("No effect"),
    "side effects": _lazy("Side effects"), "cost": _lazy("Cost"), "other": _lazy("Other"),
}  # fmt: skip
UNITS = {
    "mg/d": _lazy("mg a day"), "µg/h": _lazy("µg an hour (patch)"), "mg": _lazy("mg"),
    "g/d": _lazy("g a day"), "mL": _lazy("mL"), "IU": _lazy("IU"), "%": _lazy("percent"),
    "times": _lazy("times (procedures, sessions)"),
}  # fmt: skip
MONTH_HINT = _lazy("A month as 2023-05 or a year as 2023. Empty: not known.")


def line(therapy: MedicineView) -> str:
    """This function will say a therapy's class, dose, time, end and why it was stopped, in a line.

    What was never told is named at the end: a therapy that looks complete is.
    """
    weeks = "" if therapy.weeks is None else _("{n} weeks").format(n=therapy.weeks)
    parts = (
        CLASSES.get(therapy.drug_class, therapy.drug_class), _highest(therapy), therapy.dose,
        _when(therapy), weeks, OUTCOMES.get(therapy.outcome, therapy.outcome), _why(therapy),
        _not_known(therapy),
    )  # fmt: skip
    return ", ".join(str(part) for part in parts if part)


def _highest(therapy: MedicineView) -> str:
    if therapy.highest is None:
        return ""
    unit = str(UNITS["times"]) if therapy.highest_unit == "times" else therapy.highest_unit
    amount = quantity(therapy.highest.normalize(), unit)
    return _("up to {dose}").format(dose=amount)


def _when(therapy: MedicineView) -> str:
    if therapy.tried_from is None and therapy.tried_to is None:
        return ""
    return _("{begin} to {end}").format(
        begin=therapy.tried_from or _("not known"), end=therapy.tried_to or _("not known")
    )


def _why(therapy: MedicineView) -> str:
    said = [str(STOPPED[therapy.stopped_for])] if therapy.stopped_for else []
    said += [therapy.stopped_words] if therapy.stopped_words else []
    return _("stopped: {why}").format(why=": ".join(said)) if said else ""


def _not_known(therapy: MedicineView) -> str:
    if therapy.outcome not in GIVEN:
        return ""
    says_why = therapy.outcome == "intolerant" or therapy.stopped_for or therapy.stopped_words
    missing = (
        (therapy.highest is None and not therapy.dose, _("dose")),
        (therapy.tried_from is None and therapy.tried_to is None, _("when")),
        (not says_why, _("why it was stopped")),
    )
    names = [name for is_missing, name in missing if is_missing]
    return _("not known: {names}").format(names=", ".join(names)) if names else ""

"""The clinic's numbers in words: what each is, its unit, what holds, the default, its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical import guardrails, own_numbers, safety
from reprieve.web.words import quantity, say, unit_word

LABELS: dict[str, Promise] = {
    "care_from_years": _lazy("From this age"), "adult_from_years": _lazy("Adult from this age"),
    "score": _lazy("Score"), "below_percent": _lazy("Below"), "below_per_min": _lazy("Below"),
    "above_per_min": _lazy("Above"), "below": _lazy("RASS below"), "above": _lazy("RASS above"),
    "sbp_from_mmhg": _lazy("Systolic pressure from"),
    "dbp_from_mmhg": _lazy("Diastolic pressure from"),
    "sbp_below_mmhg": _lazy("Systolic pressure below"),
    "within_percent": _lazy("At most this far from the baseline"),
    "fall_mmhg": _lazy("Fall on standing"), "usual_min": _lazy("Watched for"),
    "longer_min": _lazy("Watched for, after esketamine, midazolam or an antidote"),
    "sedative_min": _lazy("Watched for, from the last drug that sedates"),
    "bmi_above_kg_per_m2": _lazy("Body mass index above"), "at_least_h": _lazy("At least"),
    "at_least_days": _lazy("At least"), "below_mg_per_dl": _lazy("Below"),
    "above_mg_per_dl": _lazy("Above"), "every_days": _lazy("Every"),
    "change_percent": _lazy("Change from"), "at_most": _lazy("Patients for each nurse, at most"),
    "courses_n": _lazy("Courses in a year, from"), "times": _lazy("Severe side effects, from"),
    "alt_times_uln": _lazy("ALT from"), "alp_times_uln": _lazy("ALP from"),
    "ggt_times_uln": _lazy("GGT from"), "bilirubin_times_uln": _lazy("Bilirubin from"),
    "sessions_n": _lazy("After this many sessions"), "days": _lazy("After"),
    "mme_per_day": _lazy("Opioid dose a day, from"), "repeats_n": _lazy("Measured again at least"),
    "per_30_min_mg_per_kg": _lazy("Most in any 30 minutes"),
    "per_60_min_mg_per_kg": _lazy("Most in any 60 minutes"),
    "session_mg": _lazy("Most in a session"),
    "session_mg_per_kg": _lazy("Most in a session, by weight"),
    "bolus_mg_per_kg": _lazy("Largest bolus"), "bolus_over_min": _lazy("Fastest bolus, over"),
    "notice_60_min_mg_per_kg": _lazy("Notice from, in any 60 minutes"),
    "notice_session_mg": _lazy("Notice from, in a session"),
    "consent.valid_days": _lazy("A consent is valid for"),
    "bag.start_within_min": _lazy("A mixed bag runs within"),
    "order.cosign_within_h": _lazy("A verbal order is co-signed within"),
    "pump.step_ml_per_h": _lazy("Smallest step of the pump"),
    "forecast.review_ahead_days": _lazy(
        "The forecast proposes a review so long before relief may fade; 0 for never"
    ),
}  # fmt: skip
# By how a number's name ends, longest first.
UNITS: tuple[tuple[str, str], ...] = (
    ("mg_per_kg", "mg/kg"), ("mg_per_dl", "mg/dL"), ("kg_per_m2", "kg/m²"), ("mme_per_day", "MME"),
    ("per_min", "/min"), ("times_uln", "{ULN}"), ("percent", "%"), ("mmhg", "mmHg"), ("_mg", "mg"),
    ("_min", "min"), ("_h", "h"), ("years", "a"), ("days", "d"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One number: its key, its words, what holds, the default, how far it may go."""

    key: str
    label: str
    unit: str
    value: float | Decimal
    default: float | Decimal
    furthest: str = ""
    source: str = ""
    verified: bool = False

    @property
    def now(self) -> str:
        """What holds, with its unit."""
        return quantity(self.value, self.unit)

    @property
    def usual(self) -> str:
        """The default, with its unit."""
        return quantity(self.default, self.unit)

    @property
    def is_own(self) -> bool:
        """Whether the clinic has its own."""
        return self.value != self.default

    @property
    def help(self) -> str:
        """The default, how far it may go, the source and its mark, beside a field."""
        said = [_("Default: {default}.").format(default=self.usual), self.furthest,
                _("Source: {source}").format(source=self.source)]  # fmt: skip
        if not self.verified:
            said.append(f"· {_('to be confirmed by the medical director')}")
        return " ".join(one for one in said if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Numbers that stand together: one rule's, the guard-rails, the house's."""

    name: str
    title: str
    numbers: tuple[Number, ...]


def unit(name: str) -> str:
    """This function will return the unit in which a number counts."""
    found = next((unit for ending, unit in UNITS if name.endswith(ending)), "")
    return unit_word(found)


def label(name: str) -> str:
    """This function will say what a number is."""
    return str(LABELS.get(name, name.replace("_", " ")))


def of_rules(now: Mapping[str, float]) -> tuple[Group, ...]:
    """This function will group the numbers of safety rules by their rule."""
    entries = {entry.name: entry for entry in safety.rules()}
    found: dict[str, list[Number]] = {}
    for key, bound in own_numbers.bounds().items():
        entry = entries[bound.rule]
        name = unit(bound.number)
        found.setdefault(bound.rule, []).append(Number(
            key=bound.number, label=label(bound.number), unit=name, value=now[key],
            default=bound.shipped, source=entry.source, verified=entry.verified,
            furthest=_furthest(bound.furthest, name),
        ))  # fmt: skip
    return tuple(
        Group(name=entry.name, title=say(entry.rule.says), numbers=tuple(found[entry.name]))
        for entry in safety.rules()
        if entry.name in found
    )


def of_doses(now: Mapping[str, Decimal]) -> Group:
    """This function will group the guard-rails of dose."""
    shipped = guardrails.shipped()
    numbers = tuple(
        Number(key=name, label=label(name), unit=unit(name), value=value,
               default=getattr(shipped, name), source=shipped.source, verified=shipped.verified)
        for name, value in now.items()
    )  # fmt: skip
    return Group(name="doses", title=_("Guard-rails of dose"), numbers=numbers)


def of_house(now: Mapping[str, float]) -> Group:
    """This function will group how long things hold in this house."""
    data = own_numbers.file().data
    numbers = tuple(
        Number(key=key, label=label(key), unit=unit_word(one.unit), value=now[key],
               default=one.default, source=data["source"], verified=data["verified"],
               furthest=_("From {low} to {high}.").format(low=one.lowest, high=one.highest))
        for key, one in own_numbers.house().items()
    )  # fmt: skip
    return Group(name="house", title=_("Days and hours"), numbers=numbers)


def _furthest(value: float, name: str) -> str:
    return _("Tightest possible: {value}.").format(value=quantity(value, name))


def said(value: Any) -> str:
    """This function will say a kept value of numbers in a line of the history."""
    if not isinstance(value, dict):
        return str(value)
    flat = value.get("changes", value)
    parts = []
    for name, held in flat.items():
        if isinstance(held, dict):
            numbers = ", ".join(f"{label(n)} {quantity(v, unit(n))}" for n, v in held.items())
            parts.append(f"{rule_title(name)} {numbers}")
        else:
            parts.append(f"{label(name)} {held}\u00a0{unit(name)}".strip())
    return "; ".join(parts) or _("the default")


def rule_title(name: str) -> str:
    """This function will say a rule as its finding says it."""
    return next((say(e.rule.says) for e in safety.rules() if e.name == name), name)

"""Forms made from the facts that rules and criteria read: yes, no and unknown are three answers.

Nothing is chosen in advance where nobody was asked; an answer on record is shown and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.criteria import Fact as CriterionFact
from reprieve.clinical.facts import Fact, Kind
from reprieve.records.queries.observations import ObservationView
from reprieve.web.presenters import seen
from reprieve.web.words import day

YES, NO, UNKNOWN = "yes", "no", "unknown"
FLAGS = {YES: True, NO: False, UNKNOWN: None}
THREE = ((YES, _lazy("Yes")), (NO, _lazy("No")), (UNKNOWN, _lazy("Unknown")))


class MayStayOpen:
    """A question that nobody has to answer, and that is not called optional: open is unknown."""

    def validate(self, value: Any) -> None:
        """Let an empty answer pass; check any other."""
        if value not in (None, "", []):
            super().validate(value)  # type: ignore[misc]  # mixed into a form's field


class OpenChoice(MayStayOpen, forms.ChoiceField):
    """One of a few words, or open."""


class OpenWhole(MayStayOpen, forms.IntegerField):
    """A whole number, or open."""


class OpenNumber(MayStayOpen, forms.FloatField):
    """A number, or open."""


class OpenForm(forms.Form):
    """A form whose questions may stay open."""

    use_required_attribute = False


def form_of(facts: Iterable[Fact], *, told: Mapping[str, str]) -> type[forms.Form]:
    """This function will make a form of safety facts, each with its plain question.

    `told` says, beside a question that is asked anew, what was answered last and when.
    """
    fields = {fact.name: _fact_field(fact) for fact in facts}
    for name, words in told.items():
        fields[name].help_text = words
    return type("FactsForm", (OpenForm,), dict(fields))


def criterion_form(facts: Iterable[CriterionFact]) -> type[forms.Form]:
    """This function will make a form of a criterion's facts; records are entered elsewhere."""
    usable = {f.name: _criterion_field(f) for f in facts if f.type != "records"}
    return type("CriterionForm", (OpenForm,), usable)


def last(view: ObservationView) -> str:
    """This function will say what was answered last, and when: beside a question, never in it."""
    return _("Last: {value}, {day}").format(value=seen(view.value), day=day(view.measured_at))


def initial(values: Mapping[str, Any]) -> dict[str, Any]:
    """This function will turn answers on record (None is asked and unknown) into first values."""
    return {name: _shown(value) for name, value in values.items()}


def changed(form: forms.Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """This function will return a valid form's answers that differ from those shown in it.

    An empty field says nothing; `unknown` says that it was asked and is not known.
    """
    told = {name: read(value) for name, value in form.cleaned_data.items() if _is_said(value)}
    return {
        name: value for name, value in told.items() if name not in values or values[name] != value
    }


def read(value: Any) -> Any:
    """This function will turn a field's value into a fact's."""
    if isinstance(value, str) and value in FLAGS:
        return FLAGS[value]
    if isinstance(value, list):
        return list(value)
    return value


def _is_said(value: Any) -> bool:
    return value not in (None, "", [])


def _shown(value: Any) -> Any:
    if value is None:
        return UNKNOWN
    return value if not isinstance(value, bool) else YES if value else NO


def _fact_field(fact: Fact) -> forms.Field:
    label = _(fact.question)
    if fact.kind is Kind.FLAG:
        return three(label)
    if fact.kind is Kind.CHOICE:
        return _choice(label, fact.options)
    return _number(label, fact.low, fact.high, whole=fact.kind is Kind.COUNT)


def _criterion_field(fact: CriterionFact) -> forms.Field:
    label = _(fact.means)
    if fact.type == "yes/no":
        return three(label)
    if fact.type == "word":
        return _choice(label, fact.values)
    if fact.type == "list":
        return forms.MultipleChoiceField(
            label=label, required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(v, _(v)) for v in fact.values],
        )  # fmt: skip
    high = 10_000.0 if fact.high is None else fact.high
    return _number(label, fact.low or 0, high, whole=fact.type == "whole number")


def three(label: str) -> forms.ChoiceField:
    """This function will make a field of yes, no and unknown."""
    widget = forms.RadioSelect(attrs={"class": "three"})
    return OpenChoice(label=label, choices=THREE, widget=widget)


def _choice(label: str, options: Iterable[str]) -> forms.Field:
    choices = [*((o, _(o)) for o in options), (UNKNOWN, _("Unknown"))]
    widget = forms.RadioSelect(attrs={"class": "three"})
    return OpenChoice(label=label, choices=choices, widget=widget)


def _number(label: str, low: float, high: float, *, whole: bool) -> forms.Field:
    if whole:
        return OpenWhole(label=label, min_value=int(low), max_value=int(high))
    return OpenNumber(label=label, min_value=low, max_value=high)

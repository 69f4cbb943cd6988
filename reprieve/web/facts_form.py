"""Forms made from the facts that rules and criteria read: yes, no and unknown are three answers.

Nothing is chosen in advance where nobody was asked; an answer on record is shown and kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.body_areas import label
from reprieve.clinical.criteria import Fact as CriterionFact
from reprieve.clinical.facts import Fact, Kind
from reprieve.records.queries.observations import ObservationView
from reprieve.web.presenters import seen
from reprieve.web.words import day

YES, NO, UNKNOWN = "yes", "no", "unknown"
NONE = "none"  # said aloud, since a list without a tick may be one that nobody asked about
SHOWN = "shown"  # what the page showed as it was opened, so that only what was pressed is written
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


class OpenList(MayStayOpen, forms.MultipleChoiceField):
    """Some words of a list, none of them, or open."""

    def clean(self, value: Any) -> list[str]:
        """None of them stands alone."""
        chosen: list[str] = super().clean(value)
        if NONE in chosen and len(chosen) > 1:
            raise forms.ValidationError(_("Choose some, or say that there is none: not both."))
        return chosen


class OpenForm(forms.Form):
    """A form whose questions may stay open."""

    use_required_attribute = False


def form_of(facts: Iterable[Fact], *, told: Mapping[str, str]) -> type[forms.Form]:
    """This function will make a form of safety facts, each with its plain question.

    `told` says, beside a question that is asked anew, what was answered last and when.
    """
    fields = {fact.name: _fact_field(fact) for fact in facts}
    return _form("FactsForm", fields, told)


def criterion_form(
    facts: Iterable[CriterionFact], *, told: Mapping[str, str]
) -> type[forms.Form]:
    """This function will make a form of a criterion's facts; records are entered elsewhere."""
    usable = {f.name: _criterion_field(f) for f in facts if f.type != "records"}
    return _form("CriterionForm", usable, told)


def _form(name: str, fields: dict[str, Any], told: Mapping[str, str]) -> type[forms.Form]:
    for field, words in told.items():
        fields[field].help_text = words
    return type(name, (OpenForm,), dict(fields))


def last(view: ObservationView) -> str:
    """This function will say what was answered last, and when."""
    return last_said(view.value, view.measured_at)


def last_said(value: Any, at: datetime) -> str:
    """This function will say a value and its day, as it stands beside a question."""
    return _("Last: {value}, {day}").format(value=_in_words(value), day=day(at))


def _word(value: str) -> str:
    """A word of a list; the areas of the body have names."""
    return _(label(value))


def _in_words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(_word(word) for word in value) or _("none")
    return _(value) if value and isinstance(value, str) else seen(value)


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


def as_shown(values: Mapping[str, Any]) -> str:
    """This function will write down what a page shows, for the page to send back."""
    return json.dumps(initial(values))


def was_shown(text: str) -> dict[str, Any] | None:
    """This function will read what a page showed when it was opened; None where it does not say.

    Somebody else may have answered since: what they wrote is not undone by a page opened before.
    """
    try:
        found = json.loads(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    return {name: read(value) for name, value in found.items()}


def read(value: Any) -> Any:
    """This function will turn a field's value into a fact's."""
    if isinstance(value, str) and value in FLAGS:
        return FLAGS[value]
    if isinstance(value, list):
        return [] if value == [NONE] else list(value)
    return value


def _is_said(value: Any) -> bool:
    return value not in (None, "", [])


def _shown(value: Any) -> Any:
    if value is None:
        return UNKNOWN
    if isinstance(value, list | tuple):
        return list(value) or [NONE]
    return value if not isinstance(value, bool) else YES if value else NO


def _fact_field(fact: Fact) -> forms.Field:
    question = _(fact.question)
    if fact.kind is Kind.FLAG:
        return three(question)
    if fact.kind is Kind.CHOICE:
        return _choice(question, fact.options)
    return _number(question, fact.low, fact.high, whole=fact.kind is Kind.COUNT)


def _criterion_field(fact: CriterionFact) -> forms.Field:
    question = _(fact.means)
    if fact.type == "yes/no":
        return three(question)
    if fact.type == "word":
        return _choice(question, fact.values)
    if fact.type == "list":
        return OpenList(
            label=question, widget=forms.CheckboxSelectMultiple,
            choices=[*((v, _word(v)) for v in fact.values), (NONE, _("None of these"))],
        )  # fmt: skip
    high = 10_000.0 if fact.high is None else fact.high
    return _number(question, fact.low or 0, high, whole=fact.type == "whole number")


def three(question: str) -> forms.ChoiceField:
    """This function will make a field of yes, no and unknown."""
    widget = forms.RadioSelect(attrs={"class": "three"})
    return OpenChoice(label=question, choices=THREE, widget=widget)


def _choice(question: str, options: Iterable[str]) -> forms.Field:
    choices = [*((o, _(o)) for o in options), (UNKNOWN, _("Unknown"))]
    widget = forms.RadioSelect(attrs={"class": "three"})
    return OpenChoice(label=question, choices=choices, widget=widget)


def _number(question: str, low: float, high: float, *, whole: bool) -> forms.Field:
    if whole:
        return OpenWhole(label=question, min_value=int(low), max_value=int(high))
    return OpenNumber(label=question, min_value=low, max_value=high)

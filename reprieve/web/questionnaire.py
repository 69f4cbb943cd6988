"""A form for any instrument, made from its data: for staff, kiosk and the patient's own phone.

One question below the other, with large targets; areas of the body are pressed on a picture.
`kept_answers` gives what was answered so far, for a draft; `answers` what a finished form holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.body_areas import areas_of
from reprieve.clinical.instruments import Instrument, Item, instrument
from reprieve.knowledge import BadValue
from reprieve.web import body_map
from reprieve.web.words import form_errors

MANY = 12  # a scale with more steps than this is typed, not pressed
PREFIX = "q-"  # item ids may look like numbers
VERSION = "version"  # of the questions as they stood when they were answered
NOWHERE = "nowhere"  # said aloud, since an empty picture may be a skipped one
WORDS = "words"
LONGEST_WORDS = 500


class QuestionnaireForm(forms.Form):
    """The questions of one instrument; `instrument` is set by `form_class`."""

    instrument: Instrument

    @property
    def questions(self) -> Iterator[Question]:
        """Each field with its item, as the template lays it out."""
        areas = areas_of(self.instrument.id)
        for item in self.instrument.items:
            if field_name(item) in self.fields and item.id not in areas:
                grave = item.id in self._grave
                yield Question(item=item, field=self[field_name(item)], is_grave=grave)
        for entry in self.instrument.entries:
            if entry in self.fields:
                yield Question(item=None, field=self[entry], is_grave=False)

    @property
    def areas(self) -> list[forms.BoundField]:
        """The areas of the body that it asks about, as boxes to tick; empty for other forms."""
        return [self[f"{PREFIX}{area}"] for area in areas_of(self.instrument.id)]

    @property
    def views(self) -> tuple[body_map.View, ...]:
        """The picture of those areas, from the front and the back."""
        return body_map.views_of(areas_of(self.instrument.id))

    @property
    def chosen(self) -> frozenset[str]:
        """The areas ticked as the page opens."""
        ticked = (field for field in self.areas if field.value() not in (None, "", 0, False))
        return frozenset(field.html_name.removeprefix(PREFIX) for field in ticked)

    @property
    def version(self) -> str:
        """The version that the answers shown were given to; of answers sent back, today's."""
        begun = "" if self.is_bound else self.initial.get(VERSION)
        return str(begun or self.instrument.version)

    def clean(self) -> dict[str, Any]:
        """An empty picture says that nothing hurts only where somebody says so.

        Answers to older questions are looked at once more: the same press may mean another thing.
        """
        given: dict[str, Any] = super().clean() or {}
        if self.data.get(VERSION, self.instrument.version) != self.instrument.version:
            self.add_error(None, _("The questions were changed since you began. Look at your "
                                   "answers once more, then send them again."))  # fmt: skip
        areas = areas_of(self.instrument.id)
        if areas and not given.get(NOWHERE) and not any(given.get(f"{PREFIX}{a}") for a in areas):
            self.add_error(NOWHERE, _("Press where it hurts, or say that nothing hurts."))
        return given

    @property
    def _grave(self) -> set[str]:
        """The items whose answer above zero asks for the crisis text at once."""
        flags = [f for f in self.instrument.flags if f.id.startswith("suicide-risk")]
        return {item for flag in flags for item in flag.items}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question on the page. `item` is None where a finished score is typed."""

    item: Item | None
    field: forms.BoundField
    is_grave: bool

    @property
    def is_scale(self) -> bool:
        """Whether it is answered by pressing a number from 0 to 10."""
        return self.item is not None and _is_zero_to_ten(self.item)

    @property
    def low(self) -> str:
        """What 0 means, in words."""
        return _(self.item.ends[0]) if self.item and self.item.ends else _("not at all")

    @property
    def high(self) -> str:
        """What 10 means, in words."""
        return _(self.item.ends[1]) if self.item and self.item.ends else _("as much as can be")

    @property
    def value(self) -> str:
        """What was answered, as text; empty when nothing was."""
        given = self.field.value()
        return "" if given is None else str(given)

    @property
    def follows(self) -> str:
        """Which answer makes it due, `field=value`, empty when it is always asked."""
        if self.item is None or not self.item.only_if:
            return ""
        name, value = next(iter(self.item.only_if.items()))
        return f"{PREFIX}{name}={value}"


def form_class(name: str) -> type[QuestionnaireForm]:
    """This function will make the form of an instrument as staff fill it in.

    Where the wording is not ours to ship, the score of the paper is typed. Raises BadValue for an
    unknown instrument.
    """
    form = instrument(name)
    if form.store == "score" and form.enter_total:
        return _made(form, _score_fields(form))
    return patient_form_class(name)


def patient_form_class(name: str) -> type[QuestionnaireForm]:
    """This function will make the form of an instrument as patients fill it in.

    Nobody at home adds up a score: they are asked each item, by labels of our own where the
    wording is not ours to ship. Raises BadValue for an unknown instrument.
    """
    form = instrument(name)
    areas = areas_of(name)
    fields: dict[str, Any] = {
        field_name(i): _area(i) if i.id in areas else _field(i) for i in form.items
    }
    if areas:
        fields[NOWHERE] = forms.BooleanField(label=_("Nothing hurts"), required=False)
    return _made(form, fields)


def _made(form: Instrument, fields: dict[str, Any]) -> type[QuestionnaireForm]:
    if form.words:
        fields[WORDS] = forms.CharField(
            label=_(form.words), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
        )
    return type("Form", (QuestionnaireForm,), {"instrument": form, **fields})


def field_name(item: Item) -> str:
    """This function will name the field of an item."""
    return f"{PREFIX}{item.id}"


def initial(answers: Mapping[str, Any]) -> dict[str, Any]:
    """This function will turn a draft's answers into a form's first values."""
    return {**answers, **{f"{PREFIX}{name}": value for name, value in answers.items()}}


def kept_answers(make: type[QuestionnaireForm], data: Mapping[str, Any]) -> dict[str, Any]:
    """This function will read what was answered so far; what cannot be an answer is left out.

    An area that is not ticked yet is not answered yet.
    """
    form = make(data)
    form.is_valid()
    areas = areas_of(make.instrument.id)
    return {k: v for k, v in _answers(form).items() if v or k not in areas}


def answers(form: QuestionnaireForm) -> dict[str, Any]:
    """This function will return a valid form's answers by item id, unanswered ones left out."""
    return _answers(form)


def words_of(data: Mapping[str, Any]) -> str:
    """This function will return the words beside the answers, as far as they may be kept."""
    return " ".join(str(data.get(WORDS, "")).split())[:LONGEST_WORDS]


def refused(form: QuestionnaireForm, error: BadValue) -> None:
    """This function will attach a refused answer to its question."""
    named = f"{PREFIX}{error.field}"
    form_errors(form, BadValue(named, error.reason) if named in form.fields else error)


def _answers(form: QuestionnaireForm) -> dict[str, Any]:
    apart = (NOWHERE, WORDS)
    given = {k: v for k, v in form.cleaned_data.items() if v not in (None, "") and k not in apart}
    return {name.removeprefix(PREFIX): _number(value) for name, value in given.items()}


def _number(value: Any) -> Any:
    if isinstance(value, str):
        return int(value)
    return int(value) if value == int(value) else float(value)


def _is_zero_to_ten(item: Item) -> bool:
    return item.kind == "scale" and (item.minimum, item.maximum) == (0, 10)


def _field(item: Item) -> forms.Field:
    label = _(item.label)
    due = not item.only_if and item.scored
    if item.options:
        choices = [(str(o.value), _(o.label)) for o in item.options]
        return _pressed(label, choices, required=due)
    if item.decimals == 0 and item.maximum - item.minimum <= MANY:
        steps = range(int(item.minimum), int(item.maximum) + 1)
        return _pressed(label, [(str(n), str(n)) for n in steps], required=due)
    return forms.DecimalField(
        label=label, required=due, min_value=item.minimum, max_value=item.maximum,
        decimal_places=item.decimals, help_text=_range(item.minimum, item.maximum),
    )  # fmt: skip


def _area(item: Item) -> forms.Field:
    return forms.BooleanField(label=_(item.label), required=False)


def _pressed(label: str, choices: list[tuple[str, str]], *, required: bool) -> forms.Field:
    return forms.ChoiceField(
        label=label, choices=choices, required=required, widget=forms.RadioSelect,
        error_messages={"required": _lazy("Please choose an answer.")},
    )  # fmt: skip


def _score_fields(form: Instrument) -> dict[str, forms.Field]:
    """Where the items are not held here, the score of the paper is typed."""
    found = {part.id: _score(_(part.label), part.minimum, part.maximum) for part in form.subscales}
    if form.rule == "none":
        return found
    total = _score(_("Total score"), form.minimum or 0, form.maximum or 0)
    return {"total": total, **{name: _optional(field) for name, field in found.items()}}


def _score(label: str, low: float, high: float) -> forms.Field:
    return forms.DecimalField(
        label=label, min_value=low, max_value=high, help_text=_range(low, high)
    )


def _optional(field: forms.Field) -> forms.Field:
    field.required = False
    return field


def _range(low: float, high: float) -> str:
    return _("{low} to {high}").format(low=f"{low:g}", high=f"{high:g}")

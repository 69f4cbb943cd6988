"""The form of numbers that stand together: one field each, then who approves them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from reprieve.web.approve import ApproveForm
from reprieve.web.number_view import Group


class NumbersForm(ApproveForm):
    """Each number of a group, with its default, its bounds and its source."""

    def __init__(self, *args: Any, group: Group, **more: Any) -> None:
        super().__init__(*args, **more)
        self.group = group
        for one in group.numbers:
            self.fields[one.key] = forms.DecimalField(
                label=one.label, help_text=one.help, initial=one.value, max_digits=12
            )

    def rows(self) -> list[tuple[BoundField, str]]:
        """Give each field with its unit."""
        return [(self[one.key], one.unit) for one in self.group.numbers]

    def exact(self) -> Mapping[str, Decimal]:
        """Give the numbers as they were typed."""
        return {one.key: self.cleaned_data[one.key] for one in self.group.numbers}

    def numbers(self) -> Mapping[str, float]:
        """Give the numbers as the rules read them."""
        return {name: float(value) for name, value in self.exact().items()}

    def defaults(self) -> Mapping[str, Any]:
        """Give the product's own numbers."""
        return {one.key: one.default for one in self.group.numbers}

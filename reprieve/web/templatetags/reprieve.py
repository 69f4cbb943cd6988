"""`{% load reprieve %}`: words, numbers, icons and act numbers in templates."""

from __future__ import annotations

import json
import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.middleware.csrf import get_token
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from reprieve.knowledge import Message
from reprieve.pathway.permissions import Actor, allowed
from reprieve.web import acts, words

register = template.Library()

ROLES = {
    "front_desk": _("Front desk"),
    "infusion_nurse": _("Infusion nurse"),
    "physician": _("Physician"),
    "medical_director": _("Medical director"),
    "manager": _("Manager"),
    "auditor": _("Auditor"),
}


@register.filter
def say(message: Message | str) -> str:
    """`{{ finding.says|say }}`: a message in the reader's language."""
    return words.say(message)


@register.filter
def moment(at: datetime | None) -> str:
    """`{{ at|moment }}`: "Tue 3 Mar, 14:05" in the clinic's zone."""
    return words.moment(at)


@register.filter
def day(on: date | None) -> str:
    """`{{ on|day }}`: "Tue 3 Mar 2026"."""
    return words.day(on)


@register.filter
def born(on: date | None) -> str:
    """`{{ birth_date|born }}`: "3 Mar 1976"."""
    return words.born(on)


@register.filter
def may(actor: Actor | None, permission: str) -> bool:
    """`{% if actor|may:"plan.sign" %}`: whether a link to what it opens is worth showing."""
    return actor is not None and allowed(actor, permission)


@register.filter
def clock_time(at: datetime | None) -> str:
    """`{{ at|clock_time }}`: "14:05"."""
    return words.clock_time(at)


@register.filter
def age_on(born: date | None, on: date) -> str:
    """`{{ born|age_on:today }}`: "46 years"."""
    return words.age(born, on=on)


@register.filter
def unit(value: Decimal | float | int | None, name: str = "") -> str:
    """`{{ dose|unit:"mg" }}`: number and unit that a line never splits; unknown when missing."""
    return words.quantity(value, name)


@register.filter
def role_word(role: str) -> Any:
    """`{{ role|role_word }}`: a role as people say it."""
    return ROLES.get(role, role)


@register.simple_tag
def act_id() -> SafeString:
    """`{% act_id %}` inside a form: a new number for this act, hidden."""
    return format_html('<input type="hidden" name="{}" value="{}">', acts.FIELD, uuid.uuid4())


@register.simple_tag(takes_context=True)
def htmx_headers(context: Context) -> str:
    """`hx-headers='{% htmx_headers %}'`: the token that lets htmx send forms."""
    return json.dumps({"X-CSRFToken": get_token(context["request"])})


@register.filter
def described(field: BoundField) -> BoundField | str:
    """`{{ field|described }}`: the widget, marked invalid and tied to its help and its error."""
    ids = []
    if field.help_text:
        ids.append(f"{field.auto_id}_help")
    if field.errors:
        ids.append(f"{field.auto_id}_error")
    attributes: dict[str, str | bool] = {"class": _style(field)}
    if ids:
        attributes["aria-describedby"] = " ".join(ids)
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes | _numeric(field))


@register.filter
def typed_unit(field: BoundField) -> str:
    """`{{ field|typed_unit }}`: the unit chosen beside a number that comes back, or nothing."""
    return str(field.form.data.get(f"{field.html_name}_unit", ""))


def _style(field: BoundField) -> str:
    kind = getattr(field.field.widget, "input_type", "")
    own = str(field.field.widget.attrs.get("class", ""))
    base = {"select": "form-select", "checkbox": "form-check-input", "radio": "choices"}
    # A list of boxes carries its class on the frame around them, which is no box.
    found = "choices" if field.use_fieldset else base.get(kind, "form-control")
    return f"{found} {own}".strip()


def _numeric(field: BoundField) -> dict[str, str | bool]:
    return {"inputmode": "decimal"} if field.widget_type == "number" else {}

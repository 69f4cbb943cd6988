"""`{% load expected %}`: the physician's toggle of the expected range on the infusion's screen."""

from __future__ import annotations

import uuid
from typing import Any

from django import template

from reprieve.pathway.permissions import allowed

register = template.Library()


@register.inclusion_tag("staff/expected/toggle.html", takes_context=True)
def expected_range(context: dict[str, Any], encounter: uuid.UUID) -> dict[str, Any]:
    """`{% expected_range encounter %}`: nothing at all for who may not ask a model."""
    return {
        "may": allowed(context["request"].actor, "infusion.expect"),
        "encounter": encounter,
    }

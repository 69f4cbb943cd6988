"""`{% load infusion %}`: milliseconds and signals of the infusion room."""

from __future__ import annotations

from django import template

from reprieve.web import infusion_words, words

register = template.Library()


@register.filter
def plain_ms(at_ms: int | None) -> str:
    """`data-until="{{ at_ms|plain_ms }}"`: digits alone, in every language."""
    return "" if at_ms is None else str(at_ms)


@register.filter
def ms_time(at_ms: int | None) -> str:
    """`{{ at_ms|ms_time }}`: "14:02:10" in the clinic's zone."""
    return infusion_words.second(at_ms)


@register.filter
def signal_word(name: str) -> str:
    """`{{ value.signal|signal_word }}`: a signal as people call it."""
    return infusion_words.signal(name)


@register.filter
def ms_moment(at_ms: int | None) -> str:
    """`{{ at_ms|ms_moment }}`: "Tue 3 Mar, 14:05" in the clinic's zone."""
    return "" if at_ms is None else words.moment(infusion_words.moment(at_ms))

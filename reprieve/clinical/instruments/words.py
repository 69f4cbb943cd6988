"""The English words of an instrument that a person reads: what a translation has to cover."""

from __future__ import annotations

from collections.abc import Iterator

from reprieve.clinical.instruments.model import Instrument


def words(form: Instrument) -> tuple[str, ...]:
    """List the texts of an instrument, each once, in the order they are read."""
    return tuple(dict.fromkeys(_words(form)))


def _words(form: Instrument) -> Iterator[str]:
    yield from (form.title, form.purpose, form.recall, form.missing_rule)
    for item in form.items:
        yield item.label
        yield from item.ends
        yield from (option.label for option in item.options)
    yield from (part.label for part in form.subscales)
    yield from (band.label for band in form.bands)
    yield from (flag.act for flag in form.flags)
    yield from filter(None, (form.words,))

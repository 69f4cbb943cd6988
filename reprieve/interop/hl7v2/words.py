"""The shared rules of reading an observation: units and words (see reading.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from reprieve import knowledge

_TOKEN = re.compile(r"[A-Z0-9]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,12}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})")
OTHER = "other"
_LONGEST = 300  # letters of a text that are looked at, so that memory stays bounded


@cache
def rules() -> Mapping[str, Any]:
    """Return the shared reading rules."""
    return knowledge.load("reprieve.interop.hl7v2", "reading").data


def tokens(text: str) -> frozenset[str]:
    """Return the words of a code's text: upper case letters and digits."""
    return _tokens(text[:_LONGEST])


def speaks_of(text: str, *, kind: str) -> bool:
    """Tell whether a text holds one of the words of a rule, for example `wave_words`."""
    return _speaks_of(text[:_LONGEST], kind)


def signals_in(text: str) -> frozenset[str]:
    """Return the signals that a code's text speaks of; `other` for what is none; may be empty."""
    return _spoken(text[:_LONGEST], "words")


def source_in(text: str) -> str | None:
    """Return `nibp` or `arterial` when the text names exactly one of them."""
    found = _spoken(text[:_LONGEST], "sources")
    return next(iter(found)) if len(found) == 1 else None


def number(text: str) -> Decimal | None:
    """Read a plain decimal number as HL7 writes it; None for anything else.

    Exponents, signs like `>`, comma decimals, several numbers and words are not numbers here.
    """
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def units_of(*names: str) -> set[str | None]:
    """Return the UCUM unit of each filled name; None stands for an unknown name.

    More than one member means that a unit's code and text disagree.
    """
    found = {_units().get(_plain(name)) for name in names if name}
    return found - {None} or found


@lru_cache(maxsize=4096)
def _tokens(text: str) -> frozenset[str]:
    return frozenset(_TOKEN.findall(text.upper()))


@lru_cache(maxsize=4096)
def _speaks_of(text: str, kind: str) -> bool:
    return not _rule_words(kind).isdisjoint(tokens(text) | {text.upper()})


@lru_cache(maxsize=4096)
def _spoken(text: str, table: str) -> frozenset[str]:
    seen = tokens(text)
    return frozenset(
        signal
        for signal, alternatives in rules()[table].items()
        if any(seen.issuperset(words.split()) for words in alternatives)
    )


@cache
def _rule_words(kind: str) -> frozenset[str]:
    return frozenset(rules()[kind])


@cache
def _units() -> Mapping[str, str]:
    table: Iterable[tuple[str, list[str]]] = rules()["units"].items()
    return {_plain(name): ucum for ucum, names in table for name in names}


def _plain(name: str) -> str:
    return name.replace(" ", "").casefold()

"""Every address of the product with a sample of its arguments, for tests that walk them all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver, reverse
from django.urls.resolvers import RegexPattern

from reprieve.web.access import Access, access_of

SAMPLES: dict[str, Any] = {
    "UUIDConverter": uuid.UUID(int=7),
    "IntConverter": 7,
    "StringConverter": "sample",
    "SlugConverter": "sample",
    "PathConverter": "sample",
}
KEYS = {"uidb36": "1", "key": "a1-b2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address: its name, a sample of it, and what its view states about access."""

    name: str
    path: str
    access: Access | None
    takes: Mapping[str, Any]

    def path_with(self, **rows: Any) -> str:
        """The address with real rows in the places that have their names."""
        known = {name: rows.get(name, sample) for name, sample in self.takes.items()}
        return reverse(self.name, kwargs=known)


def every() -> list[Address]:
    """This function will list each address of the product once."""
    return [_address(pattern, converters) for pattern, converters in _walk(get_resolver())]


Found = tuple[URLPattern, dict[str, Any]]


def _walk(resolver: Any, above: tuple[Any, ...] = ()) -> Iterator[Found]:
    for entry in resolver.url_patterns:
        chain = (*above, entry.pattern)
        if isinstance(entry, URLPattern):
            yield entry, {k: v for p in chain for k, v in p.converters.items()}
        else:
            yield from _walk(entry, chain)


def _address(pattern: URLPattern, converters: dict[str, Any]) -> Address:
    assert pattern.name, f"{pattern.pattern}: an address needs a name"
    if isinstance(pattern.pattern, RegexPattern):
        known = {name: KEYS[name] for name in pattern.pattern.regex.groupindex}
    else:
        known = {name: SAMPLES[type(c).__name__] for name, c in converters.items()}
    return Address(
        name=pattern.name,
        path=reverse(pattern.name, kwargs=known),
        access=access_of(pattern.callback),
        takes=known,
    )

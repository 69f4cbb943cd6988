"""What batches rest on, kept from one to the next for as long as nobody else has written.

Links, limits put aside, settings and alarm states are the same from batch to batch, nearly always.
SQLite says at no cost whether anything was written since the last one; then all is read anew. On
PostgreSQL, where several servers may share the database, nothing is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from reprieve.records import statements
from reprieve.records.folds import Stored

# Settings that were made for later begin to hold without anybody writing.
KEPT_MS = 1_000
SLACK_MS = 60_000
K = TypeVar("K")
V = TypeVar("V")
Setting = tuple[uuid.UUID, tuple[str, ...]]


@dataclass(slots=True)
class Standing:
    """What was read, by monitor, visit or clinic; a missing key was not read."""

    links: dict[uuid.UUID, list[Any]] = field(default_factory=dict)
    links_after_ms: int = 0
    settings: dict[Setting, Mapping[str, Any]] = field(default_factory=dict)
    aside: dict[uuid.UUID, list[Any]] = field(default_factory=dict)
    own_limits: dict[uuid.UUID, Any] = field(default_factory=dict)
    states: dict[uuid.UUID, Stored] = field(default_factory=dict)
    _place: tuple[Any, int, int] | None = None
    _since_ms: int = 0

    def begin(self, *, at_ms: int) -> None:
        """Forget everything that may have changed, at the beginning of a batch's transaction."""
        here = statements.place()
        if here is None or here != self._place or not 0 <= at_ms - self._since_ms < KEPT_MS:
            self.forget()
            self._since_ms = at_ms

    def end(self) -> None:
        """Keep what was read, at the end of a batch's transaction: it changed none of it."""
        self._place = statements.place()

    def forget(self) -> None:
        """Forget everything, as after a transaction that failed."""
        self._place = None
        for kept in (self.links, self.settings, self.aside, self.own_limits, self.states):
            kept.clear()

    def links_of(
        self,
        devices: Collection[uuid.UUID],
        *,
        after_ms: int,
        read: Callable[[list[uuid.UUID], int], Mapping[uuid.UUID, list[Any]]],
    ) -> dict[uuid.UUID, list[Any]]:
        """Return the links of monitors that were not over at a moment, or later."""
        if after_ms < self.links_after_ms or not self.links:
            self.links.clear()
            self.links_after_ms = after_ms - SLACK_MS
        missing = [d for d in devices if d not in self.links]
        found = read(missing, self.links_after_ms)
        self.links |= {device: found.get(device, []) for device in missing}
        return {device: self.links[device] for device in devices}


def filled(
    kept: dict[K, V], keys: Iterable[K], read: Callable[[list[K]], Mapping[K, V]], *, none: V
) -> dict[K, V]:
    """Return what is kept for each key, after reading what is missing."""
    wanted = list(keys)
    missing = [k for k in wanted if k not in kept]
    if missing:
        found = read(missing)
        kept |= {k: found.get(k, none) for k in missing}
    return {k: kept[k] for k in wanted}


_standing = Standing()


def begun(*, at_ms: int) -> Standing:
    """This function will return what is still known, at the beginning of a batch's transaction."""
    _standing.begin(at_ms=at_ms)
    return _standing


def forget() -> None:
    """This function will forget everything, after a batch that failed or another database."""
    _standing.forget()

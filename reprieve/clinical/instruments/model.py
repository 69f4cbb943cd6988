"""What an instrument is: items with their answers, and how answers become a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

OWN_SYSTEM = "urn:reprieve:instrument"  # our code system, where no LOINC code is confirmed
LOINC = "http://loinc.org"

Kind = Literal["choice", "yes-no", "scale", "number"]
Rule = Literal["sum", "mean", "none"]
Number = int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer that may be chosen: its value, its words, its own and its LOINC code."""

    value: int
    label: str
    code: str | None = None
    loinc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A table from a measured value to points; it holds when every answer in `when` is given.

    `steps` are (lowest value, points), ascending.
    """

    when: Mapping[str, int]
    steps: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question or observation. `only_if` names the answers that make it due.

    `ends` says in words what the lowest and the highest number mean; empty where nobody defined it.
    """

    id: str
    label: str
    kind: Kind
    minimum: float
    maximum: float
    decimals: int = 0
    options: tuple[Option, ...] = ()
    scored: bool = True
    reverse: bool = False
    unit: str = "{score}"
    loinc: str | None = None
    group: str | None = None
    only_if: Mapping[str, int]
    ends: tuple[str, ...] = ()
    points: tuple[Points, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscale:
    """A part score over some items; it needs `least_answered` of them."""

    id: str
    label: str
    items: tuple[str, ...]
    rule: Rule
    least_answered: int
    minimum: float
    maximum: float
    loinc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A named range. Of all bands that hold, the last in the file is the answer.

    `of` is "total", "t_score" or a subscale; `at_least` its lowest value; `any_yes` holds when one
    of these items is answered yes; `any_points` when one item alone has that many points.
    """

    label: str
    of: str = "total"
    at_least: float | None = None
    any_yes: tuple[str, ...] = ()
    any_points: int | None = None
    sex: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """An answer that demands an act by itself, whatever the total and however little else is in."""

    id: str
    items: tuple[str, ...]
    act: str
    at_least: float | None = None
    at_most: float | None = None
    points_at_least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The smallest change that matters to patients: in points, in percent, or as a range."""

    points: float | None = None
    points_to: float | None = None
    percent: float | None = None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One instrument as its file states it. `version` is the version every result stores.

    `store` is "items" where the wording may ship and "score" where only scores are entered.
    `unverified` names the parts a medical director still has to confirm. `least_answered` is the
    missing-data rule: with fewer scored items answered there is no total. `enter_total` lets a
    total be typed in without its items. `is_map`: its yes-or-no items are areas of the body,
    pressed on a picture. `words` asks for words beside the answers, never scored; empty for none.
    """

    id: str
    title: str
    purpose: str
    version: str
    recall: str
    moments: tuple[str, ...]
    store: Literal["items", "score"]
    licence: str
    notice: str | None
    source: str
    valid_from: date
    verified: bool
    unverified: tuple[str, ...]
    unit: str
    code_system: str
    code: str
    total_code: str | None
    rule: Rule
    minimum: float | None
    maximum: float | None
    least_answered: int
    missing_rule: str
    enter_total: bool
    change: Change | None
    items: tuple[Item, ...]
    subscales: tuple[Subscale, ...]
    bands: tuple[Band, ...]
    flags: tuple[Flag, ...]
    t_scores: Mapping[int, tuple[float, float]]
    is_map: bool
    words: str

    def item(self, item_id: str) -> Item | None:
        """Give the item of that id, or None."""
        return next((i for i in self.items if i.id == item_id), None)

    @property
    def scored(self) -> tuple[Item, ...]:
        """The items that count, in published order: the order of a bare list of answers."""
        return tuple(i for i in self.items if i.scored)

    @property
    def entries(self) -> tuple[str, ...]:
        """The names under which a finished score may be supplied."""
        return ("total", *(s.id for s in self.subscales))

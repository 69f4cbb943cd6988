"""Limits in layers: the shipped defaults, then clinic, regimen and patient, and who must agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from reprieve.knowledge import N_, BadValue, Message
from reprieve.monitoring.limits import Limit

Consent = Literal["free", "director", "refused"]
Layer = Literal["clinic", "regimen", "patient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One limit that a layer sets anew, and who must agree with it."""

    layer: Layer
    name: str
    limit: Limit
    shipped: Limit | None
    consent: Consent
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Layered:
    """The limits in force and every change that led to them, refused ones included."""

    limits: tuple[Limit, ...]
    changes: tuple[Change, ...]

    @property
    def needs_director(self) -> tuple[Change, ...]:
        """Return the changes that hold only with the medical director's reason and date."""
        return tuple(c for c in self.changes if c.consent == "director")

    @property
    def refused(self) -> tuple[Change, ...]:
        """Return the changes that were not taken over."""
        return tuple(c for c in self.changes if c.consent == "refused")


def layered(
    *,
    shipped: Iterable[Limit],
    clinic: Iterable[Limit] = (),
    regimen: Iterable[Limit] = (),
    patient: Iterable[Limit] = (),
) -> Layered:
    """Lay limits over each other. A limit replaces the one of its name; without one it is added.

    Each is compared with the shipped limit, whatever lies between. One beyond its loosest bound is
    not taken over: the limit below it stays in force. Raises BadValue for a name that is another
    signal's.
    """
    defaults = {limit.name: limit for limit in shipped}
    force = dict(defaults)
    changes: list[Change] = []
    layers: tuple[tuple[Layer, Iterable[Limit]], ...] = (
        ("clinic", clinic),
        ("regimen", regimen),
        ("patient", patient),
    )
    for layer, limits in layers:
        for limit in limits:
            change = _change(layer, limit, defaults.get(limit.name))
            changes.append(change)
            if change.consent != "refused":
                force[limit.name or limit.key] = change.limit
    return Layered(limits=_distinct(force.values()), changes=tuple(changes))


def consent(*, shipped: Limit, wanted: Limit) -> Consent:
    """Return who must agree: tighter is free, looser asks the director, past the bound no one."""
    if not is_looser(wanted, than=shipped):
        return "free"
    if shipped.loosest is not None and _laxity(wanted) > _laxity(_at_bound(shipped)):
        return "refused"
    return "director"


def is_looser(limit: Limit, *, than: Limit) -> bool:
    """Tell whether a limit would alarm later, more quietly or less often than another."""
    return (
        _laxity(limit) > _laxity(than)
        or limit.delay_s > than.delay_s
        or limit.confirm_s > than.confirm_s
        or _RANK[limit.priority] > _RANK[than.priority]
    )


_RANK = {"high": 0, "medium": 1, "low": 2}


def _laxity(limit: Limit) -> tuple[float, bool]:
    """Order thresholds of one side: the larger, the later it alarms; "at or" alarms first."""
    lax = limit.threshold if limit.is_upper else -limit.threshold
    return lax, "at_or" not in limit.compare


def _at_bound(shipped: Limit) -> Limit:
    assert shipped.loosest is not None
    # The bound itself may be written either way.
    compare = shipped.compare.replace("at_or_", "")
    return replace(shipped, threshold=shipped.loosest, compare=compare)  # type: ignore[arg-type]


def _change(layer: Layer, limit: Limit, shipped: Limit | None) -> Change:
    if shipped is None:
        added = N_("{limit}: added")
        return _made(layer, limit, None, "free", Message(id=added, params={"limit": limit.key}))
    _refuse_other_kind(limit, shipped)
    verdict = consent(shipped=shipped, wanted=limit)
    words = {
        "free": N_("{limit}: as tight as the shipped limit {shipped}, or tighter"),
        "director": N_("{limit}: looser than the shipped limit {shipped}"),
        "refused": N_("{limit}: beyond the loosest bound {loosest} of {shipped}"),
    }
    params = {"limit": limit.key, "shipped": shipped.key, "loosest": shipped.loosest}
    return _made(layer, limit, shipped, verdict, Message(id=words[verdict], params=params))


def _made(
    layer: Layer, limit: Limit, shipped: Limit | None, consent: Consent, message: Message
) -> Change:
    kept = limit if shipped is None else replace(limit, loosest=shipped.loosest)
    return Change(
        layer=layer,
        name=limit.name,
        limit=kept,
        shipped=shipped,
        consent=consent,
        message=message,
    )


def _refuse_other_kind(limit: Limit, shipped: Limit) -> None:
    same = (limit.signal, limit.is_upper, limit.is_relative) == (
        shipped.signal,
        shipped.is_upper,
        shipped.is_relative,
    )
    if not same:
        raise BadValue(limit.name, f"{limit.key} cannot replace {shipped.key}")


def _distinct(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Keep one limit of each key: two that say the same would be one alarm counted twice."""
    return tuple({limit.key: limit for limit in limits}.values())

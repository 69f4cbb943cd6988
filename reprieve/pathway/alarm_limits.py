"""The clinic's and a regimen's own alarm limits: set, looked at, and put back to the default.

A limit looser than the shipped one, or than the one below it, needs a reason. The name on its row
is that of who signed in and signed; nothing that was typed is taken for an approval.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.clinical.regimens import regimens
from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import own_limits
from reprieve.monitoring.limits import Limit
from reprieve.monitoring.own_limits import Wanted
from reprieve.pathway import alarm_policy, approval
from reprieve.pathway.approval import Approval, Changed
from reprieve.pathway.errors import NotFound
from reprieve.records.models import Practitioner
from reprieve.records.queries import settings

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where limits hold: in the whole clinic, or in one regimen's infusions."""

    regimen: str = ""

    @property
    def key(self) -> str:
        """The setting that holds them."""
        return alarm_policy.REGIMEN_LIMITS if self.regimen else alarm_policy.CLINIC_LIMITS

    def rows(self, value: Any) -> list[Mapping[str, Any]]:
        """Return the place's own rows out of its setting's value."""
        found = (value or {}).get(self.regimen, []) if self.regimen else value
        return list(found or [])

    def value(self, before: Any, rows: Rows) -> Any:
        """Return the setting's value with other rows for this place."""
        plain = [dict(row) for row in rows]
        return {**(before or {}), self.regimen: plain} if self.regimen else plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One change of a place's limits: what held before and after, by whom and why."""

    since: datetime
    by: str
    reason: str
    changes: tuple[tuple[Limit | None, Limit | None], ...]


def base(*, clinic: uuid.UUID, place: Place, at: datetime) -> tuple[Limit, ...]:
    """This function will return what holds where the place itself says nothing."""
    if not place.regimen:
        return alarm_policy.approved()
    own = settings.value(clinic=clinic, key=alarm_policy.CLINIC_LIMITS, at=at)
    return alarm_policy.approved(clinic=own or ())


def in_force(*, clinic: uuid.UUID, place: Place, at: datetime) -> tuple[Limit, ...]:
    """This function will return the limits of a place after its own are laid over the others."""
    return alarm_policy.approved(**own_rows(clinic=clinic, place=place, at=at))


def own_rows(*, clinic: uuid.UUID, place: Place, at: datetime) -> dict[str, Rows]:
    """This function will return the clinic's rows and, in a regimen, that regimen's."""
    chosen = settings.several(clinic=clinic, keys=alarm_policy.KEYS, at=at)
    theirs = place.rows(chosen.get(place.key)) if place.regimen else []
    return {"clinic": Place().rows(chosen.get(alarm_policy.CLINIC_LIMITS)), "regimen": theirs}


def set_limits(asked: Approval, *, place: Place, wanted: Mapping[str, Wanted]) -> None:
    """This function will keep thresholds and priorities, by the limits' names, from now on.

    What equals the limit below is no limit of the place's own. Raises BadValue naming the limit
    that cannot be, and "reason" where a looser one has none.
    """
    _known(place)
    below = base(clinic=asked.actor.clinic, place=place, at=asked.at)

    def make(now: Any, signer: Practitioner) -> Changed:
        rows = place.rows(now)
        if loosened(rows, below=below, wanted=wanted) and not asked.reason.strip():
            raise BadValue("reason", N_("is needed: a limit is looser than the default"))
        made = merged(rows, below=below, wanted=wanted, reason=asked.reason, signer=signer)
        return _changed(now, place, made)

    approval.keep(asked, key=place.key, make=make)


def to_default(asked: Approval, *, place: Place, names: Iterable[str] | None = None) -> None:
    """This function will take the place's own limits back, those of some names or all."""
    _known(place)
    gone = None if names is None else frozenset(names)

    def make(now: Any, signer: Practitioner) -> Changed:
        rows = place.rows(now)
        kept = [] if gone is None else [r for r in rows if r.get("name", "") not in gone]
        return _changed(now, place, kept)

    approval.keep(asked, key=place.key, make=make)


def history(*, clinic: uuid.UUID, place: Place, at: datetime) -> tuple[Held, ...]:
    """This function will list the changes of a place's limits, the newest first."""
    chosen = approval.history(clinic=clinic, key=place.key, at=at)
    return told((one.since, one.by, one.reason, place.rows(one.value)) for one in chosen)


def told(versions: Iterable[tuple[datetime, str, str, Rows]]) -> tuple[Held, ...]:
    """This function will tell the changes between versions (oldest first), the newest first."""
    found: list[Held] = []
    before: dict[str, Limit] = {}
    for since, by, reason, rows in versions:
        after = by_name(rows)
        names = sorted({n for n in {*before, *after} if before.get(n) != after.get(n)})
        changes = tuple((before.get(n), after.get(n)) for n in names)
        if changes:
            found.append(Held(since=since, by=by, reason=reason, changes=changes))
        before = after
    return tuple(reversed(found))


def loosened(
    rows: Rows, *, below: Iterable[Limit], wanted: Mapping[str, Wanted]
) -> tuple[Limit, ...]:
    """This function will return what is wanted anew and looser than before or than the default.

    Raises BadValue naming a limit that cannot be.
    """
    known = {limit.name: limit for limit in below}
    return tuple(
        limit
        for limit in own_limits.changed(known.values(), wanted)
        if _kept(limit, rows) is None and _is_looser(limit, known[limit.name])
    )


def merged(
    rows: Rows, *, below: Iterable[Limit], wanted: Mapping[str, Wanted], reason: str,
    signer: Practitioner,
) -> list[Mapping[str, Any]]:  # fmt: skip
    """This function will return a place's rows after a change; what stays keeps its approval."""
    known = {limit.name: limit for limit in below}
    signed = {"approved_by": str(signer.pk), "reason": reason.strip()}
    own: list[Mapping[str, Any]] = [r for r in rows if r.get("name", "") not in wanted]
    for limit in own_limits.changed(known.values(), wanted):
        loose = signed if _is_looser(limit, known[limit.name]) else {}
        own.append(_kept(limit, rows) or {**own_limits.row(limit), **loose})
    return own


def _is_looser(limit: Limit, below: Limit) -> bool:
    shipped = own_limits.default(limit.name)
    return own_limits.is_looser(limit, than=below) or own_limits.is_looser(limit, than=shipped)


def _kept(limit: Limit, rows: Rows) -> Mapping[str, Any] | None:
    """The row that says the same already. Only shipped limits know how loose they may become."""
    alike = (r for r in rows if r.get("name", "") == limit.name)
    return next((r for r in alike if alarm_policy.read([r])[0].key == limit.key), None)


def _changed(now: Any, place: Place, rows: Rows) -> Changed:
    before, after = by_name(place.rows(now)), by_name(rows)
    return Changed(
        value=place.value(now, rows),
        before={"regimen": place.regimen, **{n: one.key for n, one in before.items()}},
        after={"regimen": place.regimen, **{n: one.key for n, one in after.items()}},
    )


def by_name(rows: Rows) -> dict[str, Limit]:
    """This function will read a place's rows."""
    return {one.name or one.key: one for one in (alarm_policy.read(rows) if rows else ())}


def _known(place: Place) -> None:
    if place.regimen and place.regimen not in regimens():
        raise NotFound(N_("There is no such regimen."))

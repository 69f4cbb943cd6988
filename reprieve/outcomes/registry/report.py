"""The registry's figures: groups by condition, regimen and dose, small ones withheld."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reprieve.knowledge import N_, Message
from reprieve.outcomes.harm import Per100, events_per_100, infusions_with_event_per_100
from reprieve.outcomes.registry.run import Row, Sheets
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.survival import (
    Comparison,
    Curve,
    Span,
    kaplan_meier,
    log_rank,
    without_tail,
)

DIMENSIONS = ("condition", "regimen", "dose_band")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of those who could be judged, with exact bounds in percent.

    All None when fewer could be judged than the definition asks for.
    """

    met: int | None
    judged: int | None
    percent: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One line of the registry. `withheld` says why a group shows nothing; then all is None.

    `missing_percent` is the share of diary days without an answer; `opioid_before` and
    `opioid_now` are mean morphine equivalents a day of those known at both times.
    """

    key: str
    patients: int | None
    infusions: int | None
    responders: Share | None
    half: Share | None
    peg: Share | None
    much_improved: Share | None
    opioid_cut: Share | None
    opioid_before: float | None
    opioid_now: float | None
    relief: Curve | None
    against_rest: Comparison | None
    events: Per100 | None
    serious: Per100 | None
    affected: Per100 | None
    missing_percent: float | None
    withheld: Message | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures as seen on one day, with the definitions they follow."""

    at_day: int
    everybody: Group
    groups: Mapping[str, tuple[Group, ...]]
    versions: Mapping[str, str]


def report(sheets: Sheets, *, at_day: int, rules: Rules) -> Report:
    """Put the figures together. A patient counts once, by the first course."""
    return Report(
        at_day=at_day,
        everybody=_everybody(sheets, rules),
        groups={one: _groups(sheets, one, rules) for one in DIMENSIONS},
        versions=rules.versions,
    )


def _everybody(sheets: Sheets, rules: Rules) -> Group:
    if len(sheets.cases) < rules.group_min_patients:
        return _nothing("all", rules)
    return _group("all", sheets.cases, (), sheets.infusions, rules)


def _groups(sheets: Sheets, dimension: str, rules: Rules) -> tuple[Group, ...]:
    members = _split(sheets.cases, dimension)
    given = _split(sheets.infusions, dimension)
    hidden = withheld({key: len(rows) for key, rows in members.items()}, rules=rules)
    found = []
    for key in sorted({*members, *given}):
        if key not in members or key in hidden:
            found.append(_nothing(key, rules))
            continue
        others = [row for row in sheets.cases if str(row[dimension]) != key]
        found.append(_group(key, members[key], others, given.get(key, []), rules))
    return tuple(found)


def withheld(sizes: Mapping[str, int], *, rules: Rules) -> frozenset[str]:
    """Name the groups that must not be shown: small ones, and one that would give them away.

    What is left of the total after subtracting every shown group must itself be no small cell.
    """
    least = rules.group_min_patients
    hidden = {key for key, size in sizes.items() if size < least}
    if hidden and sum(sizes[key] for key in hidden) < least:
        shown = sorted((size, key) for key, size in sizes.items() if key not in hidden)
        hidden |= {key for _size, key in shown[:1]}
    return frozenset(hidden)


def _split(rows: Iterable[Row], dimension: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row[dimension]), []).append(row)
    return found


def _group(
    key: str, members: Sequence[Row], others: Sequence[Row], given: Sequence[Row], rules: Rules
) -> Group:
    infusions, events, serious, affected = (
        sum(row[name] for row in given) for name in ("infusions", "events", "serious", "affected")
    )
    before, now = _opioids(members, rules)
    spans = _spans(members)
    return Group(
        key=key, patients=len(members), infusions=infusions,
        **{name: _share(members, column, rules) for name, column in SHARES.items()},
        opioid_before=before, opioid_now=now,
        relief=without_tail(kaplan_meier(spans, rules=rules), rules=rules),
        against_rest=log_rank(spans, _spans(others), rules=rules) if others else None,
        events=events_per_100(events=events, infusions=infusions, rules=rules),
        serious=events_per_100(events=serious, infusions=infusions, rules=rules),
        affected=infusions_with_event_per_100(
            affected=affected, infusions=infusions, rules=rules
        ),
        missing_percent=_missing(members), withheld=None,
    )  # fmt: skip


SHARES = {
    "responders": "responder", "half": "half", "peg": "peg", "much_improved": "pgic",
    "opioid_cut": "opioid_cut",
}  # fmt: skip


def _share(members: Sequence[Row], column: str, rules: Rules) -> Share:
    judged = [row for row in members if row[column] != "unknown"]
    if len(judged) < rules.group_min_patients:
        return Share(met=None, judged=None, percent=None, low=None, high=None)
    met = sum(row[column] == "yes" for row in judged)
    found = infusions_with_event_per_100(affected=met, infusions=len(judged), rules=rules)
    return Share(
        met=met, judged=len(judged), percent=found.per_100, low=found.low, high=found.high
    )


def _opioids(members: Sequence[Row], rules: Rules) -> tuple[float | None, float | None]:
    known = [r for r in members if r["mme_before"] is not None and r["mme_now"] is not None]
    if len(known) < rules.group_min_patients:
        return None, None
    before, now = (sum(r[name] for r in known) for name in ("mme_before", "mme_now"))
    return before / len(known), now / len(known)


def _spans(members: Iterable[Row]) -> list[Span]:
    return [
        Span(days=row["relief_days"], relapsed=row["status"] == "relapsed")
        for row in members
        if row["relief_days"] is not None
    ]


def _missing(members: Sequence[Row]) -> float | None:
    expected = sum(row["expected_days"] for row in members)
    missing = sum(row["missing_days"] for row in members)
    return 100 * missing / expected if expected else None


def _nothing(key: str, rules: Rules) -> Group:
    says = Message(
        id=N_("Fewer than {least} patients: not shown."),
        params={"least": rules.group_min_patients},
    )
    empty = {
        name: None for name in Group.__dataclass_fields__ if name not in ("key", "withheld")
    }
    return Group(key=key, withheld=says, **empty)

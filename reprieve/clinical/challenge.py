"""Whether a reaction abated when the drug was stopped or lowered, and came back with the drug.

Regulators call it dechallenge and rechallenge. Only what the times on record show is told; what
they do not show is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

YES, NO, UNKNOWN, DOES_NOT_APPLY = "yes", "no", "unknown", "does not apply"
OVER = frozenset({"resolved", "resolved with sequelae"})
WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """One side effect in UTC ms. `ended_ms` None: no end is on record. `outcome` as charted."""

    onset_ms: int
    ended_ms: int | None
    outcome: str


def abated(reaction: Reaction, *, cuts_ms: Iterable[int]) -> str:
    """This function will tell whether a reaction abated after the drug was stopped or lowered.

    `cuts_ms` are the moments at which it was. Does not apply where nothing was stopped or lowered
    between onset and end; unknown while no end is on record.
    """
    cuts = [cut for cut in cuts_ms if cut >= reaction.onset_ms]
    if not cuts:
        return DOES_NOT_APPLY
    if reaction.outcome == WORSE:
        return NO
    if reaction.ended_ms is None or reaction.outcome not in OVER:
        return UNKNOWN
    return YES if min(cuts) <= reaction.ended_ms else DOES_NOT_APPLY


def again(reaction: Reaction, *, rises_ms: Iterable[int]) -> list[int]:
    """This function will list when the drug was given again or raised after a reaction ended."""
    if reaction.ended_ms is None:
        return []
    return sorted(rise for rise in rises_ms if rise >= reaction.ended_ms)


def reappeared(*, abated: str, again_ms: Iterable[int], onsets_ms: Iterable[int]) -> str:
    """This function will tell whether a reaction that had abated came back with the drug.

    `onsets_ms` are the onsets of the same reaction on record. One that nobody recorded is not
    taken to be absent: that stays unknown.
    """
    given = sorted(again_ms)
    if abated == UNKNOWN:
        return UNKNOWN
    if abated != YES or not given:
        return DOES_NOT_APPLY
    return YES if any(onset >= given[0] for onset in onsets_ms) else UNKNOWN

"""Whether what is seen now is no worse than what was seen before, on the way home.

A decision to let a patient go is about what the physician saw. Somebody who comes nearer to well
needs no new decision; anything else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Time passed, and scores in which more is better.
MORE_IS_BETTER = frozenset({
    "since_stop_min", "since_antidote_min", "since_sedative_min", "spo2_percent", "aldrete_score",
    "padss_score", "orientation_score",
})  # fmt: skip


def no_worse(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """This function will tell whether the same facts are seen, each as it was or nearer to well.

    A pressure or a sedation score counts as it was: it has no one better side.
    """
    if then.keys() != now.keys():
        return False
    return all(_as_good(name, then[name], now[name]) for name in now)


def _as_good(name: str, then: Any, now: Any) -> bool:
    return bool(now >= then if name in MORE_IS_BETTER else now == then)

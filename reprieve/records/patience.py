"""How long an answer of PostgreSQL is waited for before its connection is taken for lost.

A network that is cut in silence says nothing, and a proxy or firewall that forgot a connection
never will: whoever waits without a limit waits for ever, with a ward's monitors behind it. The
parts that people and monitors wait for give up soon and connect anew. Commands are patient: a
check of every row may take minutes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ANSWER_S = 4.0
# A kept connection that is asked whether it lives has to say so sooner: a new one costs little. And
# when one answer takes this long, the process's other connections are not trusted unasked.
DOUBT_S = 1.5
HURRIED = frozenset({"gateway", "jobs", "web"})
# A batch and a beat of the clock are over long before; a page may reckon for a while.
TRANSACTION_MS = {"gateway": 5_000, "jobs": 5_000}

_own = threading.local()


def seconds() -> float | None:
    """This function will return how long this thread waits for one answer; None: for ever."""
    if getattr(_own, "is_unhurried", False) or os.environ.get("REPRIEVE_PART", "") not in HURRIED:
        return None
    return getattr(_own, "limit_s", None) or ANSWER_S


def transaction_ms() -> int:
    """This function will return how long a transaction may last in this part; 0: without end."""
    if getattr(_own, "is_unhurried", False):
        return 0
    return TRANSACTION_MS.get(os.environ.get("REPRIEVE_PART", ""), 0)


@contextmanager
def in_doubt() -> Iterator[None]:
    """This function will let this thread wait a short while only, for a connection's first word."""
    _own.limit_s = DOUBT_S
    try:
        yield
    finally:
        _own.limit_s = None


@contextmanager
def unhurried() -> Iterator[None]:
    """This function will let this thread wait as long as it takes, as for an export."""
    before = getattr(_own, "is_unhurried", False)
    _own.is_unhurried = True
    try:
        yield
    finally:
        _own.is_unhurried = before

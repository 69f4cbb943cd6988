"""Several people who act at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from reprieve.knowledge import BadValue
from reprieve.pathway.errors import PathwayError

HANDS = 4


def together(act: Callable[[int], Any], *, hands: int = HANDS) -> list[Any]:
    """Let several people do an act at the same moment; what each got, a refusal included."""
    start = threading.Barrier(hands)
    answers: list[Any] = [None] * hands

    def hand(number: int) -> None:
        try:
            start.wait()
            answers[number] = act(number)
        except (PathwayError, BadValue) as refused:
            answers[number] = refused
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand, args=(n,)) for n in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers

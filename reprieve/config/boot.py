"""Start Django in a command's process: the shipped SQLite first, then the settings."""

import gc
import os
import time
from collections.abc import Callable
from typing import TypeVar

ASK_AGAIN_S = 0.25
Answer = TypeVar("Answer")


def start() -> None:
    """This function will make the database usable in this process."""
    from reprieve.config.sqlite_swap import swap

    swap()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reprieve.config.settings")
    import django

    django.setup()


def settle() -> None:
    """This function will leave what was imported alone: the collector of garbage walked through
    all of it again and again, for up to a fifth of the time of a page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


def until_answered(
    ask: Callable[[], Answer], *, wait: Callable[[float], object] = time.sleep
) -> Answer:
    """This function will ask the database until it answers.

    A part that ended instead would be started again, later and later. `wait` returns something
    true when the part is to end; then this raises SystemExit.
    """
    from django.db import OperationalError, connection

    while True:
        try:
            return ask()
        except OperationalError:
            connection.close()
        if wait(ASK_AGAIN_S):
            raise SystemExit(0)

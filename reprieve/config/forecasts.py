"""The night's forecasts, made in processes of their own: arithmetic must never hold up an alarm."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reprieve.pathway.forecast_keeping import Over

WITHIN_S = 3600
# More would take memory for little: a clinic's night is over in seconds, a group's in minutes.
MOST_HANDS = 2
# A process takes about two seconds to start, a forecast a twentieth: fewer are made by one.
WORTH_IT = 100
# So many patients go to a process at once.
AT_ONCE = 10
# Whoever charts, rings or opens a page goes first.
STEP_ASIDE = 10


def make_wanted() -> bool:
    """This function will have forecasts made where a clinic's day has begun without them."""
    from reprieve.pathway import forecast_keeping

    if not forecast_keeping.wanted():
        return False
    done = subprocess.run(  # our own module
        [sys.executable, "-m", "reprieve.config.forecasts"], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=WITHIN_S, check=False,
        env={**os.environ, "REPRIEVE_PART": "forecasts"},
    )  # fmt: skip
    if done.returncode != 0:
        import structlog

        structlog.get_logger("forecasts").error("forecasts failed", code=done.returncode)
    return done.returncode == 0


def main() -> None:
    """This function will make them and end."""
    _begin()
    os.nice(STEP_ASIDE)
    make()


def make() -> int:
    """This function will make what is wanted, by several processes where that is worth it.

    Returns how many were kept.
    """
    from reprieve.pathway import forecast_keeping

    with _hands(forecast_keeping.wanted()) as over:
        return forecast_keeping.make_every_clinic(over)


@contextmanager
def _hands(count: int) -> Iterator[Over]:
    hands = min(MOST_HANDS, os.cpu_count() or 1)
    if count < WORTH_IT or hands < 2:
        yield map
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(hands, get_context("spawn"), initializer=_begin) as pool:
        try:
            yield partial(pool.map, chunksize=AT_ONCE)
        except BaseException:  # nobody keeps the rest: it is tried again later
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _begin() -> None:
    from reprieve.config import boot
    from reprieve.config.supervise import die_with_parent

    die_with_parent()
    boot.start()


if __name__ == "__main__":
    main()

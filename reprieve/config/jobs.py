"""The process that keeps time: alarms that time drives, seals, messages due, tidying up."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reprieve.config.shift import Shift

BEAT_S = 0.25


@dataclass(slots=True)
class Chore:
    """Something done again and again while the lease is held."""

    name: str
    every_s: float
    do: Callable[[int], object]
    due: float = 0.0


def main() -> None:
    """This function will keep time until it is told to stop."""
    os.environ.setdefault("REPRIEVE_PART", "jobs")
    from reprieve.config import boot, upgrade

    boot.start()
    upgrade.wait()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    from reprieve.config.shift import Shift

    run(chores(boot.until_answered(Shift().begin, wait=stop.wait)), stop)


def chores(shift: Shift | None = None) -> list[Chore]:
    """This function will list what time has to do, most urgent first.

    `shift` is how far a demo's clock is from the machine's; the lease keeps the machine's.
    """
    from reprieve.config import backup_shelf, courier, forecasts, migrate, registry
    from reprieve.config import shift as shifts
    from reprieve.pathway import downtime, escalation, maintenance, ticker, work_review

    own = shift or shifts.Shift()
    mail = courier.of_the_outbox()
    relief = courier.Courier(maintenance.review_every_clinic)
    waits = courier.Courier(work_review.review_every_clinic)
    expected = courier.Courier(forecasts.make_wanted)
    learned = courier.Courier(registry.make_wanted)
    copies = courier.Courier(backup_shelf.make_if_due)
    morning = courier.Courier(downtime.ask_every_clinic)
    # After days without it there is much to remove, and nobody waits for that.
    broom = courier.Courier(lambda: ticker.tidy(at_ms=round(time.time() * 1000) + own.ms))
    return [
        Chore(name="alarms", every_s=BEAT_S, do=lambda at: ticker.tick_alarms(at_ms=at + own.ms)),
        Chore(
            name="orders", every_s=60.0, do=lambda at: ticker.watch_orders(at_ms=at + own.ms)
        ),
        Chore(name="risk", every_s=5.0, do=lambda _at: ticker.escalate_risk()),
        Chore(name="work", every_s=60.0, do=lambda _at: escalation.escalate_every_clinic()),
        Chore(name="seal", every_s=0.5, do=lambda _at: ticker.seal()),
        Chore(name="anchors", every_s=600.0, do=lambda _at: ticker.anchor()),
        Chore(name="checkpoint", every_s=1.0, do=lambda _at: checkpoint()),
        Chore(name="messages", every_s=5.0, do=lambda _at: mail.go()),
        Chore(name="relief", every_s=600.0, do=lambda _at: relief.go()),
        Chore(name="waits", every_s=600.0, do=lambda _at: waits.go()),
        Chore(name="forecasts", every_s=600.0, do=lambda _at: expected.go()),
        Chore(name="registry", every_s=30.0, do=lambda _at: learned.go()),
        Chore(name="morning", every_s=600.0, do=lambda _at: morning.go()),
        Chore(name="backup", every_s=60.0, do=lambda _at: copies.go()),
        Chore(name="sizes", every_s=3600.0, do=lambda _at: migrate.learn_sizes()),
        Chore(name="tidy", every_s=600.0, do=lambda _at: broom.go()),
    ]


def run(work: list[Chore], stop: threading.Event) -> None:
    """This function will hold the lease and do each chore when it is due."""
    from django.db import OperationalError

    from reprieve.pathway import ticker

    holder = f"{os.getpid()}-{secrets.token_hex(4)}"
    lease = Chore(name="lease", every_s=0, do=lambda at: ticker.hold(holder=holder, at_ms=at))
    while not stop.wait(BEAT_S):
        at_ms = round(time.time() * 1000)
        if not _done(lease, at_ms):
            continue
        for chore in work:
            if time.monotonic() >= chore.due:
                chore.due = time.monotonic() + chore.every_s
                _done(chore, at_ms)
    with contextlib.suppress(OperationalError):  # a database that is away: the lease ends by itself
        ticker.release(holder=holder)


def _done(chore: Chore, at_ms: int) -> object:
    """Do a chore. One that fails ends neither the clock nor the chores after it."""
    import structlog
    from django.db import close_old_connections

    try:
        return chore.do(at_ms)
    except Exception as error:
        structlog.get_logger("jobs").error(
            "chore failed", kind=chore.name, error=type(error).__name__
        )
        close_old_connections()
        return None


def checkpoint() -> None:
    """This function will move the write-ahead log into the file: this process alone does it."""
    from django.db import connections

    for connection in connections.all():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")


if __name__ == "__main__":
    main()

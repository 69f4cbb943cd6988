"""Sends messages beside the clock: a slow mail server must never hold up an alarm."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Courier:
    """One delivery at a time, in a thread of its own."""

    def __init__(self, deliver: Callable[[], object]) -> None:
        self._deliver = deliver
        self._thread: threading.Thread | None = None

    def go(self) -> None:
        """This function will begin a delivery unless one is still under way."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, daemon=True, name="courier")
            self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """This function will wait for the delivery under way and tell whether it ended."""
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        import structlog
        from django.db import connections

        from reprieve.records import patience

        try:
            with patience.unhurried():  # nobody waits for it
                self._deliver()
        except Exception as error:  # the next delivery tries again; the clock goes on
            structlog.get_logger("courier").error("delivery failed", error=type(error).__name__)
        finally:
            connections.close_all()


def of_the_outbox() -> Courier:
    """This function will return the courier that sends what is due in every clinic."""
    from reprieve.interop.messages.deliver import deliver_all

    return Courier(deliver_all)

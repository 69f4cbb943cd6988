"""How far a demo's clock is from the machine's. In a real clinic it is nothing, ever."""

from __future__ import annotations

import threading
import time
import uuid

LOOK_EVERY_S = 0.5


class Shift:
    """Milliseconds to add to the machine's clock; a demo's is looked up by a thread of its own.

    The thread keeps the database out of the gateway's event loop.
    """

    def __init__(self) -> None:
        self.ms = 0
        self._clinic: uuid.UUID | None = None

    def begin(self) -> Shift:
        """This function will look once, and go on looking where the clinic is a demo."""
        from reprieve.pathway import demo

        self._clinic = demo.clinic()
        if self._clinic is not None:
            self._look()
            threading.Thread(target=self._watch, daemon=True, name="demo-clock").start()
        return self

    def now_ms(self) -> int:
        """This function will return the clinic's time in UTC milliseconds."""
        return time.time_ns() // 1_000_000 + self.ms

    def _look(self) -> None:
        from reprieve.pathway import clock
        from reprieve.records.queries import settings

        assert self._clinic is not None
        offset_s = settings.value(
            clinic=self._clinic, key=clock.OFFSET, at=clock.real(), default=0
        )
        self.ms = round(offset_s * 1000)

    def _watch(self) -> None:
        from django.db import DatabaseError, close_old_connections

        while True:
            time.sleep(LOOK_EVERY_S)
            try:
                self._look()
            except DatabaseError:  # busy: the next look tries again
                close_old_connections()

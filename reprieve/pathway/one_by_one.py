"""A look at many patients in one go: what one patient's records do leaves nobody else out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from reprieve.knowledge import BadValue
from reprieve.pathway.errors import PathwayError


class OneByOne:
    """What went wrong with some, kept until all others had their turn.

    A refusal is an answer and is passed over. Anything else is a fault of ours: `tell` raises it.
    """

    def __init__(self) -> None:
        self._faults: list[Exception] = []

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Give one patient a turn."""
        try:
            yield
        except (BadValue, PathwayError):
            pass
        except (OperationalError, InterfaceError):
            raise  # the database is away: nobody has a turn
        except Exception as error:
            self._faults.append(error)

    def tell(self, job: str) -> None:
        """Raise what was kept, so that the job counts as failed and its faults are logged."""
        if self._faults:
            raise ExceptionGroup(f"{job}: {len(self._faults)} of the patients", self._faults)

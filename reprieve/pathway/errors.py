"""The few errors of the pathway. Medicine never raises for a patient's condition."""

from __future__ import annotations

from reprieve.knowledge import Message


class PathwayError(Exception):
    """An act that cannot be done; `message` says why in words still to be translated."""

    def __init__(self, message: Message | str) -> None:
        self.message = message if isinstance(message, Message) else Message(id=message)
        super().__init__(str(self.message))


class PermissionDenied(PathwayError):
    """This person may not do this."""


class NotNow(PathwayError):
    """The state does not allow it now."""


class NotFound(PathwayError):
    """No such row in this clinic."""


class Conflict(PathwayError):
    """Somebody else was first, or the same act's number was used for something else."""

"""Sessions in the database. One that finds no turn to be written is busy, not interrupted."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError

from reprieve.records import statements


class SessionStore(db.SessionStore):
    """Django's own takes every refusal of the database for a session that was ended meanwhile, and
    answers that the request could not be read, though the page has done its work.
    """

    def save(self, must_create: bool = False) -> None:
        """This function will write the session. Raises OperationalError when it finds no turn."""
        try:
            super().save(must_create)
        except UpdateError as error:
            cause = error.__context__
            if isinstance(cause, OperationalError) and statements.is_busy(cause):
                raise cause from error
            raise

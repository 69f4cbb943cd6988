"""One at a time in a clinic: acts that rest on what all its visits do at this moment."""

from __future__ import annotations

import uuid

from reprieve.records.models import Clinic


def take(clinic: uuid.UUID) -> None:
    """This function will make the caller's act wait for its turn, until its transaction ends.

    Of the acts that take a turn one is under way at a time, so that each sees what the one before
    it wrote. It is taken before any other row is locked: two acts never wait for one another. What
    takes no turn goes on meanwhile. Raises Clinic.DoesNotExist.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic)

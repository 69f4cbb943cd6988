"""The number a form's page makes for its act, so that the same press twice happens once."""

from __future__ import annotations

import uuid

from django.http import HttpRequest

from reprieve.knowledge import N_, BadValue

FIELD = "act"


def act_of(request: HttpRequest) -> uuid.UUID:
    """This function will read the act's UUID from a form made with `{% act_id %}`.

    Raises BadValue("act") when it is missing or not a UUID.
    """
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError as error:
        raise BadValue(FIELD, N_("the page is not complete: reload it and send again")) from error

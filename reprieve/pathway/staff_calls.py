"""How a member of staff is called when something waits: by mail, by text, or by both.

Such a message says "please sign in now" and nothing of a patient: a telephone lies on tables.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from reprieve.pathway import messages
from reprieve.records.identity import is_phone
from reprieve.records.queries.people import StaffMember

Wish = Literal["both", "mail", "text"]
TEMPLATE = "clinician_review"


def ways(person: StaffMember, *, wish: Wish = "both") -> list[tuple[str, str]]:
    """This function will choose the ways that reach somebody: each a channel and its address.

    A text needs a gateway and a number. Where the wish cannot be met, the other way is taken: a
    call goes out by some way if there is any.
    """
    mail = [("mail", person.email)] if person.email else []
    can_text = messages.has_gateway() and is_phone(person.phone)
    text = [("sms", person.phone)] if can_text else []
    wanted = {"both": [*text, *mail], "mail": mail, "text": text}[wish]
    return wanted or text or mail


def call(
    person: StaffMember | None, *, clinic: uuid.UUID, at: datetime, wish: Wish = "both",
    template: str = TEMPLATE, params: Mapping[str, Any] | None = None,
) -> int:
    """This function will keep a call in the outbox by each way, inside the caller's act.

    Returns by how many ways; none where nobody is there to be called.
    """
    found = ways(person, wish=wish) if person else []
    for channel, to in found:
        messages.enqueue(
            clinic=clinic, template=template, at=at, to=to, channel=channel, params=params
        )
    return len(found)

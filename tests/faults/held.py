"""What a clinic holds of a monitor's messages, for comparing with what was acknowledged."""

from __future__ import annotations

from reprieve.pathway import parked_minutes
from reprieve.records.models import ParkedMessage
from tests.world import World


def parked_times(world: World) -> list[int]:
    """This function will return the moments of all values that are parked, UTC ms."""
    rows = ParkedMessage.objects.filter(clinic_id=world.id)
    messages = [message for row in rows for message in parked_minutes.messages(row)]
    return sorted({v.at_ms for m in messages for v in m.readings if v.at_ms is not None})

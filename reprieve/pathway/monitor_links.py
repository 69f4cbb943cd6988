"""Links between monitors and visits: an interval each, begun and ended, never rewritten."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import N_
from reprieve.monitoring import events as ev
from reprieve.pathway import alarm_fold
from reprieve.pathway.clock import ms
from reprieve.records.models import Device, DeviceAssociation, InfusionState

ANOTHER_PATIENT = ("monitor", N_("names another patient"))


def begin(
    row: InfusionState, *, device: Device, patient_ids: list[str], at: datetime, by: uuid.UUID
) -> DeviceAssociation:
    """This function will link a monitor to a visit from now on, inside an act."""
    link = DeviceAssociation.objects.create(
        clinic_id=row.clinic_id, device=device, encounter_id=row.encounter_id,
        patient_ids=patient_ids, from_ms=ms(at), by_id=by,
    )  # fmt: skip
    _by_hand(row, False)
    _tell(row.clinic_id, row.encounter_id, ev.FeedLinked(at_ms=ms(at)), at)
    return link


def end(row: InfusionState, *, at: datetime) -> int:
    """This function will end a visit's open links now, inside an act; the count is returned."""
    links = list(_open(row.clinic_id).filter(encounter_id=row.encounter_id))
    for link in links:
        link.until_ms = max(ms(at), link.from_ms)
        link.save(update_fields=["until_ms"])
    if links:
        _by_hand(row, True)
        about, says = ANOTHER_PATIENT
        ended = ev.Ended(at_ms=ms(at), about=about, says=says)
        _tell(row.clinic_id, row.encounter_id, ev.FeedUnlinked(at_ms=ms(at)), at)
        _tell(row.clinic_id, row.encounter_id, ended, at)
    return len(links)


def _open(clinic: uuid.UUID):  # type: ignore[no-untyped-def]  # a queryset
    return DeviceAssociation.objects.filter(clinic_id=clinic, until_ms__isnull=True)


def _by_hand(row: InfusionState, by_hand: bool) -> None:
    row.by_hand = by_hand
    row.save(update_fields=["by_hand"])


def _tell(clinic: uuid.UUID, encounter: uuid.UUID, event: ev.Event, at: datetime) -> None:
    alarm_fold.fold(clinic=clinic, encounter=encounter, events=[event], recorded_ms=ms(at))
    alarm_fold.expect(clinic=clinic, encounter=encounter, at_ms=ms(at))

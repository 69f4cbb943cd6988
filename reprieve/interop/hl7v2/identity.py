"""Whom and where a message speaks of: numbers, bed, device. Reported, never matched here."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.interop.hl7v2.dialects import Dialect
from reprieve.interop.hl7v2.parse import Hl7, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """PV1-3: the bed's own label, and the whole location that tells wards apart."""

    bed: str | None
    location: str | None


def patient_ids(message: Hl7) -> tuple[str, ...]:
    """Return the numbers of PID-3, each once, as text with its leading zeros; never a name."""
    found = (
        pid.component(repetition, 1)
        for pid in message.every("PID")
        for repetition in pid.repetitions(3)
    )
    return tuple(dict.fromkeys(n for n in found if n))


def place(message: Hl7, *, dialect: Dialect | None) -> Place:
    """Return where the patient lies, from the first PV1 that says so."""
    for pv1 in message.every("PV1"):
        location = _location(pv1)
        if location:
            return Place(bed=_bed(pv1, dialect), location=location)
    return Place(bed=None, location=None)


def is_of_several(message: Hl7) -> bool:
    """Tell whether a message speaks of more than one patient or bed, so that none can be meant."""
    people = {frozenset(p.repetitions(3)) for p in message.every("PID")} - {frozenset()}
    beds = {_location(p) for p in message.every("PV1")} - {""}
    return len(people) > 1 or len(beds) > 1


def sender(message: Hl7) -> str:
    """Return who sent it, for people: application and facility."""
    return " ".join(p for p in (message.msh.text(3), message.msh.text(4)) if p)


def device(message: Hl7, *, dialect: Dialect | None) -> str | None:
    """Return the monitor's own number where its dialect says that one stands, or None."""
    for place in dialect.device if dialect else ("OBX-18", "MSH-3.2"):
        found = _equipment(message) if place == "OBX-18" else _header(message, place)
        if found:
            return found
    return None


def _header(message: Hl7, place: str) -> str:
    field, _, component = place.removeprefix("MSH-").partition(".")
    return message.msh.text(int(field), int(component or 1))


def _equipment(message: Hl7) -> str:
    """Return the number in OBX-18 when all rows name the same device."""
    found = {obx.text(18, 3) or obx.text(18) for obx in message.every("OBX")} - {""}
    return found.pop() if len(found) == 1 else ""


def _location(pv1: Segment) -> str:
    """Return PV1-3 as it stands, or nothing when it is only separators."""
    raw = pv1.first(3).strip()
    marks = pv1.delimiters.component + pv1.delimiters.subcomponent
    return raw if raw.strip(marks + " ") else ""


def _bed(pv1: Segment, dialect: Dialect | None) -> str | None:
    """Return the bed's label: PV1-3.3, else the room, else the point of care."""
    for component in (3, 2, 1):
        parts = pv1.subcomponents(3, component)
        second = dialect is not None and dialect.bed == "second" and len(parts) > 1
        label = (parts[1] if second else "") or next((p for p in parts if p), "")
        if label:
            return label
    return None

"""The calendar entry of a visit: one identity for life, a new version at each change (RFC 5545)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from reprieve.knowledge import BadValue
from reprieve.pathway.outbox import Due

METHODS = {
    "appointment_booked": "REQUEST",
    "appointment_moved": "REQUEST",
    "appointment_cancelled": "CANCEL",
}


def entry(due: Due, *, summary: str, organizer: str, zone: str, place: str = "") -> Calendar:
    """This function will return the calendar entry that a message carries.

    It names neither the patient nor what is done. Raises BadValue when the message is about no
    visit.
    """
    visit = due.appointment
    if visit is None or due.template not in METHODS:
        raise BadValue("appointment", "this message carries no calendar entry")
    calendar = Calendar()
    calendar.add("prodid", "-//Reprieve//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", METHODS[due.template])
    event = _event(due, summary, organizer, place)
    event.add("dtstart", _here(visit.starts_at, zone))
    event.add("dtend", _here(visit.ends_at, zone))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar


def _event(due: Due, summary: str, organizer: str, place: str) -> Event:
    assert due.appointment is not None
    event = Event()
    event.add("uid", f"{due.appointment.id}@reprieve")
    event.add("sequence", due.sequence)
    event.add("dtstamp", due.created_at)
    event.add("summary", summary)
    event.add("status", "CANCELLED" if METHODS[due.template] == "CANCEL" else "CONFIRMED")
    event.add("class", "PRIVATE")
    if place:
        event.add("location", vText(place))
    event.add("organizer", vCalAddress(f"MAILTO:{organizer}"))
    if due.to:
        event.add("attendee", vCalAddress(f"MAILTO:{due.to}"))
    return event


def _here(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))

"""The trail in words: which record a line is about, where it is seen, and what the act says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway.permissions import Actor, allowed
from reprieve.records.queries.audits import FAILED, Line
from reprieve.web.templatetags.reprieve import ROLES

Words = Mapping[str, str | Promise]

KINDS: Words = {
    "absence": _lazy("Absence"), "adverse_event": _lazy("Side effect"),
    "allergy": _lazy("Allergy"), "appointment": _lazy("Appointment"),
    "audit": _lazy("Audit trail"), "bag": _lazy("Bag"), "care_plan": _lazy("Plan"),
    "chair": _lazy("Chair"), "clinic": _lazy("Clinic"), "clock": _lazy("Clock of the demo"),
    "condition": _lazy("Condition"), "consent": _lazy("Consent"),
    "credential": _lazy("Credential"), "decision": _lazy("Decision"), "diary": _lazy("Diary day"),
    "discharge": _lazy("Discharge"), "discrepancy": _lazy("Drug discrepancy"),
    "double_check": _lazy("Double-check"), "emergency": _lazy("Emergency access"),
    "encounter": _lazy("Visit"), "episode": _lazy("Course of care"), "escort": _lazy("Escort"),
    "export": _lazy("Export"), "finding_override": _lazy("Overridden finding"),
    "forecast": _lazy("Forecast"), "import": _lazy("Import"),
    "infusion_event": _lazy("Infusion event"), "link": _lazy("Patient's link"),
    "medication_administration": _lazy("Given medicine"), "medication_request": _lazy("Order"),
    "medicine": _lazy("Medicine"), "observation": _lazy("Observation"),
    "outbox": _lazy("Message"), "override": _lazy("Overridden finding"),
    "parked_message": _lazy("Parked message"), "patient": _lazy("Patient"),
    "portion": _lazy("Drawn drug"), "practitioner": _lazy("Member of staff"),
    "questionnaire": _lazy("Questionnaire"), "referral": _lazy("Request"),
    "referrer": _lazy("Who referred"),
    "registry": _lazy("Registry report"), "setting": _lazy("Setting"),
    "signature": _lazy("Signature"), "stock_count": _lazy("Drug count"), "vial": _lazy("Vial"),
    "work_item": _lazy("Work item"),
}  # fmt: skip
# What an act may say of itself here. Results, grades and levels of a patient are left out: who
# audits needs to know that they were written, not what they say.
DETAIL: Words = {
    "about": _lazy("part"), "act": _lazy("step"), "active": _lazy("in use"),
    "agrees": _lazy("agrees"), "alarm": _lazy("alarm"), "before": _lazy("before"),
    "booster": _lazy("booster"), "by": _lazy("by"), "codes": _lazy("fields"),
    "complete": _lazy("complete"), "correction": _lazy("correction"), "count": _lazy("count"),
    "deviation": _lazy("deviation"),
    "dialect": _lazy("dialect"), "done": _lazy("done"), "duty": _lazy("duty"),
    "factor": _lazy("second factor"), "factor_proved": _lazy("second factor proved"),
    "form": _lazy("form"), "instrument": _lazy("form"), "justified": _lazy("justified"),
    "kept": _lazy("kept"), "key": _lazy("setting"), "keys": _lazy("settings"),
    "kind": _lazy("kind"), "left": _lazy("left"), "limit": _lazy("limit"),
    "meaning": _lazy("meaning"), "messages": _lazy("messages"), "moved": _lazy("moved"),
    "overrides": _lazy("overridden"), "prescriber": _lazy("prescriber"),
    "proposed": _lazy("proposed"), "regimen": _lazy("regimen"), "reported": _lazy("told later"),
    "retraction": _lazy("it did not happen"), "roles": _lazy("roles"), "rows": _lazy("rows"),
    "rule": _lazy("rule"),
    "second": _lazy("second person"), "set": _lazy("set"), "source": _lazy("source"),
    "taken_back": _lazy("taken back"), "test": _lazy("test"), "verbal": _lazy("by voice"),
    "version": _lazy("version"), "walk_in": _lazy("walk-in"), "wanted": _lazy("wanted"),
    "way": _lazy("way"),
}  # fmt: skip
FEW = 6  # names of fields that are read one by one; of more their number is told
OUTCOMES: Words = {"done": _lazy("done"), "failed": _lazy("failed")}
# Where a record is seen, by who may open that page.
PLACES = {
    "adverse_event": ("harm_event", "harm.open"),
    "chair": ("settings_chair", "clinic.settings"),
    "discrepancy": ("ledger_discrepancy", "ledger.open"),
    "parked_message": ("monitor_parked", "monitor.open"),
    "patient": ("patient", "patient.open"),
    "portion": ("ledger_portion", "ledger.open"),
    "practitioner": ("settings_member", "staff.change"),
    "vial": ("ledger_vial", "ledger.open"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line as the page shows it."""

    line: Line
    record: str
    link: str
    outcome: str
    detail: Sequence[str]


def rows(lines: Sequence[Line], *, actor: Actor) -> list[Row]:
    """This function will say lines of the trail in words, with links that `actor` may follow."""
    return [
        Row(
            line=one, record=record(one), link=place(one, actor=actor), outcome=outcome(one),
            detail=list(detail(one.detail)),
        )
        for one in lines
    ]  # fmt: skip


def record(line: Line) -> str:
    """This function will say which record a line is about: of staff by name, of others by key."""
    if not line.about:
        return ""
    kind = str(KINDS.get(line.about, line.about))
    return f"{kind} {line.name or short(line.subject)}".strip()


def short(key: str) -> str:
    """This function will shorten a key to what tells rows apart on a page."""
    return key.split("-", maxsplit=1)[0]


def place(line: Line, *, actor: Actor) -> str:
    """This function will return the address of a line's record, or nothing."""
    name, permission = PLACES.get(line.about, ("", ""))
    if not name or not allowed(actor, permission):
        return ""
    return reverse(name, args=[line.subject])


def outcome(line: Line) -> str:
    """This function will say whether what was tried came about."""
    return str(OUTCOMES["failed" if line.what == FAILED else "done"])


def detail(said: Mapping[str, Any]) -> Iterator[str]:
    """This function will say what an act says of itself: who had which roles, which settings."""
    for key, value in said.items():
        if key in DETAIL and value not in ("", None, []):
            yield f"{DETAIL[key]}: {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(map(_value, value)) if len(value) <= FEW else str(len(value))
    return str(ROLES.get(value, value)) if isinstance(value, str) else str(value)

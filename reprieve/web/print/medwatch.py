"""The field set of FDA Form 3500 (voluntary): as JSON and on paper, ready to be typed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from reportlab.platypus import Flowable, KeepTogether, Paragraph

from reprieve.records.queries.harm import HarmView
from reprieve.records.queries.patients import PatientView
from reprieve.web import ledger_words as lw
from reprieve.web.print.paper import BODY, HEAD, SMALL, TITLE, Heading, build

SERIOUS = {
    "death": "Death", "life_threatening": "Life-threatening",
    "hospital": "Hospitalization (initial or prolonged)",
    "disability": "Disability or permanent damage", "birth_defect": "Congenital anomaly",
    "important": "Other serious or important medical event",
}  # fmt: skip
SECTIONS = {
    "A_patient": "A. Patient", "B_event": "B. Adverse event", "C_product": "C. Suspect product",
    "E_device": "E. Device", "G_reporter": "G. Reporter",
}  # fmt: skip
# The agency's own words, or near to them, as they stand beside the boxes of the form.
LABELS = {
    "identifier": "Patient identifier", "sex": "Sex", "birth_year": "Year of birth",
    "weight_kg": "Weight (kg)", "type": "Type of report",
    "outcome_attributed": "Outcome attributed to adverse event", "onset": "Date and time of event",
    "ended": "Ended", "report_date": "Date of this report", "term": "Event", "grade": "Grade (1-5)",
    "description": "Describe event", "action": "Action taken", "outcome": "Outcome",
    "relatedness": "Relatedness to the drug", "expected": "Expected",
    "name": "Name", "route": "Route", "rate_mg_per_h_at_onset": "Rate at onset (mg/h)",
    "given_mg_at_onset": "Given by onset (mg)", "lots": "Lots",
    "indication": "Diagnosis or reason for use",
    "infusion_pump_malfunction": "Malfunction of the infusion pump", "facility": "Facility",
    "health_professional": "Health professional",
}  # fmt: skip
MOMENTS = frozenset({"onset", "ended"})
Fields = Mapping[str, Mapping[str, Any]]


def fields(
    event: HarmView, *, patient: PatientView, weight_kg: Any, clinic: str, reporter: str,
    reported: str,
) -> Fields:  # fmt: skip
    """This function will put the form's fields together; the patient stays a number.

    The agency's own words are kept in English in every language of the product.
    """
    identity = patient.identity
    return {
        "A_patient": {
            "identifier": str(patient.number), "sex": identity.sex,
            "birth_year": identity.birth_date.year if identity.birth_date else None,
            "weight_kg": weight_kg,
        },
        "B_event": {
            "type": "Adverse event", "outcome_attributed": [SERIOUS[c] for c in event.criteria],
            "onset": event.onset.isoformat(),
            "ended": event.ended.isoformat() if event.ended else None,
            "report_date": reported, "term": event.term, "grade": event.grade,
            "description": event.note, "action": event.action, "outcome": event.outcome,
            "relatedness": event.relatedness, "expected": event.expected,
        },
        "C_product": {
            "name": "Ketamine hydrochloride injection", "route": "Intravenous infusion",
            "rate_mg_per_h_at_onset": _mg(event.rate_ug_per_h),
            "given_mg_at_onset": _mg(event.given_ug), "lots": list(event.lots),
            "indication": "Chronic pain (off-label)",
        },
        "E_device": {"infusion_pump_malfunction": event.device_fault},
        "G_reporter": {"name": reporter, "facility": clinic, "health_professional": True},
    }  # fmt: skip


def _mg(value_ug: int | None) -> str | None:
    return None if value_ug is None else f"{lw.short(value_ug):f}"


def pdf(found: Fields, *, heading: Heading, size: str = "letter") -> bytes:
    """This function will print the field set, section by section."""
    title = _("MedWatch 3500 field set")
    return build(_parts(found, title), heading=heading, title=title, paper=size)


def _parts(found: Fields, title: str) -> Iterator[Flowable]:
    yield Paragraph(escape(title), TITLE)
    note = _("For voluntary reporting at www.fda.gov/medwatch. This is no report by itself.")
    yield Paragraph(escape(note), SMALL)
    for section, values in found.items():
        lines = [
            Paragraph(f"<b>{LABELS[name]}:</b> {escape(_text(_local(name, value)))}", BODY)
            for name, value in values.items()
        ]
        yield KeepTogether([Paragraph(escape(SECTIONS[section]), HEAD), *lines])


def _local(name: str, value: Any) -> Any:
    """A moment as the clinic's clock showed it; the file keeps it with its offset."""
    if name not in MOMENTS or not value:
        return value
    return formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y, H:i T")


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value in (None, "") else str(value)

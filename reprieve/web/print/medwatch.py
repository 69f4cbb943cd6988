"""The field set of FDA Form 3500 (voluntary): as JSON and on paper, ready to be typed in.

Everything comes from the record. What nobody recorded is null in the file and "not recorded" on
paper; nothing is filled in for the look of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, KeepTogether, Paragraph

from reprieve.clinical import controlled
from reprieve.records.queries.facts import age_years
from reprieve.records.queries.harm import HarmView
from reprieve.records.queries.harm_reports import Container, Given, ReportView
from reprieve.records.queries.patients import PatientView
from reprieve.records.queries.problems import AllergyView, ConditionView
from reprieve.web import ledger_words as lw
from reprieve.web.print.paper import BODY, HEAD, SMALL, TITLE, Heading, build

SERIOUS = {
    "death": "Death", "life_threatening": "Life-threatening",
    "hospital": "Hospitalization (initial or prolonged)",
    "disability": "Disability or permanent damage", "birth_defect": "Congenital anomaly",
    "important": "Other serious or important medical event",
}  # fmt: skip
# The file's keys stay as they are; the headings are those of the form now, in its order.
SECTIONS = {
    "A_patient": "A. Patient information",
    "B_event": "B. Adverse event, product problem",
    "C_availability": "C. Product availability",
    "C_product": "D. Suspect products",
    "E_device": "E. Suspect medical device",
    "F_concomitant": "F. Other (concomitant) medical products",
    "G_reporter": "G. Reporter",
}  # fmt: skip
# The agency's own words, or near to them, as they stand beside the boxes of the form.
LABELS = {
    "identifier": "Patient identifier", "sex": "Sex", "birth_year": "Year of birth",
    "age_years_at_onset": "Age at time of event (years)", "weight_kg": "Weight (kg)",
    "type": "Type of report",
    "outcome_attributed": "Outcome attributed to adverse event", "onset": "Date and time of event",
    "ended": "Ended", "report_date": "Date of this report", "term": "Event", "grade": "Grade (1-5)",
    "description": "Describe event", "action": "Action taken", "outcome": "Outcome",
    "relatedness": "Relatedness to the drug", "expected": "Expected",
    "treatment_given": "Drugs given from the onset on",
    "relevant_tests": "Relevant tests: vital signs near the onset",
    "conditions": "Other relevant history: problem list", "allergies": "Allergies",
    "available_for_evaluation": "Product available for evaluation",
    "name": "Name", "form": "Form", "strength": "Strength", "manufacturer": "Manufacturer",
    "ndc": "NDC number", "supplier": "Supplier", "lots": "Lots", "expires_on": "Expiration date",
    "route": "Route", "concentration_mg_per_ml": "Concentration in the bag (mg/mL)",
    "rate_mg_per_h_at_onset": "Rate at onset (mg/h)",
    "given_mg_at_onset": "Given by onset (mg)", "given_mg": "Given at this infusion (mg)",
    "started": "Start of this infusion", "stopped": "End of this infusion",
    "session": "Number of this infusion in its plan",
    "earlier_infusions": "Infusions before this one",
    "indication": "Diagnosis or reason for use",
    "event_abated": "Event abated after use stopped or dose reduced",
    "given_again": "Given again or raised",
    "event_reappeared": "Event reappeared after reintroduction",
    "infusion_pump_malfunction": "Malfunction of the infusion pump",
    "medicines": "Medicines taken, as known at the onset",
    "given_before": "Drugs given at this visit before the onset", "facility": "Facility",
    "health_professional": "Health professional",
}  # fmt: skip
LINE = ParagraphStyle("field", parent=BODY, fontSize=9.5, leading=12.5, spaceAfter=1)
MOMENTS = frozenset({"onset", "ended", "started", "stopped", "given_again", "at"})
# Asked about and empty says "none"; of every other list, empty says that nobody recorded it.
MAY_BE_NONE = frozenset({"treatment_given", "given_before", "medicines", "allergies",
                         "outcome_attributed", "given_again"})  # fmt: skip
NOT_RECORDED = "not recorded"
ROUTES = {"iv": "intravenous", "po": "oral", "inhaled": "inhaled"}
SIGNALS = {
    "sbp": "systolic blood pressure", "dbp": "diastolic blood pressure",
    "heart_rate": "heart rate", "spo2": "oxygen saturation",
    "respiratory_rate": "respiratory rate", "etco2": "end-tidal CO2",
    "temp_c": "temperature", "rass": "sedation (RASS)",
}  # fmt: skip
Fields = Mapping[str, Mapping[str, Any]]


def fields(
    about: ReportView, *, patient: PatientView, clinic: str, reporter: str, reported: str
) -> Fields:
    """This function will put the form's fields together; the patient stays a number.

    The agency's own words are kept in English in every language of the product.
    """
    event = about.event
    return {
        "A_patient": _patient(about, patient),
        "B_event": _event(event, reported) | {
            "treatment_given": [_given(one) for one in about.given if one.at >= event.onset],
            "relevant_tests": [
                {"test": SIGNALS[v.signal], "value": f"{v.value:g}", "unit": v.unit,
                 "at": v.at.isoformat()}
                for v in about.vitals
            ],
            "conditions": [_condition(one) for one in about.conditions],
            "allergies": _allergies(about.allergies),
        },
        "C_availability": {"available_for_evaluation": None},
        "C_product": _product(about),
        "E_device": {"infusion_pump_malfunction": event.device_fault},
        "F_concomitant": {
            "medicines": None if about.medicines is None else [
                {"name": one.name, "dose": one.dose or None} for one in about.medicines
            ],
            "given_before": [_given(one) for one in about.given if one.at < event.onset],
        },
        "G_reporter": {"name": reporter, "facility": clinic, "health_professional": True},
    }  # fmt: skip


def _patient(about: ReportView, patient: PatientView) -> dict[str, Any]:
    born = patient.identity.birth_date
    return {
        "identifier": str(patient.number), "sex": patient.identity.sex,
        "birth_year": born.year if born else None,
        "age_years_at_onset": age_years(born, timezone.localtime(about.event.onset).date()),
        "weight_kg": about.weight_kg,
    }  # fmt: skip


def _event(event: HarmView, reported: str) -> dict[str, Any]:
    """Nobody has said yet whether it was serious where nobody has judged it."""
    serious = [SERIOUS[c] for c in event.criteria]
    return {
        "type": "Adverse event",
        "outcome_attributed": serious if serious or event.relatedness else None,
        "onset": event.onset.isoformat(),
        "ended": event.ended.isoformat() if event.ended else None,
        "report_date": reported, "term": event.term, "grade": event.grade,
        "description": event.note, "action": event.action, "outcome": event.outcome,
        "relatedness": event.relatedness, "expected": event.expected,
    }  # fmt: skip


def _product(about: ReportView) -> dict[str, Any]:
    """Of the vials that gave something: lot and expiry, and what else their receipt says."""
    product, vials = about.product, about.product.vials
    return {
        "name": product.drug or None, "form": product.form or None,
        "strength": _once(_strength(vial) for vial in vials),
        "manufacturer": _known((vial.lot, vial.manufacturer) for vial in vials),
        "ndc": _known((vial.lot, vial.ndc) for vial in vials),
        "supplier": _once(vial.supplier for vial in vials if vial.supplier),
        "lots": _once(vial.lot for vial in vials),
        "expires_on": _once(f"{vial.lot}: {vial.expires_on.isoformat()}" for vial in vials),
        "route": ROUTES.get(product.route, product.route) or None,
        "concentration_mg_per_ml": (
            None if product.bag_mg_per_ml is None else f"{product.bag_mg_per_ml.normalize():f}"
        ),
        "rate_mg_per_h_at_onset": _mg(about.event.rate_ug_per_h),
        "given_mg_at_onset": _mg(about.event.given_ug), "given_mg": _mg(product.given_ug),
        "started": product.started_at.isoformat() if product.started_at else None,
        "stopped": product.ended_at.isoformat() if product.ended_at else None,
        "session": product.session_no, "earlier_infusions": product.earlier_infusions,
        "indication": _indication(about.conditions), "event_abated": about.abated,
        "given_again": [at.isoformat() for at in about.given_again],
        "event_reappeared": about.reappeared,
    }  # fmt: skip


def _strength(vial: Container) -> str:
    if vial.form == controlled.TABLET:
        return f"{lw.short(vial.strength_ug_per_ml)} mg tablet"
    return f"{lw.short(vial.strength_ug_per_ml)} mg/mL, {lw.short(vial.volume_ul)} mL"


def _once(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts))


def _known(of_lots: Iterable[tuple[str, str]]) -> list[str] | None:
    """Each once; a lot without one is named beside them, and None where no lot has one."""
    told = list(of_lots)
    if not any(text for _lot, text in told):
        return None
    unknown = {f"lot {lot}: {NOT_RECORDED}" for lot, text in told if not text}
    return [*_once(text for _lot, text in told if text), *sorted(unknown)]


def _given(one: Given) -> dict[str, Any]:
    return {
        "name": one.drug, "dose": one.dose or None, "route": ROUTES.get(one.route, one.route),
        "at": one.at.isoformat(),
    }  # fmt: skip


def _condition(one: ConditionView) -> str:
    return f"{one.label} ({one.code})" if one.code else one.label


def _indication(found: Sequence[ConditionView]) -> str | None:
    pain = [_condition(one) for one in found if one.is_pain_condition]
    return "; ".join(pain) or None


def _allergies(found: Sequence[AllergyView]) -> list[str] | None:
    """None while nobody has asked; empty when none is known."""
    if not found:
        return None
    return [
        f"{one.substance} ({one.reaction})" if one.reaction else one.substance
        for one in found
        if not one.none_known
    ]


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
        first, *rest = [
            Paragraph(f"<b>{LABELS[name]}:</b> {escape(_text(name, value))}", LINE)
            for name, value in values.items()
        ]
        yield KeepTogether([Paragraph(escape(SECTIONS[section]), HEAD), first])
        yield from rest


def _text(name: str, value: Any) -> str:
    """One value in words; a moment as the clinic's clock showed it, the file keeps its offset."""
    if isinstance(value, list):
        return "; ".join(_text(name, one) for one in value) or _nothing(name)
    if isinstance(value, dict):
        said = " ".join(_text(key, one) for key, one in value.items() if one and key != "at")
        return f"{said} ({_text('at', value['at'])})" if "at" in value else said
    if value in (None, ""):
        return NOT_RECORDED
    if name in MOMENTS:
        moment = timezone.localtime(datetime.fromisoformat(value))
        return formats.date_format(moment, "j M Y, H:i T")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _nothing(name: str) -> str:
    return "none" if name in MAY_BE_NONE else NOT_RECORDED

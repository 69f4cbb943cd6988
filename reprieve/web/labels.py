"""The clinic's words for states, sources and kinds, each in one place."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATES: dict[str, Promise] = {
    "requested": _("request received"),
    "consultation_booked": _("consultation booked"),
    "evaluating": _("being evaluated"),
    "deferred": _("decision deferred"),
    "accepted": _("accepted for treatment"),
    "consented": _("consent given"),
    "planned": _("plan signed"),
    "in_series": _("infusions booked or running"),
    "follow_up": _("follow-up"),
    "maintenance": _("maintenance"),
    "closed": _("closed"),
}
SOURCES: dict[str, Promise] = {
    "web": _("web page"),
    "call": _("telephone call"),
    "email": _("e-mail"),
    "referral": _("referral letter"),
    "walk_in": _("walk-in"),
}
VISITS: dict[str, Promise] = {
    "consultation": _("Consultation"),
    "infusion": _("Infusion"),
    "follow_up": _("Follow-up visit"),
}
STATUSES: dict[str, tuple[str, Promise]] = {
    "booked": ("now", _("booked")),
    "late": ("warn", _("late")),
    "arrived": ("ok", _("arrived")),
    "no_show": ("stop", _("did not come")),
    "cancelled": ("off", _("cancelled")),
    "done": ("ok", _("done")),
}
VISIT_ACTS: dict[str, Promise] = {
    "booked": _("booked"),
    "moved": _("moved"),
    "late": _("late"),
    "arrived": _("arrived"),
    "no_show": _("did not come"),
    "restored": _("taken back: expected after all"),
    "cancelled": _("cancelled"),
    "done": _("done"),
}
CLOSINGS: dict[str, Promise] = {
    "declined_by_patient": _("The patient does not want the treatment"),
    "moved_away": _("Moved away: nobody writes any more"),
    "died": _("Died: nobody writes or calls any more"),
    "lost_to_follow_up": _("Lost to follow-up"),
    "other": _("Something else"),
}
WORK: dict[str, Promise] = {
    "referral": _("Answer a request"),
    "clinician_review": _("Clinician review needed"),
    "call_24h": _("Call 24 hours after the infusion"),
    "name_caller": _("Say who makes the call after 24 hours: its day was closed"),
    "cosign": _("Co-sign a verbal order"),
    "deviation": _("Review a deviation from the order"),
    "adverse_event": _("Review a serious side effect"),
    "harm_stop": _("Side effects stop the infusions: decide whether to go on"),
    "left_early": _("Review: left before discharge"),
    "evaluation_review": _("Look again at a deferred decision"),
    "follow_up_visit": _("Book and hold the follow-up visit"),
    "booster_proposal": _("Relief fades: review for a booster"),
    "fall": _("A fall was reported: call"),
    "fall_review": _("Review a fall"),
    "message_failed": _("A message could not be sent: call"),
    "alarm": _("Unanswered alarm"),
    "test_ecg": _("Ordered: electrocardiogram"),
    "test_liver": _("Ordered: liver tests"),
    "test_pregnancy": _("Ordered: pregnancy test"),
    "test_urine_drugs": _("Ordered: urine drug screen"),
    "test_urinalysis": _("Ordered: urine test"),
    "test_prescriptions": _("Ordered: prescription-monitoring check"),
    "emergency_review": _("Look at an emergency access"),
    "ledger_discrepancy": _("Controlled drugs: look into a difference"),
    "loss_notice": _("Controlled drugs: written notice of a loss"),
    "loss_form": _("Controlled drugs: full report of a loss"),
    "drug_undrawn": _("Controlled drugs: given, but not drawn from the ledger"),
    "downtime_pack": _("Print the downtime pack"),
    "book_infusion": _("Book the infusions that have no place"),
    "book_consultation": _("Book the consultation again"),
    "book_follow_up": _("Book the follow-up visit again"),
    "closed_day": _("Booked on a day that was closed since: move or cancel the visit"),
    "not_come": _("Nobody noted that they came: call, book again, or say what became of it"),
    "next_visit": _("Nothing is booked: call and arrange the next step"),
    "decision_wanted": _("Decide after the evaluation"),
    "plan_wanted": _("Make the plan"),
    "forecast_review": _("Review proposed by the forecast"),
    "booster_wanted": _("Plan the booster decided at the visit"),
    "answers_overdue": _("Answers are overdue: call"),
    "link_unanswered": _("A form that was sent is not answered: call"),
    "due_liver": _("Due before the next infusion: liver tests"),
    "due_bladder": _("Due before the next infusion: bladder questions"),
    "due_bladder_score": _("Due before the next infusion: bladder score"),
    "due_memory": _("Due before the next infusion: memory question"),
    "screen_phq_9": _("Look at a screen: depression (PHQ-9)"),
    "screen_gad_7": _("Look at a screen: severe anxiety (GAD-7)"),
    "screen_audit_c": _("Look at a screen: alcohol (AUDIT-C)"),
    "screen_dast_10": _("Look at a screen: drugs (DAST-10)"),
    "screen_ort_oud": _("Look at a screen: opioid risk (ORT-OUD)"),
    "screen_stop_bang": _("Look at a screen: sleep apnoea (STOP-Bang)"),
    "screen_bladder": _("Look at a screen: trouble of the bladder"),
    "second_wanted": _("Stand beside a decision at the start gate"),
}


def word(table: dict[str, Promise], key: str) -> str:
    """This function will return a key's word, or the key itself in plain letters."""
    found = table.get(key)
    return str(found) if found is not None else key.replace("_", " ")


LEAVING: dict[str, Promise] = {
    "home": _("home, with the escort"),
    "against_advice": _("left against advice"),
    "hospital": _("to a hospital"),
}
MEANINGS: dict[str, Promise] = {
    "care": _("gave the care"),
    "record": _("reviewed and closed the record"),
    "discharge": _("let the patient leave"),
    "plan": _("ordered the plan"),
    "order": _("ordered this session"),
    "cosignature": _("signed the order given by voice"),
}

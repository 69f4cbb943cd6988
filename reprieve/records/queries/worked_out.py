"""Which facts the product works out itself, and from what: nobody types over them.

What is gathered passes through `of_source`, which refuses a fact that this table does not name. So
a fact that comes to be worked out stands here from its first day, and the gate and the history,
which ask nothing that stands here, cannot forget it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reprieve.records.queries import gate_vitals, liver

BY_SOURCE: Mapping[str, frozenset[str]] = {
    "person": frozenset({"age_years", "sex"}),
    "consent": frozenset({"consent_valid"}),
    "measured": frozenset({
        *gate_vitals.FACT_OF.values(), "remeasured_n", "weight_last_kg", "audit_c_score",
        "dast10_score", "ort_oud_score", "stop_bang_score",
    }),
    "medicines": frozenset({"medicines", "opioid_mme_per_day"}),
    "risk": frozenset({
        "suicide_alert_open", "cssrs_risk", "suicide_risk_cleared", "phq9_item_9",
        "mood_scales_current",
    }),
    "exposure": frozenset({
        "courses_last_365_d", "ketamine_mg_last_365_d", "days_without_bladder_score",
    }),
    "harm": frozenset({"same_severe_harm_n", "serious_harm_undecided"}),
    "vital signs": frozenset({
        *gate_vitals.FACT_OF.values(), "remeasured_n", "baseline_sbp_mmhg", "baseline_dbp_mmhg",
    }),
    "plan": frozenset({"session_kind", "session_no", "dose_weight_chosen"}),
    "order": frozenset({"order_signed", "order_form"}),
    "bag": frozenset({
        "recipe_strength_mg_per_ml", "double_check_passed", "bag_drawn_from_ledger",
    }),
    "place": frozenset({"monitoring_mode", "monitor_linked", "escort_named"}),
    "people": frozenset({"patients_per_nurse"}),
}  # fmt: skip
# Put together from what somebody said and what is on record, so that neither is lost: what is on
# record is not taken back by an answer.
JOINED: Mapping[str, frozenset[str]] = {
    "allergies": frozenset({"ketamine_allergy"}),
    "medicines": frozenset({"glp1_medicine"}),
    "pregnancy": frozenset({"pregnancy_test", "pregnancy_test_age_days"}),
    "exposure": frozenset({
        "multiday_course_before", "days_since_multiday_course", *liver.COUNTED,
    }),
    "staff": frozenset({"staff_credentials_valid", "starter_credentials_valid"}),
}  # fmt: skip
NAMES: frozenset[str] = frozenset().union(*BY_SOURCE.values())


def of_source(source: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """This function will return what a source found. Raises LookupError for a fact not its own."""
    own = BY_SOURCE.get(source, frozenset()) | JOINED.get(source, frozenset())
    strange = found.keys() - own
    if strange:
        raise LookupError(f"{min(strange)} is not named in worked_out.py under {source!r}")
    return dict(found)

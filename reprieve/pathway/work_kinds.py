"""The kinds of work that belong together: a next step, and whom somebody has to call."""

from __future__ import annotations

# They end with the care: nobody plans, books or asks any more.
NEXT_STEPS = (
    "referral", "evaluation_review", "decision_wanted", "plan_wanted", "booster_wanted",
    "booster_proposal", "next_visit", "follow_up_visit", "answers_overdue", "link_unanswered",
    "due_liver", "due_bladder", "due_bladder_score", "due_memory", "closed_day", "forecast_review",
)  # fmt: skip
# They end when there is nobody left to call.
TO_CALL = ("call_24h", "name_caller", "fall", "message_failed", "not_come")

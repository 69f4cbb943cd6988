"""Mean blood pressure far from the session's baseline: nobody is started in this zone."""

from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.clinical.safety.shared import BASELINE_DBP, BASELINE_SBP, DBP, SBP
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a mean pressure that moved too far from its baseline."""
    now = _three_means(case, "sbp_mmhg", "dbp_mmhg")
    base = _three_means(case, "baseline_sbp_mmhg", "baseline_dbp_mmhg")
    if now is None or base is None:
        return None
    return bool(abs(now - base) * 100 >= base * case.limit("change_percent"))


def _three_means(case: Case, sbp: str, dbp: str) -> float | None:
    """Return three times the mean pressure, so that whole readings stay whole numbers."""
    high, low = case.fact(sbp), case.fact(dbp)
    return None if high is None or low is None else float(high + 2 * low)


RULE = Rule(
    steps=START,
    facts=(SBP, DBP, BASELINE_SBP, BASELINE_DBP),
    says=Message(id=N_("Mean blood pressure is far from this session's baseline.")),
    because=Message(id=N_("A change of this size would stop a running infusion.")),
    judge=judge,
)

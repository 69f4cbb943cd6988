"""The score of the alcohol questions."""

from reprieve.clinical.facts import count
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule
from reprieve.clinical.safety.shared import SEX
from reprieve.knowledge import N_, Message

SAFER = N_(
    "The alcohol score is raised by the limit for women, the lower one: "
    "the sex on file does not say which limit holds."
)


def judge(case: Case) -> Answer:
    """This function will find a score at the limit of the patient's sex, or the lower limit."""
    score, sex = case.fact("audit_c_score"), case.optional(SEX.name)
    if score is None:
        return None
    if score < case.limit("score_men" if sex == "male" else "score"):
        return False
    return True if sex in ("female", "male") else _by_the_lower(case)


def _by_the_lower(case: Case) -> Message:
    case.want(SEX.name)
    return Message(id=SAFER)


RULE = Rule(
    steps=BEFORE,
    facts=(count("audit_c_score", N_("AUDIT-C score?"), high=12, unit="{score}"), SEX),
    says=Message(id=N_("The alcohol score is raised.")),
    because=Message(id=N_("Alcohol adds to sedation and to liver harm.")),
    judge=judge,
)

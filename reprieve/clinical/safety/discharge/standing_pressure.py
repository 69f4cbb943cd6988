"""Blood pressure standing, after a drug that lowers it."""

from reprieve.clinical.facts import flag, number
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule, either
from reprieve.clinical.safety.shared import SBP
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a low or falling pressure on standing; other patients are clear."""
    given = case.fact("pressure_lowering_drug_given")
    if not given:
        return None if given is None else False
    low = case.below("standing_sbp_mmhg", "sbp_below_mmhg")
    lying, standing = case.fact("sbp_mmhg"), case.fact("standing_sbp_mmhg")
    known = lying is not None and standing is not None
    return either((low, lying - standing >= case.limit("fall_mmhg") if known else None))


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        flag(
            "pressure_lowering_drug_given",
            N_("Was clonidine, labetalol, hydralazine or midazolam given today?"),
        ),
        number(
            "standing_sbp_mmhg",
            N_("Systolic blood pressure on standing?"),
            unit="mm[Hg]",
            low=40,
            high=300,
        ),
        SBP,
    ),
    says=Message(id=N_("Blood pressure falls on standing.")),
    because=Message(id=N_("The patient may faint on the way home.")),
    judge=judge,
)

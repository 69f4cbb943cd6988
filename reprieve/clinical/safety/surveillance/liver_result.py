"""A liver test past its limit stops treatment; a missing one is a warning, not a stop."""

from reprieve.clinical.facts import Fact, flag, number
from reprieve.clinical.safety.rule import BEFORE, Answer, Case, Rule, either
from reprieve.knowledge import N_, Message

RESULTS = (
    "alt_times_uln",
    "ast_times_uln",
    "alp_times_uln",
    "ggt_times_uln",
    "bilirubin_times_uln",
)


def judge(case: Case) -> Answer:
    """This function will find a result past its limit, or rash or fever with any rise."""
    alone = [
        case.reaches("alt_times_uln", "alt_times_uln"),
        case.reaches("bilirubin_times_uln", "bilirubin_times_uln"),
    ]
    return either((*alone, _risen(case, "alp"), _risen(case, "ggt"), _reaction(case)))


def _risen(case: Case, test: str) -> bool | None:
    """Compare with the limit and with the patient's own baseline, where one is known."""
    past = case.reaches(f"{test}_times_uln", f"{test}_times_uln")
    baseline = case.optional(f"baseline_{test}_times_uln")
    if not past or baseline is None:
        return past
    return bool(case.fact(f"{test}_times_uln") > baseline)


def _reaction(case: Case) -> bool | None:
    ill = case.fact("rash_or_fever")
    if not ill:
        return None if ill is None else False
    return either(None if case.fact(r) is None else case.fact(r) > 1 for r in RESULTS)


def _result(name: str, question: str) -> Fact:
    return number(name, question, unit="{ULN}", low=0, high=500)


RULE = Rule(
    steps=BEFORE,
    facts=(
        _result("alt_times_uln", N_("Last ALT, as a multiple of its upper limit of normal?")),
        _result("ast_times_uln", N_("Last AST, as a multiple of its upper limit of normal?")),
        _result("alp_times_uln", N_("Last ALP, as a multiple of its upper limit of normal?")),
        _result("ggt_times_uln", N_("Last GGT, as a multiple of its upper limit of normal?")),
        _result("bilirubin_times_uln", N_("Last bilirubin, as a multiple of its upper limit?")),
        _result("baseline_alp_times_uln", N_("ALP before the first infusion, as a multiple?")),
        _result("baseline_ggt_times_uln", N_("GGT before the first infusion, as a multiple?")),
        flag("rash_or_fever", N_("Is there a rash or a fever?")),
    ),
    says=Message(id=N_("A liver test is past its limit: stop, and test again every week.")),
    because=Message(id=N_("Repeated ketamine can harm the liver and the bile ducts.")),
    judge=judge,
)

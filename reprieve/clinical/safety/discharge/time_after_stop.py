"""The shortest time of watching after the pump stopped, and after drugs given since."""

from reprieve.clinical.facts import flag, number
from reprieve.clinical.safety.rule import DISCHARGE, Answer, Case, Rule, either
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a patient who has not been watched long enough."""
    return either((_since_stop(case), _since_antidote(case), _since_sedative(case)))


def _since_stop(case: Case) -> bool | None:
    """With an unknown drug, only a time past the longer limit is enough."""
    longer = either((case.fact("esketamine_given"), case.fact("benzodiazepine_given")))
    short = case.below("since_stop_min", "usual_min")
    long = case.below("since_stop_min", "longer_min")
    if longer is not None:
        return long if longer else short
    if short is not False:
        return short
    return None if long else False


def _since_antidote(case: Case) -> bool | None:
    given = case.fact("antidote_given")
    if not given:
        return None if given is None else False
    return case.below("since_antidote_min", "longer_min")


def _since_sedative(case: Case) -> bool:
    """A sedating drug acts from its own moment, however long the pump has been off."""
    minutes = case.optional("since_sedative_min")
    return minutes is not None and bool(minutes < case.limit("sedative_min"))


RULE = Rule(
    steps=DISCHARGE,
    facts=(
        number(
            "since_stop_min",
            N_("Minutes since the infusion stopped?"),
            unit="min",
            low=0,
            high=1440,
        ),
        flag("esketamine_given", N_("Was esketamine given today?")),
        flag("benzodiazepine_given", N_("Was midazolam or another benzodiazepine given today?")),
        flag("antidote_given", N_("Was naloxone or flumazenil given today?")),
        number(
            "since_antidote_min",
            N_("Minutes since the last naloxone or flumazenil?"),
            unit="min",
            low=0,
            high=1440,
        ),
        number(
            "since_sedative_min",
            N_("Minutes since the last drug that sedates (such as midazolam), if one was given?"),
            unit="min",
            low=0,
            high=1440,
        ),
    ),
    says=Message(id=N_("The time of watching is not over.")),
    because=Message(
        id=N_(
            "Sedation can come back when an antidote or the excitement wears off, and a sedating "
            "drug acts from its last dose."
        )
    ),
    judge=judge,
)

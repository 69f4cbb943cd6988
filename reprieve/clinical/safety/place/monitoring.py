"""A monitor is linked to this patient or, by hand, a pulse oximeter is on and can be heard."""

from reprieve.clinical.facts import choice, flag
from reprieve.clinical.safety.rule import START, Answer, Case, Rule, either, negate
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a chair that nothing watches."""
    mode = case.fact("monitoring_mode")
    if mode is None:
        return None
    if mode == "feed":
        return negate(case.fact("monitor_linked"))
    heard = case.fact("pulse_oximeter_alarm_heard")
    return either((negate(case.fact("pulse_oximeter_on")), negate(heard)))


RULE = Rule(
    steps=START,
    facts=(
        choice(
            "monitoring_mode",
            N_("Do vital signs come from a monitor's feed or by hand?"),
            options=("feed", "by hand"),
        ),
        flag("monitor_linked", N_("With a feed: is the monitor linked to this patient?")),
        flag("pulse_oximeter_on", N_("By hand: is a pulse oximeter on the patient?")),
        flag(
            "pulse_oximeter_alarm_heard",
            N_("By hand: was the alarm of the pulse oximeter heard?"),
        ),
    ),
    says=Message(id=N_("Nothing watches the patient yet.")),
    because=Message(id=N_("A fall of oxygen must be seen and heard within seconds.")),
    judge=judge,
)

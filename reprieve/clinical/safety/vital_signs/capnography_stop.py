"""No breath on the capnograph: nobody is started."""

from reprieve.clinical.facts import choice
from reprieve.clinical.safety.rule import START, Answer, Case, Rule
from reprieve.knowledge import N_, Message


def judge(case: Case) -> Answer:
    """This function will find a capnograph in use that shows no waveform."""
    waveform = case.fact("etco2_waveform")
    return None if waveform is None else bool(waveform == "absent")


RULE = Rule(
    steps=START,
    facts=(
        choice(
            "etco2_waveform",
            N_("What does the capnograph show, if one is used?"),
            options=("not used", "present", "absent"),
        ),
    ),
    says=Message(id=N_("The capnograph shows no breathing.")),
    because=Message(id=N_("The patient does not breathe or the line is off: find out which.")),
    judge=judge,
)

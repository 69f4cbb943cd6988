"""The intravenous line is not checked."""

from reprieve.clinical.facts import flag
from reprieve.clinical.safety.rule import START, found_unless
from reprieve.knowledge import N_

RULE = found_unless(
    flag(
        "iv_site_checked",
        N_("Does the intravenous line run freely, with a site free of pain and swelling?"),
    ),
    steps=START,
    says=N_("The intravenous line is not checked."),
    because=N_("A line beside the vein gives an unknown dose."),
)

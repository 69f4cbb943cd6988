"""Facts that several rules read. Plausible limits of vital signs are those of the chart."""

from collections.abc import Callable

from reprieve.clinical.facts import choice, count, flag, listing, number
from reprieve.clinical.safety.rule import Case, negate
from reprieve.knowledge import N_

AGE = number("age_years", N_("How old is the patient today?"), unit="a", low=0, high=120)
LIVER_DISEASE = choice(
    "liver_disease",
    N_("Is there a liver disease, and how severe is it?"),
    options=("none", "mild", "moderate", "severe"),
)
MEDICINES = listing(
    "medicines",
    N_("Which medicines does the patient take (generic names or RxNorm ingredient codes)?"),
)
CHECKED_BY_HAND = listing(
    "medicines_checked_by_hand",
    N_("Which of the medicines in no list were looked up by hand, and have no interaction here?"),
)
SEX = choice(
    "sex",
    N_("Which sex is on file, for limits that differ by it?"),
    options=("female", "male", "other"),
)

SBP = number("sbp_mmhg", N_("Systolic blood pressure now?"), unit="mm[Hg]", low=40, high=300)
DBP = number("dbp_mmhg", N_("Diastolic blood pressure now?"), unit="mm[Hg]", low=15, high=200)
BASELINE_SBP = number(
    "baseline_sbp_mmhg",
    N_("Systolic blood pressure at baseline (mean of two sets before the start)?"),
    unit="mm[Hg]",
    low=40,
    high=300,
)
BASELINE_DBP = number(
    "baseline_dbp_mmhg",
    N_("Diastolic blood pressure at baseline (mean of two sets before the start)?"),
    unit="mm[Hg]",
    low=15,
    high=200,
)
HEART_RATE = number("heart_rate_per_min", N_("Heart rate now?"), unit="/min", low=20, high=300)
RESPIRATORY_RATE = number(
    "respiratory_rate_per_min", N_("Breaths in a minute now?"), unit="/min", low=1, high=80
)
SPO2 = number("spo2_percent", N_("Oxygen saturation now?"), unit="%", low=40, high=100)
BASELINE_SPO2 = number(
    "baseline_spo2_percent",
    N_("Oxygen saturation that is usual for this patient, if one is documented?"),
    unit="%",
    low=40,
    high=100,
)
REMEASURED = count(
    "remeasured_n",
    N_("How often was what is out of range measured again, counted from the first such reading?"),
    high=20,
)
RASS = count("rass", N_("Sedation now (RASS)?"), low=-5, high=4, unit="{score}")

BLADDER_SYMPTOMS = flag(
    "bladder_symptoms",
    N_(
        "Is there frequent, urgent or painful passing of urine, blood in it, or pain "
        "above the pubic bone?"
    ),
)
COULD_BECOME_PREGNANT = flag("could_become_pregnant", N_("Could the patient become pregnant?"))
PREGNANCY_TEST = choice(
    "pregnancy_test",
    N_("What did the last pregnancy test show?"),
    options=("negative", "positive", "refused", "not done"),
)
SESSION_NO = count("session_no", N_("Which infusion of the series is this?"), low=1, high=500)
SESSION_KIND = choice(
    "session_kind",
    N_("Does this infusion stand alone, belong to a series, or is it a booster?"),
    options=("single", "series", "booster"),
)
BASELINE_MOBILITY = choice(
    "baseline_mobility",
    N_("How does the patient usually get about?"),
    options=("walks alone", "walks with an aid", "wheelchair"),
)
BASELINE_LIMBS = count(
    "baseline_limbs_n", N_("How many limbs can the patient usually move?"), high=4
)
BASELINE_ORIENTATION = count(
    "baseline_orientation_score",
    N_("Orientation before treatment (name, place, date, situation)?"),
    high=4,
    unit="{score}",
)
AT_BASELINE_FUNCTION = flag(
    "function_at_baseline",
    N_("Is the patient at the function documented before treatment (such as a paralysed limb)?"),
)
ESCORT_NAME_KNOWN = flag("escort_named", N_("Is an adult escort named, with a telephone number?"))
SUICIDE_RISK = choice(
    "cssrs_risk",
    N_("Which suicide risk did the C-SSRS screener show?"),
    options=("none", "low", "moderate", "high"),
)
SUICIDE_RISK_CLEARED = flag(
    "suicide_risk_cleared",
    N_("Has a clinician spoken with the patient and cleared the risk?"),
)
ORDER_FORM = choice(
    "order_form", N_("Which form of the drug is ordered?"), options=("racemic", "esketamine")
)
VIAL_FORM = choice(
    "vial_form", N_("Which form of the drug is in the vial?"), options=("racemic", "esketamine")
)


def low_beyond_usual(
    case: Case, *, total: str, item: str, usual: Callable[[Case], int | None]
) -> bool | None:
    """This function will find a low total, unless only the usual function keeps it low.

    `item` is the one question of the score that asks for function; at what was recorded as `usual`
    before the start it counts as full. Breathing, pressure, saturation and all else stay as scored.
    """
    low = case.below(total, "score")
    if not low:
        return low
    at_usual = case.fact("function_at_baseline")
    if not at_usual:
        return negate(at_usual)
    expected, now = usual(case), case.fact(item)
    if expected is None or now is None:
        return None
    counts = case.limit("item_full") if now >= expected else now
    return bool(case.fact(total) - now + counts < case.limit("score"))


def needs_repeat(case: Case, beyond: bool | None) -> bool | None:
    """This function will note, beside a reading out of range, whether it was measured again."""
    if beyond and (case.optional("remeasured_n") or 0) < case.limit("repeats_n"):
        case.want("remeasured_n")
    return beyond

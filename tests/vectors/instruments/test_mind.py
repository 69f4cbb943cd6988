"""Mood, suicide risk and misuse: worked answers and rules published by others (exact).

`AWELL` is awell-health/awell-score (commits 061f89d and 70bece9): its PHQ-2 and DAST-10.
`TOOLKIT` is rhavekost/clinical-toolkit's table of the PHQ-9, as the questionnaire's own manual has
it, and the GAD-7's at phqscreeners.com. `TRIAGE` is the Columbia screener's risk by question, as
the assessment library of Blueprint (article 5208202) and danielxmed/nobra_calculator (commit
24e3c7a, after Bjureberg 2022) give it. `CHEATLE` J Pain 2019;20:842-851 (PMC6768552): each of the
Opioid Risk Tool's ten items (as printed in Can Fam Physician, table 1) is worth one point, without
preadolescent sexual abuse.
"""

import itertools

import pytest

from reprieve.clinical.instruments import instrument, score


@pytest.mark.parametrize(("first", "second"), list(itertools.product(range(4), repeat=2)))
def test_phq_2(first: int, second: int) -> None:
    """AWELL: the sum of both, 0 to 6; 3 or greater is a positive screen."""
    result = score(instrument="phq-2", answers=[first, second])
    expected = "positive" if first + second >= 3 else "negative"
    assert (result.total, result.band) == (first + second, expected)


@pytest.mark.parametrize(
    ("name", "items", "starts"),
    [
        (
            "phq-9",
            9,
            {0: "minimal", 5: "mild", 10: "moderate", 15: "moderately severe", 20: "severe"},
        ),
        ("gad-7", 7, {0: "minimal", 5: "mild", 10: "moderate", 15: "severe"}),
    ],
)
def test_severity(name: str, items: int, starts: dict[int, str]) -> None:
    """TOOLKIT: every total has the severity of the last start at or below it."""
    for total in range(3 * items + 1):
        answers = [min(3, max(0, total - 3 * n)) for n in range(items)]
        result = score(instrument=name, answers=answers)
        severity = starts[max(start for start in starts if start <= total)]
        assert (result.total, result.band) == (total, severity)


# The degree of problems that AWELL prints beside each total
DEGREES = {
    0: "none",
    1: "low",
    2: "low",
    3: "moderate",
    4: "moderate",
    5: "moderate",
    6: "substantial",
    7: "substantial",
    8: "substantial",
    9: "severe",
    10: "severe",
}


@pytest.mark.parametrize(("total", "degree"), DEGREES.items())
def test_dast_10(total: int, degree: str) -> None:
    """AWELL: yes counts one, except question 3, where no does."""
    answers = [int(n < total) for n in range(10)]
    answers[2] = 1 - answers[2]
    result = score(instrument="dast-10", answers=answers)
    assert (result.total, result.band) == (total, degree)


# TRIAGE: the highest level of any yes decides
LEVELS = {
    "q1": "low",
    "q2": "low",
    "q3": "moderate",
    "q4": "high",
    "q5": "high",
    "q6": "moderate",
    "q6-recent": "high",
}
ORDER = ("none", "low", "moderate", "high")


@pytest.mark.parametrize("yes", list(itertools.product((0, 1), repeat=7)))
def test_every_set_of_c_ssrs_answers_has_the_published_level(yes: tuple[int, ...]) -> None:
    answers = dict(zip(LEVELS, yes, strict=True))
    levels = [LEVELS[question] for question, said in answers.items() if said]
    expected = max(levels, key=ORDER.index, default="none")
    assert score(instrument="c-ssrs-screener", answers=answers).band == expected


@pytest.mark.parametrize(
    ("ideation", "behaviour", "recent", "level"),
    [
        (3, 1, 0, "moderate"),
        (0, 0, 0, "none"),
        (2, 0, 0, "low"),
        (4, 0, 0, "high"),
        (0, 1, 1, "high"),
    ],
)
def test_c_ssrs_by_severity_of_ideation(
    ideation: int, behaviour: int, recent: int, level: str
) -> None:
    asked = {f"q{n}": int(n <= ideation) for n in range(1, 6)}
    answers = asked | {"q6": behaviour, "q6-recent": recent}
    assert score(instrument="c-ssrs-screener", answers=answers).band == level


# The ten items of the Opioid Risk Tool; the revised tool leaves the eighth out
TOOL = (
    "family: alcohol, illegal, prescription",
    "own: alcohol, illegal, prescription",
    "age 16 to 45",
    "preadolescent sexual abuse",
    "attention and others",
    "depression",
)


@pytest.mark.parametrize("total", range(10))
def test_ort_oud(total: int) -> None:
    """CHEATLE: unweighted; 2 or less is low risk, more is high."""
    count = sum(name.count(",") + 1 for name in TOOL if "abuse" not in name)
    assert len(instrument("ort-oud").items) == count == 9
    result = score(instrument="ort-oud", answers=[int(n < total) for n in range(9)])
    assert (result.total, result.band) == (total, "high" if total >= 3 else "low")

"""Budapest criteria: categories, research and type, signs of another day, what is needed."""

from typing import Any

import pytest

from reprieve.clinical.criteria import judge

CATEGORIES = ("sensory", "vasomotor", "sudomotor", "motor")
TODAY = "signs_seen_at_this_examination"


def patient(symptoms: str, signs: str, **more: Any) -> dict[str, Any]:
    """Give facts: one letter a category, y yes, n no, ? unknown; the rest is fulfilled."""
    answers = {"y": True, "n": False, "?": None}
    facts = {f"symptom_{c}": answers[a] for c, a in zip(CATEGORIES, symptoms, strict=True)}
    facts |= {f"sign_{c}": answers[a] for c, a in zip(CATEGORIES, signs, strict=True)}
    rest = {"disproportionate_pain": True, "no_better_diagnosis": True, TODAY: True}
    return facts | rest | more


# symptoms, signs, more -> met, grade
TABLE: list[tuple[str, str, dict[str, Any], str, str | None]] = [
    ("yyyn", "yynn", {"major_nerve_injury": False}, "yes", "clinical, type I"),
    ("yyyn", "yynn", {"major_nerve_injury": True}, "yes", "clinical, type II"),
    ("yyyn", "yynn", {}, "yes", "clinical"),
    ("yyyy", "yynn", {"major_nerve_injury": False}, "yes", "research, type I"),
    ("yyyy", "ynnn", {"major_nerve_injury": False}, "no", "NOS"),
    ("yyyy", "nnnn", {}, "no", None),
    ("yynn", "yyyy", {}, "no", "NOS"),
    ("yynn", "yyyy", {"no_better_diagnosis": False}, "no", None),
    ("yynn", "yyyy", {"no_better_diagnosis": None}, "no", None),
    ("yyyy", "yyyy", {"no_better_diagnosis": False}, "no", None),
    ("yyyy", "yyyy", {"disproportionate_pain": False}, "no", None),
    ("yyyy", "yyyy", {"no_better_diagnosis": None}, "unknown", None),
    ("yyyy", "yyyy", {"disproportionate_pain": None}, "unknown", None),
    ("yyyy", "yyyy", {TODAY: False}, "unknown", None),
    ("yyyy", "yyyy", {TODAY: None}, "unknown", None),
    ("yy??", "yynn", {}, "unknown", None),
    ("yy?n", "yynn", {}, "unknown", None),
    ("y?nn", "yynn", {}, "no", "NOS"),
    ("yyy?", "yynn", {}, "yes", "clinical"),
    ("yyyy", "y?nn", {}, "unknown", None),
    ("nnnn", "????", {TODAY: None}, "no", None),
]


@pytest.mark.parametrize(("symptoms", "signs", "more", "met", "grade"), TABLE)
def test_table(
    symptoms: str, signs: str, more: dict[str, Any], met: str, grade: str | None
) -> None:
    verdict = judge(name="budapest", facts=patient(symptoms, signs, **more))
    assert (verdict.met, verdict.grade) == (met, grade)


@pytest.mark.parametrize(
    ("symptoms", "signs", "more", "needs"),
    [
        ("yyyy", "yynn", {"major_nerve_injury": False}, []),
        ("yyyy", "yynn", {}, ["major_nerve_injury"]),
        ("yyy?", "yynn", {}, ["symptom_motor", "major_nerve_injury"]),
        ("yy?n", "yynn", {}, ["symptom_sudomotor"]),
        ("yyyy", "y??n", {}, ["sign_vasomotor", "sign_sudomotor"]),
        ("yyyy", "yyyy", {TODAY: False}, [TODAY]),
        ("yyyn", "yynn", {"no_better_diagnosis": None}, ["no_better_diagnosis"]),
        ("yyyn", "yynn", {"disproportionate_pain": None}, ["disproportionate_pain"]),
        ("nnnn", "????", {}, []),
    ],
)
def test_needs_only_what_could_change_the_answer(
    symptoms: str, signs: str, more: dict[str, Any], needs: list[str]
) -> None:
    assert list(judge(name="budapest", facts=patient(symptoms, signs, **more)).needs) == needs


def test_because_counts_what_was_seen() -> None:
    because = [str(m) for m in judge(name="budapest", facts=patient("yyn?", "ynnn")).because]
    assert because[1] == "Symptom categories reported: 2 of 4, 1 unknown; 3 needed."
    assert because[2] == "Sign categories seen at this examination: 1 of 4, 0 unknown; 2 needed."

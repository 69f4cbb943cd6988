"""Observed fading in a responder proposes a booster; what has to be known first is listed."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date

import pytest

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.booster import Surveillance, propose_booster, surveillance_needs
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.response import Response, respond
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.weeks import Course

AT = date(2026, 3, 30)
FACTS = (
    "liver-panel",
    "bladder-questions",
    "bladder-score",
    "memory-question",
    "phq-9",
    "c-ssrs",
    "pdmp-check",
    "pregnancy-test",
)
CURRENT = Surveillance(last=dict.fromkeys(FACTS, AT), courses_365d=3)


@pytest.fixture
def seen(
    single: Course, eight: Baseline, by_week: Callable[..., tuple[DiaryEntry, ...]], rules: Rules
) -> Callable[..., Response]:
    def response(pains: list[int | None]) -> Response:
        return respond(course=single, baseline=eight, diary=by_week(pains), at=AT, rules=rules)

    return response


def test_fading_in_a_responder_proposes(seen: Callable[..., Response], rules: Rules) -> None:
    found = propose_booster(response=seen([3, 3, 7, 7]), surveillance=CURRENT, at=AT, rules=rules)
    assert found is not None
    assert (found.since, found.needs) == (date(2026, 3, 16), ())
    assert "Relief lost" in str(found.reason)


@pytest.mark.parametrize(
    "pains", [[3, 3, 3, 3], [3, 3, 3, 7], [7, 7, 7, 7], [3, 7, 7, 3], [None] * 4]
)
def test_nothing_else_does(
    seen: Callable[..., Response], pains: list[int | None], rules: Rules
) -> None:
    found = propose_booster(response=seen(pains), surveillance=CURRENT, at=AT, rules=rules)
    assert found is None


def test_a_response_holds_no_forecast() -> None:
    names = " ".join(f.name for f in fields(Response))
    assert "forecast" not in names
    assert "model" not in names


def test_unknown_surveillance_is_needed(seen: Callable[..., Response], rules: Rules) -> None:
    found = propose_booster(
        response=seen([3, 3, 7, 7]), surveillance=Surveillance(), at=AT, rules=rules
    )
    assert found is not None
    assert {need.fact for need in found.needs} == {*FACTS, "course-review"}


@pytest.mark.parametrize(
    ("fact", "last", "needed"),
    [
        ("liver-panel", date(2026, 2, 27), False),
        ("liver-panel", date(2026, 2, 26), True),
        ("pregnancy-test", date(2026, 3, 29), True),
        ("c-ssrs", date(2026, 4, 1), True),  # a date to come is no fact
        ("pdmp-check", None, True),
    ],
)
def test_old_facts_are_needed_again(
    fact: str, last: date | None, *, needed: bool, rules: Rules
) -> None:
    known = replace(CURRENT, last={**CURRENT.last, fact: last})
    needs = surveillance_needs(surveillance=known, at=AT, rules=rules)
    assert [need.fact for need in needs] == ([fact] if needed else [])


def test_what_does_not_concern_the_patient_is_not_asked(rules: Rules) -> None:
    last = {fact: AT for fact in FACTS if fact != "pregnancy-test"}
    known = Surveillance(last=last, not_applicable=frozenset({"pregnancy-test"}), courses_365d=0)
    assert surveillance_needs(surveillance=known, at=AT, rules=rules) == ()


@pytest.mark.parametrize(("courses", "said"), [(11, None), (12, "12 courses"), (None, "not known")])
def test_many_courses_ask_for_a_review(courses: int | None, said: str | None, rules: Rules) -> None:
    known = replace(CURRENT, courses_365d=courses)
    needs = surveillance_needs(surveillance=known, at=AT, rules=rules)
    assert [said in str(need.reason) for need in needs if said] == ([True] if said else [])
    assert len(needs) == (said is not None)

"""Whatever is handed in, the answer is a result that prints as JSON, or a refusal that names."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.clinical.criteria import criteria, facts_of, judge
from reprieve.clinical.instruments import instrument, instruments, score_document
from reprieve.knowledge import BadValue

T = TypeVar("T")
ITEMS = sorted({i.id for name in instruments() for i in instrument(name).items})
LINKS = sorted({i.loinc for name in instruments() for i in instrument(name).items if i.loinc})
FACTS = sorted({f.name for name in criteria() for f in facts_of(name)})
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 12),
    st.integers(),
    st.floats(),
    st.sampled_from(["yes", "A", "female", "phq-9", "neck", "LA6570-1", ""]),
    st.text(max_size=5),
)
ANY = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
ANSWERS = st.dictionaries(st.sampled_from([*ITEMS, "total"]), ANY, max_size=6) | st.lists(LEAF)
CODING = st.fixed_dictionaries({"valueCoding": st.fixed_dictionaries({"code": ANY}) | ANY})
ANSWER = CODING | st.dictionaries(st.sampled_from(["valueInteger", "valueBoolean"]), ANY) | ANY
LINK = st.fixed_dictionaries(
    {"linkId": st.sampled_from(ITEMS + LINKS) | ANY, "answer": st.lists(ANSWER, max_size=2) | ANY}
)
RESPONSE = st.fixed_dictionaries(
    {"resourceType": st.just("QuestionnaireResponse"), "item": st.lists(LINK | ANY, max_size=3)}
)
DOCUMENT = st.one_of(
    ANY,
    ANSWERS,
    RESPONSE,
    st.fixed_dictionaries({"answers": ANSWERS}, optional={"total": LEAF, "sex": LEAF}),
)


def attempt(act: Callable[[], T]) -> T | BadValue:
    """Give the result, or the refusal as a value; anything else fails the test."""
    try:
        return act()
    except BadValue as refused:
        return refused


@given(name=st.sampled_from(instruments()), document=DOCUMENT)
@settings(max_examples=300, deadline=None)
def test_scoring_answers_or_refuses(name: str, document: Any) -> None:
    result = attempt(lambda: score_document(instrument=name, document=document))
    if isinstance(result, BadValue):
        assert str(result).isprintable()
        return
    json.dumps(result.to_json(), allow_nan=False)
    assert result.complete is not bool(result.missing)
    form = instrument(name)
    if result.total is not None:
        assert form.minimum is not None
        assert form.maximum is not None
        assert form.minimum <= result.total <= form.maximum


@given(name=st.sampled_from(criteria()), facts=ANY | st.dictionaries(st.sampled_from(FACTS), ANY))
@settings(max_examples=200, deadline=None)
def test_criteria_answer_or_refuse(name: str, facts: Any) -> None:
    verdict = attempt(lambda: judge(name=name, facts=facts))
    if isinstance(verdict, BadValue):
        assert str(verdict).isprintable()
        return
    json.dumps(verdict.to_json(), allow_nan=False)
    if verdict.met == "unknown":
        assert verdict.needs


@pytest.mark.parametrize("name", instruments())
@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_a_whole_form_is_always_complete(name: str, data: st.DataObject) -> None:
    form = instrument(name)
    answers = {
        i.id: data.draw(
            st.sampled_from([o.value for o in i.options])
            if i.options
            else st.integers(int(i.minimum), int(i.maximum))
        )
        for i in form.scored
    }
    by_id = score_document(instrument=form, document={"answers": answers})
    by_order = score_document(instrument=form, document=list(answers.values()))
    assert by_id == by_order
    assert by_id.complete
    assert (by_id.total is None) is (form.rule == "none")

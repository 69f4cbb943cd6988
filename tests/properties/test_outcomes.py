"""Properties of outcomes over any diary."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reprieve.outcomes.baseline import Recall, baseline
from reprieve.outcomes.booster import Surveillance, propose_booster
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.harm import events_per_100
from reprieve.outcomes.response import Response, respond
from reprieve.outcomes.rules import rules
from reprieve.outcomes.survival import Span, kaplan_meier
from reprieve.outcomes.weeks import Course

FIRST, LAST = date(2026, 2, 8), date(2026, 3, 1)
RULES = rules(on=date(2026, 12, 1))
COURSE = Course(
    started_at=datetime(2026, 2, 8, 15, tzinfo=UTC),
    first_infusion=FIRST,
    last_infusion=LAST,
    infusions=6,
)
PAINS = st.lists(st.none() | st.integers(0, 10), max_size=80)
MMES = st.none() | st.integers(0, 60)


def entries(pains: list[int | None], mme: int | None = None) -> list[DiaryEntry]:
    opioid = None if mme is None else Decimal(mme)
    return [
        DiaryEntry(day=FIRST + timedelta(days=n + 1), average_pain=p, rescue_opioid_mme=opioid)
        for n, p in enumerate(pains)
    ]


def seen(diary: list[DiaryEntry], *, pain: int, days: int = 90) -> Response:
    before = baseline(
        diary=(), first_infusion=FIRST, recall=Recall(day=FIRST, pain=pain), rules=RULES
    )
    at = FIRST + timedelta(days=days)
    return respond(course=COURSE, baseline=before, diary=diary, at=at, rules=RULES)


@settings(deadline=None)
@given(pains=PAINS, pain=st.integers(0, 10), mme=MMES, days=st.integers(0, 100))
def test_any_diary_has_a_response_that_agrees_with_itself(
    pains: list[int | None], pain: int, mme: int | None, days: int
) -> None:
    found = seen(entries(pains, mme), pain=pain, days=days)
    assert 0 <= found.missing_days <= found.expected_days
    if found.fading.answer == "yes":
        assert found.responder == "yes"
        assert found.relapse.status == "relapsed"
        assert found.relapse.since is not None
        assert found.fading.since is not None
        assert LAST < found.relapse.since <= found.fading.since
    if found.now.r50 == "yes":
        assert found.now.r30 == "yes"
    assert bool(found.fading.needs) == (found.fading.answer == "unknown")


@settings(deadline=None)
@given(pains=PAINS, pain=st.integers(0, 10))
def test_a_proposal_needs_a_responder_whose_relief_was_seen_to_fade(
    pains: list[int | None], pain: int
) -> None:
    found = seen(entries(pains), pain=pain)
    proposal = propose_booster(
        response=found, surveillance=Surveillance(), at=found.at, rules=RULES
    )
    wanted = found.responder == "yes" and found.fading.answer == "yes"
    assert (proposal is not None) == wanted


@settings(deadline=None)
@given(pains=PAINS, drop=st.sets(st.integers(0, 79)), pain=st.integers(1, 10))
def test_missing_days_never_turn_a_week_into_another_answer_but_unknown_below_four(
    pains: list[int | None], drop: set[int], pain: int
) -> None:
    kept = [None if n in drop else p for n, p in enumerate(pains)]
    for judged in seen(entries(kept), pain=pain).weeks:
        answered = judged.week.days
        assert (judged.week.pain is None) == (answered < 4)
        if judged.week.pain is None:
            assert judged.state == "unknown"


@settings(deadline=None)
@given(pains=PAINS, order=st.randoms(use_true_random=False), pain=st.integers(1, 10))
def test_the_order_of_entries_does_not_matter(
    pains: list[int | None], order: Random, pain: int
) -> None:
    diary = entries(pains)
    shuffled = list(diary)
    order.shuffle(shuffled)
    assert seen(diary, pain=pain) == seen(shuffled, pain=pain)


@settings(deadline=None)
@given(pains=PAINS, later=PAINS, pain=st.integers(1, 10))
def test_what_comes_later_does_not_change_the_past(
    pains: list[int | None], later: list[int | None], pain: int
) -> None:
    days = len(pains) + 1
    assert seen(entries(pains), pain=pain, days=days) == seen(
        entries([*pains, *later]), pain=pain, days=days
    )


@settings(deadline=None)
@given(
    pain=st.integers(1, 10),
    now=st.fractions(0, 10, max_denominator=20).map(lambda f: Decimal(f.numerator) / f.denominator),
)
def test_thirty_percent_is_met_exactly_on_the_limit(pain: int, now: Decimal) -> None:
    diary = [DiaryEntry(day=LAST + timedelta(days=n), average_pain=now) for n in range(1, 8)]
    found = seen(diary, pain=pain, days=29)
    exact = (Fraction(pain) - Fraction(now)) / pain >= Fraction(3, 10)
    assert found.now.r30 == ("yes" if exact else "no")


SPANS = st.lists(
    st.builds(Span, days=st.integers(1, 120), relapsed=st.booleans()), min_size=11, max_size=40
)


@settings(deadline=None)
@given(group=SPANS)
def test_the_share_in_relief_only_falls_and_lies_in_its_interval(group: list[Span]) -> None:
    steps = kaplan_meier(group, rules=RULES).steps
    shares = [1.0, *(s.share for s in steps)]
    assert all(0 <= b <= a <= 1 for a, b in itertools.pairwise(shares))
    for step in steps:
        if step.low is not None and step.high is not None:
            assert step.low - 1e-12 <= step.share <= step.high + 1e-12


@settings(deadline=None)
@given(events=st.integers(0, 200), infusions=st.integers(1, 500))
def test_a_rate_lies_in_its_interval(events: int, infusions: int) -> None:
    found = events_per_100(events=events, infusions=infusions, rules=RULES)
    assert found.low is not None
    assert found.per_100 is not None
    assert found.high is not None
    assert 0 <= found.low <= found.per_100 <= found.high

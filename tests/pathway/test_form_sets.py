"""Which forms a patient is asked: by the moment of care, and by the clinic's own choice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reprieve.clinical.instruments import instrument
from reprieve.knowledge import BadValue
from reprieve.pathway import evaluation, house, links, questionnaires
from reprieve.records.queries import form_sets
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


def choose(world: w.World, **sets: list[str]) -> None:
    named = {name.replace("_", "-"): forms for name, forms in sets.items()}
    facts = {form_sets.KEY: {m: list(form_sets.USUAL[m]) for m in form_sets.USUAL} | named}
    house.describe(actor=world["manager"], uid=w.new(), at=world.at, facts=facts)


def test_the_moment_follows_the_episode() -> None:
    states = ("evaluating", "in_series", "follow_up")
    assert [form_sets.moment_of(s) for s in states] == ["baseline", "pre-session", "follow-up"]
    assert form_sets.moment_of("requested") == "baseline"


@pytest.mark.parametrize("moment", form_sets.USUAL)
def test_what_may_be_asked_is_for_patients_and_for_that_moment(moment: str) -> None:
    possible = form_sets.possible(moment)
    assert set(form_sets.USUAL[moment]) <= set(possible)
    assert "c-ssrs-screener" not in possible
    # Of a scale whose wording is not shipped, patients answer items with labels of our own.
    assert {n for n in possible if instrument(n).store != "items"} <= {
        "promis-pain-interference-4a"
    }
    assert all(moment in instrument(n).moments for n in possible)


def test_a_choice_holds_from_its_day_and_an_older_link_keeps_its_own() -> None:
    world = w.found()
    before = world.at
    world.later(days=1)
    choose(world, baseline=["peg"])
    made = {"clinic": world.id, "form": links.EVALUATION}
    assert links.asked(made_at=before, **made) == form_sets.USUAL["baseline"]
    assert links.asked(made_at=world.at, **made) == ("peg",)
    assert links.asked(clinic=world.id, form="gad-7", made_at=world.at) == ("gad-7",)


@pytest.mark.parametrize(
    "sets",
    [
        {"baseline": []},
        {"baseline": ["nrs", "nrs"]},
        {"baseline": ["c-ssrs-screener"]},
        {"pre_session": ["rass"]},
        {"follow_up": ["phq-2"]},
        {"follow_up": ["shoe-size"]},
    ],
)
def test_what_patients_cannot_answer_alone_is_refused(sets: Any) -> None:
    world = w.found()
    with pytest.raises(BadValue) as refused:
        choose(world, **sets)
    assert refused.value.field == form_sets.KEY
    usual = form_sets.chosen(clinic=world.id, moment="baseline", at=world.at)
    assert usual == form_sets.USUAL["baseline"]


def test_the_first_session_of_a_series_asks_the_whole_phq_9() -> None:
    world = w.found()
    patient, _episode = w.person(world)
    asked: dict[str, Any] = {"clinic": world.id, "patient": patient, "moment": "pre-session"}
    assert form_sets.due(**asked, at=world.at) == ("nrs", "phq-9")
    nurse = {"actor": world["infusion_nurse"], "patient": patient}
    questionnaires.save(
        **nurse, uid=w.new(), at=world.at, instrument="phq-9", mode="clinic",
        answers={f"q{n}": 0 for n in range(1, 10)}, complete=True,
    )  # fmt: skip
    assert form_sets.due(**asked, at=world.at) == ("nrs", "phq-2")
    world.at += timedelta(days=1)
    evaluation.begin(**nurse, uid=w.new(), at=world.at)
    assert form_sets.due(**asked, at=world.at) == ("nrs", "phq-9")

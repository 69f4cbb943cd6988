"""All that the clinic knows states unit, source, date and mark; what is unconfirmed is marked."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django_cotton.compiler_regex import CottonCompiler
from reportlab.platypus import Paragraph

from reprieve import knowledge
from reprieve.clinical import criteria, safety
from reprieve.clinical.criteria.facts import criterion_data
from reprieve.clinical.facts import Kind
from reprieve.clinical.instruments import instrument, instruments
from reprieve.pathway import evaluation, questionnaires
from reprieve.web import presenters
from reprieve.web.print import form as paper_form
from reprieve.web.staff import decision_letter
from tests import world as worlds
from tests.world import World, new

Browser = Callable[[str], Client]
MARK = "to be confirmed"
CARD = Template(CottonCompiler().process("<c-finding :finding='card' />"))
PRINTED = "To be confirmed by the medical director."
RULES = [(entry.chapter, entry.name) for entry in safety.rules()]


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def check_data(data: dict[str, Any]) -> None:
    assert data["source"].strip()
    assert isinstance(data["valid_from"], date)
    assert isinstance(data["verified"], bool)


@pytest.mark.parametrize(("chapter", "name"), RULES)
def test_a_rule_states_its_source_and_is_marked_while_unconfirmed(chapter: str, name: str) -> None:
    package = f"reprieve.clinical.safety.{chapter}"
    check_data(knowledge.load(package, name.replace("-", "_")).data)
    entry = next(e for e in safety.rules() if e.name == name)
    for fact in entry.rule.facts:
        assert fact.unit or fact.kind not in (Kind.NUMBER, Kind.COUNT), fact.name
    card = presenters.finding_card(safety.ask(entry, known={}))
    shown = CARD.render(Context({"card": card}))
    assert (MARK in shown) is not entry.verified


@pytest.mark.parametrize("name", criteria.criteria())
def test_a_criterion_states_its_source_and_is_marked_while_unconfirmed(
    name: str, world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    data = criterion_data(name).data
    check_data(dict(data))
    assert all(fact.unit for fact in criteria.facts_of(name))
    act = {"actor": world["physician"], "uid": new(), "at": world.at, "patient": patient}
    evaluation.record_criterion(name=name, facts={}, **act)
    page = as_role("physician").get(f"/patients/{patient}/evaluation/criterion/{name}")
    assert (MARK in page.content.decode()) is not data["verified"]
    assert data["source"] in page.content.decode().replace("&#x27;", "'").replace("&amp;", "&")
    assert (PRINTED in printed(world, patient, "Criteria")) is not data["verified"]


@pytest.mark.parametrize("name", instruments())
def test_an_instrument_states_its_source_and_is_listed_with_its_mark(name: str) -> None:
    form = instrument(name)
    check_data({"source": form.source, "valid_from": form.valid_from, "verified": form.verified})
    assert form.unit
    assert form.verified is not bool(form.unverified)


def test_the_list_of_forms_names_what_of_each_is_unconfirmed(as_role: Browser) -> None:
    page = as_role("physician").get("/forms").content.decode()
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
    for name in instruments():
        row = next(r for r in rows if f">{name} " in r)
        parts = ", ".join(instrument(name).unverified)
        assert (f"{MARK}: {parts}" in row) is bool(parts), name


@pytest.mark.parametrize("name", instruments())
def test_a_form_on_paper_is_marked_while_unconfirmed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is handed to the page builder, before it becomes a picture of letters."""
    told: list[Any] = []
    monkeypatch.setattr(paper_form, "build", lambda parts, **_how: told.extend(parts))
    paper_form.pdf(instrument(name), clinic="Invented")
    words = [part.text for part in told if isinstance(part, Paragraph)]
    assert (PRINTED in words) is not instrument(name).verified
    licensed = any("needs a licence" in line for line in words)
    assert licensed is (instrument(name).store == "score")


@pytest.mark.parametrize("name", ["nrs", "wpi-sss"])
def test_a_scale_is_marked_wherever_its_score_stands(
    name: str, world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    answers = {i.id: i.minimum for i in instrument(name).scored}
    questionnaires.save(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, mode="clinic",
        instrument=name, answers=answers, complete=True,
    )  # fmt: skip
    client = as_role("physician")
    marked = not instrument(name).verified
    for where in ("evaluation", "decision"):
        page = client.get(f"/patients/{patient}/{where}").content.decode()
        scales = page.split('id="scales"')[1].split("</section>")[0]
        assert (f"· {MARK}" in scales) is marked, where
    assert (PRINTED in printed(world, patient, "Scales")) is marked


def printed(world: World, patient: uuid.UUID, title: str) -> str:
    made = decision_letter.sections(clinic=world.id, patient=patient, at=world.at, decided=None)
    return " ".join(" ".join(line) for part in made if part.title == title for line in part.lines)

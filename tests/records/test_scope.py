"""Every query, asked in one clinic, tells nothing of another: with its own ids and strangers'.

A new query is covered as soon as it is written; a new kind of argument is named in tests/filled.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

import reprieve.records.queries as package
from reprieve.knowledge import BadValue
from reprieve.pathway.errors import PathwayError
from reprieve.records import models
from reprieve.records.queries import booking_plan
from tests import filled

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Asked before a clinic is known, or arithmetic on values that were read: each with its reason.
WITHOUT_CLINIC = {
    "bags.as_json": "a value's own form",
    "bags.from_json": "a value's own form",
    "bags.of_event": "reads an act that was found",
    "charts.at_onset": "arithmetic",
    "charts.iso": "a value's own form",
    "clinics.clinics": "lists the practices for the product itself",
    "closed_days.days_of": "a value's own form",
    "facts.age_years": "arithmetic",
    "form_sets.moment_of": "arithmetic",
    "form_sets.possible": "reads the product's own forms",
    "gate_facts.usable": "arithmetic",
    "gate_facts.valid": "arithmetic",
    "gate_vitals.apart": "arithmetic",
    "gate_vitals.by_fact": "arithmetic",
    "gate_vitals.sets": "arithmetic",
    "ladders.read": "a value's own form",
    "liver.are_recorded": "reads values that were found",
    "liver.facts": "reads values that were found",
    "liver.is_known": "reads values that were found",
    "links.by_token": "the token names the clinic",
    "outbox.mail_instead": "arithmetic",
    "registry.date_of": "arithmetic",
    "portions.kind_for": "a value's own form",
    "questionnaires.words_code": "a value's own form",
    "people.member_of_user": "the sign-in names the clinic",
    "worked_out.of_source": "reads values that were found",
    "watch.counts": "counts for whoever watches the server: no clinic, no person",
}
PLANS = {"booking_plan.booked", "booking_plan.placed"}


def queries() -> Iterator[tuple[str, Callable[..., Any]]]:
    for found in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{found.name}.{name}", function


ALL = dict(queries())
SCOPED = {n: f for n, f in ALL.items() if "clinic" in inspect.signature(f).parameters}


def test_a_query_without_a_clinic_says_why() -> None:
    assert sorted(set(ALL) - set(SCOPED)) == sorted(WITHOUT_CLINIC)


@pytest.mark.usefixtures("db")
def test_nothing_of_another_clinic_is_told() -> None:
    here, there = filled.clinic(1), filled.clinic(2)
    foreign = ids_of(there)
    told = []
    answers = 0
    for name, function in sorted(SCOPED.items()):
        for whose in (here, there):
            given = {**filled.plain(here.now), **whose.arguments()}
            asked = arguments(name, function, given)
            if name in PLANS:  # takes a plan that was read, not its key
                asked["plan"] = booking_plan.one(clinic=whose.id, plan=asked["plan"])
            answer = answered(function, here, asked)
            answers += whose is here and len(answer) > len("None")
            strange = set(UUID.findall(answer)) - set(UUID.findall(repr(asked)))
            if strange & foreign or there.mark in answer.replace(repr(asked), ""):
                told.append(name)
    assert told == []
    assert answers > len(SCOPED) / 2, "the clinics are too empty for this to say anything"


def ids_of(clinic: filled.Filled) -> set[str]:
    """Every key of every row of a clinic, in any table that keeps a UUID."""
    found = {str(clinic.id)}
    for name in models.__all__:
        model: Any = getattr(models, name)
        meta = getattr(model, "_meta", None)
        if meta is None or "clinic" not in {f.name for f in meta.concrete_fields}:
            continue
        scoped = hasattr(model, "of")
        rows = model.of(clinic.id) if scoped else model.objects.filter(clinic_id=clinic.id)
        found |= {str(key) for key in rows.values_list("pk", flat=True)}
    return {key for key in found if UUID.fullmatch(key)}


def arguments(name: str, function: Callable[..., Any], given: dict[str, Any]) -> dict[str, Any]:
    needed = [
        p.name
        for p in inspect.signature(function).parameters.values()
        if p.default is p.empty and p.name != "clinic"
    ]
    unknown = [one for one in needed if one not in given]
    assert not unknown, f"{name}: name these arguments in tests/filled.py: {unknown}"
    return {one: given[one] for one in needed}


def answered(function: Callable[..., Any], here: filled.Filled, asked: dict[str, Any]) -> str:
    try:
        return repr(function(clinic=here.id, **asked))
    except (PathwayError, BadValue, ObjectDoesNotExist) as refused:
        return repr(refused)

"""Whatever a practice has written: what goes out comes back in, and gives the same registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reprieve.pathway import exporting, history, importing_terms, registry
from reprieve.records.models import Patient
from reprieve.records.queries import registry as tables
from tests import world as worlds
from tests.practice_sheets import REGIMEN, bring, sheet
from tests.world import World, new

LONG = "ketamine-0.35mgkgh-4h-x10"
FIRST = date(2025, 9, 8)  # the clocks go back in the course of it
FEW: dict[str, Any] = {"suppress_health_check": list(HealthCheck), "deadline": None,
       "phases": (Phase.explicit, Phase.generate)}  # fmt: skip
PEOPLE = 13  # enough for figures that are shown, and for groups that are withheld

# What became of a dose: another one, one that nobody knows, known again after that, none.
LATER: dict[str, list[Decimal | None]] = {
    "changed": [Decimal("12.5")], "unknown": [None], "known again": [None, Decimal(40)],
    "from unknown": [], "stopped": [], "beside a strange one": [],
}  # fmt: skip
# Terms as a list gives them, as people type them, and as nobody would.
TERM = st.sampled_from(["nausea", "chest pain", "pain: arm; left", 'the "floating" kind',
                        "=1+1", "\u00dcbelkeit", "a\u00a0b"]) | st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=80
)  # fmt: skip

# One invented patient, so that everything that may be missing sometimes is.
PERSON = st.fixed_dictionaries({
    "condition": st.sampled_from([("G90.511", "crps"), ("M79.7", "fibromyalgia"), ("", "")]),
    "regimen": st.sampled_from([REGIMEN, REGIMEN, LONG, ""]),
    "begins": st.integers(0, 30),
    "apart": st.sampled_from([1, 2, 7, 30]),
    "infusions": st.integers(1, 4),
    "minutes": st.sampled_from(["40", "43", "90.5", "230", "240", "0.5", "0.000017", "0"]),
    "dose_mg": st.sampled_from(["35", "24.5", "80", "37.3338", "0.5", "0.0001", "0"]),
    "weight_kg": st.sampled_from(["", "70", "133.25", "48.6"]),
    "harm": st.lists(st.tuples(TERM, st.integers(1, 5), st.booleans()), max_size=3),
    "booster": st.booleans(),
    "before": st.lists(st.none() | st.integers(0, 10), min_size=8, max_size=8),
    "after": st.lists(st.none() | st.integers(0, 10), max_size=24),
    "twice": st.booleans(),
    "peg": st.sampled_from([None, ("7.333333", 8), ("4", None)]),
    "peg_now": st.sampled_from([None, "2.666667", "8"]),
    "pgic": st.none() | st.integers(1, 7),
    "stated": st.lists(st.tuples(st.integers(-20, 60),
                                 st.sampled_from(["60", "45.5", "0", "unknown"])),
                       max_size=4, unique_by=lambda one: one[0]),
    "medicine": st.sampled_from([None, None, "known", *LATER]),
})  # fmt: skip


@contextmanager
def undone(world: World) -> Iterator[None]:
    """What one example writes is rolled back, the clock with it."""
    begins = world.at
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        world.at = begins


def sheets(folder: Path, people: list[dict[str, Any]]) -> None:
    who, given_, scores = [], [], []
    for n, one in enumerate(people):
        mrn = f"R-{n}"
        who.append({"given": f"Nr{n}", "family": "Invented", "mrn": mrn,
                    "condition": one["condition"][0]})  # fmt: skip
        given_ += list(infusions(mrn, one))
        scores += list(answers(mrn, one))
    for kind, rows in (("patients", who), ("infusions", given_), ("scores", scores)):
        sheet(folder, kind, rows)


def begins(one: dict[str, Any]) -> date:
    found: date = FIRST + timedelta(days=one["begins"])
    return found


def infusions(mrn: str, one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    same = {"mrn": mrn, "minutes": one["minutes"], "dose_mg": one["dose_mg"],
            "weight_kg": one["weight_kg"], "condition": one["condition"][1],
            "regimen": one["regimen"],
            "side_effects": importing_terms.written(one["harm"])}  # fmt: skip
    for k in range(one["infusions"]):
        day = begins(one) + timedelta(days=k * one["apart"])
        yield {**same, "date": day.isoformat(), "start": f"09:0{k}",
               "number": k + 1, "of": one["infusions"]}  # fmt: skip
    if one["booster"]:
        day = begins(one) + timedelta(days=one["infusions"] * one["apart"] + 9)
        yield {**same, "date": day.isoformat(), "start": "14:30", "number": 1, "of": 1,
               "booster": "yes"}  # fmt: skip


def answers(mrn: str, one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    def row(after: int, measure: str, value: Any, **more: Any) -> dict[str, Any]:
        day = (begins(one) + timedelta(days=after)).isoformat()
        return {"mrn": mrn, "date": day, "measure": measure, "value": value, **more}

    for n, pain in enumerate([*one["before"], *one["after"]], start=-8):
        if pain is not None:
            yield row(n, "average_pain", pain, moment="evening")
            if one["twice"]:
                yield row(n, "average_pain", 10 - pain, moment="morning", time="07:00")
    if one["peg"]:
        total, pain = one["peg"]
        yield row(-2, "peg", total)
        if pain is not None:
            yield row(-2, "peg.pain", pain)
    if one["peg_now"]:
        yield row(30, "peg", one["peg_now"])
    if one["pgic"]:
        yield row(31, "pgic", one["pgic"])
    for after, dose in one["stated"]:
        yield row(after, "opioid_mme", dose)


def medicines(world: World, people: list[dict[str, Any]]) -> None:
    """What was written here since: a dose, and what became of it."""
    persons = Patient.of(world.id).order_by("number")
    for person, one in zip(persons, people, strict=True):
        told = one["medicine"]
        if told is None:
            continue
        entry: dict[str, Any] = {
            "actor": world["physician"], "patient": person.pk, "name": "oxycodone"
        }  # fmt: skip
        begins = None if told == "from unknown" else Decimal(40)
        last = history.add_medicine(uid=new(), at=world.at, mg_per_day=begins, **entry)
        later = world.at
        for dose in LATER.get(told, []):
            later += timedelta(days=3)
            last = history.add_medicine(
                uid=new(), at=later, mg_per_day=dose, corrects=last, **entry
            )
        if told == "stopped":
            by = {"actor": entry["actor"], "patient": person.pk}
            later += timedelta(days=3)
            history.end(uid=new(), at=later, kind="medicine", row=last, **by)
        if told == "beside a strange one":
            later += timedelta(days=3)
            history.add_medicine(uid=new(), at=later, **{**entry, "name": "Inventozin"})


def figures(world: World, at: datetime) -> dict[str, Any]:
    made = registry.compute(clinic=world.id, at=at)
    return {name: value for name, value in made.items() if name != "behind"}


def written(world: World, at: datetime) -> dict[str, Any]:
    """What the figures rest on, by the order of patients and infusions instead of their keys."""
    found = tables.tables(clinic=world.id, at=at)
    who = {row[0]: n for n, row in enumerate(sorted(found["patients"]))}
    ran = {row[1]: (who[row[0]], *row[2:5], *row[6:]) for row in found["infusions"]}
    return {
        "infusions": sorted(ran.values(), key=repr),
        "events": sorted((*ran[row[1]][:3], *row[2:]) for row in found["events"]),
        **{name: sorted((who[row[0]], *row[1:]) for row in found[name])
           for name in ("patients", "diary", "scores", "opioids")},
    }  # fmt: skip


def out_and_in(world: World, people: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """What a practice holds, and one in an empty clinic that took in what went out."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        sheets(folder, people)
        bring(world, folder)
        medicines(world, people)
        at = world.later(days=9)
        exporting.everything(actor=world["manager"], uid=new(), at=at, folder=folder / "out")
        empty = worlds.found("Elsewhere", at=at)
        bring(empty, folder / "out" / "import")
        both = (world, empty)
        return tuple({**figures(one, at), "written": written(one, at)} for one in both)


def test_the_registry_is_the_same_elsewhere(world: World, is_long: bool) -> None:
    @settings(max_examples=60 if is_long else 3, **FEW)
    @given(st.lists(PERSON, min_size=PEOPLE, max_size=PEOPLE))
    def holds(people: list[dict[str, Any]]) -> None:
        with undone(world):
            here, there = out_and_in(world, people)
            assert here["everybody"]["patients"] == PEOPLE
            assert there == here

    holds()

"""A research set gives no date back: not by a day all share, not by a clock, not by an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.knowledge import BadValue
from reprieve.outcomes.registry.tables import TABLES
from reprieve.pathway import exporting_research
from reprieve.records.queries import registry
from tests.chairside import quick_world
from tests.practice_sheets import REGIMEN, bring, sheet

Rows = dict[str, list[tuple[Any, ...]]]
EPOCH = date(1970, 1, 1)
NEW_YORK = ZoneInfo("America/New_York")
EXPORT = date(2026, 5, 20)  # after the clocks went forward on 8 March
TODAY = (EXPORT - EPOCH).days
TAKEN_UP = TODAY - 3 * 28  # the day on which the whole clinic began to write diaries and doses
SIZE = 12


def by_chance(seed: int = 4) -> tuple[Callable[[int], int], list[int]]:
    """A chance, and the numbers of patients that it drew."""
    dice, drawn = Random(seed), []

    def chance(below: int) -> int:
        found = dice.randrange(below)
        if below == exporting_research.MOST:
            drawn.append(found)
        return found

    return chance, drawn


def at_nine(day: int, _no: int) -> int:
    """An appointment at 09:03 by the clinic's wall, whatever the season."""
    wall = datetime.combine(EPOCH + timedelta(days=day), time(9, 3), tzinfo=NEW_YORK)
    return int(wall.timestamp())


def clinic(firsts: list[int], clock: Callable[[int, int], int] = at_nine) -> Rows:
    """All still write and still take their opioid on the day of the export."""
    made: Rows = {name: [] for name in TABLES}
    for n, first in enumerate(firsts):
        made["patients"].append((n, "crps"))
        for k in range(6):
            day = first + 2 * k
            made["infusions"].append(
                (n, f"i{n}-{k}", day, clock(day, k), REGIMEN, f"p{n}", 0, 35_000, 70_000)
            )
            made["events"].append((n, f"i{n}-{k}", "nausea", 1, 0))
        for after in (-3, 20, 40, 60):
            day = first + after
            made["scores"].append((n, day, clock(day, after), "peg", 5_000_000))
        begins = TAKEN_UP if first < TAKEN_UP else first - 5
        made["diary"] += [(n, day, 60 * ((day - first) % 7)) for day in range(begins, TODAY + 1)]
        made["opioids"].append((n, TAKEN_UP - 400, TAKEN_UP, 60_000_000))
        made["opioids"].append((n, TAKEN_UP, TODAY + 1, 40_000_000))
    return made


def research(rows: Rows, *, day: date = EXPORT) -> Rows:
    chance, _drawn = by_chance()
    return exporting_research.deidentified(rows, day=day, without=frozenset(), chance=chance)


def shared_days(rows: Rows, made: Rows, drawn: list[int]) -> dict[tuple[str, str, str], int]:
    """Of how many patients a first or last day, moved back, is one and the same real day."""
    real = {row[0]: min(r[2] for r in rows["infusions"] if r[0] == row[0]) for row in
            rows["patients"]}  # fmt: skip
    numbers = dict(zip((row[0] for row in rows["patients"]), drawn, strict=True))
    moved = {number: min(r[2] for r in made["infusions"] if r[0] == number) - real[old]
             for old, number in numbers.items()}  # fmt: skip
    found = {}
    for name, columns in exporting_research.COLUMNS.items():
        for n, column in enumerate(columns):
            if column.name in ("day", "from_day", "until_day"):
                for told, pick in (("first", min), ("last", max)):
                    own = {who: [r[n] for r in made[name] if r[0] == who] for who in moved}
                    days = [pick(own[who]) - moved[who] for who in moved if own[who]]
                    assert len(days) > SIZE // 2, name
                    most = Counter(days).most_common(1)[0][1]
                    found[name, column.name, told] = most
    return found


@pytest.fixture(scope="module")
def firsts() -> list[int]:
    """Before and after the day of taking up; no two on the same day of a block."""
    return [TODAY - 34 - 11 * n for n in range(SIZE)]


def test_no_day_is_common_to_all(firsts: list[int]) -> None:
    rows = clinic(firsts)
    chance, drawn = by_chance()
    made = exporting_research.deidentified(
        rows, day=EXPORT, without=frozenset(), chance=chance
    )
    shared = shared_days(rows, made, drawn)
    assert len(shared) == 10
    assert max(shared.values()) <= 2, shared


@given(st.lists(st.integers(1, 27), min_size=SIZE, max_size=SIZE))
def test_the_set_is_the_same_whatever_day_of_a_block_somebody_began(inside: list[int]) -> None:
    """So nothing that can be reckoned from it tells that day, with the clinic's days known."""
    blocks = [1 + n % 6 for n in range(SIZE)]
    started = [TODAY - 28 * b - 14 for b in blocks]
    other = [TODAY - 28 * b - o for b, o in zip(blocks, inside, strict=True)]
    assert research(clinic(other)) == research(clinic(started))


@given(st.integers(0, 7 * 3600), st.integers(0, 2**32))
def test_no_clock_goes_out(late_s: int, seed: int) -> None:
    """Other hours, minutes and seconds on the same days, in the same order: the same set."""
    firsts = [date(2026, 3, 4).toordinal() - EPOCH.toordinal() - n for n in range(SIZE)]
    dice = Random(seed)

    def otherwise(day: int, _no: int) -> int:
        return day * 86_400 + 50_000 + late_s + dice.randrange(9000)

    made = research(clinic(firsts))
    assert research(clinic(firsts, otherwise)) == made
    assert not {"start_s", "at_s"} & {
        c.name for columns in exporting_research.COLUMNS.values() for c in columns
    }
    for number in {row[0] for row in made["patients"]}:
        infusions = [row[3] for row in made["infusions"] if row[0] == number]
        scores = [row[2] for row in made["scores"] if row[0] == number]
        assert sorted(infusions + scores) == list(range(1, len(infusions + scores) + 1))


def test_infusions_and_plans_are_counted_within_the_patient(firsts: list[int]) -> None:
    """Counted over the clinic, they would lie along the calendar."""
    made = research(clinic(firsts))
    for number in {row[0] for row in made["patients"]}:
        own = sorted(row[2:] + row[1:2] for row in made["infusions"] if row[0] == number)
        assert [row[-1] for row in own] == [f"{number}-{k}" for k in range(1, 7)]
        assert {row[3] for row in own} == {f"{number}-1"}


def test_who_has_no_whole_block_is_left_out(firsts: list[int]) -> None:
    made = research(clinic([*firsts, TODAY - 27]))
    assert len(made["patients"]) == SIZE
    assert len(research(clinic([*firsts, TODAY - 28]))["patients"]) == SIZE + 1
    with pytest.raises(BadValue, match="nobody was first treated 28 days ago"):
        research(clinic([TODAY - 27] * SIZE))


def test_numbers_drawn_twice_are_drawn_again() -> None:
    drawn = iter([5, 1, 0, 5, 5, 6, 1, 0] + [n for k in range(7, 30) for n in (k, 1, 0)])
    rows = clinic([TODAY - 60 - n for n in range(SIZE)])
    made = exporting_research.deidentified(
        rows, day=EXPORT, without=frozenset(), chance=lambda _below: next(drawn)
    )
    assert len({row[0] for row in made["patients"]}) == SIZE


def test_of_a_dose_only_the_last_day_of_a_block_is_told() -> None:
    first = TODAY - 5 * 28 - 3
    made = research(clinic([first] * SIZE))
    begins: dict[int, int] = {}
    for row in made["infusions"]:
        begins[row[0]] = min(row[2], begins.get(row[0], row[2]))
    own = {(row[1] - begins[row[0]], row[2] - begins[row[0]], row[3]) for row in made["opioids"]}
    assert sorted(own)[:4] == [
        (-7, 0, 60_000_000), (0, 28, 60_000_000), (28, 56, 60_000_000), (56, 84, 40_000_000),
    ]  # fmt: skip


def test_nothing_is_shared_in_a_set_made_from_records(db: None, tmp_path: Path) -> None:
    """A practice over the change of the clocks, brought in, still going on the day it goes out."""
    noon = datetime.combine(EXPORT, time(23), tzinfo=UTC)
    people, given, scores = [], [], []
    for n in range(SIZE):
        mrn, first = f"R-{n}", date(2026, 3, 1) - timedelta(days=11 * n)
        people.append({"given": f"Nr{n}", "family": "Invented", "mrn": mrn})
        given += [
            {"mrn": mrn, "date": (first + timedelta(days=4 * k)).isoformat(), "start": "09:03",
             "minutes": 40, "dose_mg": 35, "regimen": REGIMEN, "condition": "crps",
             "weight_kg": 70, "number": k + 1, "of": 3, "side_effects": "nausea:1"}
            for k in range(3)
        ]  # fmt: skip
        scores += [
            {"mrn": mrn, "date": (EXPORT - timedelta(days=d)).isoformat(),
             "measure": "average_pain", "value": 4}
            for d in range(0, 121, 3)
        ]  # fmt: skip
        scores += [
            {"mrn": mrn, "date": "2025-06-01", "measure": "opioid_mme", "value": 60},
            {"mrn": mrn, "date": first.isoformat(), "measure": "peg", "value": 5},
        ]
    for kind, some in (("patients", people), ("infusions", given), ("scores", scores)):
        sheet(tmp_path, kind, some)
    with quick_world() as world:
        world.at = noon
        bring(world, tmp_path)
        rows = registry.tables(clinic=world.id, at=noon)
    assert {row[2] for row in rows["opioids"]} == {TODAY + 1}
    assert max(row[1] for row in rows["diary"]) == TODAY
    chance, drawn = by_chance()
    made = exporting_research.deidentified(rows, day=EXPORT, without=frozenset(), chance=chance)
    shared = shared_days(rows, made, drawn)
    assert max(shared.values()) <= 2, shared

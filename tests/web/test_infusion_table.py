"""The table says all that the grid draws: every value, dose, rate, score and mark."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from reprieve.pathway import charting, charting_drug, charting_harm
from reprieve.pathway.clock import moment
from reprieve.records import frames
from reprieve.records.models import Observation
from tests import world as worlds
from tests.chairside import Chair, sit
from tests.web.infusion_page import grid, live, page
from tests.world import World, new

AsRole = Callable[[str], Client]
ROW_MS = 300_000
SENT = {"spo2": (97, 84, 95), "heart_rate": (70, 120, 90), "sbp": (130, 151, 140)}
LASTS_S = 7000  # drawn in stretches of ten seconds, of which rows hold whole ones
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def world(timed: World) -> World:
    return timed


@pytest.fixture
def chair(world: World) -> Chair:
    """Two hours of a monitor that speaks each second, and everything a person writes."""
    made = sit(world)
    link = worlds.linked(world, made.encounter)
    made.start(20)
    for second in range(LASTS_S):
        at_ms = link.from_ms + second * 1000
        values = tuple(
            frames.Value(signal=name, at_ms=at_ms, value=Decimal(row[_which(second)]))
            for name, row in SENT.items()
        )
        frames.insert([frames.NewFrame(
            association=link.pk, recorded_ms=at_ms, dialect=1, values=values
        )])  # fmt: skip
    world.later(minutes=42)
    made.do("rate", rate_ug_per_h=15_000)
    args: dict[str, Any] = {"actor": world["infusion_nurse"], "encounter": made.encounter}
    typed = {"pain": 4, "etco2": 38, "temp_c": 36.6}
    charting.save_set(uid=new(), at=world.at, values=typed, **args)
    dose = charting_drug.Dose(drug="ondansetron", dose=Decimal(4), route="iv", reported=True)
    charting_drug.give(uid=new(), at=world.later(minutes=7), dose=dose, **args)
    harm = charting_harm.Harm(term="dizziness", grade=1, action="reassured")
    charting_harm.record(uid=new(), at=world.later(minutes=7), harm=harm, **args)
    wrong = Observation.of(world.id).get(code="temp_c")
    charting.correct(
        uid=new(), at=world.at, observation=wrong.pk, value=None, reason="another's", **args
    )
    made.do("bolus", dose_ug=5_000)
    world.later(minutes=61)
    return made


def _which(second: int) -> int:
    """An extreme in the middle of every stretch, and the last value neither lowest nor highest."""
    if second % 300 == 299:
        return 2
    return 1 if second % 300 == 290 else 0


def cells(html: str) -> tuple[list[str], list[list[str]]]:
    """The table's heads, and its rows as plain words."""
    table = re.search(r"<table.*?</table>", html, re.DOTALL)
    assert table

    def plain(cell: str) -> str:
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())

    rows = [
        [plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", table[0], re.DOTALL)
    ]
    return rows[0], rows[1:]


def test_the_table_holds_what_the_grid_draws(as_role: AsRole, chair: Chair) -> None:
    nurse = as_role("infusion_nurse")
    drawn = grid(live(nurse, chair).content.decode())
    html = page(nurse, "infusion_table", chair.encounter)
    heads, rows = cells(html)
    at = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}

    def row_of(at_ms: int) -> dict[str, str]:
        local = moment(at_ms - at_ms % ROW_MS).astimezone(ZONE)
        return at[local.strftime("%H:%M")]

    for signal, head in (("spo2", "SpO2 %"), ("heart_rate", "Heart rate /min"),
                         ("sbp", "Systolic mmHg")):  # fmt: skip
        stretches: dict[int, list[list[float]]] = {}
        for point in drawn["feed"][signal]:
            stretches.setdefault(point[0] // ROW_MS, []).append(point)
        assert len(stretches) >= 18
        for points in stretches.values():
            last, low = points[-1][3], min(p[1] for p in points)
            high = max(p[2] for p in points)
            spread = f" ({low:g}–{high:g})" if low != high else ""
            assert row_of(points[0][0])[head].startswith(f"{last:g}{spread}"), (signal, points)
    for signal, at_ms, value, _late, struck, _id in drawn["hand"]:
        if value is None:  # what stands in the place of a struck value: nothing
            continue
        said = " ".join(row_of(at_ms).values())
        assert f"{value:g}" in said, signal
        assert ("struck through" in said) >= struck
    assert any(struck for *_rest, struck, _id in drawn["hand"])
    for at_ms, drug, dose, _deviation, _ug, _struck in drawn["drugs"]:
        assert f"{drug} {dose}" in row_of(at_ms)["Events"]
    for at_ms, number, _late, _struck in drawn["marks"]:
        assert re.search(rf"(^|; ){number}\. ", row_of(at_ms)["Events"])
    for begin_ms, _end_ms, rate in drawn["rates"]:
        assert row_of(begin_ms)["Rate mg/h"] == f"{rate:.1f}"
    (bolus,) = drawn["boluses"]
    assert f"Bolus · {bolus[1]:.1f} mg" in row_of(bolus[0])["Events"]
    assert "dizziness" in " ".join(row["Events"] for row in at.values())
    assert f"Given {drawn['given']:.1f}" in " ".join(re.sub(r"<[^>]+>", " ", html).split())

"""Curves of regimens side by side: what may share an axis, evidence behind, a band for each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reprieve.clinical.regimens import regimens
from reprieve.pathway.planning import draft
from reprieve.pathway.planning_outlook import Outlook, outlook
from reprieve.pharmacology import evidence_bands
from reprieve.web import plan_charts
from reprieve.web.plan_view import Column
from tests.gate_desk import USUAL


@pytest.fixture(scope="module")
def expected() -> Outlook:
    found = outlook(draft(USUAL), crps=True)
    assert found is not None
    return found


def column(name: str, found: Outlook | None) -> Column:
    return Column(id=name, name=name, rows=(), findings=(), source="", verified=True, outlook=found)


def test_levels_of_one_kind_share_a_chart_with_the_evidence_behind(expected: Outlook) -> None:
    [one] = plan_charts.level_charts([column("a", expected), column("b", expected)])
    data = one["data"]
    assert one["id"] == "chart-levels"
    assert "arterial" in data["y"]["label"]
    shown = [line["label"] for line in data["series"] if not line.get("quiet")]
    assert shown == ["a", "b"]
    assert [band["label"] for band in data["bands"]] == [
        "relief of pain was seen", "dissociation was seen",
    ]  # fmt: skip
    drawn = [
        tuple(data["series"][band[side] - 1]["values"][0] for side in ("lower", "upper"))
        for band in data["bands"]
    ]  # fmt: skip
    assert drawn == [(70, 200), (100, 250)]
    assert drawn == [(b.low_ng_per_ml, b.high_ng_per_ml) for b in evidence_bands("racemic")]


def test_arterial_and_venous_racemic_and_s_never_share_an_axis(expected: Outlook) -> None:
    venous = replace(expected, sampling_site="venous")
    other = replace(expected, sampling_site="venous", form="S", evidence=evidence_bands("S"))
    three = [column(n, o) for n, o in (("a", expected), ("b", venous), ("c", other))]
    charts = plan_charts.level_charts(three)
    assert [c["id"] for c in charts] == ["chart-levels", "chart-levels-2", "chart-levels-3"]
    labels = [c["data"]["y"]["label"] for c in charts]
    assert len(set(labels)) == 3
    assert "S-ketamine" in labels[2]
    third = charts[2]["data"]
    assert third["series"][third["bands"][0]["upper"] - 1]["values"][0] == 100


def test_each_regimen_has_its_band_of_relief(expected: Outlook) -> None:
    three = [column(n, o) for n, o in (("a", expected), ("b", None), ("c", expected))]
    chart = plan_charts.relief_chart(three)
    assert chart is not None
    data = chart["data"]
    assert len(data["bands"]) == 2
    for band, place in zip(data["bands"], (0, 1), strict=True):
        high, low = (data["series"][band[side] - 1]["values"] for side in ("upper", "lower"))
        mean = data["series"][place]["values"]
        assert all(lo <= m <= hi for lo, m, hi in zip(low, mean, high, strict=True))
    assert plan_charts.relief_chart([column("b", None)]) is None
    assert plan_charts.level_charts([column("b", None)]) == []


def test_every_shipped_regimen_has_an_outlook_for_a_usual_weight() -> None:
    for name in regimens():
        assert outlook(draft(replace(USUAL, regimen=name)), crps=False) is not None

"""What few patients share is made coarser until it is no small cell, or the set is refused."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.knowledge import BadValue
from reprieve.outcomes.rules import rules
from reprieve.pathway import exporting_cells
from reprieve.pathway.exporting_cells import OTHER, REST

RULES = rules(on=date(2026, 12, 1))
LEAST = RULES.group_min_patients


def had(patient: int, term: str, grade: int = 1, serious: int = 0) -> tuple[Any, ...]:
    return (patient, f"{patient}-1", term, grade, serious)


class TestWeight:
    @pytest.mark.parametrize("weight_g", [121_000, 133_400, 160_000, 211_300, 30_000, 38_200])
    def test_a_dose_per_kilogram_does_not_give_a_cut_weight_back(self, weight_g: int) -> None:
        shown = exporting_cells.weighed(weight_g // 2, weight_g)
        assert shown in {(60_000, 120_000), (22_500, 45_000)}

    def test_a_dose_at_a_ceiling_does_not_give_it_back_either(self) -> None:
        shown = {exporting_cells.weighed(80_000, kg * 1000) for kg in range(191, 213)}
        assert shown == {(48_000, 120_000)}

    def test_a_common_weight_keeps_its_dose(self) -> None:
        assert exporting_cells.weighed(35_204, 70_400) == (35_000, 70_000)
        assert exporting_cells.weighed(60_000, 120_000) == (60_000, 120_000)

    def test_without_a_weight_a_dose_would_tell_it(self) -> None:
        assert exporting_cells.weighed(80_000, None) == (None, None)


def test_a_dose_of_opioids_is_cut_where_it_is_rare() -> None:
    assert exporting_cells.opioid(45_500_001) == 46_000_000
    assert exporting_cells.opioid(612_000_000) == 200_000_000


class TestSideEffects:
    def test_one_serious_event_does_not_go_out(self) -> None:
        rows = [had(n, "nausea") for n in range(30)] + [had(7, "chest pain", 4, 1)]
        shown = Counter(row[2:] for row in exporting_cells.side_effects(rows, RULES))
        assert shown == {REST: 31}

    def test_a_rare_term_loses_its_name_and_common_ones_keep_theirs(self) -> None:
        rows = [had(n, "nausea") for n in range(30)]
        rows += [had(n, "itching" if n % 2 else "headache", 2) for n in range(14)]
        shown = Counter(row[2:] for row in exporting_cells.side_effects(rows, RULES))
        assert shown == {("nausea", 1, 0): 30, (OTHER, 2, 0): 14}

    def test_rows_of_one_patient_are_one_patient(self) -> None:
        rows = [had(1, "nausea") for _ in range(40)]
        with pytest.raises(BadValue, match="fewer than 11 patients had a side effect"):
            exporting_cells.side_effects(rows, RULES)

    def test_none_at_all_is_no_small_cell(self) -> None:
        assert exporting_cells.side_effects([], RULES) == []

    @given(
        st.lists(
            st.builds(
                had, st.integers(0, 25), st.sampled_from(["nausea", "itching", "sedation"]),
                st.integers(1, 5), st.integers(0, 1),
            ),
            max_size=120,
        )
    )  # fmt: skip
    def test_nothing_that_goes_out_is_held_by_few(self, rows: list[tuple[Any, ...]]) -> None:
        try:
            shown = exporting_cells.side_effects(rows, RULES)
        except BadValue:
            assert len({row[0] for row in rows}) < LEAST
            return
        assert [row[:2] for row in shown] == [row[:2] for row in rows]
        held: dict[Any, set[int]] = {}
        for row in shown:
            held.setdefault(row[2:], set()).add(row[0])
        assert all(len(some) >= LEAST for some in held.values())


class TestCells:
    def infusion(self, patient: int, regimen: str) -> tuple[Any, ...]:
        return (patient, f"{patient}-1", 0, 1, regimen, "", 0, 35_000, 70_000)

    def test_a_later_regimen_of_one_patient_counts_too(self) -> None:
        patients: list[tuple[Any, ...]] = [(n, "crps") for n in range(20)]
        infusions = [self.infusion(n, "a") for n in range(20)]
        exporting_cells.check(patients, infusions, RULES)
        with pytest.raises(BadValue, match="2 combinations"):
            exporting_cells.check(patients, [*infusions, self.infusion(3, "b")], RULES)

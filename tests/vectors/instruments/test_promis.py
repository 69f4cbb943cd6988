"""PROMIS scores published by HealthMeasures, against ours.

`PROMIS` is the adult pain interference 4a table of raw sum, T and standard error (tolerance 0.1, as
printed). PROMIS-29 is entered as T scores: the only public table of all seven domains that was
found (a FHIR questionnaire of 2026) prints the anxiety table again for pain interference, against
the table below, so none of it is used. Its codes are LOINC's, as in the eCQM value sets of 2020.
"""

import pytest

from reprieve.clinical.instruments import instrument, score

PROMIS = """4 41.6 6.1 | 5 49.6 2.5 | 6 52.0 2.0 | 7 53.9 1.9 | 8 55.6 1.9 | 9 57.1 1.9
| 10 58.5 1.8 | 11 59.9 1.8 | 12 61.2 1.8 | 13 62.5 1.8 | 14 63.8 1.8 | 15 65.2 1.8
| 16 66.6 1.8 | 17 68.0 1.8 | 18 69.7 1.9 | 19 71.6 2.1 | 20 75.6 3.6"""


def promis_rows() -> list[tuple[int, float, float]]:
    rows = [row.split() for row in PROMIS.split("|")]
    return [(int(raw), float(t), float(se)) for raw, t, se in rows]


@pytest.mark.parametrize(("raw", "t", "se"), promis_rows())
def test_promis_4a_every_raw_sum(raw: int, t: float, se: float) -> None:
    answers = [1 + min(max(raw - 4 - 4 * n, 0), 4) for n in range(4)]
    result = score(instrument="promis-pain-interference-4a", answers=answers)
    assert result.total == raw
    assert result.t_score == pytest.approx(t, abs=0.1)
    assert result.se == pytest.approx(se, abs=0.1)
    assert result.band == ("severe" if t >= 70 else "moderate" if t >= 60 else "below moderate")


def test_promis_4a_covers_every_possible_sum_and_no_other() -> None:
    table = instrument("promis-pain-interference-4a").t_scores
    assert sorted(table) == list(range(4, 21)) == [raw for raw, _, _ in promis_rows()]


@pytest.mark.parametrize("missing", range(4))
def test_promis_4a_incomplete_has_no_table_score(missing: int) -> None:
    answers = [3 if n != missing else None for n in range(4)]
    result = score(instrument="promis-pain-interference-4a", answers=answers)
    assert (result.total, result.t_score, result.se, result.band) == (None, None, None, None)
    assert len(result.missing) == 1


DOMAINS = {
    "physical-function": "71959-1",
    "anxiety": "71967-4",
    "depression": "71965-8",
    "fatigue": "71963-3",
    "sleep-disturbance": "71955-9",
    "social-roles": "71957-5",
    "pain-interference": "71961-7",
}


@pytest.mark.parametrize(("domain", "code"), DOMAINS.items())
def test_promis_29_keeps_the_t_score_under_its_published_code(domain: str, code: str) -> None:
    result = score(instrument="promis-29", answers={domain: 56.8})
    assert result.subscales[domain] == pytest.approx(56.8, abs=0.05)
    item = instrument("promis-29").item(domain)
    assert item is not None
    assert (item.loinc, item.unit) == (code, "{Tscore}")

"""Reading a series: any column order, missing columns, repeats; everything else is named."""

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring import series


def read(text: str) -> series.Series:
    return series.read(text.encode())


def values(text: str) -> list[tuple[int, str, float]]:
    return [(r.at_ms, r.signal, r.value) for r in read(text).readings]


def test_columns_come_in_any_order_and_empty_cells_are_no_reading() -> None:
    assert values("spo2,t,heart_rate\n97,1970-01-01T00:00:01Z,\n,1970-01-01T00:00:02Z, 70.5\n") == [
        (1000, "spo2", 97.0),
        (2000, "heart_rate", 70.5),
    ]


def test_rows_are_sorted_and_repeats_are_one() -> None:
    rows = ["1970-01-01T00:00:02Z,96", "1970-01-01T00:00:01Z,97", "1970-01-01T00:00:02Z,96.0"]
    assert values("t,spo2\n" + "\n".join(rows)) == [(1000, "spo2", 97), (2000, "spo2", 96)]


def test_a_row_is_one_message_for_the_pressure_pair() -> None:
    found = read("t,sbp,dbp\n1970-01-01T00:00:01Z,80,90\n1970-01-01T00:00:02Z,120,80\n").readings
    assert [sorted(r.flags) for r in found] == [["pair"], ["pair"], [], []]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T01:00:00.250+0100", 250),
        ("1970-01-01 00:00:01,5Z", 1500),
        ("1969-12-31T19:00-05", 0),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_moments(text: str, ms: int) -> None:
    assert series.moment_ms(text) == ms


def test_the_file_s_own_offset_is_kept_in_words() -> None:
    text = "t,spo2\n2026-03-01 09:00:00+05:30,97\n2026-03-01T09:00:00Z,97\n"
    assert sorted(read(text).written.values()) == [
        "2026-03-01T09:00:00+05:30",
        "2026-03-01T09:00:00Z",
    ]


def test_a_byte_order_mark_windows_lines_and_empty_lines_are_harmless() -> None:
    assert values("\ufefft,spo2\r\n\r\n1970-01-01T00:00:01Z,97\r\n,\r\n") == [(1000, "spo2", 97)]


def test_a_file_of_a_header_alone_has_no_readings() -> None:
    assert values("t,spo2\n") == []


ROW = "1970-01-01T00:00:01Z"
BAD = [
    ("", "series: the file is empty"),
    ("t,glucose\n", "column: unknown 'glucose'"),
    ("t,t,spo2\n", "column: t is there twice"),
    ("t,spo2,\n", "column: unknown ''"),
    ("spo2\n97\n", "column: t (the time) is missing"),
    ("t;spo2\n", "column: unknown 't;spo2'"),
    (f"t,spo2\n{ROW}\n", "row 2: 1 cells under 2 columns"),
    (f"t,spo2\n{ROW},97,98\n", "row 2: 3 cells under 2 columns"),
    (f"t,spo2\n{ROW},97\n{ROW},high\n", "row 3 spo2: 'high' is not a number"),
    (f"t,spo2\n{ROW},nan\n", "row 2 spo2: 'nan' is not a number"),
    (f"t,spo2\n{ROW},1e999\n", "row 2 spo2: '1e999' is not a number"),
    (f"t,spo2\n{ROW},9_7\n", "row 2 spo2: '9_7' is not a number"),
    (f"t,spo2\n{ROW},٩٧\n", "row 2 spo2: '٩٧' is not a number"),
    ("t,spo2\n2026-03-01T09:00:00,97\n", "row 2 t: '2026-03-01T09:00:00': not an ISO 8601 time"),
    ("t,spo2\n2026-02-30T09:00:00Z,97\n", "row 2 t: '2026-02-30T09:00:00Z': day is out of range"),
    ("t,spo2\n,97\n", "row 2 t: '': not an ISO 8601 time"),
    ('t,spo2\n"a\nb",97\n', r"row 2 t: 'a\nb': not an ISO 8601 time"),
    (f't,spo2\n{ROW},"97\n', "series: not a CSV file"),
    (f"t,spo2\n{ROW},9\0\n", r"row 2 spo2: '9\x00' is not a number"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_bad_input_is_named_in_one_line(text: str, says: str) -> None:
    with pytest.raises(BadValue) as caught:
        read(text)
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


def test_what_is_not_text_is_named() -> None:
    with pytest.raises(BadValue, match="series: not UTF-8"):
        series.read(b"t,spo2\n\xff\xfe")

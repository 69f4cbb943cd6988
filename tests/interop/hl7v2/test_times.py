from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reprieve.interop.hl7v2.read import read
from reprieve.interop.hl7v2.times import AMBIGUOUS, FUTURE, SKIPPED, Clock, stamp, zone_named
from reprieve.knowledge import BadValue

HR = "147842^MDC_ECG_HEART_RATE^MDC"
BERLIN = zone_named("Europe/Berlin")


def at(text: str, **clock) -> tuple[str, tuple[str, ...]]:
    moment = Clock(**clock).first_of(("OBX-14", text))
    return moment.iso(), moment.flags


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("20260301101500", "2026-03-01T10:15:00"),
        ("202603011015", "2026-03-01T10:15:00"),
        (" 20260301101500 ", "2026-03-01T10:15:00"),
        ("20260301101500.0000+0530", "2026-03-01T10:15:00+05:30"),
        ("20260301101500.25-0700", "2026-03-01T10:15:00.250-07:00"),
        ("20260301101500.123456Z", "2026-03-01T10:15:00.123+00:00"),
        ("20260301101500+05:30", "2026-03-01T10:15:00+05:30"),
        ("202603011015+0000", "2026-03-01T10:15:00+00:00"),
    ],
)
def test_reads_every_form_of_a_stamp(text, iso):
    assert at(text) == (iso, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "20260301",
        "2026030110",
        "20260229101500",
        "20260301251500",
        "20260301106000",
        "20260301101560",
        "20260301101500+1500",
        "20260301101500+0160",
        "19700101000000",
        "21010101000000",
        "00000000000000",
        "x",
        "2026-03-01T10:15:00",
        "٢٠٢٦٠٣٠١١٠١٥٠٠",
    ],
)
def test_finds_no_time_where_there_is_none(text):
    assert stamp(text) is None


@pytest.mark.parametrize(
    ("obx14", "obr7", "obr14", "msh7", "field", "minute"),
    [
        ("20260301100100", "20260301100200", "20260301100300", "20260301100400", "OBX-14", 1),
        ("", "20260301100200", "20260301100300", "20260301100400", "OBR-7", 2),
        ("", "", "20260301100300", "20260301100400", "OBR-14", 3),
        ("", "", "", "20260301100400", "MSH-7", 4),
        ("00000000000000", "20260301100200", "", "", "OBR-7", 2),
    ],
)
def test_prefers_the_time_nearest_to_the_value(oru, obx, obx14, obr7, obr14, msh7, field, minute):
    obr = f"OBR|1|||x|||{obr7}|||||||{obr14}"
    (row,) = read(oru(obx(HR, "72", time=obx14), msh7=msh7, obr=obr)).charted
    assert (row.time.field, row.time.at.minute, row.flags) == (field, minute, ())


def test_passes_over_an_unreadable_time_and_says_so(oru, obx):
    (row,) = read(oru(obx(HR, "72", time="soon"))).charted
    assert (row.time.field, row.flags) == ("OBR-7", ("OBX-14 is not readable",))


def test_takes_the_offset_of_the_field_then_the_header_then_the_clinic():
    own, none = "20260301101500+0530", "20260301101500"
    header = "20260301101500-0700"
    assert at(own, header=header, zone=BERLIN)[0].endswith("+05:30")
    assert at(none, header=header, zone=BERLIN)[0].endswith("-07:00")
    assert at(none, header=none, zone=BERLIN)[0].endswith("+01:00")
    assert at(none) == ("2026-03-01T10:15:00", ())


def test_places_the_hour_that_is_repeated_by_the_arrival_else_first():
    local = "20261025023000"
    early = datetime(2026, 10, 25, 0, 30, 5, tzinfo=UTC)
    late = datetime(2026, 10, 25, 1, 30, 5, tzinfo=UTC)
    first = ("2026-10-25T02:30:00+02:00", (AMBIGUOUS,))
    assert at(local, zone=BERLIN) == first
    assert at(local, zone=BERLIN, received=early) == first
    assert at(local, zone=BERLIN, received=late) == ("2026-10-25T02:30:00+01:00", (AMBIGUOUS,))


def test_places_the_hour_that_is_left_out():
    assert at("20260329023000", zone=BERLIN) == ("2026-03-29T03:30:00+02:00", (SKIPPED,))


def test_marks_times_in_the_future_when_the_arrival_is_known():
    received = datetime(2026, 3, 1, 10, 15, tzinfo=UTC)
    assert at("20260301101600Z", received=received)[1] == ()
    assert at("20260301101601Z", received=received)[1] == (FUTURE,)
    assert at("20260301102000", received=received)[1] == ()


def test_counts_milliseconds_only_of_a_placed_time():
    placed = Clock().first_of(("MSH-7", "19900101000000.5Z"))
    assert placed.ms == 631152000500
    assert Clock().first_of(("MSH-7", "19900101000000")).ms is None
    assert (placed.zone, Clock().first_of(("MSH-7", "19900101000000")).zone) == ("+00:00", None)


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd"])
def test_refuses_a_zone_that_is_none(name):
    with pytest.raises(BadValue, match="timezone"):
        zone_named(name)

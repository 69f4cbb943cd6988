from __future__ import annotations

import pytest

from reprieve.interop.hl7v2.read import read


@pytest.mark.parametrize(
    ("field", "numbers"),
    [
        ("", ()),
        ("0042", ("0042",)),
        ("0042~0042~0042", ("0042",)),
        ("0042~42", ("0042", "42")),
        ("^^^^PI", ()),
        ("^^^Clinic^MR~7^^^Clinic^MR", ("7",)),
        (r"A\T\B", ("A&B",)),
        ('""', ()),
    ],
)
def test_reports_numbers_as_they_stand(oru, field, numbers):
    assert read(oru(pid=f"PID||99|{field}|Doe^Jo|Doe^Jo")).patient_ids == numbers


def test_reports_nobody_without_a_pid(oru):
    assert read(oru(pid="")).patient_ids == ()


@pytest.mark.parametrize(
    ("field", "app", "bed", "location"),
    [
        ("^^Doc1&5&1", "", "Doc1", "^^Doc1&5&1"),
        ("^^&10", "", "10", "^^&10"),
        ("^^&10", "NC_Monitor", "10", "^^&10"),
        ("ICU^^5^XYZ", "", "5", "ICU^^5^XYZ"),
        ("^^pDemo6&0&0", "", "pDemo6", "^^pDemo6&0&0"),
        ("^^Office&7&3232&4601", "MINDRAY_E", "7", "^^Office&7&3232&4601"),
        ("^^Bed7", "MINDRAY_E", "Bed7", "^^Bed7"),
        ("^^Office&&1", "MINDRAY_E", "Office", "^^Office&&1"),
        ("ICU^Room2", "", "Room2", "ICU^Room2"),
        ("ICU", "", "ICU", "ICU"),
        ("^^^Hospital", "", None, "^^^Hospital"),
        ("^^^", "", None, None),
        ("^^&&", "", None, None),
        ("", "", None, None),
    ],
)
def test_finds_the_bed_in_its_sub_components(oru, field, app, bed, location):
    message = read(oru(pv1=f"PV1||I|{field}", app=app))
    assert (message.bed, message.location) == (bed, location)


@pytest.mark.parametrize(
    ("app", "facility", "equipment", "device"),
    [
        ("MON^0080^EUI-64", "", [], "0080"),
        ("MON^0080^EUI-64", "", ["77^X"], "77"),
        ("MON^0080^EUI-64", "", ["77^X", "78^X"], "0080"),
        ("VSP^0080^EUI-64", "GE Healthcare", ["77^X"], "0080"),
        ("NC_Monitor", "SERIAL1", [], "SERIAL1"),
        ("MINDRAY_EGATEWAY^0080^EUI-64", "MINDRAY", [], None),
        ("MINDRAY_EGATEWAY^0080^EUI-64", "MINDRAY", ["MON5^^00A0^EUI-64"], "00A0"),
        ("", "", [], None),
    ],
)
def test_reports_the_device_where_its_maker_writes_it(oru, app, facility, equipment, device):
    rows = [f"OBX||||||||||||||||||{e}" for e in equipment]
    assert read(oru(*rows, app=app, facility=facility)).device == device


def test_names_the_sender_for_people(oru):
    assert read(oru(app="MON^1", facility="WARD")).sender == "MON WARD"

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.interop.hl7v2.read import read
from reprieve.knowledge import BadValue

HR = "147842^MDC_ECG_HEART_RATE^MDC"
SPO2 = "150456^MDC_PULS_OXIM_SAT_O2^MDC"


def kinds(message):
    return [(p.code, p.kind) for p in message.parked]


def one(message):
    (charted,) = message.charted
    return charted


def parked(message):
    assert message.charted == ()
    (row,) = message.parked
    return row


def test_charts_value_unit_time_and_source(oru, obx):
    message = read(oru(obx(HR, "72", time="20260301101459.250+0100")))
    row = one(message)
    assert (row.signal, row.value, row.unit, row.source) == ("heart_rate", 72, "/min", "ecg")
    assert row.time.iso() == "2026-03-01T10:14:59.250+01:00"
    assert (message.control_id, message.ack, message.patient_ids) == ("c1", "AA", ("0042",))
    assert (message.bed, message.location) == ("Bed3", "^^Bed3")
    assert message.dialect == "mdc"


@pytest.mark.parametrize(
    ("code", "unit", "value", "signal", "source"),
    [
        ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "spo2", "97", "spo2", "oximeter"),
        ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "rate", "70", "pulse_rate", "oximeter"),
        ("149522^MDC_PULS_RATE^MDC", "rate", "70", "pulse_rate", "pulse"),
        ("149546^MDC_PULS_RATE_NON_INV^MDC", "rate", "70", "pulse_rate", "nibp"),
        ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "mmHg", "120", "sbp", "nibp"),
        ("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", "mmHg", "70", "dbp", "nibp"),
        ("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", "mmHg", "90", "map", "nibp"),
        ("150017^MDC_PRESS_BLD_NONINV_SYS^MDC", "mmHg", "120", "sbp", "nibp"),
        ("150017^MDC_PRESS_BLD_SYS^MDC", "mmHg", "120", "sbp", "unspecified"),
        ("150018^MDC_PRESS_BLD_NONINV_DIA^MDC", "mmHg", "70", "dbp", "nibp"),
        ("150019^MDC_PRESS_BLD_NONINV_MEAN^MDC", "mmHg", "90", "map", "nibp"),
        ("150301^MDC_PRESS_CUFF_SYS^MDC", "mmHg", "120", "sbp", "nibp"),
        ("150302^MDC_PRESS_CUFF_DIA^MDC", "mmHg", "70", "dbp", "nibp"),
        ("150303^MDC_PRESS_CUFF_MEAN^MDC", "mmHg", "90", "map", "nibp"),
        ("150033^MDC_PRESS_BLD_ART_SYS^MDC", "mmHg", "120", "sbp", "arterial"),
        ("150034^MDC_PRESS_BLD_ART_DIA^MDC", "mmHg", "70", "dbp", "arterial"),
        ("150035^MDC_PRESS_BLD_ART_MEAN^MDC", "mmHg", "90", "map", "arterial"),
        ("151562^MDC_RESP_RATE^MDC", "rpm", "14", "respiratory_rate", "unspecified"),
        ("151578^MDC_TTHOR_RESP_RATE^MDC", "rpm", "14", "respiratory_rate", "thoracic"),
        ("151658^MDC_PLETH_RESP_RATE^MDC", "rpm", "14", "respiratory_rate", "pleth"),
        ("151594^MDC_CO2_RESP_RATE^MDC", "rpm", "14", "respiratory_rate", "co2"),
        ("151708^MDC_CONC_AWAY_CO2_ET^MDC", "mmHg", "38", "etco2", "co2"),
        ("150344^MDC_TEMP^MDC", "Cel", "36.6", "temp_c", "probe"),
        ("0002-4182^HR^MDIL", "0004-0aa0^bpm^MDIL", "60", "heart_rate", "ecg"),
        ("0002-4bb8^SpO2^MDIL", "0004-0220^%^MDIL", "95", "spo2", "oximeter"),
        ("0002-5000^Resp^MDIL", "0004-0ae0^rpm^MDIL", "15", "respiratory_rate", "unspecified"),
        ("0002-500a^RR^MDIL", "0004-0ae0^rpm^MDIL", "15", "respiratory_rate", "unspecified"),
        ("0002-4822^Pulse^MDIL", "0004-0aa0^bpm^MDIL", "61", "pulse_rate", "oximeter"),
        ("0002-480a^Pulse^MDIL", "0004-0aa0^bpm^MDIL", "61", "pulse_rate", "pulse"),
        ("0002-4a05^NBPs^MDIL", "0004-0f20^mmHg^MDIL", "119", "sbp", "nibp"),
        ("0002-4a06^NBPd^MDIL", "0004-0f20^mmHg^MDIL", "69", "dbp", "nibp"),
        ("0002-4a15^ABPs^MDIL", "0004-0f20^mmHg^MDIL", "121", "sbp", "arterial"),
        ("0002-4A16^ABPd^MDIL", "0004-0f20^mmHg^MDIL", "71", "dbp", "arterial"),
        ("0002-4a17^ABPm^MDIL", "0004-0f20^mmHg^MDIL", "91", "map", "arterial"),
        ("0002-f0c7^Temp1^MDIL", "0004-17a0^°C^MDIL", "37.1", "temp_c", "probe"),
        ("327680^SPO2_SPO2^EHC", "%", "98", "spo2", "oximeter"),
        ("131072^ECG_HR^EHC", "bpm", "66", "heart_rate", "ecg"),
        ("393216^NIBP_SYS^EHC", "mmHg", "118", "sbp", "nibp"),
        ("393217^NIBP_DIA^EHC", "mmHg", "68", "dbp", "nibp"),
        ("393219^NIBP_PR^EHC", "bpm", "67", "pulse_rate", "nibp"),
        ("458752^TEMP_T1^EHC", "°C", "36.9", "temp_c", "probe"),
    ],
)
def test_maps_every_known_code(oru, obx, code, unit, value, signal, source):
    row = one(read(oru(obx(code, value, unit))))
    assert (row.signal, row.source, row.value) == (signal, source, Decimal(value))


@pytest.mark.parametrize(
    ("code", "value", "unit", "signal", "expected", "own"),
    [
        ("150344^MDC_TEMP^MDC", "98.6", "266560^MDC_DIM_FAHR^MDC", "temp_c", "37.00", "Cel"),
        ("150344^MDC_TEMP^MDC", "100.4", "degF", "temp_c", "38.00", "Cel"),
        ("150021^^MDC", "16", "265987^MDC_DIM_KILO_PASCAL^MDC", "sbp", "120.01", "mm[Hg]"),
        ("151708^EtCO2^MDC", "5.3", "kPa", "etco2", "39.75", "mm[Hg]"),
    ],
)
def test_converts_units(oru, obx, code, value, unit, signal, expected, own):
    row = one(read(oru(obx(code, value, unit))))
    assert (row.signal, row.value, row.unit) == (signal, Decimal(expected), own)


@pytest.mark.parametrize(
    ("code", "value", "unit", "sub"),
    [
        (SPO2, "45", "mmHg", ""),  # an end-tidal value under an oximeter's code
        ("150456^MDC_ECG_HEART_RATE^MDC", "97", "spo2", ""),
        ("150456^MDC_CO2_RESP_RATE^MDC", "97", "spo2", ""),
        ("150021^MDC_PRESS_BLD_NONINV_DIA^MDC", "78", "mmHg", ""),
        ("150021^MDC_PRESS_BLD_ART_SYS^MDC", "120", "mmHg", ""),
        ("150033^MDC_PRESS_BLD_NONINV_SYS^MDC", "120", "mmHg", ""),
        ("150017^MDC_PRESS_BLD_ART_PULM_SYS^MDC", "60", "mmHg", ""),
        (SPO2, "97", "262688^MDC_DIM_MMHG^MDC", ""),
        (HR, "72", "spo2", ""),
        (SPO2, "97", "spo2", "1.3.1.147842"),
        ("147842^MDC_ECG_HEART_RATE_DIFF^MDC", "72", "rate", ""),
    ],
)
def test_parks_conflicts_of_code_text_unit_and_sub_id(oru, obx, code, value, unit, sub):
    row = parked(read(oru(obx(code, value, unit, sub=sub))))
    assert row.kind == "conflict"


@pytest.mark.parametrize("code", ["110^HR", "110^HR^L", "147842", "147842^HR^LN", "999^X^MDC", ""])
def test_parks_codes_no_dialect_maps(oru, obx, code):
    row = parked(read(oru(obx(code, "72"))))
    assert (row.kind, row.reason) == ("unmapped", "unmapped code")


def test_takes_a_code_without_system_when_its_text_agrees(oru, obx):
    assert one(read(oru(obx("147842^MDC_ECG_HEART_RATE", "72")))).signal == "heart_rate"


def test_takes_the_alternate_coding_of_a_local_code(oru, obx):
    row = one(read(oru(obx("110^HR^99LOC^147842^MDC_ECG_HEART_RATE^MDC", "72"))))
    assert (row.signal, row.code) == ("heart_rate", "110")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("-999", "marker"),
        ("-99.9", "marker"),
        ("-100", "marker"),
        ("-10000", "marker"),
        ("-1", "marker"),
        ("8388607", "marker"),
        ("-1.0", "marker"),
        ("0", "zero"),
        ("0.0", "zero"),
        ("-0", "zero"),
        ("", "no value"),
        ('""', "no value"),
        ("2.73x10^-7", "number"),
        ("7.2e1", "number"),
        ("72,5", "number"),
        (">72", "number"),
        ("nan", "number"),
        ("inf", "number"),
        ("٧٢", "number"),
        ("72^73", "number"),
        ("72~73", "number"),
        ("7_2", "number"),
        ("1" * 40, "number"),
        ("19.9", "implausible"),
        ("301", "implausible"),
    ],
)
def test_never_charts_what_is_no_measurement(oru, obx, value, kind):
    assert parked(read(oru(obx(HR, value)))).kind == kind


@pytest.mark.parametrize("value", ["20", "300", "72.", "+72", "072", "72.50"])
def test_charts_plain_numbers_inside_the_range(oru, obx, value):
    assert one(read(oru(obx(HR, value)))).value == Decimal(value)


def test_keeps_the_signal_of_a_parked_zero(oru, obx):
    row = parked(read(oru(obx(SPO2, "0", "spo2"))))
    assert (row.signal, row.kind) == ("spo2", "zero")
    assert "look at the patient" in row.reason


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"status": "X"}, "no value"),
        ({"status": "D"}, "no value"),
        ({"status": "W"}, "no value"),
        ({"kind": ""}, "no value"),
        ({"kind": "CNE"}, "no value"),
        ({"kind": "ST"}, "no value"),
        ({"kind": "NA"}, "wave"),
        ({"how": "SETTING"}, "setting"),
    ],
)
def test_parks_rows_that_carry_no_value(oru, obx, changed, kind):
    assert parked(read(oru(obx(HR, "72", **changed)))).kind == kind


@pytest.mark.parametrize("status", ["", "F", "P", "R", "C"])
def test_charts_every_status_that_carries_a_value(oru, obx, status):
    assert one(read(oru(obx(HR, "72", status=status)))).value == 72


def test_parks_waveforms_and_limits(oru, obx):
    rows = [
        obx("131329^MDC_ECG_ELEC_POTL_II_WAVEFORM^MDC", "1", "rate"),
        obx("147842^MDC_ECG_HEART_RATE_LIMIT^MDC", "120"),
    ]
    assert [p.kind for p in read(oru(*rows)).parked] == ["wave", "setting"]


def test_needs_a_unit_where_several_are_in_use(oru, obx):
    temp = parked(read(oru(obx("150344^MDC_TEMP^MDC", "37", ""))))
    odd = parked(read(oru(obx("150344^MDC_TEMP^MDC", "37", "furlong"))))
    assert (temp.kind, odd.kind) == ("unit", "unit")
    assert one(read(oru(obx(HR, "72", "")))).unit == "/min"


def test_parks_pressures_that_cannot_be(oru, obx):
    rows = [
        obx("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "80", "mmHg"),
        obx("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", "80", "mmHg"),
        obx("150034^MDC_PRESS_BLD_ART_DIA^MDC", "90", "mmHg"),
    ]
    message = read(oru(*rows))
    assert kinds(message) == [("150021", "implausible"), ("150022", "implausible")]
    assert one(message).source == "arterial"


def test_charts_the_first_of_two_readings_of_the_same_time(oru, obx):
    rows = [
        obx(SPO2, "-100", "spo2", sub="1.3.1.150456"),
        obx(SPO2, "97", "spo2", sub="1.3.2.150456"),
        obx(SPO2, "96", "spo2", sub="1.3.3.150456"),
    ]
    message = read(oru(*rows))
    assert one(message).value == 97
    assert [p.kind for p in message.parked] == ["marker", "repeated"]


def test_charts_nothing_in_training_mode(oru, obx):
    for processing in ("T", "D", "t^T"):
        message = read(oru(obx(HR, "72"), processing=processing))
        assert message.training
        assert parked(message).kind == "training"
        assert message.ack == "AA"


@pytest.mark.parametrize(
    ("event", "ack"),
    [
        ("QRY^R02", "AR"),
        ("QRY^A19", "AR"),
        ("ADT^A08", "AR"),
        ("SIU^S12", "AR"),
        ("ORU^R30", "AR"),
        ("", "AE"),
        ("ACK^R01", None),
        ("ORU", "AA"),
    ],
)
def test_answers_other_traffic(oru, event, ack):
    assert read(oru(event=event)).ack == ack


def test_parks_the_values_of_a_refused_message(oru, obx):
    message = read(oru(obx(HR, "72"), control=""))
    assert (message.ack, message.control_id) == ("AE", None)
    assert parked(message).kind == "rejected"


@pytest.mark.parametrize(
    ("changed", "ack"),
    [
        ({"accept": "AL"}, "CA"),
        ({"accept": "NE"}, "AA"),
        ({"accept": "AL", "event": "QRY^R02"}, "CR"),
        ({"accept": "AL", "control": ""}, "CE"),
        ({"version": "3.0"}, "AR"),
        ({"processing": "Z"}, "AR"),
        ({"version": ""}, "AA"),
        ({"control": "a\x1cb"}, "AE"),
    ],
)
def test_chooses_the_acknowledgement(oru, obx, changed, ack):
    assert read(oru(obx(HR, "72"), **changed)).ack == ack


def test_charts_nothing_when_a_message_speaks_of_two_patients(oru, obx):
    two = read(oru(obx(HR, "72"), "PID|||0043", obx(HR, "90")))
    beds = read(oru(obx(HR, "72"), "PV1||I|^^Bed4", obx(HR, "90")))
    assert [p.kind for p in two.parked] == ["identity", "identity"]
    assert two.patient_ids == ("0042", "0043")
    assert beds.charted == ()


def test_refuses_two_messages_in_one(oru, obx):
    message = read(oru(obx(HR, "72")) + oru(obx(HR, "90")))
    assert (message.ack, message.charted) == ("AE", ())


def test_says_when_there_is_no_usable_time(oru, obx):
    row = parked(read(oru(obx(HR, "72"), msh7="", obr="OBR|1|||x|||20260301")))
    assert row.kind == "no time"


@pytest.mark.parametrize(
    "raw", [b"", b"\x0b\x1c\r", b"hello", b"MSH", b"MSHa^~\\&|", b"FHS|^~\\&|"]
)
def test_refuses_bytes_that_are_not_hl7(raw):
    with pytest.raises(BadValue):
        read(raw)


def test_refuses_an_unknown_clinic_zone(oru):
    with pytest.raises(BadValue, match="timezone"):
        read(oru(), clinic_zone="Nowhere/Else")


def test_reads_every_line_end_and_frame_alike(oru, obx):
    raw = oru(obx(HR, "72"), obx(SPO2, "97", "spo2"))
    for other in (
        raw.replace(b"\r", b"\n"),
        raw.replace(b"\r", b"\r\n"),
        b"\x0b" + raw + b"\x1c\r",
    ):
        assert read(other) == read(raw)


def test_a_message_of_many_rows_is_read_in_one_pass(oru, obx):
    rows = [
        obx(f"1500{code}^^MDC", "100", "mmHg", time="20260301101500+0100")
        for code in (21, 22)
        for _ in range(500)
    ]
    message = read(oru(*rows, obx("x" * 5000, "y" * 5000)))
    assert message.charted == ()
    assert len(message.parked) == 1001
    assert max(len(p.code) + len(p.value) for p in message.parked) == 400

"""Messages of four makers' dialects over a real socket: charted once, or parked and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from reprieve.pathway.clock import ms
from reprieve.records.models import AlarmTransition, Device, DeviceAssociation, ParkedMessage
from reprieve.records.queries import charts
from tests import world as worlds
from tests.faults.conftest import GatewayProcess
from tests.faults.wire import STORED, Wire
from tests.world import World

CLINIC = ZoneInfo("America/New_York")
LONG_AGO = datetime(2024, 2, 29, 23, 59, 58, tzinfo=CLINIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One maker's way to send: `lines` with places for two time stamps, and what is in them."""

    lines: Sequence[str]
    zone: timezone | ZoneInfo
    sender: str
    bed: str
    values: Sequence[tuple[str, float, str]]
    technical: frozenset[str] = frozenset()

    def message(self, at: datetime) -> bytes:
        """This function will write the message as the monitor would at a moment."""
        local = at.astimezone(self.zone)
        stamp = f"{local:%Y%m%d%H%M%S}"
        lines = [line.format(naive=stamp, aware=f"{stamp}{local:%z}") for line in self.lines]
        return "\r".join([*lines, ""]).encode()


COMEN = Maker(
    lines=[
        r"MSH|^~\&|NC_Monitor|KC009|||{aware}||ORU^R01^ORU_R01|K-1|P|2.6||||||UNICODE UTF-8",
        "PID|||00417||Invented|||F||Unknown",
        "PV1||I|^^&4|R",
        "OBR||||1^MON_PARAM^99COMEN|||{aware}",
        "OBX||NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456|96|262688^MDC_DIM_PERCENT^MDC"
        "|||||F|||{aware}",
        "OBX||NM|149522^MDC_PULS_RATE^MDC|1.0.0.149522|64|264864^MDC_DIM_BEAT_PER_MIN^MDC"
        "|||||F|||{aware}",
        "OBX||NM|151562^MDC_RESP_RATE^MDC|1.14.1.151562|17|264928^MDC_DIM_RESP_PER_MIN^MDC"
        "|||||F|||{aware}",
        "OBX||NM|150344^MDC_TEMP^MDC|1.2.1.150344|36.6|268192^MDC_DIM_DEGC^MDC|||||F|||{aware}",
        "OBX||NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.9.150021|131|266016^MDC_DIM_MMHG^MDC"
        "|||||F|||{aware}",
        "OBX||CNE|2453^COMEN_POS_BODY^99COMEN|1.1.9.2453|2821^COMEN_POS_SITTING^99COMEN"
        "||||||F|||{aware}",
        "OBX||NM|188740^MDC_LEN_BODY_ACTUAL^MDC|1.10.1.188740||263441^MDC_DIM_CENTI_M^MDC"
        "|||||F|||{aware}",
    ],
    zone=timezone(timedelta(hours=8)),
    sender="KC009",
    bed="4",
    values=[
        ("pulse_rate", 64, "/min"), ("respiratory_rate", 17, "/min"), ("sbp", 131, "mm[Hg]"),
        ("spo2", 96, "%"), ("temp_c", 36.6, "Cel"),
    ],
)  # fmt: skip
GE = Maker(
    lines=[
        r"MSH|^~\&|VSP^0A1B2C3D4E5F6071^EUI-64|GE Healthcare|||{aware}||ORU^R01^ORU_R01|G-1|P"
        "|2.6|||NE|AL||UNICODE UTF-8|||PCD_DEC_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO",
        "PID|||00417^^^PID^MR||INVENTED^IVA^^^^^L|||",
        "PV1||E|DAY^^7",
        "OBR|1|G-1^VSP^0A1B2C3D4E5F6071^EUI-64|G-1^VSP^0A1B2C3D4E5F6071^EUI-64"
        "|182777000^monitoring of patient^SCT|||{naive}",  # the offset is the header's
        "OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X",
        "OBX|2|NM|150033^MDC_PRESS_BLD_ART_SYS^MDC|1.13.1.1|118|266016^MDC_DIM_MMHG^MDC"
        "|||||R|||||||0A1B2C3D4E5F6071^B1X5_GE",
        "OBX|3|NM|147842^MDC_ECG_HEART_RATE^MDC|1.5.1.1|71|264864^MDC_DIM_BEAT_PER_MIN^MDC"
        "|||||R|||||||0A1B2C3D4E5F6071^B1X5_GE",
        "OBX|4|NM|150344^MDC_TEMP^MDC|1.26.1.1|97.7|266560^MDC_DIM_FAHR^MDC"
        "|||||R|||||||0A1B2C3D4E5F6071^B1X5_GE",
    ],
    zone=timezone(timedelta(hours=-7)),
    sender="0A1B2C3D4E5F6071",
    bed="7",
    values=[("heart_rate", 71, "/min"), ("sbp", 118, "mm[Hg]"), ("temp_c", 36.5, "Cel")],
)
PHILIPS = Maker(
    lines=[
        r"MSH|^~\&|||||||ORU^R01|HP55|P|2.2||||||8859/1",
        "PID|||00417||Invented^Iva||19800517|F",
        "PV1||I|^^Day2&2&1",
        "OBR|||||||{naive}",  # the clinic's own wall clock
        "OBX||NM|0002-4bb8^SpO2^MDIL|0|94|0004-0220^%^MDIL|||||F",
        "OBX||NM|0002-5000^Resp^MDIL|0|13|0004-0ae0^rpm^MDIL|||||F",
        "OBX||NM|0002-4182^HR^MDIL|0|58|0004-0aa0^bpm^MDIL|||||F",
        "OBX||NM|0002-4a15^ABPs^MDIL|0|112|0004-0f20^mmHg^MDIL|||||F",
    ],
    zone=CLINIC,
    sender="127.0.0.1",
    bed="Day2 2 1",
    values=[
        ("heart_rate", 58, "/min"), ("respiratory_rate", 13, "/min"), ("sbp", 112, "mm[Hg]"),
        ("spo2", 94, "%"),
    ],
)  # fmt: skip
XH80X = Maker(
    lines=[
        r"MSH|^~\&|XH80X^0B00000000000042^EUI-64||||{naive}||ORU^R01^ORU_R01|9|P|2.4|||AL|NE"
        "||UNICODE UTF-8",
        "PID|||^^^^PI||^^^^^^L|||||",
        "PV1||I|^^^",
        "OBR|1|9^XH80X^0B00000000000042^EUI-64|9^XH80X^0B00000000000042^EUI-64"
        "|182777000^monitoring of patient^SCT|||{naive}",
        "OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456|-999|262688^MDC_DIM_PERCENT^MDC"
        "||||||||{naive}",
        "OBX|2|NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.4.147842|-999"
        "|264864^MDC_DIM_BEAT_PER_MIN^MDC||||||||{naive}",
        "OBX|3|NM|150344^MDC_TEMP^MDC|1.13.1.150344|-99.9|268192^MDC_DIM_DEGC^MDC||||||||{naive}",
        "OBX|4|NM|151562^MDC_RESP_RATE^MDC|1.14.1.151562|18|264928^MDC_DIM_RESP_PER_MIN^MDC"
        "||||||||{naive}",
    ],
    zone=CLINIC,
    sender="0B00000000000042",
    bed="",
    values=[("respiratory_rate", 18, "/min")],
    technical=frozenset({"spo2", "heart_rate", "temp_c"}),
)
MAKERS = {"comen": COMEN, "ge": GE, "philips": PHILIPS, "xh80x": XH80X}


@pytest.fixture(params=MAKERS)
def maker(request: pytest.FixtureRequest) -> Maker:
    return MAKERS[request.param]


def say(gateway: GatewayProcess, *raws: bytes) -> None:
    """Send messages on one connection; each must be acknowledged as stored."""
    wire = Wire(gateway.port)
    answers = [wire.say(raw) for raw in raws]
    wire.close()
    assert {code for code, _ in answers} <= STORED


def link(world: World, maker: Maker):
    """Link the monitor to a visit of the only patient, from a minute ago on."""
    patient, episode = worlds.person(world)
    visit = worlds.prepared(world, patient, episode)
    device = Device.of(world.id).get(sender=maker.sender, bed=maker.bed)
    DeviceAssociation.objects.create(
        clinic_id=world.id, device=device, encounter_id=visit, patient_ids=["417"],
        from_ms=ms(world.at) - 60_000, by_id=world["infusion_nurse"].practitioner,
    )  # fmt: skip
    return visit


def charted(world: World, visit) -> list[tuple[str, float, str, int, str]]:
    values = charts.values(clinic=world.id, encounter=visit)
    return sorted((v.signal, v.value, v.unit, v.at_ms, v.provenance) for v in values)


def parked(world: World) -> list[tuple[str, str]]:
    rows = ParkedMessage.objects.filter(clinic_id=world.id)
    return list(rows.order_by("id").values_list("kind", "reason"))


def test_charted_on_the_linked_patient_once(
    today: World, gateway: GatewayProcess, maker: Maker
) -> None:
    say(gateway, maker.message(LONG_AGO))  # an unknown monitor with old values
    unlinked = ("unmatched", "no patient was linked to this monitor at that time")
    assert parked(today) == [unlinked]

    visit = link(today, maker)
    now = maker.message(today.at)
    say(gateway, now, now)
    say(gateway, now)
    gateway.kill()
    gateway.start()
    say(gateway, now, maker.message(LONG_AGO + timedelta(minutes=1)))

    at_ms = ms(today.at)
    expected = [(signal, value, unit, at_ms, "device") for signal, value, unit in maker.values]
    assert charted(today, visit) == sorted(expected)
    assert parked(today) == [unlinked, unlinked]  # values of other days, also once linked
    raised = AlarmTransition.objects.filter(encounter_id=visit, kind="technical")
    assert {t.detail["signal"] for t in raised if t.detail["cause"] == "no_value"} == (
        maker.technical
    )


def test_two_wards_of_one_central_station_are_two_monitors(
    today: World, gateway: GatewayProcess
) -> None:
    one = PHILIPS.message(today.at)
    say(gateway, one, one.replace(b"^^Day2&2&1", b"North^^Day2&2&1"))
    beds = Device.of(today.id).values_list("bed", flat=True)
    assert sorted(beds) == ["Day2 2 1", "North Day2 2 1"]

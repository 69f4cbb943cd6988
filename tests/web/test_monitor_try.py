"""A pasted message is read as the gateway would, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.records.models import Device, ParkedMessage, RawTraffic
from tests.world import World

AsRole = Callable[[str], Client]
GOOD = (
    "MSH|^~\\&|TESTMON||||20260303120000-0500||ORU^R01^ORU_R01|c7|P|2.6\r\n"
    "PID|||00417\r\nPV1||I|^^3\r\nOBR|1|||1^Vitals^L|||20260303120000-0500\r\n"
    "OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||71|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F\r\n"
    "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||-999|262688^MDC_DIM_PERCENT^MDC|||||F\r\n"
)


def test_what_would_be_charted_and_why_not(nurse: Client, world: World) -> None:
    assert "Try a message" in nurse.get(reverse("monitors")).content.decode()
    answer = nurse.post(reverse("monitor_try"), {"message": GOOD})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "71" in text
    assert "2026-03-03T12:00:00-05:00" in text
    assert "-999 stands for no value" in text
    assert "00417" in text
    for kept in (ParkedMessage.objects, RawTraffic.objects, Device.objects.every()):
        assert not kept.exists()


@pytest.mark.parametrize(
    ("message", "says"),
    [("hello", "not HL7"), ("", "required"), (GOOD.replace("ORU^R01", "QRY^R02"), "refused")],
)
def test_what_cannot_be_read_is_said(nurse: Client, message: str, says: str) -> None:
    answer = nurse.post(reverse("monitor_try"), {"message": message})
    assert says in answer.content.decode()
    assert answer.status_code == (200 if "QRY" in message else 422)


def test_who_may_not_see_monitors_may_not_try(as_role: AsRole) -> None:
    assert as_role("front_desk").post(reverse("monitor_try"), {"message": GOOD}).status_code == 403

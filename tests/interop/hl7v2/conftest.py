from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from reprieve.interop.hl7v2.gateway import Gateway
from tests.interop.hl7v2.senders import WAIT_S, Client, Sink

UNIT = {
    "spo2": "262688^MDC_DIM_PERCENT^MDC",
    "rate": "264864^MDC_DIM_BEAT_PER_MIN^MDC",
    "mmHg": "266016^MDC_DIM_MMHG^MDC",
    "Cel": "268192^MDC_DIM_DEGC^MDC",
}


@pytest.fixture
def oru() -> Callable[..., bytes]:
    """Return a builder of ORU^R01 messages written for these tests."""

    def build(
        *rows: str,
        msh7: str = "20260301101500+0100",
        control: str = "c1",
        event: str = "ORU^R01^ORU_R01",
        processing: str = "P",
        accept: str = "",
        charset: str = "UNICODE UTF-8",
        app: str = "TESTMON",
        facility: str = "",
        version: str = "2.6",
        pid: str = "PID|||0042^^^Clinic^MR||Doe^Jo",
        pv1: str = "PV1||I|^^Bed3",
        obr: str = "OBR|1|||1^Vitals^L|||20260301101500+0100",
    ) -> bytes:
        msh = (
            rf"MSH|^~\&|{app}|{facility}|||{msh7}||{event}|{control}|{processing}|{version}"
            f"|||{accept}|||{charset}"
        )
        return "\r".join(s for s in (msh, pid, pv1, obr, *rows) if s).encode() + b"\r"

    return build


@pytest.fixture
def obx() -> Callable[..., str]:
    """Return a builder of numeric OBX rows."""

    def build(
        code: str,
        value: str,
        unit: str = "rate",
        *,
        kind: str = "NM",
        sub: str = "",
        status: str = "F",
        time: str = "",
        how: str = "",
    ) -> str:
        return f"OBX||{kind}|{code}|{sub}|{value}|{UNIT.get(unit, unit)}|||||{status}||{how}|{time}"

    return build


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def go(sink):
    """Run a test's coroutine against a gateway on a free port."""

    def run(test, **options):
        async def whole():
            gateway = Gateway(commit=options.pop("commit", sink), **options)
            await gateway.start(host="127.0.0.1", port=0)
            clients = []

            async def client():
                clients.append(Client(*await asyncio.open_connection("127.0.0.1", gateway.port)))
                return clients[-1]

            try:
                await test(gateway, client)
            finally:
                for c in clients:
                    c.writer.close()
                await gateway.stop()

        asyncio.run(asyncio.wait_for(whole(), 2 * WAIT_S))

    return run

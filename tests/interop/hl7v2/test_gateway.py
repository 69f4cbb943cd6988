from __future__ import annotations

import asyncio

import pytest

from reprieve.interop.hl7v2.arrivals import Limits, Metrics, Outcome
from reprieve.interop.hl7v2.framing import frame
from reprieve.interop.hl7v2.gateway import Gateway, serve
from tests.interop.hl7v2.senders import WAIT_S, Client, until

HR = "147842^MDC_ECG_HEART_RATE^MDC"


def test_answers_in_order_after_storing(go, sink, oru, obx):
    async def test(gateway, client):
        c = await client()
        several = b"".join(frame(oru(obx(HR, "72"), control=f"m{n}")) for n in range(50))
        await c.send(several[:300], several[300:])
        assert [await c.ack() for _ in range(50)] == [("AA", f"m{n}") for n in range(50)]
        assert sink.ids == [f"m{n}" for n in range(50)]
        assert (gateway.metrics.received, gateway.metrics.acked) == (50, 50)
        assert gateway.metrics.lag_ms(99) >= gateway.metrics.lag_ms(50) >= 0

    go(test)


def test_answers_nothing_before_the_commit_returns(go, sink, oru):
    async def test(gateway, client):
        c = await client()
        sink.gate.clear()
        await c.send(frame(oru()))
        await until(lambda: gateway.metrics.received == 1)
        await asyncio.sleep(0.05)
        assert gateway.metrics.acked == 0
        sink.gate.set()
        assert await c.ack() == ("AA", "c1")

    go(test)


def test_gathers_the_next_batch_while_one_is_stored(go, sink, oru):
    async def test(gateway, client):
        c, d = await client(), await client()
        sink.gate.clear()
        await c.send(frame(oru(control="first")))
        await until(lambda: gateway.metrics.received == 1)
        await asyncio.sleep(0.05)
        await c.send(*(frame(oru(control=f"c{n}")) for n in range(5)))
        await d.send(*(frame(oru(control=f"d{n}")) for n in range(5)))
        await until(lambda: gateway.metrics.received == 11)
        sink.gate.set()
        for _ in range(6):
            await c.ack()
        for _ in range(5):
            await d.ack()
        assert [len(b) for b in sink.batches] == [1, 10]

    go(test)


def test_a_message_that_cannot_be_stored_harms_no_other(go, sink, oru):
    async def test(gateway, client):
        c = await client()
        sink.poison = "bad"
        sink.gate.clear()
        await c.send(*(frame(oru(control=n, accept=a)) for n, a in _MIXED))
        await until(lambda: gateway.metrics.received == 4)
        sink.gate.set()
        got = [await c.ack() for _ in range(4)]
        assert got == [("AA", "good1"), ("AE", "bad"), ("CE", "bad"), ("AA", "good2")]
        assert sorted(sink.ids) == ["good1", "good2"]

    go(test)


_MIXED = [("good1", ""), ("bad", ""), ("bad", "AL"), ("good2", "")]


def test_a_commit_that_answers_too_few_counts_as_failed(go, oru):
    async def test(_gateway, client):
        c = await client()
        await c.send(frame(oru()))
        assert await c.ack() == ("AE", "c1")

    go(test, commit=lambda _arrivals: [])


def test_a_sink_decides_the_answer(go, oru):
    async def test(gateway, client):
        c = await client()
        await c.send(frame(oru(control="a")), frame(oru(control="b")))
        await until(lambda: gateway.metrics.received == 2)
        assert gateway.metrics.acked == 0

    go(test, commit=lambda arrivals: [Outcome(ack=None) for _ in arrivals])


def test_rejects_what_it_cannot_read_and_goes_on(go, sink, oru):
    async def test(gateway, client):
        c = await client()
        await c.send(frame(b"rubbish"), frame(oru(event="QRY^R02")), frame(oru(control="ok")))
        assert [await c.ack() for _ in range(3)] == [("AR", ""), ("AR", "c1"), ("AA", "ok")]
        assert sink.ids == ["message: not HL7: it does not begin with MSH", "c1", "ok"]
        assert gateway.metrics.rejected == 2

    go(test)


def test_never_answers_an_answer(go, oru):
    async def test(_gateway, client):
        c = await client()
        await c.send(frame(oru(event="ACK^R01")), frame(oru(control="next")))
        assert await c.ack() == ("AA", "next")

    go(test)


def test_a_fault_in_reading_is_answered_and_survived(go, oru):
    def reader(raw, _received):
        raise RuntimeError("fault")

    async def test(_gateway, client):
        c = await client()
        await c.send(frame(oru()))
        assert await c.ack() == ("AR", "")

    go(test, reader=reader)


def test_stops_in_time_when_a_commit_hangs(sink, oru):
    async def whole():
        gateway = Gateway(commit=sink, limits=Limits(drain_s=0.1, write_s=0.1))
        await gateway.start(host="127.0.0.1", port=0)
        client = Client(*await asyncio.open_connection("127.0.0.1", gateway.port))
        sink.gate.clear()
        await client.send(frame(oru()))
        await until(lambda: gateway.metrics.received == 1)
        stopping = asyncio.create_task(gateway.stop())
        assert await client.closed()
        sink.gate.set()
        await stopping
        client.writer.close()
        assert gateway.metrics.open == 0
        assert gateway.metrics.lag_ms(50) > 0

    asyncio.run(asyncio.wait_for(whole(), 2 * WAIT_S))
    assert sink.ids == ["c1"]


def test_knows_no_lag_before_the_first_commit():
    assert Metrics().lag_ms(99) is None


def test_stores_and_answers_what_it_has_read_when_it_stops(sink, oru):
    async def whole():
        started = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve(host="127.0.0.1", port=0, commit=sink, started=started.set_result)
        )
        gateway = await started
        client = Client(*await asyncio.open_connection("127.0.0.1", gateway.port))
        sink.gate.clear()
        await client.send(frame(oru(control="last")))
        await until(lambda: gateway.metrics.received == 1)
        serving.cancel()
        await asyncio.sleep(0.05)
        sink.gate.set()
        assert await client.ack() == ("AA", "last")
        assert await client.closed()
        with pytest.raises(asyncio.CancelledError):
            await serving
        client.writer.close()

    asyncio.run(asyncio.wait_for(whole(), 2 * WAIT_S))
    assert sink.ids == ["last"]

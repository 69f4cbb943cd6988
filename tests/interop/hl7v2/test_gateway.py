from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading

import pytest

from reprieve.interop.hl7v2.arrivals import Limits, Metrics, Outcome, stored
from reprieve.interop.hl7v2.framing import Deframer, frame
from reprieve.interop.hl7v2.gateway import Gateway, serve, tls_context
from reprieve.interop.hl7v2.parse import parse
from reprieve.knowledge import BadValue

HR = "147842^MDC_ECG_HEART_RATE^MDC"


class Sink:
    """A store for tests: keeps what it is given and fails where told to."""

    def __init__(self) -> None:
        self.batches: list[list[str | None]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.poison: str | None = None

    @property
    def ids(self) -> list[str | None]:
        return [one for batch in self.batches for one in batch]

    def __call__(self, arrivals):
        self.gate.wait(5)
        ids = [a.message.control_id if a.message else a.error for a in arrivals]
        if self.poison in ids:
            raise RuntimeError("disk full")
        self.batches.append(ids)
        return [stored(a) for a in arrivals]


class Client:
    def __init__(self, reader, writer):
        self.reader, self.writer, self.deframer = reader, writer, Deframer()
        self.ready: list[bytes] = []

    async def send(self, *chunks: bytes) -> None:
        for chunk in chunks:
            self.writer.write(chunk)
            await self.writer.drain()

    async def ack(self) -> tuple[str, str]:
        while not self.ready:
            data = await asyncio.wait_for(self.reader.read(4096), 5)
            assert data, "closed"
            self.ready = self.deframer.feed(data)
        msa = parse(self.ready.pop(0)).every("MSA")[0]
        return msa.text(1), msa.raw(2)

    async def closed(self) -> bool:
        try:
            return await asyncio.wait_for(self.reader.read(), 5) == b""
        except (ConnectionError, ssl.SSLError):
            return True


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

        asyncio.run(asyncio.wait_for(whole(), 20))

    return run


async def until(condition) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("never happened")


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


def test_drops_a_silent_sender(go):
    async def test(gateway, client):
        assert await (await client()).closed()
        assert gateway.metrics.timeouts == 1

    go(test, limits=Limits(idle_s=0.1))


def test_drops_a_sender_that_never_ends_its_message(go, oru):
    async def drip(client):
        with contextlib.suppress(ConnectionError):
            await client.send(b"\x0bMSH")
            while True:
                await client.send(b"|")
                await asyncio.sleep(0.01)

    async def test(gateway, client):
        slow = await client()
        dripping = asyncio.create_task(drip(slow))
        assert await slow.closed()
        dripping.cancel()
        await until(lambda: gateway.metrics.lost_frames == 1)
        assert gateway.metrics.timeouts == 1
        good = await client()
        await good.send(frame(oru()))
        assert await good.ack() == ("AA", "c1")

    go(test, limits=Limits(idle_s=60, frame_s=0.2))


def test_drops_a_sender_of_junk(go):
    async def test(gateway, client):
        junk = await client()
        await junk.send(b"x" * 2000)
        assert await junk.closed()
        assert gateway.metrics.junk_bytes == 2000

    go(test, limits=Limits(max_junk=1000))


def test_a_flood_is_slowed_and_leaves_others_unharmed(go, sink, oru):
    limits = Limits(in_flight=4, queue=8, batch=4)

    async def test(gateway, client):
        flood, calm = await client(), await client()
        sink.gate.clear()
        sending = asyncio.create_task(flood.send(*[frame(oru(control="f"))] * 400))
        await until(lambda: gateway.metrics.received >= 4)
        await asyncio.sleep(0.05)
        assert gateway.metrics.received <= 8
        await calm.send(frame(oru(control="calm")))
        sink.gate.set()
        assert await calm.ack() == ("AA", "calm")
        assert len(sink.ids) < 40
        for _ in range(400):
            await flood.ack()
        await sending

    go(test, limits=limits)


def test_waiting_messages_take_bounded_memory(go, sink, oru):
    raw = oru()
    limits = Limits(memory=len(raw) * 2, in_flight=50)

    async def test(gateway, client):
        c = await client()
        sink.gate.clear()
        await c.send(*[frame(raw)] * 10)
        await asyncio.sleep(0.1)
        assert gateway.metrics.received <= 3
        sink.gate.set()
        assert [await c.ack() for _ in range(10)] == [("AA", "c1")] * 10

    go(test, limits=limits)


def test_drops_a_frame_that_is_too_long(go, oru):
    async def test(gateway, client):
        c = await client()
        await c.send(frame(oru() + b"x" * 2000), frame(oru(control="short")))
        assert await c.ack() == ("AA", "short")
        c.writer.close()
        await until(lambda: gateway.metrics.too_long == 1)

    go(test, limits=Limits(max_frame=1000))


def test_turns_away_strangers_and_crowds(go, oru):
    async def stranger(gateway, client):
        assert await (await client()).closed()
        assert gateway.metrics.refused == 1

    async def crowd(_gateway, client):
        first = await client()
        await first.send(frame(oru()))
        await first.ack()
        assert await (await client()).closed()

    go(stranger, allow=["192.0.2.0/24"])
    go(crowd, limits=Limits(connections_per_peer=1))
    go(crowd, limits=Limits(connections=1), allow=["127.0.0.1"])


def test_refuses_an_allow_list_that_cannot_be_read(sink):
    with pytest.raises(BadValue, match="allow"):
        Gateway(commit=sink, allow=["not an address"])


def test_a_sender_that_takes_no_answers_is_cut_off(go, sink, oru):
    # A control id of 60 kB makes the answers fill the socket's buffers.
    raw = frame(oru(control="i" * 60_000))

    async def test(gateway, client):
        c = await client()
        sending = asyncio.create_task(c.send(*[raw] * 300))
        await until(lambda: gateway.metrics.unanswered > 0)
        sending.cancel()
        other = await client()
        await other.send(frame(oru()))
        assert await other.ack() == ("AA", "c1")

    go(test, limits=Limits(write_s=0.2, in_flight=64))


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

    asyncio.run(asyncio.wait_for(whole(), 10))
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

    asyncio.run(asyncio.wait_for(whole(), 10))
    assert sink.ids == ["last"]


@pytest.fixture
def certificate(tmp_path):
    """Make a self-signed certificate that serves as server, client and authority at once."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "monitor")])
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(tz=UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = serialization.PrivateFormat.PKCS8
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, private, plain))
    return str(files[0]), str(files[1])


def test_speaks_tls_and_asks_for_a_client_certificate(go, oru, certificate):
    tls = tls_context(
        certificate=certificate[0], key=certificate[1], client_authority=certificate[0]
    )
    known = ssl.create_default_context(cafile=certificate[0])
    unknown = ssl.create_default_context(cafile=certificate[0])
    known.load_cert_chain(*certificate)

    async def test(gateway, _client):
        address = "127.0.0.1", gateway.port
        c = Client(*await asyncio.open_connection(*address, ssl=known))
        await c.send(frame(oru()))
        assert await c.ack() == ("AA", "c1")
        c.writer.close()
        stranger = Client(*await asyncio.open_connection(*address, ssl=unknown))
        assert await stranger.closed()
        assert gateway.metrics.received == 1

    go(test, tls=tls)

"""Senders that are slow, silent, hostile or strangers harm nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import ssl

import pytest

from reprieve.interop.hl7v2.arrivals import Limits
from reprieve.interop.hl7v2.framing import frame
from reprieve.interop.hl7v2.gateway import Gateway, tls_context
from reprieve.knowledge import BadValue
from tests.interop.hl7v2.senders import Client, until


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


def test_a_sender_that_takes_its_answers_late_keeps_its_connection(go, sink, oru):
    raw = frame(oru(control="i" * 60_000))

    async def test(gateway, client):
        c = await client()
        sending = asyncio.create_task(c.send(*[raw] * 100))
        await until(lambda: gateway.metrics.received > 20)
        await asyncio.sleep(0.1)
        assert [(await c.ack())[0] for _ in range(100)] == ["AA"] * 100
        await sending
        await asyncio.sleep(0.1)
        await c.send(frame(oru()))
        assert await c.ack() == ("AA", "c1")
        assert gateway.metrics.unanswered == 0

    go(test, limits=Limits(write_s=30, in_flight=8))


def test_what_a_sender_sent_before_it_left_is_stored(go, sink, oru):
    async def test(gateway, client):
        c = await client()
        sink.gate.clear()
        await c.send(*(frame(oru(control=f"m{n}")) for n in range(20)))
        await until(lambda: gateway.metrics.received == 4)
        c.writer.transport.abort()
        sink.gate.set()
        await until(lambda: gateway.metrics.open == 0)
        await until(lambda: len(sink.ids) == 20)

    go(test, limits=Limits(in_flight=4))


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

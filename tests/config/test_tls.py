"""A clinic's own certificates: a browser that trusts the authority accepts the server's."""

import datetime as dt
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from reprieve.config import tls
from reprieve.knowledge import BadValue

NAMES = ("clinic.example.org", "127.0.0.1", "[::1]")


@pytest.fixture
def now() -> dt.datetime:
    # OpenSSL judges a certificate by the machine's clock.
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


@pytest.fixture
def authority(tmp_path: Path, now: dt.datetime) -> Path:
    return tls.make_authority(tmp_path, name="Invented Clinic", at=now)


def handshake(pair: tls.Pair, trusted: Path, name: str) -> str:
    """Connect as a browser would and return the protocol agreed on."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair.cert, pair.key)
    ours, theirs = socket.socketpair()
    answer = threading.Thread(target=_answer, args=(server, theirs))
    answer.start()
    try:
        browser = ssl.create_default_context(cafile=str(trusted))
        with browser.wrap_socket(ours, server_hostname=name) as agreed:
            return agreed.version() or ""
    finally:
        ours.close()
        answer.join()


def _answer(context: ssl.SSLContext, raw: socket.socket) -> None:
    try:
        context.wrap_socket(raw, server_side=True).close()
    except OSError:
        raw.close()


@pytest.mark.parametrize("name", ["clinic.example.org", "127.0.0.1", "::1"])
def test_accepted_under_each_name(
    tmp_path: Path, authority: Path, now: dt.datetime, name: str
) -> None:
    pair = tls.issued(tmp_path, names=NAMES, at=now)
    assert handshake(pair, authority, name) == "TLSv1.3"


def test_refused_under_another_name(tmp_path: Path, authority: Path, now: dt.datetime) -> None:
    pair = tls.issued(tmp_path, names=NAMES, at=now)
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(pair, authority, "other.example.org")


def test_refused_by_who_trusts_another_authority(
    tmp_path: Path, authority: Path, now: dt.datetime
) -> None:
    other = tls.make_authority(tmp_path / "other", name="Other", at=now)
    pair = tls.issued(tmp_path, names=NAMES, at=now)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(pair, other, "127.0.0.1")


def test_kept_until_a_month_before_its_end(
    tmp_path: Path, authority: Path, now: dt.datetime
) -> None:
    first = tls.issued(tmp_path, names=NAMES, at=now).cert.read_bytes()
    almost = now + dt.timedelta(days=tls.SERVER_DAYS - tls.RENEW_BEFORE_DAYS, hours=-1)
    assert tls.issued(tmp_path, names=NAMES, at=almost).cert.read_bytes() == first
    late = almost + dt.timedelta(hours=2)
    assert tls.issued(tmp_path, names=NAMES, at=late).cert.read_bytes() != first


def test_renewed_for_other_names(tmp_path: Path, authority: Path, now: dt.datetime) -> None:
    first = tls.issued(tmp_path, names=NAMES, at=now).cert.read_bytes()
    assert tls.issued(tmp_path, names=NAMES[:1], at=now).cert.read_bytes() != first


def test_no_longer_than_browsers_accept(tmp_path: Path, authority: Path, now: dt.datetime) -> None:
    cert = x509.load_pem_x509_certificate(
        tls.issued(tmp_path, names=NAMES, at=now).cert.read_bytes()
    )
    assert cert.not_valid_after_utc - cert.not_valid_before_utc < dt.timedelta(days=398)


def test_the_authority_is_made_once_and_its_key_is_private(
    tmp_path: Path, authority: Path, now: dt.datetime
) -> None:
    before = authority.read_bytes()
    assert tls.make_authority(tmp_path, name="Again", at=now).read_bytes() == before
    mode = (tmp_path / "tls" / "authority.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_name_that_no_server_can_have(tmp_path: Path, authority: Path, now: dt.datetime) -> None:
    with pytest.raises(BadValue, match=r"^REPRIEVE_HOSTS: 'kl\xednica'"):
        tls.issued(tmp_path, names=["kl\xednica"], at=now)


def test_without_an_authority_there_is_no_certificate(tmp_path: Path, now: dt.datetime) -> None:
    with pytest.raises(BadValue, match=r"^cert: none given"):
        tls.issued(tmp_path, names=NAMES, at=now)


class TestGiven:
    @pytest.fixture
    def pair(self, tmp_path: Path, authority: Path, now: dt.datetime) -> tls.Pair:
        return tls.issued(tmp_path, names=NAMES, at=now)

    def test_a_pair_of_ones_own(self, pair: tls.Pair) -> None:
        tls.check(cert=pair.cert, key=pair.key)

    def test_a_key_of_another(self, tmp_path: Path, pair: tls.Pair) -> None:
        other = tmp_path / "tls" / "authority.key"
        with pytest.raises(BadValue, match=r"^key: .* does not belong to"):
            tls.check(cert=pair.cert, key=other)

    def test_an_old_form_of_key(self, tmp_path: Path, pair: tls.Pair) -> None:
        old = tmp_path / "old.key"
        old.write_bytes(
            rsa.generate_private_key(65537, 2048).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )
        with pytest.raises(BadValue, match=r"^key: .* is not PKCS#8"):
            tls.check(cert=pair.cert, key=old)

    @pytest.mark.parametrize("content", [b"", b"\x00\xff", b"-----BEGIN PRIVATE KEY-----\n"])
    def test_what_is_no_pem(self, tmp_path: Path, pair: tls.Pair, content: bytes) -> None:
        bad = tmp_path / "bad"
        bad.write_bytes(content)
        with pytest.raises(BadValue, match=r"^key: "):
            tls.check(cert=pair.cert, key=bad)
        with pytest.raises(BadValue, match=r"^cert: "):
            tls.check(cert=bad, key=pair.key)

    def test_what_is_not_there(self, tmp_path: Path, pair: tls.Pair) -> None:
        with pytest.raises(BadValue, match=r"^cert: cannot read"):
            tls.check(cert=tmp_path / "none", key=pair.key)

"""Certificates for a clinic's own network: one given, or one signed by the clinic's own authority.

Passkeys and offline pages work only over TLS, and a clinic's server often has no public name. The
authority's certificate (`tls/authority.crt`) is installed once on the clinic's devices.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reprieve.knowledge import BadValue

AUTHORITY_DAYS = 3650
# Browsers refuse server certificates that live much longer than a year.
SERVER_DAYS = 397
RENEW_BEFORE_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate (with its chain) and its private key, both PEM files."""

    cert: Path
    key: Path


def check(*, cert: Path, key: Path) -> None:
    """This function will raise BadValue for a certificate and key that cannot be served with."""
    certificate = _certificate(cert)
    secret = _read("key", key)
    try:
        private = serialization.load_pem_private_key(secret, password=None)
    except (ValueError, TypeError) as error:
        raise BadValue("key", f"{key} is not a PEM private key without password") from error
    if b"-----BEGIN PRIVATE KEY-----" not in secret:
        raise BadValue("key", f"{key} is not PKCS#8; `openssl pkcs8 -topk8 -nocrypt` converts it")
    if private.public_key() != certificate.public_key():
        raise BadValue("key", f"{key} does not belong to {cert}")


def make_authority(folder: Path, *, name: str, at: datetime) -> Path:
    """This function will make the clinic's authority once; its certificate's file is returned."""
    pair = _authority(folder)
    if pair.cert.exists() and pair.key.exists():
        return pair.cert
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(f"{name[:48]} (Reprieve)")
    certificate = (
        _builder(subject, subject, key, at, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(pair, [certificate], key)
    return pair.cert


def issued(folder: Path, *, names: Sequence[str], at: datetime) -> Pair:
    """This function will return a certificate of the clinic's authority for these names.

    The one in the folder is kept while it covers the names and has a month left.
    Raises BadValue where the folder holds no authority.
    """
    authority = _authority(folder)
    if not (authority.cert.exists() and authority.key.exists()):
        raise BadValue("cert", "none given, and the data folder has no authority of its own")
    pair = Pair(cert=folder / "tls" / "server.crt", key=folder / "tls" / "server.key")
    if not _serves(pair, names, at):
        _issue(pair, authority, names, at)
    return pair


def _authority(folder: Path) -> Pair:
    return Pair(cert=folder / "tls" / "authority.crt", key=folder / "tls" / "authority.key")


def _serves(pair: Pair, names: Sequence[str], at: datetime) -> bool:
    if not (pair.cert.exists() and pair.key.exists()):
        return False
    certificate = _certificate(pair.cert)
    covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    enough = certificate.not_valid_after_utc - at > timedelta(days=RENEW_BEFORE_DAYS)
    return enough and set(_alternative(names)) == set(covered)


def _issue(pair: Pair, authority: Pair, names: Sequence[str], at: datetime) -> None:
    issuer = _certificate(authority.cert)
    signer = serialization.load_pem_private_key(authority.key.read_bytes(), password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_named(names[0]), issuer.subject, key, at, SERVER_DAYS)
        .add_extension(x509.SubjectAlternativeName(_alternative(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    _write(pair, [certificate, issuer], key)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    at: datetime,
    days: int,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A device's clock may be a little behind.
        .not_valid_before(at - timedelta(hours=1))
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates,
        crl_sign=signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _named(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _alternative(names: Sequence[str]) -> list[x509.GeneralName]:
    return [_general(name) for name in names]


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError as error:
        raise BadValue("REPRIEVE_HOSTS", f"{name!r} cannot be a server's name") from error


def _certificate(file: Path) -> x509.Certificate:
    content = _read("cert", file)
    try:
        return x509.load_pem_x509_certificate(content)
    except ValueError as error:
        raise BadValue("cert", f"{file} is not a PEM certificate") from error


def _read(field: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadValue(field, f"cannot read {file}: {error.strerror}") from error


def _write(pair: Pair, chain: list[x509.Certificate], key: ec.EllipticCurvePrivateKey) -> None:
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    pair.key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _private(pair.key, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    pair.cert.write_bytes(b"".join(c.public_bytes(pem) for c in chain))


def _private(file: Path, content: bytes) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)

"""Keys of a clinic: a data key wrapped by the master key, and what is derived from it.

The master key stays outside the database. Changing it re-wraps one short value per clinic and
rewrites no row.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import (
    InvalidUnwrap,
    aes_key_unwrap,
    aes_key_wrap,
)
from django.conf import settings

NONCE_BYTES = 12
KEY_BYTES = 32


def new_data_key(master: bytes | None = None) -> bytes:
    """This function will make a data key and return it wrapped (RFC 3394) by the master key."""
    return aes_key_wrap(master or master_key(), os.urandom(KEY_BYTES))


def rewrap(wrapped: bytes, *, old: bytes, new: bytes) -> bytes:
    """This function will wrap a data key by a new master key, without changing the data key."""
    return aes_key_wrap(new, aes_key_unwrap(old, wrapped))


def master_key() -> bytes:
    """This function will return the 32 bytes that wrap every clinic's data key."""
    return bytes.fromhex(settings.MASTER_KEY)[:KEY_BYTES]


@lru_cache(maxsize=64)
def _wrapped_key(clinic: uuid.UUID) -> bytes:
    from reprieve.records.models import Clinic

    return bytes(Clinic.objects.values_list("data_key", flat=True).get(pk=clinic))


@lru_cache(maxsize=64)
def _derived(wrapped: bytes, purpose: bytes) -> bytes:
    data_key = aes_key_unwrap(master_key(), wrapped)
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose).derive(data_key)


def purpose_key(clinic: uuid.UUID, purpose: str) -> bytes:
    """This function will derive the clinic's key for one purpose, 32 bytes."""
    return _derived(_wrapped_key(clinic), purpose.encode())


def encrypt(clinic: uuid.UUID, plain: bytes, *, about: str) -> bytes:
    """This function will encrypt bytes for a clinic, bound to the row they are `about`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(clinic).encrypt(nonce, plain, about.encode())


def decrypt(clinic: uuid.UUID, sealed: bytes | memoryview, *, about: str) -> bytes:
    """This function will return the plain bytes. Raises InvalidTag when the row was swapped."""
    raw = bytes(sealed)
    return _cipher(clinic).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode())


def faults() -> Iterator[str]:
    """This function will name each clinic whose names and notes this master key cannot open."""
    from reprieve.records.models import Clinic

    for name, wrapped in Clinic.objects.order_by("created_at").values_list("name", "data_key"):
        try:
            aes_key_unwrap(master_key(), bytes(wrapped))
        except InvalidUnwrap:
            yield f"clinic {name}: the master key is not the one its data was written with"


def _cipher(clinic: uuid.UUID) -> AESGCM:
    return AESGCM(purpose_key(clinic, "rows"))


def forget() -> None:
    """This function will drop cached keys, after a rotation or a change of database."""
    _wrapped_key.cache_clear()
    _derived.cache_clear()

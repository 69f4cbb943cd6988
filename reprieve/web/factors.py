"""Second factors as this product keeps them: the secret of an app's codes is encrypted.

The key follows from `SECRET_KEY`, so that the database alone makes no codes.
"""

from __future__ import annotations

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second factors, encrypted at rest."""

    def encrypt(self, text: str) -> str:
        """This function will encrypt a secret before it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """This function will open a stored secret; keys of before are tried too."""
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str | bytes) -> bytes:
    derive = HKDF(hashes.SHA256(), 32, salt=None, info=b"second factors")
    return base64.urlsafe_b64encode(derive.derive(force_bytes(secret)))

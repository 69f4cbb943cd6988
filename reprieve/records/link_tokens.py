"""The secret part of a patient's link. The database keeps a hash only.

A token is derived from the clinic's key and the link's id, so that the same link can be sent
again; without the master key, which is kept outside the database, it cannot be made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid

from reprieve.records import keys

PURPOSE = "patient-links"
LONGEST = 64


def token(clinic: uuid.UUID, link: uuid.UUID) -> str:
    """This function will return a link's token: 43 characters that fit into an address."""
    digest = hmac.digest(keys.purpose_key(clinic, PURPOSE), link.bytes, "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def fingerprint(secret: str) -> bytes:
    """This function will return what is kept of a secret: its SHA-256."""
    return hashlib.sha256(secret.encode()).digest()

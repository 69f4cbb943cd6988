"""How tests hash passwords: quickly, or truly for a server, which knows no quick hash."""

from __future__ import annotations

from functools import cache

from django.contrib.auth.hashers import Argon2PasswordHasher

# Argon2 takes a tenth of a second on purpose; tests sign many people up and guess no passwords.
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TRUE = ["tests.house.hashing.Remembered"]


class Remembered(Argon2PasswordHasher):
    """The product's own hash at its full cost, made once for all who share a password."""

    def encode(self, password: str, salt: str) -> str:
        """This function will ignore the salt: a hash that was made holds its own."""
        return _encoded(password)


@cache
def _encoded(password: str) -> str:
    true = Argon2PasswordHasher()
    return true.encode(password, true.salt())

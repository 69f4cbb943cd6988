"""What tests of pages share: a clinic with one person a role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from django.test import Client, override_settings

if TYPE_CHECKING:
    from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
QUICK_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A clinic with a person for each role. Passwords are hashed quickly: tests make many."""
    with override_settings(PASSWORD_HASHERS=QUICK_HASHER):
        from tests import world as invented  # needs a started Django

        yield invented.found()


@pytest.fixture
def browser(world: World) -> Callable[[str], Client]:
    """`browser("physician")` is a browser of the clinic's physician, signed in."""

    def signed_in(role: str) -> Client:
        from django.contrib.auth import get_user_model

        client = Client(raise_request_exception=False)
        person = get_user_model().objects.get(pk=world[role].user)
        client.force_login(person, backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def nobody(db: None) -> Client:
    """A browser without sign-in."""
    return Client(raise_request_exception=False)

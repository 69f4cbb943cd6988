"""What tests of pages share: a clinic with one person a role, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world(db: None) -> World:
    """A clinic with a person for each role."""
    from tests import world as invented  # needs a started Django

    return invented.found()


@pytest.fixture
def as_role(world: World) -> Callable[[str], Client]:
    """`as_role("physician")` is a browser of the clinic's physician, signed in."""

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

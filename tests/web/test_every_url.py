"""Each address states who may open it, and each role gets what the permissions say."""

from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.pathway.permissions import PERMISSIONS, ROLES, allowed
from reprieve.web import collect
from reprieve.web.access import stated
from tests import world as w
from tests.web import addresses

EVERY = addresses.every()
GUARDED = [a for a in EVERY if a.access and a.access.kind in {"page", "live", "signed_in"}]


def names(found: list[addresses.Address]) -> list[str]:
    return [a.name for a in found]


def test_every_address_states_its_access() -> None:
    assert names([a for a in EVERY if a.access is None]) == []


def test_a_view_that_states_nothing_is_noticed() -> None:
    def silent(request: object) -> None: ...

    assert addresses.access_of(silent) is None
    marked = stated(silent, addresses.Access(kind="public", why="a test"))
    assert addresses.access_of(marked) is not None


def test_each_permission_is_one_of_the_pathways() -> None:
    stated_here = {a.access.permission for a in EVERY if a.access and a.access.permission}
    assert stated_here <= set(PERMISSIONS)


def test_each_view_says_what_it_opens_or_why_it_is_open_to_all() -> None:
    unsaid = [a for a in EVERY if a.access and not (a.access.opens or a.access.why)]
    assert names(unsaid) == []


@pytest.mark.parametrize("address", GUARDED, ids=lambda a: a.name)
def test_nobody_gets_past_the_door(address: addresses.Address, nobody: Client) -> None:
    answer = nobody.get(address.path)
    assert answer.status_code == (401 if address.access.kind == "live" else 302)
    if answer.status_code == 302:
        assert answer["Location"].startswith("/account/login/")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_may_and_nothing_else(
    role: str, world: w.World, as_role: Callable[[str], Client]
) -> None:
    actor, wrong, browser = world[role], [], as_role(role)
    for address in GUARDED:
        status = browser.get(address.path).status_code
        permission = address.access.permission
        may = not permission or allowed(actor, permission)
        # 404 or 405 past the door is right: the sample row is not there, or a form is expected.
        expected = status < 500 and status not in {401, 403} if may else status == 403
        if not expected:
            wrong.append(f"{address.name}: {status}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_each_place_in_the_menu_opens(
    role: str, world: w.World, as_role: Callable[[str], Client]
) -> None:
    from django.urls import reverse

    browser = as_role(role)
    found = {
        i.url_name: browser.get(reverse(i.url_name)).status_code for i in collect.menu(world[role])
    }
    assert {name: status for name, status in found.items() if status != 200} == {}


@pytest.mark.parametrize("address", [a for a in EVERY if a not in GUARDED], ids=lambda a: a.name)
def test_open_addresses_do_not_break(address: addresses.Address, nobody: Client) -> None:
    answer = nobody.get(address.path).status_code
    # No gateway and no clock run beside this test: the server is not ready, and says so.
    assert answer < 500 or (address.name, answer) == ("readyz", 503)

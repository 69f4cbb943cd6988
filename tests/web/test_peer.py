"""From where a request comes: a trusted proxy is believed, and nobody else."""

from __future__ import annotations

import ipaddress

import pytest
from django.test import RequestFactory, override_settings

from reprieve.web.peer import address
from reprieve.web.signin import Adapter

PROXY, SECOND, VISITOR = "10.0.0.5", "10.0.1.7", "203.0.113.9"
TRUSTED = tuple(map(ipaddress.ip_network, ("10.0.0.5", "10.0.1.0/24", "2001:db8::/64")))


def seen(peer: str, said: str | None, *, trusted: tuple[object, ...] = TRUSTED) -> str:
    headers = {} if said is None else {"X-Forwarded-For": said}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    with override_settings(TRUSTED_PROXIES=trusted):
        assert Adapter().get_client_ip(request) == address(request)
        return address(request)


@pytest.mark.parametrize(
    ("peer", "said", "counts"),
    [
        (PROXY, VISITOR, VISITOR),
        (PROXY, f"{VISITOR}, {SECOND}", VISITOR),  # two proxies, one after the other
        (PROXY, f"198.51.100.1, {VISITOR}", VISITOR),  # the visitor wrote the first one
        (PROXY, f"198.51.100.1, {VISITOR}, {SECOND}", VISITOR),
        (PROXY, f"{SECOND}, {PROXY}", SECOND),  # somebody inside: the last that was named
        (PROXY, f" {VISITOR}:4711 ", VISITOR),
        (PROXY, f"::ffff:{VISITOR}", VISITOR),
        (f"::ffff:{PROXY}", VISITOR, VISITOR),
        ("2001:db8::1", "[2001:db8:1::9]:443", "2001:db8:1::9"),
        (PROXY, "2001:DB8:1:0::9", "2001:db8:1::9"),
    ],
)
def test_the_nearest_stranger_counts(peer: str, said: str, counts: str) -> None:
    assert seen(peer, said) == counts


@pytest.mark.parametrize("said", [VISITOR, PROXY, f"{VISITOR}, {PROXY}", "127.0.0.1", "x"])
def test_who_is_not_trusted_is_not_believed(said: str) -> None:
    assert seen("192.0.2.7", said) == "192.0.2.7"


@pytest.mark.parametrize("said", [None, "", "unknown", f"{VISITOR}, unknown", f"{VISITOR},"])
def test_what_is_no_address_counts_as_the_proxy(said: str | None) -> None:
    assert seen(PROXY, said) == PROXY


def test_a_hop_that_is_no_address_counts_as_the_proxy_that_passed_it_on() -> None:
    assert seen(PROXY, f"unknown, {SECOND}") == SECOND


def test_without_proxies_no_header_counts() -> None:
    assert seen(PROXY, VISITOR, trusted=()) == PROXY
    assert seen("", VISITOR, trusted=()) == ""

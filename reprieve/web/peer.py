"""From where a request comes: lock-out and limits count by it.

Behind a trusted proxy every visitor has the proxy's address; it says for whom it asks in
X-Forwarded-For. Each proxy appends the address it was asked from, so that only what stands to the
right of the first stranger was written by proxies: a visitor may have written the rest.
"""

from __future__ import annotations

import ipaddress
from ipaddress import IPv4Address, IPv6Address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def address(request: HttpRequest) -> str:
    """This function will return the address that a request comes from, as far as it is proven."""
    peer = str(request.META.get("REMOTE_ADDR") or "")
    found = _parsed(peer)
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if found is None or not _is_trusted(found):
            break
        peer, found = str(found), _parsed(hop)
    # Where a hop is no address, the trusted proxy that passed it on counts itself.
    return peer if found is None else str(found)


def _is_trusted(one: Address) -> bool:
    return any(one in network for network in settings.TRUSTED_PROXIES)


def _parsed(text: str) -> Address | None:
    """An address alone, with a port, or an IPv4 one in IPv6's clothes."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ipaddress.ip_address(plain)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found

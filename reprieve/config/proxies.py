"""Which servers stand in front and may say whom they speak for: REPRIEVE_TRUSTED_PROXIES.

Addresses or networks between commas. What another peer says of itself is never believed.
"""

from __future__ import annotations

import ipaddress
import os
from ipaddress import IPv4Network, IPv6Network

from reprieve.knowledge import BadValue

VARIABLE = "REPRIEVE_TRUSTED_PROXIES"
Network = IPv4Network | IPv6Network


def trusted() -> tuple[Network, ...]:
    """This function will return the proxies that are believed. Raises BadValue."""
    told = os.environ.get(VARIABLE, "").split(",")
    return tuple(_network(one.strip()) for one in told if one.strip())


def _network(text: str) -> Network:
    try:
        found = ipaddress.ip_network(text)
    except ValueError as error:
        raise BadValue(VARIABLE, f"{text!r} is no address or network: {error}") from error
    if not found.prefixlen:
        raise BadValue(VARIABLE, f"{text} is everybody: name the proxies alone")
    return found

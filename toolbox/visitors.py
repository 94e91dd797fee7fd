"""Where a request comes from, for limits that are counted by network."""

import hashlib
import hmac
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

from toolbox.guard import is_public

# Whoever has one IPv6 address has a whole /56 of them, and most of a street's /24.
PREFIX = {4: 24, 6: 56}


def network_address(request: HttpRequest) -> str:
    """The address a visitor comes from; "" where nobody knows.

    Behind a web server of our own the connection comes from a private address or a Unix socket;
    the last word of X-Forwarded-For is then the one that server wrote. Whoever connects to us
    directly from the public internet can write there what they like, and it is not read.
    """
    near = str(request.META.get("REMOTE_ADDR") or "")
    if _is_public(near):
        return near
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or near


def network_key(origin: str, purpose: bytes) -> str:
    """What a network is recognised by for a while; it cannot be read back without our key.

    `purpose`: the keys of one form say nothing of those of another.
    """
    try:
        address = ip_address(origin)
        network = str(ip_network((address, PREFIX[address.version]), strict=False))
    except ValueError:
        network = "unknown"
    key = hashlib.sha256(purpose + settings.ADDRESS_KEY.encode()).digest()
    return hmac.new(key, network.encode(), hashlib.sha256).hexdigest()


def _is_public(address: str) -> bool:
    try:
        return is_public(ip_address(address))
    except ValueError:
        return False

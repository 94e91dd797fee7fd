"""Where a request comes from, for limits that are counted by network."""

from ipaddress import ip_address

from django.http import HttpRequest

from toolbox.guard import is_public


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


def _is_public(address: str) -> bool:
    try:
        return is_public(ip_address(address))
    except ValueError:
        return False

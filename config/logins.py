"""What the counting of failed log-ins has to know of ours."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from django.http import HttpRequest

from toolbox.visitors import network_address

LONGEST = 255  # characters of an account that is tried


def where_from(request: HttpRequest) -> str | None:
    """The network address a log-in comes from; None where what is claimed is none."""
    try:
        return str(ip_address(network_address(request)))
    except ValueError:
        return None


def whose(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str | None:
    """The account that is tried, no longer than its column: PostgreSQL refuses a longer one."""
    tried = (credentials or request.POST).get("username")
    return tried and str(tried).replace("\0", "")[:LONGEST]

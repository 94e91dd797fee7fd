"""What the counting of failed log-ins has to know of ours."""

from ipaddress import ip_address

from django.http import HttpRequest

from toolbox.visitors import network_address


def where_from(request: HttpRequest) -> str | None:
    """The network address a log-in comes from; None where what is claimed is none."""
    try:
        return str(ip_address(network_address(request)))
    except ValueError:
        return None

"""Addresses that a person sends us: pasted, captured or submitted. Refused in words, never fetched.

Only the spelling is judged here, without a look-up; what a name leads to is judged again by
`toolbox.guard` at the moment of connecting.
"""

import re
import socket
from ipaddress import IPv4Address, ip_address
from urllib.parse import urlsplit

from curation.identity import web_address
from curation.models.feed import URL_LENGTH
from toolbox.guard import Address, is_public
from toolbox.text import one_line

# A port is no scheme: example.com:8000.
_SCHEME = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)+", re.IGNORECASE)
# Names that are somebody's own network everywhere: RFC 6761, 6762, 8375, 9476.
_OWN_NETWORK = re.compile(
    r"(?:.*\.)?(?:localhost|localdomain|local|internal|intranet|lan|home\.arpa|test|invalid)",
    re.IGNORECASE,
)


class AddressRefusedError(ValueError):
    """This cannot be a link of ours; the message says why, for the person who sent it."""


def public_address(text: str) -> str:
    """What a person typed or pasted, as the whole address of a page anybody can open.

    Without a scheme it is https. Raises AddressRefusedError for other schemes, for hosts within
    somebody's own network in any spelling, for passwords, and for what is no address.
    """
    url = one_line(text)
    if not url:
        raise AddressRefusedError("Write the address of a page, such as https://example.com/story.")
    if named := _SCHEME.match(url):
        if named["scheme"].lower() not in {"http", "https"}:
            shown = one_line(named["scheme"], 20)
            raise AddressRefusedError(f"Only http and https addresses are taken, not {shown}:")
    elif "." in url.partition("/")[0]:
        url = f"https://{url}"
    # Behind :~: stands what a browser marks in the page for one reader.
    whole = web_address(url.partition("#:~:")[0])
    if len(whole) > URL_LENGTH:
        raise AddressRefusedError(f"This address is longer than {URL_LENGTH} characters.")
    _check_host(whole)
    return whole


def _check_host(whole: str) -> None:
    parts = urlsplit(whole)
    host = (parts.hostname or "").removesuffix(".")
    if not host:
        raise AddressRefusedError("This is not a web address: https://example.com/story is one.")
    if parts.username or parts.password:
        raise AddressRefusedError("This address has a name or password in it: take that out.")
    address = _address(host)
    if _OWN_NETWORK.fullmatch(host) or (address is not None and not is_public(address)):
        raise AddressRefusedError("This address is private: readers could not open it.")
    if address is None and not _HOST.fullmatch(host):
        raise AddressRefusedError(f"“{one_line(host, 60)}” is not the name of a public host.")


def _address(host: str) -> Address | None:
    """The number `host` is, in any spelling that browsers take for one: 127.1, 0x7f000001."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None

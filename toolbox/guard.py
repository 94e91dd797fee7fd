"""The wall of the fetcher: which hosts it may connect to, checked at the connection itself.

A name is looked up once, its addresses are judged, and the connection goes to an address that
was judged: a name that answers differently the next time gains nothing.
"""

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from httpcore import (
    SOCKET_OPTION,
    AnyIOBackend,
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
)

from toolbox.http_errors import RefusedError, UnreachableError

Address = IPv4Address | IPv6Address

# `is_global` says yes to these, though an IPv4 address of any kind stands inside: NAT64, 6to4,
# Teredo, mapped, compatible; and the old site-local range.
NEVER_PUBLIC = [
    IPv6Network(network)
    for network in (
        "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96", "::/96",
        "fec0::/10",
    )
]  # fmt: skip
# Of the addresses of one host, how many are tried before it counts as unreachable.
TRIES = 4
# Seconds after which a connection is given up whose request did not even reach the other machine.
# A busy server with a short queue forgets connections that its caller takes for open; without
# this they wait until the whole deadline is over.
UNHEARD = 5.0
UNHEARD_NEARBY = 0.5
# Look-ups block a thread each; one name server that hangs must not hold up the other hosts.
RESOLVERS = 32


def is_public(address: Address) -> bool:
    """Whether `address` belongs to one machine on the public internet."""
    if isinstance(address, IPv6Address) and any(address in network for network in NEVER_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


class Guard(AsyncNetworkBackend):
    """httpcore's way to the network, open towards public hosts only.

    `allow_private` lets private hosts through as well: for development and tests.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self.allow_private = allow_private
        self._network = AnyIOBackend()
        self._known: dict[str, list[Address]] = {}
        self._resolvers = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="look-up")

    async def addresses(self, host: str) -> list[Address]:
        """The addresses of `host` that may be connected to. Raises RefusedError, UnreachableError.

        Kept for the life of this guard: each host is looked up once a poll.
        """
        if host not in self._known:
            found = await self._look_up(host)
            allowed = [a for a in found if self.allow_private or is_public(a)]
            if not allowed:
                raise RefusedError("This address is private and is not fetched.")
            self._known[host] = allowed
        return self._known[host]

    async def is_private(self, host: str) -> bool:
        """Whether `host` is private, and let through all the same."""
        return not all(is_public(address) for address in await self.addresses(host))

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """Connect to an address that was checked; httpcore keeps the name for Host and SNI."""
        addresses = (await self.addresses(host))[:TRIES]
        share = timeout / len(addresses) if timeout else None
        for address in addresses:
            options = _options(address)
            try:
                return await self._network.connect_tcp(
                    str(address), port, timeout=share, socket_options=options
                )
            except (ConnectError, ConnectTimeout) as error:
                failure = error
        raise failure

    def close(self) -> None:
        """Let go of the look-ups; those that hang end by themselves."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)

    async def _look_up(self, host: str) -> list[Address]:
        try:
            return [ip_address(host)]
        except ValueError:
            pass
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._resolvers, _resolve, host)
        except (OSError, UnicodeError) as error:
            raise UnreachableError(f"The host {host} is not known.") from error


def _options(address: Address) -> list[SOCKET_OPTION]:
    if not hasattr(socket, "TCP_USER_TIMEOUT"):
        return []
    patience = UNHEARD if is_public(address) else UNHEARD_NEARBY
    return [(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(patience * 1000))]


def _resolve(host: str) -> list[Address]:
    """Also turns `127.1` and `0x7f000001` into the address they stand for."""
    rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(row[4][0]).partition("%")[0]) for row in rows))

"""Nobody may point us at a machine inside: which addresses are fetched and which never.

An address is checked twice. Its form first: http or https, no user name, a usual port. Then,
when a connection is opened, every IP address that its host name stands for at that moment; the
connection goes to the address that was checked, so that a name cannot change in between.
Redirects pass through both checks at every hop, because each opens its own connection.

``ipaddress.is_private`` and its kin let several inner ranges through; the list here is explicit.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager

import httpcore
import httpx

from bot.errors import AddressError

Resolver = Callable[[str, int], Awaitable[list[str]]]

_PORTS = frozenset({80, 443, 8080, 8443})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_ADDRESS_LIMIT = 2000  # characters

_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carriers' inner networks (CGNAT)
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "::/8",  # unspecified, loopback, IPv4-mapped and -compatible, NAT64 (64:ff9b::/96)
        "64:ff9b:1::/48",  # local NAT64
        "100::/64",  # discard
        "2001::/23",  # protocol assignments, among them Teredo (2001::/32)
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: any IPv4 address inside
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # unique local
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")  # nothing outside it is routed


def is_outside(address: str) -> bool:
    """Tell whether an IP address belongs to a machine in the public network."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if ip.version == 6 and ip not in _GLOBAL_V6:
        return False
    return not any(ip.version == network.version and ip in network for network in _REFUSED)


def checked_url(address: str, trusted: frozenset[str] = frozenset()) -> httpx.URL:
    """Return the address as a URL if its form is fit to be fetched, else raise AddressError.

    ``trusted`` holds ``host:port`` pairs that may be fetched whatever their port and address.
    """
    try:
        url = httpx.URL(address.strip())
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise AddressError(key="error.address.malformed") from error
    if len(address) > _ADDRESS_LIMIT or not url.scheme:
        raise AddressError(key="error.address.malformed")
    if url.scheme not in _DEFAULT_PORTS:
        raise AddressError(key="error.address.scheme")
    if not url.host:
        raise AddressError(key="error.address.malformed")
    if url.userinfo:
        raise AddressError(key="error.address.credentials")
    port = url.port or _DEFAULT_PORTS[url.scheme]
    if port not in _PORTS and _pair(url.host, port) not in trusted:
        raise AddressError(key="error.address.port")
    return url


def trusted_pairs(pairs: Iterable[str]) -> frozenset[str]:
    """Return ``host:port`` pairs in the one spelling in which they are compared."""
    split = (pair.rpartition(":") for pair in pairs)
    return frozenset(_pair(host, int(port)) for host, _, port in split)


async def resolve(host: str, port: int) -> list[str]:
    """Return all IP addresses of a host name; raises OSError when it has none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, trusted: frozenset[str] = frozenset(), resolver: Resolver = resolve) -> None:
        self._trusted = trusted
        self._resolve = resolver
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first reachable address of ``host`` after checking all of them.

        Raises AddressError when any of them is inside: a name with both kinds is a trap.
        """
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label too long for DNS
            raise httpcore.ConnectError(f"no address for {host}") from error
        if _pair(host, port) not in self._trusted:
            if port not in _PORTS:
                raise AddressError(key="error.address.port")
            if not addresses or not all(map(is_outside, addresses)):
                raise AddressError(key="error.address.refused")
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in addresses[:4]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - httpcore's signature, as the next two
        timeout: float | None = None,  # noqa: ARG002, ASYNC109
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: no source lives in a socket file."""
        raise AddressError(key="error.address.scheme")

    async def sleep(self, seconds: float) -> None:
        """Wait between httpcore's own attempts."""
        await asyncio.sleep(seconds)


class GuardedTransport(httpx.AsyncBaseTransport):
    """What httpx sends requests through, so that every connection passes the guard."""

    def __init__(self, backend: GuardedBackend, *, connections: int = 32) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=connections,
            max_keepalive_connections=8,
            keepalive_expiry=10.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; raises AddressError or httpx.TransportError."""
        url = request.url
        wire_request = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        with _failures_of_httpx():
            answer = await self._pool.handle_async_request(wire_request)
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer),
            extensions=answer.extensions,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of httpcore's answer as httpx wants it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _failures_of_httpx():
            async for piece in self._answer.aiter_stream():
                yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


@contextmanager
def _failures_of_httpx() -> Iterator[None]:
    """Raise what httpx would raise where httpcore fails."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except httpcore.ConnectError as error:
        raise httpx.ConnectError(str(error)) from error
    except (
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
    ) as error:
        raise httpx.TransportError(str(error)) from error


def _pair(host: str, port: int) -> str:
    return f"{host.strip('[]').lower()}:{port}"

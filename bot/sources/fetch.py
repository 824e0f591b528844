"""Fetching from strangers: politely, within limits of time and size, never inside our network.

A body is read as it comes and unpacked step by step, so that a small one that unpacks to
gigabytes costs no more than the limit. Redirects are followed by hand, each hop checked by
:mod:`bot.sources.guard`. What the body means is read elsewhere.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NoReturn

import httpx

from bot import __version__
from bot.errors import FetchError
from bot.sources.base import Fetched, NotModified
from bot.sources.guard import (
    GuardedBackend,
    GuardedTransport,
    Resolver,
    checked_url,
    resolve,
    trusted_pairs,
)
from bot.sources.manners import HostTurns
from bot.sources.policy import freshness_s, retry_after_s
from bot.sources.unpack import TooLargeError, Unpacker

USER_AGENT = f"Mujaz/{__version__} (+https://pypi.org/project/mujaz/)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_MOST_REDIRECTS = 5
_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)
_STATUS_KEYS = {
    400: "error.fetch.refused",
    401: "error.fetch.forbidden",
    403: "error.fetch.forbidden",
    404: "error.fetch.not_found",
    410: "error.fetch.gone",
    429: "error.fetch.busy",
    451: "error.fetch.forbidden",
    503: "error.fetch.busy",
}


class Fetcher:
    """Fetches addresses; one for the whole program."""

    def __init__(
        self,
        *,
        timeout_s: float = 30.0,
        max_bytes: int = 15_000_000,
        trusted_hosts: Sequence[str] = (),
        resolver: Resolver = resolve,
        host_pause_s: float = 0.5,
    ) -> None:
        """``timeout_s`` is for one fetch in all, redirects and body included.

        A host gets one request at a time, begun at least ``host_pause_s`` after the one before.

        ``trusted_hosts`` are ``host:port`` pairs of the operator's own network.
        """
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._trusted = trusted_pairs(trusted_hosts)
        self._resolver = resolver
        self._client: httpx.AsyncClient | None = None
        self._turns = HostTurns(host_pause_s)

    async def fetch(
        self, address: str, *, etag: str = "", last_modified: str = ""
    ) -> Fetched | NotModified:
        """Return what is at ``address``; see :class:`bot.sources.base.PageFetcher`."""
        headers = {"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
        sent = [(name.encode(), value.encode()) for name, value in headers.items()]
        sent += [(b"If-None-Match", etag.encode("latin-1"))] if etag else []
        sent += [(b"If-Modified-Since", last_modified.encode("latin-1"))] if last_modified else []
        try:
            return await self._follow(checked_url(address, self._trusted), sent)
        except TimeoutError as error:
            raise FetchError(key="error.fetch.timeout") from error
        except httpx.TimeoutException as error:
            raise FetchError(key="error.fetch.timeout") from error
        except httpx.ConnectError as error:
            reason = "certificate" if _is_about_tls(error) else "unreachable"
            raise FetchError(str(error), key=f"error.fetch.{reason}") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise FetchError(str(error), key="error.fetch.broken") from error

    async def close(self) -> None:
        """Close connections; the next fetch opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _follow(
        self, url: httpx.URL, headers: list[tuple[bytes, bytes]]
    ) -> Fetched | NotModified:
        left_s, moved_to, for_good = self._timeout_s, "", True
        loop = asyncio.get_running_loop()
        for _ in range(_MOST_REDIRECTS + 1):
            async with self._turns.turn(url.netloc.decode()):  # waiting for it costs no time
                began = loop.time()
                async with asyncio.timeout(left_s):
                    answer = await self._hop(url, headers)
                left_s -= loop.time() - began
            if not isinstance(answer, tuple):
                return replace(answer, moved_to=moved_to)
            url, permanent = answer
            for_good = for_good and permanent
            moved_to = str(url) if for_good else moved_to
        raise FetchError(key="error.fetch.redirects")

    async def _hop(
        self, url: httpx.URL, headers: list[tuple[bytes, bytes]]
    ) -> Fetched | NotModified | tuple[httpx.URL, bool]:
        """Return the answer, or where to go on and whether that is so for good."""
        request = httpx.Request("GET", url, headers=headers)
        response = await self._opened().send(request, stream=True)
        try:
            if response.status_code not in _REDIRECTS:
                return await self._read(response, conditional=len(headers) > 3)
            following = self._next_hop(url, response.headers.get("location", ""))
            return following, response.status_code in _FOR_GOOD
        finally:
            await response.aclose()

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                transport=GuardedTransport(GuardedBackend(self._trusted, self._resolver)),
                timeout=httpx.Timeout(self._timeout_s, connect=min(10.0, self._timeout_s)),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                follow_redirects=False,
                trust_env=False,  # a proxy would be asked to open what the guard refuses
            )
        return self._client

    def _next_hop(self, url: httpx.URL, location: str) -> httpx.URL:
        if not location:
            raise FetchError(key="error.fetch.redirects")
        try:
            joined = str(url.join(location))
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchError(key="error.fetch.redirects") from error
        following = checked_url(joined, self._trusted)
        if url.scheme == "https" and following.scheme == "http":
            raise FetchError(key="error.fetch.downgrade")
        return following

    async def _read(self, response: httpx.Response, *, conditional: bool) -> Fetched | NotModified:
        told = response.headers
        fresh_s = freshness_s(
            told.get("cache-control", ""), told.get("expires", ""), told.get("date", "")
        )
        if response.status_code == 304 and conditional:
            return NotModified(max_age_s=fresh_s)
        if response.status_code != 200:
            _refuse(response)
        return Fetched(
            body=await self._body(response),
            content_type=response.headers.get("content-type", ""),
            etag=_exact(response, b"etag"),
            last_modified=_exact(response, b"last-modified"),
            final_url=str(response.request.url),
            max_age_s=fresh_s,
        )

    async def _body(self, response: httpx.Response) -> bytes:
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced[:20]) > self._max_bytes:
            raise FetchError(key="error.fetch.too_large")
        try:
            unpacker = Unpacker(response.headers.get("content-encoding", ""), self._max_bytes)
            async for piece in response.aiter_raw():
                for _ in unpacker.feed(piece):
                    await asyncio.sleep(0)  # others run between two steps of a large body
            return unpacker.finish()
        except TooLargeError as error:
            raise FetchError(key="error.fetch.too_large") from error
        except ValueError as error:
            raise FetchError(str(error), key="error.fetch.broken") from error


def _refuse(response: httpx.Response) -> NoReturn:
    status = response.status_code
    usual = "error.fetch.server" if status >= 500 else "error.fetch.refused"
    told = retry_after_s(response.headers.get("retry-after", ""), response.headers.get("date", ""))
    error = FetchError(key=_STATUS_KEYS.get(status, usual), status=status)
    if told is not None:
        error.params["retry_after_s"] = told
    raise error


def _is_about_tls(error: BaseException) -> bool:
    """Tell whether the other side could not prove who it is, from the chain of causes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _exact(response: httpx.Response, name: bytes) -> str:
    """Return a header byte for byte; latin-1 gives every byte back as it was."""
    return next(
        (value.decode("latin-1") for key, value in response.headers.raw if key.lower() == name), ""
    )

"""Fetching keeps to limits of time and size, and to the manners of the web."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import time
import tracemalloc
import zlib
from pathlib import Path

import pytest

from bot.errors import FetchError
from bot.sources.base import Fetched, NotModified
from bot.sources.fetch import USER_AGENT, Fetcher
from tests.unit.sources.loopback import Loopback, Request, answer, loopback

DATA = Path(__file__).parents[2] / "data"


async def _fetched(fetcher: Fetcher, address: str) -> Fetched:
    result = await fetcher.fetch(address)
    assert isinstance(result, Fetched)
    return result


async def _failure(fetcher: Fetcher, address: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.fetch(address)
    return caught.value


async def test_validators_go_back_byte_for_byte_and_bring_not_modified(
    server: Loopback, fetcher: Fetcher
) -> None:
    etag, modified = 'W/"\xe9-odd  ;v=1"', "Sat, 14 Apr 2018 10:00:00 +0300 (odd)"

    def conditional(request: Request) -> bytes:
        if request.headers.get("if-none-match") == etag:
            return answer(status=304, Cache_Control="max-age=1200")(request)
        return answer(b"news", ETag=etag, Last_Modified=modified)(request)

    server.routes["/"] = conditional

    first = await _fetched(fetcher, server.url("/"))
    second = await fetcher.fetch(
        server.url("/"), etag=first.etag, last_modified=first.last_modified
    )

    assert (first.etag, first.last_modified) == (etag, modified)
    assert second == NotModified(max_age_s=1200)
    assert "if-none-match" not in server.requests[0].headers
    assert server.requests[1].headers["if-modified-since"] == modified


async def test_every_request_says_who_asks_and_what_it_can_unpack(
    server: Loopback, fetcher: Fetcher
) -> None:
    server.routes["/"] = answer(b"news", Set_Cookie="id=1; Path=/")

    await fetcher.fetch(server.url("/"))
    await fetcher.fetch(server.url("/"))

    for request in server.requests:
        assert request.headers["user-agent"] == USER_AGENT
        assert request.headers["user-agent"].startswith("Mujaz/")
        assert request.headers["accept-encoding"] == "gzip, deflate"
        assert "cookie" not in request.headers


async def test_not_modified_without_validators_is_no_answer(
    server: Loopback, fetcher: Fetcher
) -> None:
    server.routes["/"] = answer(status=304)

    error = await _failure(fetcher, server.url("/"))

    assert error.key == "error.fetch.refused"


RAW = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": ("gzip", gzip.compress("خبر".encode() * 1000)),
    "x-gzip": ("x-gzip", gzip.compress("خبر".encode() * 1000)),
    "two members": ("gzip", gzip.compress("خبر".encode() * 999) + gzip.compress("خبر".encode())),
    "deflate": ("deflate", zlib.compress("خبر".encode() * 1000)),
    "raw deflate": ("deflate", RAW.compress("خبر".encode() * 1000) + RAW.flush()),
    "identity": ("identity", "خبر".encode() * 1000),
}


@pytest.mark.parametrize(("encoding", "body"), PACKED.values(), ids=PACKED.keys())
async def test_compressed_bodies_are_unpacked(
    server: Loopback, fetcher: Fetcher, encoding: str, body: bytes
) -> None:
    server.routes["/"] = answer(body, Content_Encoding=encoding)

    assert (await _fetched(fetcher, server.url("/"))).body == "خبر".encode() * 1000


async def test_a_small_body_that_unpacks_to_gigabytes_costs_no_more_than_the_limit(
    server: Loopback, fetcher: Fetcher
) -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(500)) + packer.flush()
    server.routes["/"] = answer(bomb, Content_Encoding="gzip")
    tracemalloc.start()

    error = await _failure(fetcher, server.url("/"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(bomb) < 1_000_000
    assert error.key == "error.fetch.too_large"
    assert peak < 20_000_000


@pytest.mark.parametrize("told", [True, False])
async def test_a_body_over_the_limit_is_not_read_to_its_end(
    server: Loopback, fetcher: Fetcher, told: bool
) -> None:
    head = b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 9000000\r\n" if told else b"") + b"\r\n"
    server.routes["/"] = lambda _request: head + bytes(9_000_000)

    error = await _failure(fetcher, server.url("/"))

    assert error.key == "error.fetch.too_large"


async def test_a_slow_drip_ends_with_the_time_of_the_whole_fetch(server: Loopback) -> None:
    server.routes["/"] = answer(b"x" * 1000)
    server.drips["/"] = 0.05
    fetcher = Fetcher(timeout_s=0.5, trusted_hosts=[server.pair])

    started = time.monotonic()
    error = await _failure(fetcher, server.url("/"))
    await fetcher.close()

    assert error.key == "error.fetch.timeout"
    assert time.monotonic() - started < 2
    assert server.connections == 1


async def test_redirects_are_followed_five_times_and_no_more(
    server: Loopback, fetcher: Fetcher
) -> None:
    for n in range(10):
        server.routes[f"/{n}"] = answer(status=301, Location=f"{n + 1}")
    server.routes["/10"] = answer(b"news")

    reached = await _fetched(fetcher, server.url("/5"))
    error = await _failure(fetcher, server.url("/4"))

    assert reached.final_url == server.url("/10")
    assert error.key == "error.fetch.redirects"
    assert len(server.requests) == 12


@pytest.mark.parametrize(
    ("status", "key"),
    [
        (403, "error.fetch.forbidden"),
        (404, "error.fetch.not_found"),
        (410, "error.fetch.gone"),
        (418, "error.fetch.refused"),
        (204, "error.fetch.refused"),
        (429, "error.fetch.busy"),
        (500, "error.fetch.server"),
        (503, "error.fetch.busy"),
    ],
)
async def test_other_answers_say_why_in_their_own_words(
    server: Loopback, fetcher: Fetcher, status: int, key: str
) -> None:
    server.routes["/"] = answer(status=status)

    error = await _failure(fetcher, server.url("/"))

    assert (error.key, error.params) == (key, {"status": status})


@pytest.mark.parametrize("value", ["120", "Sat, 14 Apr 2018 10:02:00 GMT"], ids=["seconds", "date"])
async def test_both_forms_of_retry_after_are_understood(
    server: Loopback, fetcher: Fetcher, value: str
) -> None:
    server.routes["/"] = answer(status=429, Retry_After=value, Date="Sat, 14 Apr 2018 10:00:00 GMT")

    error = await _failure(fetcher, server.url("/"))

    assert error.params["retry_after_s"] == 120.0


BROKEN = {
    "not HTTP": b"hello\r\n\r\n",
    "nothing": b"",
    "cut body": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx",
    "unknown encoding": b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx",
    "not gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nxxxxxxxxx",
    "cut gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n"
    + gzip.compress(b"news" * 99)[:20],
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_answers_are_refused(server: Loopback, fetcher: Fetcher, data: bytes) -> None:
    server.routes["/"] = lambda _request: data

    assert (await _failure(fetcher, server.url("/"))).key == "error.fetch.broken"


async def test_a_closed_port_is_told_from_a_slow_site(fetcher: Fetcher, server: Loopback) -> None:
    closed = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = closed.sockets[0].getsockname()[1]
    closed.close()
    await closed.wait_closed()
    fetcher = Fetcher(timeout_s=3, trusted_hosts=[f"127.0.0.1:{port}"])

    error = await _failure(fetcher, f"http://127.0.0.1:{port}/")
    await fetcher.close()

    assert error.key == "error.fetch.unreachable"


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DATA / "loopback.pem")
    return context


async def test_a_secure_page_is_read_but_never_left_for_an_insecure_one(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(DATA / "loopback-ca.pem"))
    server.routes["/"] = answer(b"insecure")
    async with loopback(context=_tls(), host="localhost") as secure:
        secure.routes["/news"] = answer(b"secure")
        secure.routes["/down"] = answer(status=302, Location=server.url("/"))
        fetcher = Fetcher(timeout_s=5, trusted_hosts=[server.pair, secure.pair])

        read = await _fetched(fetcher, secure.url("/news"))
        error = await _failure(fetcher, secure.url("/down"))
        await fetcher.close()

    assert read.body == b"secure"
    assert error.key == "error.fetch.downgrade"
    assert server.connections == 0


async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    async with loopback(context=_tls(), host="localhost") as secure:
        fetcher = Fetcher(timeout_s=5, trusted_hosts=[secure.pair])

        error = await _failure(fetcher, secure.url("/"))
        await fetcher.close()

    assert error.key == "error.fetch.certificate"
    assert secure.requests == []

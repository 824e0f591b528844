"""No address leads us into a network that is not public."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import AddressError, FetchError, MujazError
from bot.sources.fetch import Fetcher
from bot.sources.guard import checked_url, is_outside
from tests.unit.sources.loopback import Loopback, answer, loopback

V4_TEXT = """
127.0.0.1 localhost LOCALHOST 127.1 2130706433 0x7f000001 0177.0.0.1 017700000001 0 0.0.0.0
0.1.2.3 127.255.255.254 10.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 169.254.169.254
169.254.170.2 100.64.0.1 100.100.100.200 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1
224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255"""
V6_TEXT = """
::1 :: ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:169.254.169.254 ::127.0.0.1 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 2002:7f00:1:: 2002:a9fe:a9fe::
2001:0:4136:e378:8000:63bf:3fff:fdd2 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 100::1
2001:db8::1"""
V4, V6 = V4_TEXT.split(), V6_TEXT.split()
HOSTS = [*V4, *(f"[{ip}]" for ip in V6), "127。0。0。1", "①②⑦.⓪.⓪.①"]
OTHERS = [
    "http://user:pw@127.0.0.1/",
    "http://127.0.0.1:6379/",
    "http://127.0.0.1:22/",
    "http://8.8.8.8:25/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/_x",
    "ftp://127.0.0.1/",
    "data:text/html,x",
    "unix:///var/run/docker.sock",
    "http:///etc/passwd",
    "//127.0.0.1/",
    "http://",
]


@pytest.fixture
async def trap() -> AsyncIterator[Loopback]:
    """Listen on a port that the guard lets through, so that only addresses can refuse."""
    for port in (8080, 8443):
        try:
            async with loopback(port=port) as state:
                state.routes["/"] = answer(b"inside")
                yield state
                return
        except OSError:
            continue
    pytest.skip("ports 8080 and 8443 are both taken on this machine")


async def test_none_of_62_addresses_reaches_a_listener(trap: Loopback) -> None:
    addresses = [f"http://{host}:{trap.port}/" for host in HOSTS] + OTHERS
    fetcher = Fetcher(timeout_s=3)
    refused: dict[str, str] = {}

    for address in addresses:
        try:
            await fetcher.fetch(address)
        except MujazError as error:
            refused[address] = error.key
    await fetcher.close()

    assert len(addresses) == 62
    assert len(refused) == 62
    assert trap.connections == 0
    unusual = {a: k for a, k in refused.items() if not k.startswith("error.address.")}
    assert unusual == {}, "refused for another reason than the guard's"


async def test_the_trap_of_these_tests_would_be_reached_without_the_guard(trap: Loopback) -> None:
    fetcher = Fetcher(timeout_s=3, trusted_hosts=[trap.pair])

    await fetcher.fetch(trap.url("/"))
    await fetcher.close()

    assert trap.connections == 1


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "file:///etc/passwd"]
)
async def test_a_redirect_is_checked_like_an_address(
    trap: Loopback, server: Loopback, target: str
) -> None:
    server.routes["/"] = answer(status=302, Location=target.format(port=trap.port))
    fetcher = Fetcher(timeout_s=3, trusted_hosts=[server.pair])

    with pytest.raises(AddressError):
        await fetcher.fetch(server.url("/"))
    await fetcher.close()

    assert server.connections == 1
    assert trap.connections == 0


async def test_a_name_that_changes_its_address_between_two_looks_gains_nothing(
    trap: Loopback,
) -> None:
    asked: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["2a00:ffff:ffff::1"] if len(asked) == 1 else ["127.0.0.1"]

    fetcher = Fetcher(timeout_s=0.5, resolver=rebinding)
    address = f"http://rebinding.example:{trap.port}/"

    with pytest.raises(FetchError):  # the public address, to which nothing leads
        await fetcher.fetch(address)
    with pytest.raises(AddressError):
        await fetcher.fetch(address)
    await fetcher.close()

    assert asked == ["rebinding.example"] * 2, "each connection must ask exactly once"
    assert trap.connections == 0


@pytest.mark.parametrize(
    "addresses", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["fe80::1%eth0"], []]
)
async def test_a_name_with_any_inner_address_is_refused(
    trap: Loopback, addresses: list[str]
) -> None:
    async def mixed(_host: str, _port: int) -> list[str]:
        return addresses

    fetcher = Fetcher(timeout_s=1, resolver=mixed)

    with pytest.raises(AddressError):
        await fetcher.fetch(f"http://mixed.example:{trap.port}/")
    await fetcher.close()

    assert trap.connections == 0


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_public_addresses_pass(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize("address", [*V6, "fe80::1%eth0", "not an address", ""])
def test_inner_addresses_do_not_pass(address: str) -> None:
    assert not is_outside(address)


def test_a_trusted_pair_is_trusted_for_its_port_only() -> None:
    trusted = frozenset({"feeds.internal:9000"})

    assert checked_url("http://Feeds.Internal:9000/rss", trusted).port == 9000
    with pytest.raises(AddressError):
        checked_url("http://feeds.internal:9001/rss", trusted)


async def test_waiting_for_names_does_not_outlast_the_time_of_a_fetch() -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.sleep(60)
        return []

    fetcher = Fetcher(timeout_s=0.1, resolver=never)

    with pytest.raises(FetchError) as caught:
        await fetcher.fetch("http://slow.example/")
    await fetcher.close()

    assert caught.value.key == "error.fetch.timeout"

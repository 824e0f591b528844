"""Polling over real HTTP into a real store: politely, each feed for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.errors import AddressError, FeedError, FetchError
from bot.sources.feed import FeedWorker
from bot.sources.fetch import Fetcher
from bot.sources.poll import Poller
from bot.store.base import Store
from bot.store.sql import open_store
from tests.unit.sources.feed_texts import member, rss
from tests.unit.sources.loopback import Loopback, Request, answer

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.sqlite'}")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def poller(store: Store, clock: FixedClock, fetcher: Fetcher) -> Poller:
    return Poller(store, clock, fetcher, FeedWorker(), interval_s=900, draw=lambda: 0.0)


def _feed(*numbers: int, **headers: str) -> bytes:
    return rss(*(member(n, title=f"خبر {n}") for n in numbers)).encode()


async def test_a_feed_is_added_after_reading_it_and_its_articles_are_stored(
    poller: Poller, server: Loopback, store: Store
) -> None:
    server.routes["/rss"] = answer(_feed(1, 2), ETag='"1"')

    source = await poller.add_feed(f" {server.url('/rss')} ")

    assert (source.name, source.etag) == ("أخبار", '"1"')
    assert source.next_check_at == NOW + timedelta(seconds=900)
    assert (await store.counts()).articles == 2
    assert await store.sources() == [source]


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://127.0.0.1:8080/rss", AddressError),
        ("127.0.0.1/rss", AddressError),
        ("nonsense", AddressError),
        ("/missing", FetchError),
        ("/page", FeedError),
    ],
)
async def test_a_feed_that_cannot_be_read_is_not_kept(
    poller: Poller, server: Loopback, store: Store, address: str, error: type[Exception]
) -> None:
    server.routes["/page"] = answer(b"<!doctype html><html></html>", Content_Type="text/html")

    with pytest.raises(error):
        await poller.add_feed(server.url(address) if address.startswith("/") else address)

    assert await store.sources() == []


async def test_a_second_poll_is_conditional_and_stores_nothing_twice(
    poller: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    def conditional(request: Request) -> bytes:
        known = request.headers.get("if-none-match") == '"1"'
        return answer(b"" if known else _feed(1), status=304 if known else 200, ETag='"1"')(request)

    server.routes["/rss"] = conditional
    await poller.add_feed(server.url("/rss"))

    early = await poller.poll_due()
    clock.advance(timedelta(seconds=900))
    due = await poller.poll_due()
    server.routes["/rss"] = answer(_feed(1, 2), ETag='"2"')
    clock.advance(timedelta(seconds=900))
    changed = await poller.poll_due()

    assert early.checked == 0
    assert (due.checked, due.unchanged, due.stored) == (1, 1, 0)
    assert (changed.stored, changed.known, changed.revised) == (1, 1, 0)
    assert (await store.sources())[0].etag == '"2"'


async def test_a_changed_article_is_a_revision(
    poller: Poller, server: Loopback, clock: FixedClock
) -> None:
    server.routes["/rss"] = answer(rss(member(1)).encode())
    await poller.add_feed(server.url("/rss"))
    server.routes["/rss"] = answer(rss(member(1, title="عنوان معدل")).encode())
    clock.advance(timedelta(seconds=900))

    report = await poller.poll_due()

    assert (report.stored, report.revised) == (0, 1)


async def test_one_failing_feed_does_not_stop_the_others_and_keeps_its_reason(
    poller: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    for n in (1, 2, 3):
        server.routes[f"/{n}"] = answer(_feed(n))
        await poller.add_feed(server.url(f"/{n}"))
    server.routes["/1"] = answer(
        status=429, Retry_After="7200", Date="Sun, 22 Nov 2026 12:00:00 GMT"
    )
    server.routes["/2"] = answer(b"not a feed any more")
    server.routes["/3"] = answer(_feed(3, 4))
    clock.advance(timedelta(seconds=900))

    report = await poller.poll_due()

    kept = await store.sources()
    assert [failure.error.key for failure in report.failed] == [
        "error.fetch.busy",
        "error.feed.unreadable",
    ]
    assert report.stored == 1
    assert [one.last_error for one in kept] == ["error.fetch.busy", "error.feed.unreadable", ""]
    assert [one.failures for one in kept] == [1, 1, 0]
    assert kept[0].next_check_at == clock.now() + timedelta(seconds=7200)


async def test_a_feed_that_recovers_forgets_its_failures(
    poller: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    server.routes["/rss"] = answer(_feed(1))
    await poller.add_feed(server.url("/rss"))
    server.routes["/rss"] = answer(status=500)
    for _ in range(2):
        clock.advance(timedelta(days=1))
        await poller.poll_due()
    failing = (await store.sources())[0]
    server.routes["/rss"] = answer(_feed(1))
    clock.advance(timedelta(days=1))
    await poller.poll_due()

    assert (failing.failures, failing.last_error) == (2, "error.fetch.server")
    assert ((await store.sources())[0].failures, (await store.sources())[0].last_error) == (0, "")


async def test_feeds_of_one_host_are_visited_one_at_a_time(
    poller: Poller, server: Loopback, clock: FixedClock
) -> None:
    for n in (1, 2):
        server.routes[f"/{n}"] = answer(_feed(n))
        await poller.add_feed(server.url(f"/{n}"))
    server.drips = {"/1": 0.0002, "/2": 0.0002}
    server.most_at_once = 0
    clock.advance(timedelta(seconds=900))

    report = await poller.poll_due()

    assert report.checked == 2
    assert server.most_at_once == 1


async def test_different_hosts_are_visited_together(
    server: Loopback, store: Store, clock: FixedClock
) -> None:
    names = [f"localhost:{server.port}", server.pair]
    fetcher = Fetcher(timeout_s=5, trusted_hosts=names)
    poller = Poller(store, clock, fetcher, FeedWorker(), interval_s=900, draw=lambda: 0.0)
    server.routes["/"] = answer(_feed(1))
    for name in names:
        await poller.add_feed(f"http://{name}/")
    server.drips["/"] = 0.0002
    clock.advance(timedelta(seconds=900))

    await poller.poll_due()

    assert server.most_at_once == 2

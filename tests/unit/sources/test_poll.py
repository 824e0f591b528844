"""Polling over real HTTP into a real store: politely, each feed for itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.errors import AddressError, FeedError, FetchError
from bot.models import SourceKind
from bot.sources.fetch import Fetcher
from bot.sources.parser import ParserProcess
from bot.sources.poll import Poller
from bot.store.base import Store
from bot.store.sql import open_store
from tests.unit.sources.channel_page import page as channel_text
from tests.unit.sources.channel_page import post as channel_post
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
    return Poller(store, clock, fetcher, ParserProcess(), interval_s=900, draw=lambda: 0.0)


def _feed(*numbers: int, **headers: str) -> bytes:
    return rss(*(member(n, title=f"خبر {n}") for n in numbers)).encode()


async def test_a_feed_is_added_after_reading_it_and_its_articles_are_stored(
    poller: Poller, server: Loopback, store: Store
) -> None:
    server.routes["/rss"] = answer(_feed(1, 2), ETag='"1"')

    source = await poller.add_source(f" {server.url('/rss')} ")

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
        await poller.add_source(server.url(address) if address.startswith("/") else address)

    assert await store.sources() == []


async def test_a_second_poll_is_conditional_and_stores_nothing_twice(
    poller: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    def conditional(request: Request) -> bytes:
        known = request.headers.get("if-none-match") == '"1"'
        return answer(b"" if known else _feed(1), status=304 if known else 200, ETag='"1"')(request)

    server.routes["/rss"] = conditional
    await poller.add_source(server.url("/rss"))

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
    await poller.add_source(server.url("/rss"))
    server.routes["/rss"] = answer(rss(member(1, title="عنوان معدل")).encode())
    clock.advance(timedelta(seconds=900))

    report = await poller.poll_due()

    assert (report.stored, report.revised) == (0, 1)


async def test_one_failing_feed_does_not_stop_the_others_and_keeps_its_reason(
    poller: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    for n in (1, 2, 3):
        server.routes[f"/{n}"] = answer(_feed(n))
        await poller.add_source(server.url(f"/{n}"))
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
    await poller.add_source(server.url("/rss"))
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
        await poller.add_source(server.url(f"/{n}"))
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
    poller = Poller(store, clock, fetcher, ParserProcess(), interval_s=900, draw=lambda: 0.0)
    server.routes["/"] = answer(_feed(1))
    for name in names:
        await poller.add_source(f"http://{name}/")
    server.drips["/"] = 0.0002
    clock.advance(timedelta(seconds=900))

    await poller.poll_due()

    assert server.most_at_once == 2


LEAD = "عاد مئات الأهالي إلى البلدة صباح اليوم، وفتحت المدارس أبوابها بعد شهر من الإغلاق."
REST = "وقال رئيس المجلس المحلي إن فرق الصيانة أصلحت الجسر وأزالت الطين من الشوارع كلها."


def _page(title: str, *paragraphs: str, head: str = "") -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}"
        "</article></body></html>"
    ).encode()


@pytest.fixture
def reading(store: Store, clock: FixedClock, fetcher: Fetcher) -> Poller:
    """A poller that reads pages where feeds carry summaries."""
    return Poller(
        store,
        clock,
        fetcher,
        ParserProcess(),
        interval_s=900,
        draw=lambda: 0.0,
        full_text=True,
    )


async def test_a_summary_is_completed_from_its_page_once(
    reading: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    title = "خبر رقم واحد عن عودة الأهالي"
    server.routes["/a/1"] = answer(_page(title, LEAD, REST, REST + "."))
    server.routes["/rss"] = answer(rss(member(1, title=title, link=server.url("/a/1"))).encode())

    await reading.add_source(server.url("/rss"))
    clock.advance(timedelta(seconds=900))
    again = await reading.poll_due()

    (stored,) = (await store.articles([1])).values()
    assert [paragraph.text for paragraph in stored.paragraphs][:2] == [LEAD, REST]
    assert (again.known, again.revised, again.stored) == (1, 0, 0)
    assert [request.path for request in server.requests].count("/a/1") == 1


async def test_a_summary_whose_page_cannot_be_read_is_kept_as_it_is(
    reading: Poller, server: Loopback, store: Store
) -> None:
    server.routes["/rss"] = answer(rss(member(1, link=server.url("/missing"))).encode())

    await reading.add_source(server.url("/rss"))

    (stored,) = (await store.articles([1])).values()
    assert len(stored.paragraphs) == 1
    assert "/missing" in [request.path for request in server.requests]


async def test_a_changed_headline_is_read_again_and_kept_as_an_edit(
    reading: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    for title, path, count in (
        ("مقتل 12 شخصا قرب الجسر", "/a/1", 12),
        ("مقتل 9 قرب الجسر", "/a/1", 9),
    ):
        server.routes[path] = answer(_page(title, f"قتل {count} شخصا. {LEAD}", REST, REST + "."))
        server.routes["/rss"] = answer(rss(member(1, title=title, link=server.url(path))).encode())
        if count == 12:
            await reading.add_source(server.url("/rss"))
            clock.advance(timedelta(seconds=900))
    report = await reading.poll_due()

    (edit,) = await store.edits(article_id=1)
    assert report.revised == 1
    assert (edit.old_title, edit.new_title) == ("مقتل 12 شخصا قرب الجسر", "مقتل 9 قرب الجسر")
    assert {(before, after) for _, before, after in edit.numbers} == {("12", "9")}


async def test_the_feed_that_a_page_names_is_found_and_added(
    poller: Poller, server: Loopback
) -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="%s">'
    head = link % "/broken" + link % "/rss"
    server.routes["/"] = answer(b"<!doctype html>" + _page("س", "ص", head=head))
    server.routes["/broken"] = answer(b"no feed")
    server.routes["/rss"] = answer(_feed(1))

    source = await poller.add_source(server.url("/"))

    assert source.address == server.url("/rss")


async def test_a_permanent_move_is_followed_at_once_and_adopted_after_a_week(
    poller: Poller, server: Loopback, store: Store, clock: FixedClock
) -> None:
    server.routes["/old"] = answer(status=301, Location="/new")
    server.routes["/new"] = answer(_feed(1))
    first = await poller.add_source(server.url("/old"))
    clock.advance(timedelta(days=7))
    await poller.poll_due()

    (moved,) = await store.sources()
    assert (first.address, first.moved_to) == (server.url("/old"), server.url("/new"))
    assert (moved.address, moved.moved_to) == (server.url("/new"), "")


async def test_a_channel_is_visited_by_its_public_page(
    store: Store, clock: FixedClock, server: Loopback
) -> None:
    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    pages = {"/s/furat_sample": channel_text(channel_post(7, "قتل 12 شخصا.<br/>نص."))}
    server.routes |= {path: answer(text.encode()) for path, text in pages.items()}
    address = f"http://t.me:{server.port}/s/furat_sample"
    fetcher = Fetcher(
        timeout_s=5, trusted_hosts=[f"t.me:{server.port}"], resolver=here, host_pause_s=0
    )
    poller = Poller(store, clock, fetcher, ParserProcess(), interval_s=900, draw=lambda: 0.0)
    await store.ensure_source(SourceKind.CHANNEL, "قناة", address, now=clock.now())

    first = await poller.poll_due()
    edited = channel_text(channel_post(7, "قتل 9 أشخاص.<br/>نص.", edited=True))
    server.routes["/s/furat_sample"] = answer(edited.encode())
    clock.advance(timedelta(seconds=900))
    second = await poller.poll_due()
    await fetcher.close()

    assert (first.stored, second.revised) == (1, 1)
    assert (await store.articles([1]))[1].article.url == "https://t.me/furat_sample/7"


async def test_a_dripping_host_keeps_nobody_waiting_and_is_told_of_when_it_ends(
    store: Store, clock: FixedClock, server: Loopback
) -> None:
    async def here(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    pairs = [f"{name}.example:{server.port}" for name in ("slow", "good")]
    server.routes |= {"/drip": answer(_feed(1)), "/rss": answer(_feed(2))}
    server.drips["/drip"] = 0.2
    fetcher = Fetcher(timeout_s=5, trusted_hosts=pairs, resolver=here, host_pause_s=0)
    poller = Poller(store, clock, fetcher, ParserProcess(), interval_s=900, draw=lambda: 0.0)
    for pair, path in zip(pairs, ("/drip", "/rss"), strict=True):
        await store.ensure_source(SourceKind.FEED, path, f"http://{pair}{path}", now=NOW)

    reports = [await poller.poll_due(patience_s=0.1)]
    while not reports[-1].failed:
        reports.append(await poller.poll_due(patience_s=0.1))
    asked = [request.path for request in server.requests]
    clock.advance(timedelta(seconds=900))
    left = await poller.poll_due(patience_s=0.0)  # too short for anybody
    await poller.stop()
    await fetcher.close()

    assert len(reports) > 1
    assert sum(one.stored for one in reports) == 1
    assert [one.source.name for one in reports[-1].failed] == ["/drip"]
    assert sorted(asked) == ["/drip", "/rss"], "nobody is asked twice while a visit is under way"
    assert left.checked == 0
    assert len(await store.sources_due(clock.now())) == 2, "what was left off is due again"

"""Watching sources: failures told once, silence noticed, lists taken in and given out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import Chat, ChatKind, OutboxKind
from bot.services.intake import Ingest
from bot.services.outgoing import Outgoing
from bot.services.watching import Watching
from bot.sources.fetch import Fetcher
from bot.store.base import Store
from bot.store.sql import open_store
from tests.unit.sources.feed_texts import member, rss
from tests.unit.sources.loopback import Loopback, answer, loopback

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OPERATOR = 77


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.sqlite'}")
    yield opened
    await opened.close()


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with loopback() as state:
        yield state


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def watching(
    store: Store, clock: FixedClock, server: Loopback
) -> AsyncIterator[tuple[Watching, Ingest]]:
    fetcher = Fetcher(timeout_s=5, trusted_hosts=[server.pair], host_pause_s=0)
    intake = Ingest(store, clock, fetcher)
    await store.save_chat(Chat(id=OPERATOR, kind=ChatKind.PRIVATE), now=NOW)
    outgoing = Outgoing(store, clock, [OPERATOR])
    yield Watching(store, clock, intake, outgoing, language="ar"), intake
    await fetcher.close()


def _feed(*numbers: int) -> bytes:
    return rss(*(member(n, title=f"خبر {n}") for n in numbers)).encode()


async def test_operators_are_told_once_after_a_day_of_failure_and_again_after_a_recovery(
    watching: tuple[Watching, Ingest], store: Store, server: Loopback, clock: FixedClock
) -> None:
    watch, intake = watching
    server.routes["/rss"] = answer(_feed(1))
    await intake.add_source(server.url("/rss"))
    told: list[int] = []

    for hours, status in (
        (1, 500),
        (23, 500),
        (25, 500),
        (49, 500),
        (50, 200),
        (74, 500),
        (99, 500),
    ):
        server.routes["/rss"] = answer(_feed(1) if status == 200 else b"", status=status)
        clock.advance(NOW + timedelta(hours=hours) - clock.now())
        source = (await store.sources())[0]
        if source.next_check_at and source.next_check_at > clock.now():
            clock.advance(source.next_check_at - clock.now())
        await watch.poll()
        told.append(len(await store.outbox()))

    notices = await store.outbox()
    assert told[0] == 0
    assert sorted(set(told)) == [0, 1, 2]
    assert {one.kind for one in notices} == {OutboxKind.NOTICE}
    assert "أخبار" in notices[0].plain
    assert "عطل" in notices[0].plain or "خلل" in notices[0].plain


async def test_a_source_that_falls_silent_is_flagged_and_one_that_speaks_is_not(
    watching: tuple[Watching, Ingest], server: Loopback, clock: FixedClock
) -> None:
    watch, intake = watching
    numbers: list[int] = []
    server.routes["/rss"] = answer(_feed(0))
    await intake.add_source(server.url("/rss"))
    for n in range(1, 8):
        numbers.append(n)
        server.routes["/rss"] = answer(_feed(*numbers))
        clock.advance(timedelta(hours=12))
        await watch.poll()
    (speaking,) = await watch.health()
    clock.advance(timedelta(hours=24))
    await watch.poll()
    (pausing,) = await watch.health()
    clock.advance(timedelta(hours=24))
    await watch.poll()
    (silent,) = await watch.health()

    assert (speaking.silent, pausing.silent, silent.silent) == (False, False, True)
    assert speaking.activity.articles == 8
    assert 2.0 <= speaking.activity.a_day <= 2.5


async def test_a_list_is_taken_in_once_with_labels_and_those_that_are_off_stay_off(
    watching: tuple[Watching, Ingest], store: Store
) -> None:
    watch, _ = watching
    text = (
        '<opml><body><outline text="أ" xmlUrl="https://a.example/rss" enabled="false"'
        ' category="stance/monitor,country/sy"/><outline text="ب" xmlUrl="https://b.example/rss"/>'
        "</body></opml>"
    )

    first, second = await watch.import_list(text), await watch.import_list(text)

    kept = await store.sources()
    assert (first, second) == ((2, 0), (0, 2))
    assert [(one.enabled, one.stance, one.country) for one in kept] == [
        (False, "monitor", "SY"),
        (True, "", ""),
    ]
    assert [one.name for one in await store.sources_due(NOW)] == ["ب"]
    assert await watch.enable(kept[0].id, True)
    assert not await watch.enable(99, True)
    assert len(await store.sources_due(NOW)) == 2
    assert "https://a.example/rss" in await watch.export_list()

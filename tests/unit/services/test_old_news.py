"""What was old when it came is no news; of very much that is news the newest is read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.models import (
    Arrival,
    Article,
    Chat,
    ChatKind,
    NewArticle,
    OutboxMessage,
    OutboxState,
    SourceKind,
)
from bot.services.broadcasting import Broadcasting
from bot.store.sql import SqlStore, open_store

EIGHT = datetime(2019, 3, 12, 6, tzinfo=UTC)  # 08:00 in Damascus
DAY = timedelta(days=1)
MANY = 450  # more than one digest reads


class Counting(SqlStore):
    """A store that notes how many articles were loaded at once."""

    most = 0

    async def articles_between(
        self, after: int, until: int, *, since: datetime | None = None, limit: int | None = None
    ) -> list[Article]:
        found = await super().articles_between(after, until, since=since, limit=limit)
        self.most = max(self.most, len(found))
        return found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Counting]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield Counting(opened.database)
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(EIGHT - DAY)


@pytest.fixture
def broadcasting(store: Counting, clock: FixedClock) -> Broadcasting:
    return Broadcasting(store, clock, max_items=5)


async def arrive(
    store: Counting, clock: FixedClock, dates: list[datetime | None], *, what: str = "خبر"
) -> list[int]:
    source = await store.ensure_source(SourceKind.FILE, "أرشيف", now=clock.now())
    arrivals = []
    for number, dated in enumerate(dates):
        title = f"{what} {number}"
        text = " ".join(f"{what}{number}س{word}" for word in range(12))
        article = NewArticle(title=title, paragraphs=(text,), published_at=dated)
        arrivals.append(Arrival(source=source, article=article, identity=title))
    return [one.article_id for one in await store.add_articles(arrivals, now=clock.now())]


async def morning(
    store: Counting, clock: FixedClock, broadcasting: Broadcasting, day: int
) -> OutboxMessage:
    """Return the digest of that morning, which arrives."""
    clock.advance(EIGHT + day * DAY - clock.now())
    assert await broadcasting.tick() == 1
    (message,) = await store.lease(5, now=clock.now(), lease_s=60)
    await store.settle(message.id, OutboxState.SENT, now=clock.now(), telegram_id=1)
    return message


@pytest.fixture
async def reader(store: Counting, clock: FixedClock, broadcasting: Broadcasting) -> None:
    """One whose first digest has come, one day before the others."""
    await store.save_chat(Chat(id=7, kind=ChatKind.PRIVATE), now=clock.now())
    await store.subscribe(
        7, 0, times=("08:00",), timezone="Asia/Damascus", language="ar", now=clock.now()
    )
    clock.advance(timedelta(hours=1))
    await morning(store, clock, broadcasting, 0)
    clock.advance(timedelta(hours=1))


@pytest.mark.usefixtures("reader")
async def test_an_archive_that_is_read_in_is_neither_listed_nor_counted(
    store: Counting, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    old = datetime(2016, 5, 1, tzinfo=UTC)
    await arrive(store, clock, [old + n * DAY for n in range(60)], what="قديم")
    (late,) = await arrive(store, clock, [EIGHT - 6 * DAY], what="متأخر")
    (undated,) = await arrive(store, clock, [None], what="بلا")
    await arrive(store, clock, [EIGHT - 8 * DAY], what="فائت")

    message = await morning(store, clock, broadcasting, 1)

    assert sorted(message.article_ids) == [late, undated]
    assert "2016" not in message.html
    assert "56" not in message.html  # as many would be left out


@pytest.mark.usefixtures("reader")
async def test_whoever_comes_back_late_is_told_the_newest_and_how_much_more_there_is(
    store: Counting, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await store.pause(7, 0, "reader")
    ids = await arrive(store, clock, [EIGHT + n * timedelta(minutes=1) for n in range(MANY)])
    clock.advance(350 * DAY)
    await store.subscribe(
        7, 0, times=("08:00",), timezone="Asia/Damascus", language="ar", now=clock.now()
    )

    message = await morning(store, clock, broadcasting, 351)

    assert set(message.article_ids) <= set(ids[-400:])
    assert len(message.article_ids) == 5
    assert str(MANY - 5) in message.plain
    assert store.most == 400

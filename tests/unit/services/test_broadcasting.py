"""Digests reach the outbox once per slot, hold what is new, and lose nothing that is in doubt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.errors import StoreError
from bot.models import (
    Chat,
    ChatKind,
    DeliveryOptions,
    NewArticle,
    OutboxMessage,
    OutboxState,
    PinState,
    SourceKind,
)
from bot.services.broadcasting import Broadcasting
from bot.store.base import Store
from bot.store.sql import open_store

EVENING = datetime(2019, 3, 11, 18, tzinfo=UTC)
EIGHT = datetime(2019, 3, 12, 6, tzinfo=UTC)  # 08:00 in Damascus


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(EVENING)


@pytest.fixture
def broadcasting(store: Store, clock: FixedClock) -> Broadcasting:
    return Broadcasting(store, clock, max_items=5)


async def add(store: Store, clock: FixedClock, title: str, dated: datetime | None = None) -> int:
    source = await store.ensure_source(SourceKind.FILE, "وكالة النهر", now=clock.now())
    text = " ".join(f"{title}{n}" for n in range(12))
    article = NewArticle(title=title, paragraphs=(text,), published_at=dated or clock.now())
    return (await store.add_article(source, article, title, now=clock.now())).article_id


async def subscribe(
    store: Store,
    clock: FixedClock,
    chat_id: int = 7,
    *,
    timezone: str = "Asia/Damascus",
    language: str = "ar",
) -> None:
    chat = Chat(id=chat_id, kind=ChatKind.PRIVATE, timezone=timezone, language=language)
    await store.save_chat(chat, now=clock.now())
    await store.subscribe(
        chat_id, 0, times=("08:00",), timezone=timezone, language=language, now=clock.now()
    )


def move_to(clock: FixedClock, at: datetime) -> None:
    clock.advance(at - clock.now())


async def written(store: Store) -> list[OutboxMessage]:
    return sorted(await store.outbox(limit=1000), key=lambda message: message.id)


async def send_all(store: Store, clock: FixedClock, state: OutboxState = OutboxState.SENT) -> None:
    while leased := await store.lease(50, now=clock.now(), lease_s=60):
        for message in leased:
            await store.settle(message.id, state, now=clock.now(), telegram_id=message.id)


async def test_a_first_digest_looks_back_a_day_and_the_next_on_from_there(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    old = await add(store, clock, "قديم", EIGHT - timedelta(hours=25))
    recent = await add(store, clock, "حديث", EIGHT - timedelta(hours=20))
    await subscribe(store, clock)

    move_to(clock, EIGHT)
    assert await broadcasting.tick() == 1
    await send_all(store, clock)
    clock.advance(timedelta(hours=1))
    late = await add(store, clock, "متأخر", EIGHT - timedelta(hours=30))
    move_to(clock, EIGHT + timedelta(days=1))
    assert await broadcasting.tick() == 1

    first, second = await written(store)
    assert first.article_ids == (recent,)
    assert second.article_ids == (late,)
    assert old not in (*first.article_ids, *second.article_ids)
    assert "قديم" not in first.html


async def test_a_tick_that_comes_twice_writes_one_digest(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await add(store, clock, "حديث")
    await subscribe(store, clock)
    move_to(clock, EIGHT)

    written_by = [await broadcasting.tick(), await broadcasting.tick()]

    assert written_by == [1, 0]
    assert len(await written(store)) == 1


async def test_two_programs_that_tick_at_once_write_one_digest(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await subscribe(store, clock)
    other = Broadcasting(store, clock)
    before = await store.subscriptions()
    move_to(clock, EIGHT)

    assert await broadcasting.tick() + await other.tick() == 1
    assert len(before) == len(await written(store)) == 1


async def test_an_outage_of_three_days_ends_with_one_digest_that_covers_it(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await subscribe(store, clock)
    move_to(clock, EIGHT)
    await broadcasting.tick()
    ids = []
    for day in (1, 2, 3):
        move_to(clock, EIGHT + timedelta(days=day, hours=-1))
        ids.append(await add(store, clock, f"يوم{day}"))
    move_to(clock, EIGHT + timedelta(days=3, hours=5))

    assert await broadcasting.tick() == 1

    _, caught_up = await written(store)
    assert sorted(caught_up.article_ids) == sorted(ids)
    assert await broadcasting.tick() == 0


async def test_a_quiet_day_is_one_message_without_articles(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await add(store, clock, "قديم", EIGHT - timedelta(days=9))
    await subscribe(store, clock)
    move_to(clock, EIGHT)

    await broadcasting.tick()

    [quiet] = await written(store)
    assert quiet.article_ids == ()
    assert "لا جديد" in quiet.html


async def test_what_is_in_doubt_comes_again_flagged_and_only_once(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    doubtful = await add(store, clock, "مشكوك")
    await subscribe(store, clock)
    move_to(clock, EIGHT)
    await broadcasting.tick()
    await send_all(store, clock, OutboxState.UNCERTAIN)
    fresh = await add(store, clock, "جديد")

    move_to(clock, EIGHT + timedelta(days=1))
    await broadcasting.tick()
    await send_all(store, clock)
    move_to(clock, EIGHT + timedelta(days=2))
    await broadcasting.tick()

    _, second, third = await written(store)
    assert set(second.article_ids) == {doubtful, fresh}
    assert second.html.count("(قد يتكرر)") == 1
    assert third.article_ids == ()


async def test_one_subscribers_doubt_does_not_repeat_anything_to_another(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await add(store, clock, "خبر")
    await subscribe(store, clock, 7)
    await subscribe(store, clock, 8)
    move_to(clock, EIGHT)
    await broadcasting.tick()
    for message in await store.lease(2, now=clock.now(), lease_s=60):
        state = OutboxState.UNCERTAIN if message.chat_id == 7 else OutboxState.SENT
        await store.settle(message.id, state, now=clock.now())
    move_to(clock, EIGHT + timedelta(days=1))

    await broadcasting.tick()

    second = {message.chat_id: message for message in (await written(store))[2:]}
    assert "(قد يتكرر)" in second[7].html
    assert second[8].article_ids == ()


async def test_each_subscriber_reads_his_own_zone_and_language(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await add(store, clock, "خبر")
    await subscribe(store, clock, 7)
    await subscribe(store, clock, 8, timezone="Europe/Bucharest", language="en")
    move_to(clock, EIGHT)

    assert await broadcasting.tick() == 2

    by_chat = {message.chat_id: message.html for message in await written(store)}
    assert "آذار" in by_chat[7]
    assert "March" in by_chat[8]


async def test_a_long_digest_is_written_in_parts_that_cover_every_shown_article(
    store: Store, clock: FixedClock
) -> None:
    ids = [await add(store, clock, "طويل" * 40 + str(n)) for n in range(9)]
    await subscribe(store, clock)
    move_to(clock, EIGHT)

    await Broadcasting(store, clock, max_items=9).tick()

    parts = await written(store)
    assert len(parts) > 1
    assert [part.part for part in parts] == list(range(1, len(parts) + 1))
    assert {part.key for part in parts} == {parts[0].key}
    assert sorted(i for part in parts for i in part.article_ids) == ids


async def test_a_subscription_that_fails_keeps_no_other_from_its_digest(
    store: Store, clock: FixedClock, broadcasting: Broadcasting, caplog: pytest.LogCaptureFixture
) -> None:
    await subscribe(store, clock, 7, timezone="Mars/Olympus")
    await subscribe(store, clock, 8)
    move_to(clock, EIGHT)

    assert await broadcasting.tick() == 1

    assert [message.chat_id for message in await written(store)] == [8]
    assert "no digest for subscription" in caplog.text


async def test_a_store_that_is_closed_is_not_taken_for_a_day_without_digests(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await store.close()

    with pytest.raises(StoreError):
        await broadcasting.tick()


async def test_a_tick_tells_whether_there_is_something_to_send(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await subscribe(store, clock)

    assert await broadcasting.tick() == 0
    move_to(clock, EIGHT)
    assert await broadcasting.tick() == 1


async def test_moving_to_a_zone_in_the_west_brings_no_second_digest_of_the_day(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await subscribe(store, clock, 7)
    move_to(clock, EIGHT)
    await broadcasting.tick()
    clock.advance(timedelta(minutes=5))
    await subscribe(store, clock, 7, timezone="Europe/London")

    move_to(clock, EIGHT + timedelta(hours=3))
    again = await broadcasting.tick() + await broadcasting.tick()
    move_to(clock, EIGHT + timedelta(days=1, hours=3))
    next_day = await broadcasting.tick()

    assert (again, next_day) == (0, 1)
    assert len(await written(store)) == 2


async def test_a_digest_on_demand_shows_the_last_day_and_moves_nothing(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    shown = await add(store, clock, "خبر")
    await add(store, clock, "قديم", EVENING - timedelta(days=2))
    await subscribe(store, clock)
    chat = await store.chat(7)
    assert chat is not None

    [reply] = await broadcasting.digest_now(chat)
    move_to(clock, EIGHT)
    await broadcasting.tick()

    assert reply.article_ids == (shown,)
    [scheduled] = await written(store)
    assert scheduled.article_ids == (shown,)


async def test_a_preview_counts_what_it_does_not_show(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    for n in range(8):
        await add(store, clock, f"خبر{n}")

    digest = await broadcasting.preview(EVENING - timedelta(hours=1))

    assert len(digest.items) == 5
    assert digest.left_out == 3
    assert digest.since_at == EVENING - timedelta(hours=1)
    assert digest.newest_at == EVENING


async def test_what_arrives_late_while_a_first_digest_waits_is_in_the_one_that_replaces_it(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    recent = await add(store, clock, "حديث", EIGHT - timedelta(hours=20))
    await subscribe(store, clock)
    late = []
    for day in range(3):  # each stored after the digest of its day, and dated long before
        move_to(clock, EIGHT + timedelta(days=day))
        await broadcasting.tick()
        late.append(await add(store, clock, f"متأخر {day}", EIGHT - timedelta(days=6)))
    move_to(clock, EIGHT + timedelta(days=3))
    await broadcasting.tick()

    (waiting,) = await store.outbox(OutboxState.PENDING)

    assert set(waiting.article_ids) == {recent, *late}


async def test_digests_that_wait_through_an_outage_become_one_that_covers_them_all(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await subscribe(store, clock)
    for day, title in enumerate(("أول", "ثان", "ثالث")):
        await add(store, clock, title)
        move_to(clock, EIGHT + timedelta(days=day))
        await broadcasting.tick()

    (waiting,) = await store.outbox(OutboxState.PENDING)

    assert all(title in waiting.plain for title in ("أول", "ثان", "ثالث"))
    assert len(waiting.article_ids) == 3
    assert {m.reason for m in await store.outbox(OutboxState.CANCELLED)} == {"folded"}
    move_to(clock, EIGHT + timedelta(days=3))
    await send_all(store, clock)
    await broadcasting.tick()
    assert "أول" not in (await store.outbox(OutboxState.PENDING))[0].plain


async def test_a_digest_comes_as_its_subscription_chose(
    store: Store, clock: FixedClock, broadcasting: Broadcasting
) -> None:
    await subscribe(store, clock)
    chosen = DeliveryOptions(
        pin=True, signature="أخبار الفرات", quiet_from="07:00", quiet_until="09:00"
    )
    await store.choose(7, 0, delivery=chosen, now=clock.now())
    move_to(clock, EIGHT)

    await broadcasting.tick()

    (digest,) = await store.outbox()
    assert (digest.silent, digest.pin) == (True, PinState.WANTED)
    assert digest.plain.endswith("أخبار الفرات")

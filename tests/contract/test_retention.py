"""Old articles go with all that is theirs, except what somebody has yet to be told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.models import IntakeOutcome, OutboxState
from bot.store.base import Store
from bot.store.sql import SqlStore
from bot.store.transfer import contents_of
from tests.contract.samples import (
    NOW,
    a_subscription,
    added,
    leased,
    message,
    new_article,
    send_digest,
)

DAYS = 10


async def ten_days(store: Store) -> list[int]:
    """Store an article a day, the newest last; return their ids."""
    ids = []
    for age in range(DAYS, 0, -1):
        article = new_article(f"قبل {age}", published_at=NOW - timedelta(days=age))
        ids.append((await added(store, f"id {age}", article)).article_id)
    return ids


async def held(store: Store, ids: list[int]) -> list[int]:
    return sorted(await store.articles(ids))


async def test_what_is_too_old_goes_oldest_first_and_a_little_at_a_time(store: Store) -> None:
    ids = await ten_days(store)
    before = NOW - timedelta(days=4)

    first = await store.remove_old(before=before, keep=None, now=NOW, limit=2)
    after_first = await held(store, ids)
    rest = [await store.remove_old(before=before, keep=None, now=NOW, limit=4) for _ in range(2)]

    assert (first, after_first) == (2, ids[2:])
    assert rest == [4, 0]
    assert await held(store, ids) == ids[6:]


async def test_what_is_too_many_goes(store: Store) -> None:
    ids = await ten_days(store)

    assert await store.remove_old(before=None, keep=3, now=NOW) == DAYS - 3
    assert await store.remove_old(before=None, keep=3, now=NOW) == 0
    assert await held(store, ids) == ids[-3:]
    assert await store.remove_old(before=None, keep=None, now=NOW) == 0


async def test_nothing_of_it_stays_but_its_identity_and_a_line_that_tells_the_index(
    store: Store,
) -> None:
    assert isinstance(store, SqlStore)
    ids = await ten_days(store)
    seq = await store.last_seq()

    await store.remove_old(before=NOW, keep=None, now=NOW)

    contents = await contents_of(store.database)
    left = {name for name, content in contents.items() if content.rows}
    assert left - {"shingles"} == {"sources", "identities", "change_log"}  # those go by their days
    assert contents["identities"].rows == contents["change_log"].rows == DAYS
    assert [change.article_id for change in await store.changes(seq, 100)] == ids
    again = await added(store, "id 3", new_article("قبل 3 بنص آخر"))
    assert again.outcome is IntakeOutcome.KNOWN
    assert await store.verify(deep=True) == []


async def test_what_a_subscription_has_yet_to_hear_of_stays(store: Store) -> None:
    ids = await ten_days(store)
    subscription = await a_subscription(store)
    await send_digest(store, subscription, message(), cursor=4)

    await store.remove_old(before=NOW, keep=None, now=NOW)
    assert await held(store, ids) == ids[4:]

    await send_digest(store, subscription, message(key="two"), day=2, cursor=DAYS)
    await store.remove_old(before=NOW, keep=None, now=NOW)
    assert await held(store, ids) == []


async def test_what_a_doubtful_message_names_stays_until_it_is_settled(store: Store) -> None:
    ids = await ten_days(store)
    naming = message()
    naming = replace(naming, reply=replace(naming.reply, article_ids=(ids[0], ids[5])))
    await store.enqueue([naming], now=NOW)
    kept = [ids[0], ids[5]]

    async def left() -> list[int]:
        await store.remove_old(before=NOW, keep=None, now=NOW)
        return await held(store, ids)

    pending = await left()
    (sending,) = await leased(store)
    under_way = await left()
    await store.settle(sending.id, OutboxState.UNCERTAIN, now=NOW)
    doubtful = await left()
    await store.settle(sending.id, OutboxState.SENT, now=NOW)

    assert pending == under_way == doubtful == kept
    assert await left() == []


async def test_a_file_shrinks_once_a_quarter_of_it_is_free(store: Store, backend: str) -> None:
    for number in range(60):
        article = new_article(
            f"خبر {number}", "نص طويل " * 2_000, published_at=NOW - timedelta(days=9)
        )
        await added(store, f"id {number}", article)
    assert not await store.give_back_space()

    await store.remove_old(before=NOW, keep=5, now=NOW)

    assert await store.give_back_space() == (backend == "sqlite")
    assert not await store.give_back_space()
    assert await store.verify(deep=True) == []

"""Few under way, and settlements written together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.delivery.window import InFlight, SentBook
from bot.errors import StoreError
from bot.models import NewMessage, OutboxKind, Reply
from bot.store.sql import SqlStore, open_store

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


class CountingStore(SqlStore):
    """A real store that counts its transactions for settling."""

    groups: list[int]

    async def settle_sent(self, sent: Mapping[int, int | None], *, now: datetime) -> set[int]:
        self.groups.append(len(sent))
        return await super().settle_sent(sent, now=now)


def test_no_more_are_under_way_than_rate_and_round_trip_need() -> None:
    slow, fast = InFlight(64, 30), InFlight(64, 1000)
    for _ in range(100):
        slow.took(0.1)
        fast.took(0.02)

    assert slow.limit <= 6  # 30 a second × 0.1 s = 3
    assert 20 <= fast.limit <= 23  # 1000 × 0.02 = 20
    assert InFlight(4, 1000).limit == 4


async def test_what_is_answered_meanwhile_is_settled_in_one_transaction(tmp_path: Path) -> None:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    store = CountingStore(opened.database)
    store.groups = []
    reply = Reply(html="ن", plain="ن")
    await store.enqueue(
        [
            NewMessage(
                chat_id=chat, topic_id=0, kind=OutboxKind.DIGEST, key="k", part=1, reply=reply
            )
            for chat in range(1, 41)
        ],
        now=NOW,
    )
    leased = await store.lease(40, now=NOW, lease_s=60)
    book = SentBook(store, FixedClock(NOW))

    await asyncio.gather(*(book.note(message.id, 7) for message in leased))
    with pytest.raises(StoreError):
        await book.note(999, 7)
    await book.close()

    assert (await store.counts()).outbox == {"sent": 40}
    assert len(store.groups) <= 3
    await opened.close()

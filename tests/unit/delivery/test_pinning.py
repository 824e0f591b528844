"""The newest digest is pinned and the former one comes down; a lost right is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.delivery.pinning import Pinner
from bot.models import (
    Chat,
    ChatKind,
    DeliveryOptions,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    PinState,
    Reply,
    SendOutcome,
)
from bot.store.sql import SqlStore, open_store
from tests.unit.delivery.test_dispatch import NOW, until

GROUP, ADMIN = -100, 7


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    await opened.save_chat(
        Chat(id=GROUP, kind=ChatKind.GROUP, title="مجموعة", added_by=ADMIN), now=NOW
    )
    await opened.subscribe(GROUP, 0, times=("08:00",), timezone="UTC", language="ar", now=NOW)
    await opened.choose(GROUP, 0, delivery=DeliveryOptions(pin=True, silent=True), now=NOW)
    yield opened
    await opened.close()


class Board:
    """Pins as it is told, and notes it."""

    def __init__(self, *outcomes: SendOutcome) -> None:
        self._outcomes = list(outcomes)
        self.done: list[tuple[str, int | None]] = []

    async def pin(self, message: OutboxMessage) -> SendOutcome:
        self.done.append(("pin", message.message_id))
        return self._outcomes.pop(0) if self._outcomes else SendOutcome.SENT

    async def unpin(self, message: OutboxMessage) -> None:
        self.done.append(("unpin", message.message_id))


async def sent(store: SqlStore, number: int) -> int:
    reply = Reply(html="موجز", plain="موجز")
    new = NewMessage(
        chat_id=GROUP,
        topic_id=0,
        kind=OutboxKind.DIGEST,
        key=str(number),
        part=1,
        reply=reply,
        pin=True,
    )
    await store.enqueue([new], now=NOW)
    (one,) = await store.lease(1, now=NOW, lease_s=60)
    await store.settle_sent({one.id: number}, now=NOW)
    return one.id


async def work_off(store: SqlStore, board: Board) -> None:
    pinner = Pinner(store, board, FixedClock(NOW))
    pinner.wake()
    pinner.wake()  # twice is once
    await until(lambda: _is_idle(pinner))
    await pinner.close()


async def _is_idle(pinner: Pinner) -> bool:
    await asyncio.sleep(0)
    return pinner.idle


async def pin_of(store: SqlStore, message_id: int) -> PinState:
    return next(m.pin for m in await store.outbox() if m.id == message_id)


async def test_each_digest_is_pinned_once_and_the_former_one_comes_down(store: SqlStore) -> None:
    board = Board()
    first = await sent(store, 50)
    await work_off(store, board)
    second = await sent(store, 51)
    await work_off(store, board)

    assert board.done == [("pin", 50), ("pin", 51), ("unpin", 50)]
    assert await pin_of(store, first) is PinState.NONE
    assert await pin_of(store, second) is PinState.DONE


async def test_what_could_not_be_pinned_for_now_is_pinned_later(store: SqlStore) -> None:
    board = Board(SendOutcome.NOT_SENT)
    one = await sent(store, 50)
    await work_off(store, board)
    assert await pin_of(store, one) is PinState.WANTED

    await work_off(store, board)

    assert await pin_of(store, one) is PinState.DONE


async def test_without_the_right_to_pin_the_choice_is_taken_back_and_the_admin_is_told_once(
    store: SqlStore,
) -> None:
    board = Board(SendOutcome.REFUSED, SendOutcome.REFUSED)
    one = await sent(store, 50)
    await sent(store, 51)
    await work_off(store, board)

    assert await pin_of(store, one) is PinState.REFUSED
    subscription = await store.subscription(GROUP, 0)
    assert subscription is not None
    assert subscription.delivery == DeliveryOptions(silent=True)
    (told,) = [m for m in await store.outbox() if m.kind is OutboxKind.NOTICE]
    assert told.chat_id == ADMIN
    assert "مجموعة" in told.plain

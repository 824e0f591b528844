"""The sender's loop over a real store: nothing lost, nothing left behind, nobody hammered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.clock import FixedClock
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace, Turn
from bot.errors import StoreLockedError
from bot.models import (
    Chat,
    ChatKind,
    NewMessage,
    OutboxKind,
    OutboxMessage,
    OutboxState,
    Reply,
    SendOutcome,
    SendResult,
)
from bot.store.sql import SqlStore, open_store

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SENT = SendResult(outcome=SendOutcome.SENT, message_id=1)
Plan = Callable[[OutboxMessage], Awaitable[SendResult]]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


async def accepts(_message: OutboxMessage) -> SendResult:
    return SENT


class Line:
    """A sender that answers by plan and counts what is under way."""

    def __init__(self, plan: Plan = accepts) -> None:
        self.plan = plan
        self.sent: list[OutboxMessage] = []
        self.under_way = self.most_under_way = 0

    async def send(self, message: OutboxMessage, turn: Turn | None = None) -> SendResult:
        assert turn is not None
        self.sent.append(message)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self.plan(message)
        finally:
            self.under_way -= 1


def answering(*results: SendResult) -> Plan:
    """Return a plan that gives these results in order, and then accepts."""
    left = list(results)

    async def plan(_message: OutboxMessage) -> SendResult:
        return left.pop(0) if left else SENT

    return plan


def dispatcher(store: SqlStore, line: Line, *, in_flight: int = 4) -> Dispatcher:
    pace = Pace(Limits(per_s=1000, chat_per_s=1000, group_per_min=60_000))
    return Dispatcher(store, line, pace, FixedClock(NOW), in_flight=in_flight)


def message(chat_id: int, *, kind: OutboxKind = OutboxKind.DIGEST, part: int = 1) -> NewMessage:
    reply = Reply(html="<b>موجز</b>", plain="موجز")
    return NewMessage(chat_id=chat_id, topic_id=0, kind=kind, key="k", part=part, reply=reply)


async def fill(store: SqlStore, chats: Sequence[int], kind: OutboxKind = OutboxKind.DIGEST) -> None:
    for chat_id in chats:
        await store.save_chat(Chat(id=chat_id, kind=ChatKind.PRIVATE), now=NOW)
    await store.enqueue([message(chat_id, kind=kind) for chat_id in chats], now=NOW)


async def states(store: SqlStore) -> dict[str, int]:
    return (await store.counts()).outbox


async def until(true: Callable[[], Awaitable[bool]], within_s: float = 120.0) -> None:
    async with asyncio.timeout(within_s):
        while not await true():  # noqa: ASYNC110 - the store has no event to wait for
            await asyncio.sleep(0.01)


async def settled(store: SqlStore) -> bool:
    return not {"pending", "sending"} & (await states(store)).keys()


async def test_everything_in_the_outbox_is_sent_once_and_few_are_under_way(
    store: SqlStore,
) -> None:
    async def slowly(_message: OutboxMessage) -> SendResult:
        await asyncio.sleep(0.005)
        return SENT

    line = Line(slowly)
    running = dispatcher(store, line, in_flight=3)
    await fill(store, range(1, 61))

    running.start()
    await until(lambda: settled(store))
    await running.stop()

    assert await states(store) == {"sent": 60}
    assert sorted(sent.chat_id for sent in line.sent) == list(range(1, 61))
    assert 1 < line.most_under_way <= 3


async def test_a_notification_wakes_an_idle_sender_at_once(store: SqlStore) -> None:
    line = Line()
    running = dispatcher(store, line)
    running.start()
    took_s = []
    for chat_id in (5, 6, 7):  # other programs may hold up one of them
        await asyncio.sleep(0.1)
        await fill(store, [chat_id])
        begun = asyncio.get_running_loop().time()
        running.notify()
        await until(lambda: settled(store))
        took_s.append(asyncio.get_running_loop().time() - begun)

    assert min(took_s) < 0.5
    await running.stop()


async def test_what_a_former_run_left_under_way_is_in_doubt_named_and_not_sent_again(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    await fill(store, [1, 2])
    left = await store.lease(1, now=NOW, lease_s=60)
    line = Line()
    running = dispatcher(store, line)

    running.start()
    await until(lambda: settled(store))
    await running.stop()

    assert [sent.chat_id for sent in line.sent] == [2]
    assert await states(store) == {"uncertain": 1, "sent": 1}
    assert f"message {left[0].id} (digest)" in caplog.text


async def test_a_notice_in_doubt_since_a_former_run_is_repeated_once_with_a_mark(
    store: SqlStore,
) -> None:
    await fill(store, [1], kind=OutboxKind.NOTICE)
    await store.lease(1, now=NOW, lease_s=60)
    lines = [Line(), Line()]

    for line in lines:  # the second start must not repeat it again
        running = dispatcher(store, line)
        running.start()
        await until(lambda: _has(store, "sent"))
        await asyncio.sleep(0.2)
        await running.stop()

    assert [len(line.sent) for line in lines] == [1, 0]
    assert lines[0].sent[0].html.startswith("(قد يتكرر")
    assert lines[0].sent[0].html.endswith("<b>موجز</b>")


async def test_a_doubtful_send_is_kept_as_such_and_a_doubtful_notice_goes_once_more(
    store: SqlStore,
) -> None:
    doubt = SendResult(outcome=SendOutcome.UNCERTAIN, reason="cut")
    line = Line(answering(doubt, doubt))
    running = dispatcher(store, line)
    await fill(store, [1])
    await fill(store, [2], kind=OutboxKind.NOTICE)

    running.start()
    await until(lambda: settled(store))
    await running.stop()

    assert sorted((sent.chat_id, sent.key) for sent in line.sent) == [
        (1, "k"), (2, "k"), (2, "k:again"),
    ]  # fmt: skip
    assert await states(store) == {"uncertain": 2, "sent": 1}


async def test_an_unreachable_chat_is_noted_and_its_other_messages_are_not_tried(
    store: SqlStore,
) -> None:
    blocked = SendResult(outcome=SendOutcome.UNREACHABLE, reason="blocked")
    line = Line(answering(blocked))
    running = dispatcher(store, line)
    await store.save_chat(Chat(id=1, kind=ChatKind.PRIVATE), now=NOW)
    subscription = await store.subscribe(
        1, 0, times=("08:00",), timezone="UTC", language="ar", now=NOW
    )
    parts = [message(1, part=part) for part in (1, 2, 3)]
    await store.enqueue(
        [
            NewMessage(
                chat_id=1,
                topic_id=0,
                kind=part.kind,
                key=part.key,
                part=part.part,
                reply=part.reply,
                subscription_id=subscription.id,
            )
            for part in parts
        ],
        now=NOW,
    )

    running.start()
    await until(lambda: settled(store))
    await running.stop()

    assert len(line.sent) == 1
    assert await states(store) == {"dead": 1, "cancelled": 2}
    chat = await store.chat(1)
    assert chat is not None
    assert not chat.reachable


async def test_a_migrated_group_gets_its_message_under_the_new_id(store: SqlStore) -> None:
    moved = SendResult(outcome=SendOutcome.MIGRATED, new_chat_id=-1007)
    line = Line(answering(moved))
    running = dispatcher(store, line)
    await store.save_chat(Chat(id=-7, kind=ChatKind.GROUP), now=NOW)
    await store.enqueue([message(-7)], now=NOW)

    running.start()
    await until(lambda: settled(store))
    await running.stop()

    assert [sent.chat_id for sent in line.sent] == [-7, -1007]
    assert await states(store) == {"sent": 1}


async def test_stopping_lets_what_is_being_sent_finish_and_returns_what_waits(
    store: SqlStore,
) -> None:
    release = asyncio.Event()

    async def held(_message: OutboxMessage) -> SendResult:
        await release.wait()
        return SENT

    line = Line(held)
    pace = Pace(Limits(per_s=1000, chat_per_s=1000))
    running = Dispatcher(store, line, pace, FixedClock(NOW), in_flight=2)
    await fill(store, [1, 2, 3])
    running.start()
    await until(lambda: _true(line.under_way == 2))

    stopping = asyncio.create_task(running.stop(4.0))
    await asyncio.sleep(0.05)
    release.set()
    await stopping

    assert await states(store) == {"sent": 2, "pending": 1}


async def _true(value: bool) -> bool:
    return value


async def test_a_send_that_does_not_end_by_the_deadline_is_in_doubt(store: SqlStore) -> None:
    async def never(_message: OutboxMessage) -> SendResult:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    line = Line(never)
    running = dispatcher(store, line, in_flight=2)
    await fill(store, [1, 2, 3])
    running.start()
    await until(lambda: _true(line.under_way == 2))

    await running.stop(0.4)

    assert await states(store) == {"uncertain": 2, "pending": 1}


async def test_what_waits_for_its_turn_goes_back_untouched_when_we_stop(store: SqlStore) -> None:
    line = Line()
    pace = Pace(Limits(per_s=0.5, chat_per_s=0.5))
    running = Dispatcher(store, line, pace, FixedClock(NOW), in_flight=4)
    await fill(store, range(1, 9))
    running.start()
    await until(lambda: _has(store, "sending"))
    await until(lambda: _has(store, "sent"))

    await running.stop(2.0)

    left = await states(store)
    assert left == {"sent": len(line.sent), "pending": 8 - len(line.sent)}
    assert all(m.attempts == 0 for m in await store.outbox(OutboxState.PENDING))


async def _has(store: SqlStore, state: str) -> bool:
    return state in await states(store)


async def test_an_outage_of_the_line_is_not_hammered(store: SqlStore) -> None:
    down = SendResult(outcome=SendOutcome.NOT_SENT, reason="no route")
    line = Line(answering(*[down] * 1000))
    running = dispatcher(store, line)
    await fill(store, range(1, 101))

    running.start()
    await asyncio.sleep(1.0)
    await running.stop()

    assert 1 <= len(line.sent) <= 8
    assert await states(store) == {"pending": 100}


class StubbornStore(SqlStore):
    """A real store whose settling is refused a few times first, as by a locked file."""

    refusals = 0

    async def settle_sent(self, *args: Any, **kwargs: Any) -> set[int]:
        if self.refusals:
            self.refusals -= 1
            raise StoreLockedError("somebody else holds the database")
        return await super().settle_sent(*args, **kwargs)


async def test_a_store_that_refuses_for_a_while_kills_nothing(store: SqlStore) -> None:
    stubborn = StubbornStore(store.database)
    stubborn.refusals = 2
    line = Line()
    running = dispatcher(stubborn, line)
    await fill(store, [1])

    running.start()
    await until(lambda: settled(store))
    await running.stop()

    assert stubborn.refusals == 0
    assert len(line.sent) == 1
    assert await states(store) == {"sent": 1}

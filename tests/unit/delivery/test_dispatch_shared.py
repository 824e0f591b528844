"""Two senders on one database: each goes by its lease, and neither doubles nor loses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import FixedClock
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace
from bot.models import Chat, ChatKind, OutboxState, SendOutcome, SendResult
from bot.store.sql import SqlStore, open_store
from tests.unit.delivery.test_dispatch import (
    NOW,
    Line,
    answering,
    fill,
    message,
    settled,
    states,
    until,
)

LEASE_S = 3.0


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    opened = await open_store(f"sqlite+aiosqlite:///{tmp_path / 'mujaz.db'}")
    yield opened
    await opened.close()


def sharing(store: SqlStore, line: Line, clock: FixedClock) -> Dispatcher:
    pace = Pace(Limits(per_s=1000, chat_per_s=1000, group_per_min=60_000))
    return Dispatcher(store, line, pace, clock, lease_s=LEASE_S, alone=False)


async def test_what_another_sender_has_under_lease_is_left_to_it_until_the_lease_ends(
    store: SqlStore,
) -> None:
    clock, line = FixedClock(NOW), Line()
    await fill(store, [1, 2])
    (theirs,) = await store.lease(1, now=NOW, lease_s=60)
    running = sharing(store, line, clock)

    running.start()
    await until(lambda: _is(store, {"sending": 1, "sent": 1}))
    clock.advance(timedelta(seconds=61))
    await until(lambda: settled(store))
    await running.stop()

    assert [sent.chat_id for sent in line.sent] == [2]
    (doubtful,) = await store.outbox(OutboxState.UNCERTAIN)
    assert doubtful.id == theirs.id


async def test_two_senders_send_everything_once(store: SqlStore) -> None:
    async def slowly(_message: object) -> SendResult:
        await asyncio.sleep(0.005)
        return SendResult(outcome=SendOutcome.SENT, message_id=1)

    lines = [Line(slowly), Line(slowly)]
    await fill(store, range(1, 201))
    senders = [sharing(store, line, FixedClock(NOW)) for line in lines]

    for sender in senders:
        sender.start()
    await until(lambda: settled(store))
    for sender in senders:
        await sender.stop()

    sent = sorted(m.chat_id for line in lines for m in line.sent)
    assert sent == list(range(1, 201))
    assert all(line.sent for line in lines)
    assert await states(store) == {"sent": 200}


async def test_a_lost_topic_is_told_to_who_added_us_and_only_once(store: SqlStore) -> None:
    group = Chat(id=-100, kind=ChatKind.GROUP, title="مجموعة", added_by=7)
    await store.save_chat(group, now=NOW)
    gone = SendResult(outcome=SendOutcome.NO_TOPIC, reason="message thread not found")
    line = Line(answering(gone))
    posts = [message(-100), message(-100, part=2)]
    await store.enqueue([replace(post, topic_id=9) for post in posts], now=NOW)
    running = sharing(store, line, FixedClock(NOW))

    running.start()
    await until(lambda: _is(store, {"sent": 3}))
    await running.stop()

    to_admin = [m for m in line.sent if m.chat_id == 7]
    assert len(to_admin) == 1
    assert "مجموعة" in to_admin[0].plain
    assert {m.topic_id for m in line.sent[1:]} == {0}


async def _is(store: SqlStore, wanted: dict[str, int]) -> bool:
    return await states(store) == wanted

"""Moving a chat to the new id that Telegram gave it (a group that became a supergroup).

The move is one transaction of the caller. It may come twice (once as an update, once as the
answer to a send), and the new chat may be known before it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import OutboxState
from bot.store.schema import chats, outbox, subscriptions
from bot.store.schema_events import alerts, follows
from bot.store.slots import latest


async def move_chat(connection: AsyncConnection, old_id: int, new_id: int, now: datetime) -> None:
    """Move the chat and all that names it from one id to another."""
    if old_id == new_id:
        return
    old = (await connection.execute(select(chats).where(chats.c.id == old_id))).one_or_none()
    if old is not None:
        await _ensure_chat(connection, old, new_id, now)
        await _move_subscriptions(connection, old_id, new_id)
        await _move_follows(connection, old_id, new_id)
        await _move_alerts(connection, old_id, new_id)
        await connection.execute(delete(chats).where(chats.c.id == old_id))
    await _move_messages(connection, old_id, new_id)


async def _ensure_chat(
    connection: AsyncConnection, old: Row[Any], new_id: int, now: datetime
) -> None:
    if await connection.scalar(select(chats.c.id).where(chats.c.id == new_id)) is None:
        moved = {**old._mapping, "id": new_id, "created_at": now}
        await connection.execute(insert(chats).values(moved))
        return
    # The new chat was seen first, with default settings; what the old one chose counts.
    chosen = {"language": old.language, "timezone": old.timezone, "look": old.look}
    here = update(chats).where(chats.c.id == new_id)
    await connection.execute(here.values(chosen))
    if old.added_by is not None:
        await connection.execute(
            here.where(chats.c.added_by.is_(None)).values(added_by=old.added_by)
        )


async def _move_subscriptions(connection: AsyncConnection, old_id: int, new_id: int) -> None:
    both = select(subscriptions).where(subscriptions.c.chat_id.in_([old_id, new_id]))
    rows = (await connection.execute(both)).all()
    there = {row.topic_id: row for row in rows if row.chat_id == new_id}
    for row in rows:
        if row.chat_id == old_id and row.topic_id in there:
            await _merge(connection, row, there[row.topic_id])
    await connection.execute(
        update(subscriptions).where(subscriptions.c.chat_id == old_id).values(chat_id=new_id)
    )


async def _merge(connection: AsyncConnection, old: Row[Any], kept: Row[Any]) -> None:
    """Let ``kept`` take over the progress and the messages of ``old``, which is deleted."""
    progress = {
        "cursor": max(old.cursor, kept.cursor),
        "last_slot_at": latest(old.last_slot_at, kept.last_slot_at),
        "covered_until_at": latest(old.covered_until_at, kept.covered_until_at),
    }
    await connection.execute(
        update(subscriptions).where(subscriptions.c.id == kept.id).values(progress)
    )
    await connection.execute(
        update(outbox).where(outbox.c.subscription_id == old.id).values(subscription_id=kept.id)
    )
    await connection.execute(delete(subscriptions).where(subscriptions.c.id == old.id))


async def _move_follows(connection: AsyncConnection, old_id: int, new_id: int) -> None:
    """Move what the chat follows; what the new one follows too goes with the old chat."""
    there = follows.alias("there")
    twin = (
        select(there.c.id)
        .where(there.c.chat_id == new_id, there.c.topic_id == follows.c.topic_id)
        .where(there.c.kind == follows.c.kind, there.c.value == follows.c.value)
        .exists()
    )
    mine = follows.c.chat_id == old_id
    await connection.execute(update(follows).where(mine, ~twin).values(chat_id=new_id))


async def _move_alerts(connection: AsyncConnection, old_id: int, new_id: int) -> None:
    """Move what the chat was told of events or waits to be told; what the new one knows stays."""
    there = alerts.alias("there")
    twin = (
        select(there.c.event_id)
        .where(there.c.chat_id == new_id, there.c.topic_id == alerts.c.topic_id)
        .where(there.c.event_id == alerts.c.event_id)
        .exists()
    )
    mine = alerts.c.chat_id == old_id
    await connection.execute(update(alerts).where(mine, ~twin).values(chat_id=new_id))


async def _move_messages(connection: AsyncConnection, old_id: int, new_id: int) -> None:
    """Move all messages, except those that the new chat has already under the same key.

    Those that are settled too: /forget and /mydata know a chat by its present id alone, digests
    and alerts look there for what did not arrive, and what was written once must not be again.
    Telegram's own ids stay behind, because they name messages of the old chat and would name
    others in the new one: what was sent is neither edited nor pinned any more, and an edit that
    waits is sent as a new message.
    """
    there = outbox.alias("there")
    twin = (
        select(there.c.id)
        .where(there.c.chat_id == new_id, there.c.topic_id == outbox.c.topic_id)
        .where(there.c.kind == outbox.c.kind, there.c.key == outbox.c.key)
        .where(there.c.part == outbox.c.part)
        .exists()
    )
    mine = outbox.c.chat_id == old_id
    to_pin = case((outbox.c.state == OutboxState.SENT, None), else_=outbox.c.pin)
    await connection.execute(
        update(outbox)
        .where(mine, ~twin)
        .values(chat_id=new_id, message_id=None, edits=None, pin=to_pin)
    )
    # One that is being sent will come back to be settled, and then the move comes once more.
    await connection.execute(delete(outbox).where(mine, outbox.c.state != OutboxState.SENDING))

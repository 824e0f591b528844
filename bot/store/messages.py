"""Outbox messages as rows: written once per key and part, read back, cancelled.

Used by every part of the store that touches the outbox; the order of states is in ``outbox``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import NewMessage, OutboxKind, OutboxMessage, OutboxState, PinState
from bot.store.engine import announce, insert_missing
from bot.store.schema import outbox

OUTBOX = "outbox"  # what is announced when something waits to be sent
FOLDED = "folded"  # why a message was cancelled whose place another one took
_AT_ONCE = 500


async def insert_messages(
    connection: AsyncConnection,
    messages: Sequence[NewMessage],
    subscription_id: int | None,
    now: datetime,
) -> int:
    """Write messages as `pending`, those that are there already left alone; return how many.

    ``subscription_id`` is for messages that do not name one themselves.
    """
    written = 0
    for start in range(0, len(messages), _AT_ONCE):  # so that a broadcast leaves the loop free
        rows = [_row(m, subscription_id, now) for m in messages[start : start + _AT_ONCE]]
        written += await insert_missing(connection, outbox, rows)
    if written:
        await announce(connection, OUTBOX)
    return written


async def cancel_pending(
    connection: AsyncConnection, *which: ColumnElement[bool], reason: str
) -> None:
    """Cancel the pending messages that fulfil all conditions."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.state == OutboxState.PENDING, *which)
        .values(state=OutboxState.CANCELLED, reason=reason)
    )


def message_of(row: Row[Any]) -> OutboxMessage:
    """Return the message that a row of the outbox holds."""
    return OutboxMessage(
        id=row.id,
        chat_id=row.chat_id,
        topic_id=row.topic_id,
        kind=OutboxKind(row.kind),
        key=row.key,
        part=row.part,
        html=row.html,
        plain=row.plain,
        buttons=row.buttons,
        article_ids=tuple(row.article_ids),
        subscription_id=row.subscription_id,
        state=OutboxState(row.state),
        attempts=row.attempts,
        not_before_at=row.not_before_at,
        leased_until_at=row.leased_until_at,
        message_id=row.message_id,
        reason=row.reason,
        silent=row.silent,
        pin=PinState(row.pin or ""),
        origin_id=row.origin_id,
        edits=row.edits,
        picture=row.picture or "",
        hidden=row.hidden,
    )


def _row(message: NewMessage, subscription_id: int | None, now: datetime) -> dict[str, object]:
    return {
        "chat_id": message.chat_id,
        "topic_id": message.topic_id,
        "kind": message.kind,
        "key": message.key,
        "part": message.part,
        "html": message.reply.html,
        "plain": message.reply.plain,
        "buttons": message.reply.buttons,
        "article_ids": list(message.reply.article_ids),
        "subscription_id": message.subscription_id or subscription_id,
        "state": OutboxState.PENDING,
        "attempts": 0,
        "not_before_at": message.not_before_at or now,
        "reason": "",
        "created_at": now,
        "urgency": 0 if message.kind.urgent else 1,
        "silent": message.silent,
        "pin": PinState.WANTED if message.pin else None,
        "origin_id": message.origin_id,
        "picture": message.reply.picture or None,
        "hidden": message.reply.hidden,
    }

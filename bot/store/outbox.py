"""The outbox in the database: messages leased, settled and recovered, each in one transaction.

Which state follows from what a send came to is decided by the delivery stage; here it is made
sure that a message is never leased twice and never loses a settlement.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.models import DueDigest, NewMessage, OutboxKind, OutboxMessage, OutboxState
from bot.store.base import OutboxStore
from bot.store.columns import UtcDateTime
from bot.store.engine import Database, finished, to_the_end
from bot.store.leases import next_sendable_at, sendable
from bot.store.messages import cancel_pending, insert_messages, message_of
from bot.store.schema import outbox, subscriptions
from bot.store.slots import write_due


class SqlOutbox(OutboxStore):
    """The slots and outbox messages of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def enqueue_digests(self, digests: Sequence[DueDigest], *, now: datetime) -> list[bool]:
        """Write several due digests in one transaction; return which were written."""
        async with self._db.writing() as connection:
            return await write_due(connection, digests, now)

    @to_the_end
    async def enqueue(self, messages: Sequence[NewMessage], *, now: datetime) -> int:
        """Write messages that belong to no slot, once per key and part; return how many are new."""
        async with self._db.writing() as connection:
            return await insert_messages(connection, messages, None, now)

    async def lease(
        self, limit: int, *, now: datetime, lease_s: float, exclude_chats: Sequence[int] = ()
    ) -> list[OutboxMessage]:
        """Mark up to ``limit`` sendable messages as `sending` and return them, oldest first.

        A caller who is cancelled has sent nothing: his messages go back to `pending`.
        """
        work = asyncio.ensure_future(self._lease(limit, now, lease_s, exclude_chats))
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await finished(work)
            if not work.cancelled() and work.exception() is None:
                with contextlib.suppress(StoreError):  # then recover() will call them uncertain
                    await self._give_back(work.result())
            raise

    async def _lease(
        self, limit: int, now: datetime, lease_s: float, exclude_chats: Sequence[int]
    ) -> list[OutboxMessage]:
        async with self._db.leasing() as connection:
            taken = await sendable(connection, limit, now=now, exclude_chats=exclude_chats)
            if not taken:
                return []
            lease = (
                update(outbox)
                .where(outbox.c.id.in_(taken.values()))
                .values(
                    state=OutboxState.SENDING,
                    leased_until_at=now + timedelta(seconds=lease_s),
                )
                .returning(outbox)
            )
            leased = {row.id: message_of(row) for row in await connection.execute(lease)}
        return [leased[message_id] for message_id in taken.values()]

    @to_the_end
    async def _give_back(self, leased: Sequence[OutboxMessage]) -> None:
        """Undo a lease that nobody received."""
        async with self._db.writing() as connection:
            await connection.execute(
                update(outbox)
                .where(outbox.c.id.in_([message.id for message in leased]))
                .where(outbox.c.state == OutboxState.SENDING)
                .values(state=OutboxState.PENDING, leased_until_at=None)
            )

    @to_the_end
    async def settle(
        self,
        message_id: int,
        state: OutboxState,
        *,
        now: datetime,
        telegram_id: int | None = None,
        not_before_at: datetime | None = None,
        count_attempt: bool = True,
        html: str | None = None,
        topic_id: int | None = None,
        anew: bool = False,
        reason: str = "",
    ) -> None:
        """Move a message out of `sending`; back to `pending` may change its time, html or topic.

        A late answer also settles a message that was given up as `uncertain`, unless a digest
        has folded it in (then only the news that it was sent counts). Back to `pending` becomes
        `cancelled` when the subscription was paused meanwhile. The same settlement again changes
        nothing; any other one of a message that is not being sent raises StoreError.
        """
        changed: dict[str, object] = {
            "leased_until_at": None,
            "reason": reason,
            "attempts": outbox.c.attempts + int(count_attempt),
            "settled_at": now,
        }
        given = {"message_id": telegram_id, "not_before_at": not_before_at, "html": html}
        changed |= {name: value for name, value in given.items() if value is not None}
        if anew:
            changed["edits"] = None
        async with self._db.writing() as connection:
            query = select(outbox, subscriptions.c.active).outerjoin(subscriptions)
            row = (await connection.execute(query.where(outbox.c.id == message_id))).one_or_none()
            if row is None or not _may_settle(row, state):
                raise StoreError(f"message {message_id} is not being sent, so not {state}")
            if row.state == state or (row.folded_at and state is not OutboxState.SENT):
                return
            paused = state is OutboxState.PENDING and row.active is False
            changed["state"] = OutboxState.CANCELLED if paused else state
            await connection.execute(
                update(outbox).where(outbox.c.id == message_id).values(changed)
            )
            if topic_id is not None and topic_id != row.topic_id:
                await _move_parts(connection, row, topic_id)
            if state is OutboxState.SENT and row.origin_id is not None:
                await connection.execute(_follow_edits(row, telegram_id))

    @to_the_end
    async def settle_sent(self, sent: Mapping[int, int | None], *, now: datetime) -> set[int]:
        """Move messages to `sent` in one transaction; return those that were not given out."""
        if not sent:
            return set()
        given = [
            {"settled_id": key, "telegram_id": value, "at": now}
            for key, value in sorted(sent.items())  # two who lock rows in one order never deadlock
        ]
        async with self._db.leasing() as connection:
            await connection.execute(_ARRIVED, given)
            now_sent = select(outbox.c.id).where(
                outbox.c.id.in_(sent), outbox.c.state == OutboxState.SENT
            )
            return sent.keys() - set(await connection.scalars(now_sent))

    @to_the_end
    async def retry(self, message_id: int, *, now: datetime) -> bool:
        """Let a dead or doubtful message be sent again; False when it is neither.

        Not one whose articles a later digest has carried: that would repeat them unmarked.
        """
        ended = (OutboxState.DEAD, OutboxState.UNCERTAIN)
        again = (
            update(outbox)
            .where(outbox.c.id == message_id, outbox.c.state.in_(ended))
            .where(outbox.c.folded_at.is_(None))
            .values(state=OutboxState.PENDING, not_before_at=now, reason="", settled_at=None)
        )
        async with self._db.writing() as connection:
            return (await connection.execute(again)).rowcount > 0

    @to_the_end
    async def recover(self, *, now: datetime, everything: bool) -> list[OutboxMessage]:
        """Turn messages left in `sending` into `uncertain` and return them, oldest first."""
        left = outbox.c.state == OutboxState.SENDING
        if not everything:
            left &= outbox.c.leased_until_at < now
        harmless = update(outbox).where(left, outbox.c.edits.is_not(None))
        doubt = (
            update(outbox)
            .where(left)
            .values(
                state=OutboxState.UNCERTAIN,
                leased_until_at=None,
                settled_at=now,
                reason="interrupted",
            )
        )
        async with self._db.writing() as connection:
            await connection.execute(
                harmless.values(state=OutboxState.PENDING, leased_until_at=None)
            )
            rows = await connection.execute(doubt.returning(outbox))
            return sorted(map(message_of, rows), key=lambda message: message.id)

    @to_the_end
    async def unsettled_subscriptions(self) -> set[int]:
        """Return the subscriptions with a digest part that waits or is in doubt, not folded in."""
        query = (
            select(outbox.c.subscription_id)
            .where(outbox.c.kind == OutboxKind.DIGEST, outbox.c.folded_at.is_(None))
            .where(outbox.c.state.in_((OutboxState.PENDING, OutboxState.UNCERTAIN)))
            .where(outbox.c.subscription_id.is_not(None))
            .distinct()
        )
        async with self._db.reading() as connection:
            return set((await connection.scalars(query)).all())

    @to_the_end
    async def doubtful(self, subscription_id: int) -> list[OutboxMessage]:
        """Return the subscription's `uncertain` digest parts that no later digest has folded in."""
        query = (
            select(outbox)
            .where(outbox.c.subscription_id == subscription_id)
            .where(outbox.c.state == OutboxState.UNCERTAIN, outbox.c.folded_at.is_(None))
            .where(outbox.c.kind == OutboxKind.DIGEST)
            .order_by(outbox.c.id)
        )
        async with self._db.reading() as connection:
            return [message_of(row) for row in await connection.execute(query)]

    @to_the_end
    async def outbox(
        self, state: OutboxState | None = None, limit: int = 100
    ) -> list[OutboxMessage]:
        """Return messages, newest first, of one state or all."""
        query = select(outbox).order_by(outbox.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(outbox.c.state == state)
        async with self._db.reading() as connection:
            return [message_of(row) for row in await connection.execute(query)]

    @to_the_end
    async def outbox_wakeup_at(self) -> datetime | None:
        """Return when the next pending message may be sent, None when none waits.

        Messages that wait for another one to be settled do not count.
        """
        async with self._db.reading() as connection:
            return await next_sendable_at(connection)


_ARRIVED = (
    update(outbox)
    .where(outbox.c.id == bindparam("settled_id"))
    .where(
        or_(  # not IN, whose parameters cannot be given for many rows at once
            outbox.c.state == OutboxState.SENDING,
            outbox.c.state == OutboxState.UNCERTAIN,
        )
    )
    .values(
        state=OutboxState.SENT,
        leased_until_at=None,
        reason="",
        attempts=outbox.c.attempts + 1,
        settled_at=bindparam("at", type_=UtcDateTime),
        message_id=bindparam("telegram_id"),
    )
)


def _may_settle(row: Row[Any], state: OutboxState) -> bool:
    given_out = row.state in {OutboxState.SENDING, OutboxState.UNCERTAIN, state}
    return given_out and state is not OutboxState.SENDING


async def _move_parts(connection: AsyncConnection, row: Row[Any], topic_id: int) -> None:
    """Move a message and its waiting parts to another topic.

    Alerts of one look have one key in all topics of a chat, so there may be one of that key where
    they go. What is moved names in its key the topic that it comes from, but for digests: their
    keys name their subscription, and their parts are found by them.
    """
    key = row.key if row.kind == OutboxKind.DIGEST else f"{row.topic_id}>{row.key}"
    there = outbox.alias("there")
    twin = (
        select(there.c.id)
        .where(there.c.chat_id == row.chat_id, there.c.topic_id == topic_id)
        .where(there.c.kind == row.kind, there.c.key == key)
        .where(there.c.part == outbox.c.part)
        .exists()
    )
    mine = (
        (outbox.c.chat_id == row.chat_id)
        & (outbox.c.topic_id == row.topic_id)
        & (outbox.c.kind == row.kind)
        & (outbox.c.key == row.key)
    )
    waits = outbox.c.state == OutboxState.PENDING
    moving = mine & ((outbox.c.id == row.id) | waits)
    await connection.execute(update(outbox).where(moving, ~twin).values(topic_id=topic_id, key=key))
    # Moved before, and written again since: a repeat of what is in doubt is, at every start.
    await cancel_pending(connection, mine, reason="moved")


def _follow_edits(row: Row[Any], telegram_id: int | None) -> Update:
    """Return the statement that lets the waiting edits of one message change what now stands."""
    return (
        update(outbox)
        .where(outbox.c.origin_id == row.origin_id, outbox.c.state == OutboxState.PENDING)
        .values(edits=telegram_id)
    )

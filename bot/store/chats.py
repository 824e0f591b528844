"""Chats and their subscriptions in the database.

A chat that cannot be reached is paused, never deleted: a block may be lifted.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, cast, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import Chat, ChatKind, DeliveryOptions, DigestFilters, Look, Subscription
from bot.precedence import unhurried
from bot.store.base import ChatStore
from bot.store.engine import Database, to_the_end
from bot.store.lost import take_back_lost
from bot.store.messages import cancel_pending
from bot.store.migrated import move_chat
from bot.store.schema import chats, outbox, subscriptions

UNREACHABLE = "unreachable"


class SqlChats(ChatStore):
    """The chats and subscriptions of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def save_chat(self, chat: Chat, *, now: datetime) -> Chat:
        """Insert the chat or update its title, kind and reachability; settings are kept.

        Who added us is kept too unless ``chat`` names somebody.
        """
        seen: dict[str, object] = {
            "kind": chat.kind,
            "title": chat.title,
            "reachable": chat.reachable,
        }
        if chat.added_by is not None:
            seen["added_by"] = chat.added_by
        chosen = {
            "language": chat.language,
            "timezone": chat.timezone,
            "look": chat.look,
            "created_at": now,
        }
        async with self._db.writing() as connection:
            changed = await connection.execute(
                update(chats).where(chats.c.id == chat.id).values(seen)
            )
            if changed.rowcount == 0:
                await connection.execute(insert(chats).values({"id": chat.id, **seen, **chosen}))
            found = await connection.execute(select(chats).where(chats.c.id == chat.id))
            return _chat(found.one())

    @to_the_end
    async def chat(self, chat_id: int) -> Chat | None:
        """Return a chat."""
        async with self._db.reading() as connection:
            found = await connection.execute(select(chats).where(chats.c.id == chat_id))
            row = found.one_or_none()
            return None if row is None else _chat(row)

    @to_the_end
    async def chats_added_by(self, user_id: int) -> list[Chat]:
        """Return the groups and channels to which this user added us, longest known first."""
        query = (
            select(chats)
            .where(chats.c.added_by == user_id, chats.c.kind != ChatKind.PRIVATE)
            .order_by(chats.c.created_at, chats.c.id)
        )
        async with self._db.reading() as connection:
            return [_chat(row) for row in await connection.execute(query)]

    @to_the_end
    async def set_chat_settings(
        self,
        chat_id: int,
        *,
        language: str | None = None,
        timezone: str | None = None,
        look: Look | None = None,
    ) -> None:
        """Change what the chat chose; its digests speak its language too."""
        given = {"language": language, "timezone": timezone, "look": look}
        chosen = {name: value for name, value in given.items() if value is not None}
        if not chosen:
            return
        async with self._db.writing() as connection:
            await connection.execute(update(chats).where(chats.c.id == chat_id).values(chosen))
            if language is not None:
                await connection.execute(
                    update(subscriptions).where(*_of(chat_id, None)).values(language=language)
                )

    @to_the_end
    async def joined_since(self, since: datetime) -> list[datetime]:
        """Return when each of the chats that are known since then was first met."""
        query = select(chats.c.created_at).where(chats.c.created_at >= since)
        async with self._db.reading() as connection:
            return list(await connection.scalars(query))

    @to_the_end
    async def looks(self) -> dict[int, Look]:
        """Return how messages look in the chats that have chosen anything of it, by chat."""
        # As text, because PostgreSQL cannot compare JSON.
        query = select(chats.c.id, chats.c.look).where(cast(chats.c.look, Text) != "{}")
        async with self._db.reading() as connection:
            return {row.id: row.look for row in await connection.execute(query)}

    @to_the_end
    async def subscribe(
        self,
        chat_id: int,
        topic_id: int,
        *,
        times: tuple[str, ...],
        timezone: str,
        language: str,
        now: datetime,
    ) -> Subscription:
        """Create or change the subscription of a chat and topic, and make it active.

        An existing one keeps what its digests have covered. It counts as active from ``now`` on
        when it was paused or its schedule changes: earlier slots are then not made up for, but
        what stood in digests that were lost with the pause comes with the next one.
        """
        mine = _of(chat_id, topic_id)
        chosen: dict[str, object] = {
            "times": list(times),
            "timezone": timezone,
            "language": language,
            "active": True,
            "paused_reason": "",
        }
        async with self._db.writing() as connection:
            row = (await connection.execute(select(subscriptions).where(*mine))).one_or_none()
            if row is None:
                new = _new_subscription(chat_id, topic_id, now) | chosen
                await connection.execute(insert(subscriptions).values(new))
            else:
                same = (tuple(row.times), row.timezone) == (times, timezone)
                if not row.active:
                    await take_back_lost(connection, [row], now)
                if not (row.active and same):
                    chosen["active_since_at"] = now
                await connection.execute(update(subscriptions).where(*mine).values(chosen))
            return _subscription(
                (await connection.execute(select(subscriptions).where(*mine))).one()
            )

    @to_the_end
    async def choose(
        self,
        chat_id: int,
        topic_id: int,
        *,
        times: tuple[str, ...] | None = None,
        timezone: str | None = None,
        weekdays: tuple[int, ...] | None = None,
        filters: DigestFilters | None = None,
        delivery: DeliveryOptions | None = None,
        now: datetime,
    ) -> Subscription | None:
        """Change when a subscription's digests come, how, and what they hold.

        None leaves something as it is. Another schedule counts from ``now`` on, so that no slot of
        the past becomes due by it.
        """
        mine = _of(chat_id, topic_id)
        schedule = {"times": times, "weekdays": weekdays, "timezone": timezone}
        given: dict[str, object | None] = {"filters": filters, "delivery": delivery}
        chosen = {name: value for name, value in given.items() if value is not None}
        async with self._db.writing() as connection:
            row = (await connection.execute(select(subscriptions).where(*mine))).one_or_none()
            if row is None:
                return None
            held = {
                "times": tuple(row.times),
                "weekdays": tuple(row.weekdays),
                "timezone": row.timezone,
            }
            other = {n: v for n, v in schedule.items() if v is not None and v != held[n]}
            if other:
                chosen |= other | {"active_since_at": now}
            if chosen:
                await connection.execute(update(subscriptions).where(*mine).values(chosen))
            return _subscription(
                (await connection.execute(select(subscriptions).where(*mine))).one()
            )

    @to_the_end
    async def subscription(self, chat_id: int, topic_id: int) -> Subscription | None:
        """Return the subscription of a chat and topic."""
        query = select(subscriptions).where(*_of(chat_id, topic_id))
        async with self._db.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
            return None if row is None else _subscription(row)

    @to_the_end
    async def subscriptions(self, *, active: bool = True) -> list[Subscription]:
        """Return all active (or all) subscriptions, by id."""
        query = select(subscriptions).order_by(subscriptions.c.id)
        if active:
            query = query.where(subscriptions.c.active)
        async with self._db.reading() as connection:
            rows = await connection.execute(query)
            return [_subscription(row) async for row in unhurried(rows)]

    @to_the_end
    async def pause(self, chat_id: int, topic_id: int | None, reason: str) -> int:
        """Pause a chat's subscriptions (all topics when None); return how many were active.

        One paused because the chat was unreachable takes the new reason, so that a reader's
        wish to stop outlasts the chat's return.
        """
        mine = _of(chat_id, topic_id)
        async with self._db.writing() as connection:
            rows = (await connection.execute(select(subscriptions).where(*mine))).all()
            ids = [row.id for row in rows if row.active or row.paused_reason == UNREACHABLE]
            await _pause(connection, ids, reason)
            return sum(row.active for row in rows)

    @to_the_end
    async def set_reachable(self, chat_id: int, reachable: bool, *, now: datetime) -> int:
        """Note a block, a kick or a return; return how many subscriptions changed.

        An unreachable chat's other pending messages are cancelled too.
        """
        here = subscriptions.c.chat_id == chat_id
        async with self._db.writing() as connection:
            await connection.execute(
                update(chats).where(chats.c.id == chat_id).values(reachable=reachable)
            )
            if reachable:
                held = (here, ~subscriptions.c.active,
                        subscriptions.c.paused_reason == UNREACHABLE)  # fmt: skip
                rows = (await connection.execute(select(subscriptions).where(*held))).all()
                await take_back_lost(connection, rows, now)
                back = update(subscriptions).where(*held)
                await connection.execute(
                    back.values(active=True, paused_reason="", active_since_at=now)
                )
                return len(rows)
            query = select(subscriptions.c.id).where(here, subscriptions.c.active)
            ids = (await connection.scalars(query)).all()
            await _pause(connection, ids, UNREACHABLE)
            await cancel_pending(connection, outbox.c.chat_id == chat_id, reason=UNREACHABLE)
            return len(ids)

    @to_the_end
    async def migrate_chat(self, old_id: int, new_id: int, *, now: datetime) -> None:
        """Move a chat with all that names it to a new id; twice is harmless.

        Where the new chat already has a subscription of the same topic, that one stays and
        takes over what the old one's digests have covered.
        """
        async with self._db.writing() as connection:
            await move_chat(connection, old_id, new_id, now)


async def _pause(connection: AsyncConnection, ids: Collection[int], reason: str) -> None:
    if not ids:
        return
    await connection.execute(
        update(subscriptions)
        .where(subscriptions.c.id.in_(ids))
        .values(active=False, paused_reason=reason)
    )
    await cancel_pending(connection, outbox.c.subscription_id.in_(ids), reason=reason)


def _of(chat_id: int, topic_id: int | None) -> list[ColumnElement[bool]]:
    conditions = [subscriptions.c.chat_id == chat_id]
    if topic_id is not None:
        conditions.append(subscriptions.c.topic_id == topic_id)
    return conditions


def _new_subscription(chat_id: int, topic_id: int, now: datetime) -> dict[str, object]:
    return {
        "chat_id": chat_id,
        "topic_id": topic_id,
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "active_since_at": now,
        "cursor": 0,
        "filters": DigestFilters(),
        "delivery": DeliveryOptions(),
        "created_at": now,
    }


def _chat(row: Row[Any]) -> Chat:
    return Chat(
        id=row.id,
        kind=ChatKind(row.kind),
        title=row.title,
        language=row.language,
        timezone=row.timezone,
        reachable=row.reachable,
        added_by=row.added_by,
        look=row.look,
    )


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        chat_id=row.chat_id,
        topic_id=row.topic_id,
        times=tuple(row.times),
        weekdays=tuple(row.weekdays),
        timezone=row.timezone,
        language=row.language,
        active=row.active,
        paused_reason=row.paused_reason,
        active_since_at=row.active_since_at,
        last_slot_at=row.last_slot_at,
        cursor=row.cursor,
        covered_until_at=row.covered_until_at,
        filters=row.filters,
        delivery=row.delivery,
    )

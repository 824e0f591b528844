"""Follows and alerts in the database: who wants to be told of what, and what they were told.

Whether something is worth an alert, and when it may come, is decided by the services.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, tuple_, update

from bot.models import AGAIN, Alert, Follow, FollowKind, NewMessage, OutboxKind, OutboxState
from bot.store.base import FollowStore
from bot.store.engine import Database, chunks, insert_missing, to_the_end
from bot.store.messages import insert_messages
from bot.store.schema import chats as chat_table
from bot.store.schema import outbox
from bot.store.schema_events import alerts as alert_table
from bot.store.schema_events import event_marks, follows

_MARK = "alerts"


class SqlFollows(FollowStore):
    """The follows and alerts of one database."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @to_the_end
    async def follow(
        self, chat_id: int, topic_id: int, kind: FollowKind, value: str, *, now: datetime
    ) -> Follow:
        """Follow something in a chat and topic, or return the follow that is there."""
        row = {"chat_id": chat_id, "topic_id": topic_id, "kind": kind, "value": value}
        mine = [follows.c[name] == held for name, held in row.items()]
        async with self._db.writing() as connection:
            await insert_missing(connection, follows, [{**row, "created_at": now}])
            return _follow((await connection.execute(select(follows).where(*mine))).one())

    @to_the_end
    async def unfollow(self, chat_id: int, follow_id: int) -> bool:
        """Remove a follow of this chat; False when it has none of this id."""
        async with self._db.writing() as connection:
            gone = await connection.execute(
                delete(follows).where(follows.c.id == follow_id, follows.c.chat_id == chat_id)
            )
            return gone.rowcount > 0

    @to_the_end
    async def follows(self, chat_id: int, topic_id: int) -> list[Follow]:
        """Return what a chat and topic follow, oldest first."""
        query = (
            select(follows)
            .where(follows.c.chat_id == chat_id, follows.c.topic_id == topic_id)
            .order_by(follows.c.id)
        )
        async with self._db.reading() as connection:
            return [_follow(row) for row in await connection.execute(query)]

    @to_the_end
    async def followers(self, wanted: Mapping[FollowKind, Sequence[str]]) -> list[Follow]:
        """Return the follows of these values in chats that can be reached, by id."""
        found: list[Follow] = []
        async with self._db.reading() as connection:
            for kind, values in wanted.items():
                for chunk in chunks(values):
                    query = (
                        select(follows)
                        .join(chat_table, chat_table.c.id == follows.c.chat_id)
                        .where(chat_table.c.reachable)
                        .where(follows.c.kind == kind, follows.c.value.in_(chunk))
                    )
                    found += [_follow(row) for row in await connection.execute(query)]
        return sorted(found, key=lambda follow: follow.id)

    @to_the_end
    async def followed_words(self) -> list[str]:
        """Return every word that somebody follows, once."""
        query = select(follows.c.value).where(follows.c.kind == FollowKind.WORD).distinct()
        async with self._db.reading() as connection:
            return sorted((await connection.scalars(query)).all())

    @to_the_end
    async def alerts_seq(self) -> int:
        """Return up to which change-log seq followers were thought of."""
        query = select(event_marks.c.seq).where(event_marks.c.name == _MARK)
        async with self._db.reading() as connection:
            return await connection.scalar(query) or 0

    @to_the_end
    async def alerts(
        self, chats: Sequence[tuple[int, int]], event_ids: Sequence[int]
    ) -> list[Alert]:
        """Return what these chats and topics were told of these events, or wait to be told."""
        wanted, found = set(chats), list[Alert]()
        async with self._db.reading() as connection:
            for ids in chunks([chat_id for chat_id, _ in chats]):
                for events in chunks(event_ids):
                    query = select(alert_table).where(
                        alert_table.c.chat_id.in_(ids), alert_table.c.event_id.in_(events)
                    )
                    found += [_alert(row) for row in await connection.execute(query)]
        return [one for one in found if (one.chat_id, one.topic_id) in wanted]

    @to_the_end
    async def held_alerts(self, limit: int) -> list[Alert]:
        """Return alerts that wait, longest first."""
        query = (
            select(alert_table)
            .where(alert_table.c.held_at.is_not(None))
            .order_by(alert_table.c.held_at, alert_table.c.chat_id, alert_table.c.event_id)
            .limit(limit)
        )
        async with self._db.reading() as connection:
            return [_alert(row) for row in await connection.execute(query)]

    @to_the_end
    async def alerts_since(
        self, chats: Sequence[tuple[int, int]], since: datetime
    ) -> dict[tuple[int, int], int]:
        """Return how many alert messages each chat and topic was written since then."""
        counts = dict.fromkeys(chats, 0)
        async with self._db.reading() as connection:
            for ids in chunks([chat_id for chat_id, _ in chats]):
                query = (
                    select(outbox.c.chat_id, outbox.c.topic_id, func.count().label("written"))
                    .where(outbox.c.chat_id.in_(ids), outbox.c.kind == OutboxKind.ALERT)
                    .where(outbox.c.created_at >= since)
                    .group_by(outbox.c.chat_id, outbox.c.topic_id)
                )
                for row in await connection.execute(query):
                    if (row.chat_id, row.topic_id) in counts:
                        counts[row.chat_id, row.topic_id] = row.written
        return counts

    @to_the_end
    async def lost_alerts(
        self, chats: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], frozenset[int]]:
        """Return the articles of alerts that did not reach these chats and topics, or may not."""
        ended = outbox.c.state.in_((OutboxState.DEAD, OutboxState.CANCELLED))
        doubt = (outbox.c.state == OutboxState.UNCERTAIN) & outbox.c.key.endswith(AGAIN)
        found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
        async with self._db.reading() as connection:
            for ids in chunks([chat_id for chat_id, _ in chats]):
                query = (
                    select(outbox.c.chat_id, outbox.c.topic_id, outbox.c.article_ids)
                    .where(outbox.c.chat_id.in_(ids), outbox.c.kind == OutboxKind.ALERT)
                    .where(ended | doubt)
                )
                for row in await connection.execute(query):
                    found[row.chat_id, row.topic_id].update(row.article_ids)
        return {where: frozenset(found[where]) for where in chats if where in found}

    @to_the_end
    async def save_alerts(
        self,
        messages: Sequence[NewMessage],
        alerts: Sequence[Alert],
        *,
        before: int,
        after: int,
        now: datetime,
    ) -> bool:
        """Write messages and what they tell, and move the seq on, in one transaction."""
        mark = {"name": _MARK, "seq": 0, "next_event_id": 0, "next_storyline_id": 0}
        async with self._db.writing() as connection:
            await insert_missing(connection, event_marks, [mark])
            mine = event_marks.c.name == _MARK
            moved = await connection.execute(
                update(event_marks).where(mine, event_marks.c.seq == before).values(seq=after)
            )
            if moved.rowcount == 0:
                return False
            await insert_messages(connection, messages, None, now)
            for chunk in [alerts[at : at + _AT_ONCE] for at in range(0, len(alerts), _AT_ONCE)]:
                await connection.execute(
                    delete(alert_table).where(_KEY.in_([_key(one) for one in chunk]))
                )
                await connection.execute(insert(alert_table), [_row(one) for one in chunk])
            return True

    @to_the_end
    async def forget_alerts(self, before: datetime) -> int:
        """Drop notes of what was told before then and does not wait; return how many."""
        told = alert_table.c.told_at.is_(None) | (alert_table.c.told_at < before)
        old = told & alert_table.c.held_at.is_(None)
        async with self._db.writing() as connection:
            return (await connection.execute(delete(alert_table).where(old))).rowcount


_AT_ONCE = 100
_KEY = tuple_(alert_table.c.chat_id, alert_table.c.topic_id, alert_table.c.event_id)


def _key(alert: Alert) -> tuple[int, int, int]:
    return alert.chat_id, alert.topic_id, alert.event_id


def _row(alert: Alert) -> dict[str, object]:
    return {
        "chat_id": alert.chat_id,
        "topic_id": alert.topic_id,
        "event_id": alert.event_id,
        "snapshot_id": alert.snapshot_id,
        "told_at": alert.told_at,
        "held_at": alert.held_at,
        "before_id": alert.before_id,
    }


def _follow(row: Row[Any]) -> Follow:
    return Follow(
        id=row.id,
        chat_id=row.chat_id,
        topic_id=row.topic_id,
        kind=FollowKind(row.kind),
        value=row.value,
        created_at=row.created_at,
    )


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        chat_id=row.chat_id,
        topic_id=row.topic_id,
        event_id=row.event_id,
        snapshot_id=row.snapshot_id,
        told_at=row.told_at,
        held_at=row.held_at,
        before_id=row.before_id,
    )

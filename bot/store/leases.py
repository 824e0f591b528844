"""Which outbox messages may be sent next: the urgent first, one a chat, parts in their order.

Reads and locks only; that what is found is leased in the same transaction is the business of
``outbox``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.models import OutboxState
from bot.store.columns import UtcDateTime
from bot.store.schema import outbox

_IN_FLIGHT = (OutboxState.PENDING, OutboxState.SENDING)
_URGENCIES = (0, 1)
_CANDIDATES = 4  # rows looked at for each one wanted: some share a chat


async def sendable(
    connection: AsyncConnection, limit: int, *, now: datetime, exclude_chats: Collection[int]
) -> dict[int, int]:
    """Return up to ``limit`` messages as chat → id, in the order in which they should go."""
    excluded, taken = set(exclude_chats), dict[int, int]()
    for urgency in _URGENCIES:
        await _take(connection, urgency, limit, now, excluded, taken)
    return taken


async def next_sendable_at(connection: AsyncConnection) -> datetime | None:
    """Return when the next message may be sent, None when none waits."""
    times = [await connection.scalar(_NEXT, {"urgency": urgency}) for urgency in _URGENCIES]
    return min((time for time in times if time is not None), default=None)


async def _take(
    connection: AsyncConnection,
    urgency: int,
    limit: int,
    now: datetime,
    excluded: set[int],
    taken: dict[int, int],
) -> None:
    """Add to ``taken`` (chat → message) the oldest sendable messages of this urgency."""
    most = limit * _CANDIDATES
    given = {"now": now, "most": most, "urgency": urgency}
    # The first look names no chats: naming hundreds costs more than reading past them.
    query = _SENDABLE
    while len(taken) < limit:
        rows = (await connection.execute(query, given)).all()
        for row in rows:
            if len(taken) < limit and row.chat_id not in excluded:
                taken.setdefault(row.chat_id, row.id)
        if len(rows) < most:
            return
        query = _SENDABLE.where(outbox.c.chat_id.not_in([*excluded, *taken]))


def _free() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions under which a message waits for no other one."""
    earlier = outbox.alias("earlier")
    busy = outbox.alias("busy")
    unsettled_part = exists().where(
        earlier.c.chat_id == outbox.c.chat_id,
        earlier.c.topic_id == outbox.c.topic_id,
        earlier.c.kind == outbox.c.kind,
        earlier.c.key == outbox.c.key,
        earlier.c.part < outbox.c.part,
        earlier.c.state.in_(_IN_FLIGHT),
    )
    chat_is_busy = exists().where(
        busy.c.chat_id == outbox.c.chat_id, busy.c.state == OutboxState.SENDING
    )
    return ~unsettled_part, ~chat_is_busy


# Made once: to put such a statement together costs as much as to run it.
_WAITING = (
    outbox.c.state == OutboxState.PENDING,
    outbox.c.urgency == bindparam("urgency", type_=Integer),
    *_free(),
)
_SENDABLE = (
    select(outbox.c.id, outbox.c.chat_id)
    .where(*_WAITING, outbox.c.not_before_at <= bindparam("now", type_=UtcDateTime))
    .order_by(outbox.c.not_before_at, outbox.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=outbox, skip_locked=True)  # those that a writer holds may come later
)
_NEXT = (
    select(outbox.c.not_before_at)
    .where(*_WAITING)
    .order_by(outbox.c.not_before_at, outbox.c.id)
    .limit(1)
)

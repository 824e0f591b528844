"""What the tests work on: a sandbox with many readers, a store with work in it, and the account.

The account is the sandbox's: what it accepted is what arrived, whatever the bot believes.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.models import Chat, ChatKind, NewMessage, OutboxKind, Reply
from bot.sandbox import Sandbox
from bot.sandbox.journal import Entry
from bot.sandbox.world import User
from bot.store.base import Store

TOKEN = "4242:token-of-the-reliability-tests-aaaaaaaaaaaa"
FIRST_CHAT = 7_100_000_000
CUT_AFTER = "connection cut after the request was carried out"
TEXT = "وصلت صباح اليوم قافلة مساعدات إلى المخيم، بحسب منظميها."


def readers(count: int) -> range:
    """Return the ids of so many readers."""
    return range(FIRST_CHAT, FIRST_CHAT + count)


def populate(sandbox: Sandbox, chat_ids: Sequence[int]) -> None:
    """Let these readers live in the sandbox."""
    for chat_id in chat_ids:
        sandbox.world.add_person(User(id=chat_id, first_name="قارئ", language_code="ar"))


async def write_messages(
    store: Store,
    chat_ids: Sequence[int],
    *,
    key: str = "digest",
    kind: OutboxKind = OutboxKind.DIGEST,
    parts: int = 1,
    at: datetime | None = None,
) -> None:
    """Put ``parts`` messages for each chat into the outbox; each tells its key and part."""
    at = at or datetime.now(UTC) - timedelta(minutes=1)
    messages = [
        NewMessage(
            chat_id=chat_id,
            topic_id=0,
            kind=kind,
            key=key,
            part=part,
            reply=Reply(html=f"<b>{key}/{part}</b>\n{TEXT}", plain=f"{key}/{part}\n{TEXT}"),
        )
        for chat_id in chat_ids
        for part in range(1, parts + 1)
    ]
    await store.enqueue(messages, now=at)


async def write_chats(store: Store, chat_ids: Sequence[int], kind: ChatKind) -> None:
    """Let the store know these chats."""
    for chat_id in chat_ids:
        await store.save_chat(
            Chat(id=chat_id, kind=kind, title="قارئ"), now=datetime.now(UTC) - timedelta(days=2)
        )


def sends(sandbox: Sandbox, after: int = 0) -> Iterator[Entry]:
    """Yield the requests to send a message, in the order in which they came."""
    return (entry for entry in sandbox.journal.after(after) if entry.method == "sendMessage")


def accepted(entry: Entry) -> bool:
    """Tell whether a request was carried out, answered or not."""
    return bool(entry.ok) or entry.description == CUT_AFTER


def arrivals(sandbox: Sandbox) -> Counter[int]:
    """Return how many messages each chat received."""
    return Counter(int(e.params["chat_id"]) for e in sends(sandbox) if accepted(e))


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    """Read from the database file of a process that may be dead or alive."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(query).fetchall()


def states(database: Path) -> Counter[str]:
    """Return how many outbox messages are in each state."""
    counted = rows(database, "SELECT state, count(*) FROM outbox GROUP BY state")
    return Counter({str(state): int(str(count)) for state, count in counted})


async def until(true: Callable[[], bool], within_s: float = 60.0, every_s: float = 0.02) -> bool:
    """Wait until something is true; False when it takes too long."""
    deadline = asyncio.get_running_loop().time() + within_s
    while not true():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(every_s)
    return True

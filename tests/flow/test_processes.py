"""Three processes on one PostgreSQL: whoever is killed, another takes over, nothing is doubled."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.models import Chat, ChatKind, NewArticle, SourceKind
from bot.sandbox import Sandbox, SandboxServer
from bot.store.backup import backups_in
from bot.store.duties import number_of
from bot.store.sql import SqlStore, open_store
from tests.flow.person import Person
from tests.postgres import Databases, Server

TOKEN = "4242:token-of-the-test-of-processes-aaaaaaaa"
DUTIES = ("send", "digests", "updates", "embedding")
CHATS = 40  # readers whose digest falls due before each kill
FIRST_CHAT = 5_000
MOST_TAKEOVER_S = 15.0
IN_FLIGHT = 4


async def _start(
    server: SandboxServer, url: str, folder: Path, **more: str
) -> asyncio.subprocess.Process:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MUJAZ_", "TELEGRAM_"))}
    settings = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "MUJAZ_TELEGRAM_API_URL": server.url,
        "MUJAZ_DATABASE_URL": url,
        "MUJAZ_DATA_DIR": str(folder),
        "MUJAZ_TICK_S": "0.5",
        "MUJAZ_SEND_RATE_PER_S": "15",
        "MUJAZ_SEND_TIMEOUT_S": "2.5",
        "MUJAZ_LEASE_S": "5",
        "MUJAZ_EMBEDDINGS": "off",
    }
    log = folder.with_suffix(".log").open("ab")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", env=kept | settings | more, stderr=log
    )
    log.close()
    return process


def _holder(server: Server, database: str, duty: str) -> int | None:
    """Return the process that has a duty, as the database server knows it."""
    found = server.sql(
        "SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)"  # noqa: S608 - numbers
        f" WHERE l.locktype = 'advisory' AND l.granted AND a.datname = '{database}'"
        f" AND l.objid::bigint = {number_of(duty) % (1 << 32)}"
    )
    assert len(found) <= 1, "two have one duty"
    return int(str(found[0][0]).split()[-1]) if found else None


def _serving(folder: Path) -> int:
    """Return how many processes have come so far as to serve, by their logs."""
    logs = [log.read_text(encoding="utf-8") for log in folder.glob("*.log")]
    return sum("Mujaz serves as" in log for log in logs)


async def _subscribe(store: SqlStore, chat_ids: range, now: datetime) -> None:
    due = (now - timedelta(minutes=10)).strftime("%H:%M")
    for chat_id in chat_ids:
        chat = Chat(id=chat_id, kind=ChatKind.PRIVATE, title="قارئ")
        await store.save_chat(chat, now=now - timedelta(days=2))
        await store.subscribe(
            chat_id, 0, times=(due,), timezone="UTC", language="ar", now=now - timedelta(hours=12)
        )


async def _eventually(true: Callable[[], Awaitable[bool]], within_s: float = 90.0) -> float:
    """Wait for something; return the seconds it took."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    while not await true():
        assert loop.time() - begun < within_s, "it never came"
        await asyncio.sleep(0.1)
    return loop.time() - begun


async def _arrived(layla: Person) -> Counter[int]:
    sent = [r for r in await layla.journal() if r["method"].lower() == "sendmessage" and r["ok"]]
    return Counter(int(r["params"]["chat_id"]) for r in sent)


@pytest.mark.timeout(420)
async def test_each_role_is_killed_in_turn_and_every_digest_is_sent_once(
    postgres: Databases, tmp_path: Path
) -> None:
    database = postgres.new()
    url = postgres.server.url(database)
    store = await open_store(url)
    now = datetime.now(UTC)
    source = await store.ensure_source(SourceKind.FILE, "مصدر نموذجي", now=now)
    text = "وصلت صباح اليوم قافلة مساعدات إلى المخيم، بحسب منظميها."
    report = NewArticle(title="مساعدات في المخيم", paragraphs=(text,), published_at=now)
    await store.add_article(source, report, "report", now=now)
    async with SandboxServer(Sandbox(token=TOKEN)) as server:
        layla = Person(server.url)
        await layla.control("users", count=CHATS * len(DUTIES), first_id=FIRST_CHAT)
        await layla.control("settings", latency_s=0.05)
        running: dict[int, asyncio.subprocess.Process] = {}
        for number in range(3):
            process = await _start(server, url, tmp_path / f"worker-{number}")
            running[process.pid] = process

        def held(duty: str, *, by_another_than: int = 0) -> Callable[[], Awaitable[bool]]:
            async def look() -> bool:
                pid = await asyncio.to_thread(_holder, postgres.server, database, duty)
                return pid in running and pid != by_another_than

            return look

        takeovers: dict[str, float] = {}
        senders_killed = 0  # a process may have several duties
        for phase, duty in enumerate(DUTIES):
            await _eventually(held(duty))
            first = FIRST_CHAT + phase * CHATS
            before = (await _arrived(layla)).total()
            await _subscribe(store, range(first, first + CHATS), now)

            async def some_sent(before: int = before) -> bool:
                return (await _arrived(layla)).total() >= before + CHATS // 4

            await _eventually(some_sent)
            pid = await asyncio.to_thread(_holder, postgres.server, database, duty)
            assert pid is not None
            senders_killed += pid == await asyncio.to_thread(
                _holder, postgres.server, database, "send"
            )
            running[pid].send_signal(signal.SIGKILL)
            await running.pop(pid).wait()
            takeovers[duty] = await _eventually(held(duty, by_another_than=pid))
            process = await _start(server, url, tmp_path / f"worker-{3 + phase}")
            running[process.pid] = process

        async def all_settled() -> bool:
            states = (await store.counts()).outbox
            waiting = states.get("pending", 0) + states.get("sending", 0)
            return sum(states.values()) >= CHATS * len(DUTIES) and not waiting

        async def all_serve() -> bool:
            return _serving(tmp_path) == 3 + len(DUTIES)

        await _eventually(all_settled, 120)
        states = (await store.counts()).outbox
        received = await _arrived(layla)
        await _eventually(all_serve)  # one that is still starting would just die of the signal
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        codes = [await process.wait() for process in running.values()]
        await layla.close()
    await store.close()
    postgres.give_back(database)
    readers = range(FIRST_CHAT, FIRST_CHAT + CHATS * len(DUTIES))
    doubtful = states.get("uncertain", 0)
    print(f"kills {len(takeovers)}, taken over in {takeovers}, states {states}, codes {codes}")
    assert codes == [0, 0, 0]
    assert set(states) <= {"sent", "uncertain"}
    assert max(received[chat] for chat in readers) == 1
    assert sum(received[chat] == 0 for chat in readers) <= doubtful <= IN_FLIGHT * senders_killed
    assert senders_killed >= 1
    assert len(takeovers) == len(DUTIES)
    assert max(takeovers.values()) <= MOST_TAKEOVER_S


async def test_the_process_that_is_told_to_back_up_and_to_remove_does_it(
    postgres: Databases, tmp_path: Path
) -> None:
    database = postgres.new()
    url = postgres.server.url(database)
    kept = tmp_path / "backups"
    async with SandboxServer(Sandbox(token=TOKEN)) as server:
        first = await _start(server, url, tmp_path / "first")

        async def visits() -> bool:
            pid = await asyncio.to_thread(_holder, postgres.server, database, "feeds")
            return pid == first.pid

        await _eventually(visits)
        await asyncio.sleep(2)  # four looks: it would have this duty by now as well
        told = {"MUJAZ_BACKUP_DIR": str(kept), "MUJAZ_KEEP_DAYS": "30"}
        second = await _start(server, url, tmp_path / "second", **told)

        async def made() -> bool:
            return backups_in(kept) != []

        async def removes() -> bool:
            pid = await asyncio.to_thread(_holder, postgres.server, database, "removal")
            return pid == second.pid

        try:
            await _eventually(made)
            await _eventually(removes)
        finally:
            for process in (first, second):
                process.terminate()
                await process.wait()
        assert len(backups_in(kept)) >= 1
    postgres.server.drop(database)

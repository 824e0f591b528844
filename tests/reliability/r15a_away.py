"""R15A: the database server goes away under a running bot, and comes back a minute later.

What is due before, while and after is counted as readers receive it; the bot is never touched.
"""

from __future__ import annotations

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.models import Chat, ChatKind, NewArticle, SourceKind
from bot.sandbox import Sandbox, SandboxServer
from bot.sandbox.conversation import say
from bot.store.sql import SqlStore, open_store
from tests.postgres import DURABLE, running
from tests.reliability.processes import start_bot
from tests.reliability.r02_lease import states, waiting
from tests.reliability.report import Report
from tests.reliability.town import TEXT, TOKEN, arrivals, populate, readers, sends, until

TITLE = "PostgreSQL away for a minute while digests and questions are due"
AWAY_S, AWAY_QUICK_S = 60.0, 4.0
CHATS = 60
SENT_BEFORE = 10  # digests have left when the server goes
ASKERS = 8
LEASE_S = 5.0
QUESTION = "ماذا وصل إلى المخيم؟"


async def _fill(store: SqlStore, now: datetime, later: datetime) -> None:
    """Store a report, and readers: of each two, one's digest is due now and one's ``later``."""
    source = await store.ensure_source(SourceKind.FILE, "مصدر نموذجي", now=now)
    report = NewArticle(title="مساعدات في المخيم", paragraphs=(TEXT,), published_at=now)
    await store.add_article(source, report, "report", now=now)
    for number, chat_id in enumerate(readers(CHATS)):
        due = later if number % 2 else now - timedelta(minutes=10)
        await store.save_chat(
            Chat(id=chat_id, kind=ChatKind.PRIVATE, title="قارئ"), now=now - timedelta(days=2)
        )
        await store.subscribe(
            chat_id,
            0,
            times=(due.strftime("%H:%M"),),
            timezone="UTC",
            language="ar",
            now=now - timedelta(hours=12),
        )


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Let the bot work, take the server away, bring it back, and count."""
    away_s = AWAY_QUICK_S if quick else AWAY_S
    sandbox = Sandbox(token=TOKEN)
    everybody = readers(CHATS + 2 * ASKERS)
    populate(sandbox, everybody)
    during, after = everybody[CHATS : CHATS + ASKERS], everybody[CHATS + ASKERS :]
    now = datetime.now(UTC)
    # Due in the next whole minute, which the full outage always covers; otherwise due at once too.
    later = now - timedelta(minutes=5) if quick else now + timedelta(minutes=1)
    with running(*DURABLE) as postgres:
        database = postgres.new_database()
        store = await open_store(postgres.url(database))
        await _fill(store, now, later)
        await store.close()
        async with SandboxServer(sandbox) as server:
            log = folder / "bot.log"
            bot = start_bot(
                server.url,
                folder / "data",
                log,
                database_url=postgres.url(database),
                tick_s=0.5,
                send_rate_per_s=15,
                send_timeout_s=2.5,
                lease_s=LEASE_S,
                embeddings="off",
            )
            assert await until(lambda: len(list(sends(sandbox))) >= SENT_BEFORE, 240), "never began"
            unsent = waiting(postgres, database)
            await asyncio.to_thread(postgres.stop)
            for person in during:
                say(sandbox, chat_id=person, user_id=person, content={"text": QUESTION})
                await asyncio.sleep(away_s / ASKERS)
            sent_before = len(list(sends(sandbox)))
            await asyncio.to_thread(postgres.start)
            begun = asyncio.get_running_loop().time()
            came = await until(
                lambda: (
                    set(readers(CHATS)) <= set(arrivals(sandbox))
                    and not waiting(postgres, database)
                ),
                180,
                0.5,
            )
            recovery_s = asyncio.get_running_loop().time() - begun
            for person in after:
                say(sandbox, chat_id=person, user_id=person, content={"text": QUESTION})
            answered = await until(lambda: set(after) <= set(arrivals(sandbox)), 60)
            alive = bot.alive
            bot.signal(signal.SIGTERM)
            exit_code = await bot.ended()
        held = states(postgres, database)
        doubtful = {
            int(str(chat))
            for (chat,) in postgres.sql(
                "SELECT chat_id FROM outbox WHERE state = 'uncertain'", database
            )
        }
    received, told = arrivals(sandbox), set(arrivals(sandbox)) & set(during)
    digests = {chat: received[chat] for chat in readers(CHATS)}
    lines = await asyncio.to_thread(log.read_text, encoding="utf-8")
    clear = [line for line in lines.splitlines() if "database" in line and "Traceback" not in line]
    figures = {
        "away_s": away_s,
        "digests": CHATS,
        "lost": sum(not count for count in digests.values()),
        "doubled_unflagged": sum(n > 1 and chat not in doubtful for chat, n in digests.items()),
        "uncertain": len(doubtful),
        "all_sent_after_s": round(recovery_s, 1),
        "questions_while_away_replied_to": f"{len(told)} of {ASKERS}",
        "lines_about_the_database": len(clear),
    }
    return Report(
        figures=figures,
        harm={"messages_waiting_at_the_stop": unsent, "sent_before_it_was_back": sent_before},
        promises={
            "work was waiting when the server went": unsent > 0,
            "everything left once it was back": came and held["sending"] + held["pending"] == 0,
            "no digest is lost": figures["lost"] == 0,
            "none is doubled unflagged": figures["doubled_unflagged"] == 0,
            "who asked meanwhile was replied to": len(told) == ASKERS,
            "who asked afterwards was answered": answered,
            "the bot went on by itself": alive and exit_code == 0,
            "the log says what was wrong": bool(clear),
        },
    )

"""R1P: kill -9 in the middle of a broadcast that lies in PostgreSQL."""

from __future__ import annotations

import random
import signal
from pathlib import Path

from bot.sandbox import Sandbox, SandboxServer
from bot.store.sql import open_store
from tests.postgres import DURABLE, running
from tests.reliability.processes import Running, start_bot
from tests.reliability.r02_lease import states, waiting
from tests.reliability.report import Report
from tests.reliability.town import (
    TOKEN,
    arrivals,
    populate,
    readers,
    sends,
    until,
    write_messages,
)

TITLE = "kill -9 during a broadcast that lies in PostgreSQL"
SEED = 1
IN_FLIGHT = 4


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Kill the bot again and again, let the last one finish, and count."""
    chats, kills = (300, 6) if quick else (10_000, 200)
    per_kill = int(chats / kills * 0.85)
    chance = random.Random(SEED)  # noqa: S311 - when to kill is no secret
    sandbox = Sandbox(token=TOKEN)
    populate(sandbox, readers(chats))
    in_flight, left = list[int](), 0  # what earlier kills left waits for the end of its lease
    with running(*DURABLE) as postgres:
        database = postgres.new_database()
        url = postgres.url(database)
        store = await open_store(url)
        await write_messages(store, readers(chats))
        await store.close()
        async with SandboxServer(sandbox) as server:
            sandbox.latency_s = 0.02

            def start() -> Running:
                return start_bot(
                    server.url,
                    folder / "data",
                    folder / "bot.log",
                    database_url=url,
                    send_rate_per_s=1000,
                    send_in_flight=IN_FLIGHT,
                )

            for _ in range(kills):
                bot = start()
                wanted = len(list(sends(sandbox))) + per_kill + chance.randint(-5, 5)
                await until(lambda n=wanted: len(list(sends(sandbox))) >= n)  # type: ignore[misc]
                bot.signal(signal.SIGKILL)
                await bot.ended()
                held = states(postgres, database)
                before, left = left, held["sending"] + held["uncertain"]
                in_flight.append(left - before)
            bot = start()
            finished = await until(lambda: not waiting(postgres, database), 240, 0.5)
            bot.signal(signal.SIGTERM)
            exit_code = await bot.ended()
        received = arrivals(sandbox)
        doubtful = {
            int(str(chat))
            for (chat,) in postgres.sql(
                "SELECT chat_id FROM outbox WHERE state = 'uncertain'", database
            )
        }
        store = await open_store(url)
        problems = await store.verify()
        await store.close()
    missing = set(readers(chats)) - set(received)
    doubled = [chat for chat, count in received.items() if count > 1]
    figures = {
        "chats": chats,
        "lost": len(missing - doubtful),
        "doubled": len(doubled),
        "doubled_unflagged": len([chat for chat in doubled if chat not in doubtful]),
        "uncertain": len(doubtful),
        "uncertain_of_them_delivered": len(doubtful - missing),
        "most_in_flight_at_a_kill": max(in_flight),
        "problems": len(problems),
        "seed": SEED,
    }
    harm = {"kills": kills, "kills_in_flight": sum(n > 0 for n in in_flight)}
    return Report(
        figures=figures,
        harm=harm,
        promises={
            "the broadcast was finished": finished and exit_code == 0,
            "nothing is lost": figures["lost"] == 0,
            "nothing is doubled unflagged": figures["doubled_unflagged"] == 0,
            "doubt is bounded by what was in flight": len(doubtful) <= IN_FLIGHT * kills,
            "the database is sound": not problems,
            "kills met work in flight": harm["kills_in_flight"] >= 0.8 * kills,
        },
    )

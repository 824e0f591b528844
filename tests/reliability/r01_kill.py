"""R1: kill -9 in the middle of a broadcast, two hundred times."""

from __future__ import annotations

import random
import signal
from pathlib import Path

from bot.sandbox import Sandbox, SandboxServer
from bot.settings import Settings
from bot.store.sql import open_store
from tests.reliability.processes import Running, start_bot
from tests.reliability.report import Report
from tests.reliability.town import (
    TOKEN,
    arrivals,
    populate,
    readers,
    rows,
    sends,
    states,
    until,
    write_messages,
)

TITLE = "kill -9 during a broadcast"
SEED = 1
IN_FLIGHT = 4


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Kill the bot again and again, let the last one finish, and count."""
    chats, kills = (300, 6) if quick else (10_000, 200)
    per_kill = int(chats / kills * 0.85)
    chance = random.Random(SEED)  # noqa: S311 - when to kill is no secret
    sandbox = Sandbox(token=TOKEN)
    populate(sandbox, readers(chats))
    async with SandboxServer(sandbox) as server:
        sandbox.latency_s = 0.02
        settings = Settings(telegram_api_url=server.url, data_dir=folder / "data")
        settings.data_dir.mkdir(parents=True)
        store = await open_store(settings.store_url)
        await write_messages(store, readers(chats))
        await store.close()
        database, log = settings.data_dir / "mujaz.sqlite", folder / "bot.log"

        def start() -> Running:
            return start_bot(
                server.url, settings.data_dir, log, send_rate_per_s=1000, send_in_flight=IN_FLIGHT
            )

        in_flight: list[int] = []
        for _ in range(kills):
            bot = start()
            wanted = len(list(sends(sandbox))) + per_kill + chance.randint(-5, 5)
            await until(lambda n=wanted: len(list(sends(sandbox))) >= n)  # type: ignore[misc]
            bot.signal(signal.SIGKILL)
            await bot.ended()
            in_flight.append(states(database)["sending"])
        bot = start()
        finished = await until(
            lambda: not states(database)["pending"] + states(database)["sending"], 120, 0.2
        )
        bot.signal(signal.SIGTERM)
        exit_code = await bot.ended()
        received = arrivals(sandbox)
    doubtful = {
        int(str(chat))
        for (chat,) in rows(database, "SELECT chat_id FROM outbox WHERE state = 'uncertain'")
    }
    (integrity,), *_ = rows(database, "PRAGMA integrity_check")
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
        "integrity": integrity,
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
            "doubt is bounded by what was in flight": len(doubtful) <= sum(in_flight)
            and max(in_flight) <= IN_FLIGHT,
            "the database is sound": integrity == "ok",
            "kills met work in flight": harm["kills_in_flight"] >= 0.95 * kills,
        },
    )

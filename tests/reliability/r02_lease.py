"""R2: two senders on PostgreSQL, killed and frozen beyond their leases: none lost, none twice."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path

from bot.sandbox import Sandbox, SandboxServer
from bot.store.sql import open_store
from tests.postgres import DURABLE, Server, running
from tests.reliability.processes import Running, start
from tests.reliability.r21_two import LEASE_S, be_a_sender
from tests.reliability.report import Report
from tests.reliability.town import TOKEN, arrivals, populate, readers, until, write_messages

TITLE = "two senders on PostgreSQL, killed and frozen beyond their leases"
SEED = 2
IN_FLIGHT = 4


def states(server: Server, database: str) -> Counter[str]:
    """Return how many messages are in each state."""
    found = server.sql("SELECT state, count(*) FROM outbox GROUP BY state", database)
    return Counter({str(state): int(str(count)) for state, count in found})


def waiting(server: Server, database: str) -> int:
    """Return how many messages are not settled."""
    held = states(server, database)
    return held["pending"] + held["sending"]


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Let two send, kill one or freeze it for longer than its lease, again and again."""
    chats, harms = (400, 4) if quick else (6_000, 60)
    chance = random.Random(SEED)  # noqa: S311 - whom to harm is no secret
    sandbox = Sandbox(token=TOKEN)
    populate(sandbox, readers(chats))
    kills = freezes = in_flight = 0
    with running(*DURABLE) as postgres:
        database = postgres.new_database()
        url = postgres.url(database)
        store = await open_store(url)
        await write_messages(store, readers(chats))
        await store.close()
        async with SandboxServer(sandbox) as server:
            sandbox.latency_s = 0.02

            def sender() -> Running:
                return start(be_a_sender, server.url, url)

            senders = [sender(), sender()]
            for number in range(harms):
                wanted = (number + 1) * int(chats * 0.8 / harms)
                await until(lambda n=wanted: sum(arrivals(sandbox).values()) >= n)  # type: ignore[misc]
                unlucky = chance.randrange(2)
                if number % 2:
                    senders[unlucky].signal(signal.SIGKILL)
                    await senders[unlucky].ended()
                    kills += 1
                    in_flight += states(postgres, database)["sending"]
                    senders[unlucky] = sender()
                else:
                    senders[unlucky].signal(signal.SIGSTOP)
                    await asyncio.sleep(LEASE_S * 1.5)
                    senders[unlucky].signal(signal.SIGCONT)
                    freezes += 1
            finished = await until(lambda: not waiting(postgres, database), 120, 0.5)
            alive = [one.alive for one in senders]
            for one in senders:
                one.signal(signal.SIGKILL)
                await one.ended()
        held = states(postgres, database)
        doubtful = {
            int(str(chat))
            for (chat,) in postgres.sql(
                "SELECT chat_id FROM outbox WHERE state = 'uncertain'", database
            )
        }
    received = arrivals(sandbox)
    figures = {
        "chats": chats,
        "lost": sum(received[chat] == 0 and chat not in doubtful for chat in readers(chats)),
        "sent_twice": sum(count > 1 for count in received.values()),
        "uncertain": len(doubtful),
        "states": dict(held),
        "seed": SEED,
    }
    return Report(
        figures=figures,
        harm={"kills": kills, "freezes_beyond_the_lease": freezes, "in_flight_at_kills": in_flight},
        promises={
            "the broadcast was finished": finished and all(alive),
            "nothing is lost": figures["lost"] == 0,
            "nothing is leased twice": figures["sent_twice"] == 0,
            "doubt is bounded by what was in flight": len(doubtful)
            <= 2 * IN_FLIGHT * (kills + freezes),
            "kills met work in flight": in_flight > 0 and freezes > 0,
        },
    )

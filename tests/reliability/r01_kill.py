"""R1: kill -9 in the middle of a broadcast, two hundred times.

The broadcast lies in an SQLite file here, and on a PostgreSQL server in ``r01p_postgres``; what is
done and counted is the same, so it is written once and given the database.
"""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox import Sandbox, SandboxServer
from bot.store.sql import open_store
from tests.reliability.processes import Running, start_bot
from tests.reliability.report import Figures, Report
from tests.reliability.town import (
    TOKEN,
    arrivals,
    populate,
    readers,
    rows,
    sends,
    until,
    write_messages,
)

TITLE = "kill -9 during a broadcast"
SEED = 1
IN_FLIGHT = 4
PATIENCE_S = 240.0  # on a server the last kills' leases must end first


@dataclass(frozen=True, slots=True)
class Held:
    """The database with the broadcast: its address, and what another program reads there."""

    url: str
    ask: Callable[[str], list[tuple[object, ...]]]

    def states(self) -> Counter[str]:
        """Return how many messages are in each state."""
        counted = self.ask("SELECT state, count(*) FROM outbox GROUP BY state")
        return Counter({str(state): int(str(count)) for state, count in counted})

    def doubtful(self) -> set[int]:
        """Return the chats whose message may or may not have arrived."""
        found = self.ask("SELECT chat_id FROM outbox WHERE state = 'uncertain'")
        return {int(str(chat)) for (chat,) in found}

    def unsettled(self) -> int:
        """Return how many messages still wait or are under way."""
        held = self.states()
        return held["pending"] + held["sending"]


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Kill a bot with an SQLite file."""
    data = folder / "data"
    data.mkdir(parents=True)
    file = data / "mujaz.sqlite"
    held = Held(f"sqlite+aiosqlite:///{file}", lambda query: rows(file, query))
    return await killed_broadcast(held, folder, quick=quick)


async def killed_broadcast(held: Held, folder: Path, *, quick: bool) -> Report:
    """Kill the bot again and again, let the last one finish, and count."""
    chats, kills = (300, 6) if quick else (10_000, 200)
    per_kill = int(chats / kills * 0.85)
    chance = random.Random(SEED)  # noqa: S311 - when to kill is no secret
    sandbox = Sandbox(token=TOKEN)
    populate(sandbox, readers(chats))
    store = await open_store(held.url)
    await write_messages(store, readers(chats))
    await store.close()
    in_flight, left = list[int](), 0
    async with SandboxServer(sandbox) as server:
        sandbox.latency_s = 0.02

        def start() -> Running:
            return start_bot(
                server.url,
                folder / "data",
                folder / "bot.log",
                database_url=held.url,
                send_rate_per_s=1000,
                send_in_flight=IN_FLIGHT,
            )

        for _ in range(kills):
            bot = start()
            wanted = len(list(sends(sandbox))) + per_kill + chance.randint(-5, 5)
            await until(lambda n=wanted: len(list(sends(sandbox))) >= n)  # type: ignore[misc]
            bot.signal(signal.SIGKILL)
            await bot.ended()
            now = held.states()  # what an earlier kill left is in doubt, at once or after its lease
            before, left = left, now["sending"] + now["uncertain"]
            in_flight.append(left - before)
        bot = start()
        finished = await until(lambda: not held.unsettled(), PATIENCE_S, 0.5)
        bot.signal(signal.SIGTERM)
        exit_code = await bot.ended()
    store = await open_store(held.url)
    problems = await store.verify()
    await store.close()
    figures = counted(arrivals(sandbox), readers(chats), held.doubtful()) | {
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
            "doubt is bounded by what was in flight": figures["uncertain"] <= sum(in_flight)
            and max(in_flight) <= IN_FLIGHT,
            "the database is sound": not problems,
            "kills met work in flight": harm["kills_in_flight"] >= 0.95 * kills,
        },
    )


def counted(received: Counter[int], chats: range, doubtful: set[int]) -> Figures:
    """Return what became of one message for each chat."""
    missing = set(chats) - set(received)
    doubled = [chat for chat, count in received.items() if count > 1]
    return {
        "chats": len(chats),
        "lost": len(missing - doubtful),
        "doubled": len(doubled),
        "doubled_unflagged": len([chat for chat in doubled if chat not in doubtful]),
        "uncertain": len(doubtful),
        "uncertain_of_them_delivered": len(doubtful - missing),
    }

"""R21: two at once: on one folder, with one token, and two senders on one database."""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

from bot.clock import SystemClock
from bot.delivery.application import build_application
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace
from bot.delivery.telegram import TelegramSender
from bot.sandbox import Sandbox, SandboxServer
from bot.settings import Settings
from bot.store.sql import open_store
from tests.reliability.processes import Running, start, start_bot
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

TITLE = "two at once: one folder, one token, one database"
WITHIN_S = 5.0
LEASE_S = 3.0


async def _send(api_url: str, store_url: str) -> None:
    store = await open_store(store_url)
    pace = Pace(Limits(per_s=500, chat_per_s=30))
    application, _ = build_application(TOKEN, api_url=api_url, pace=pace)
    await application.bot.initialize()
    sender = TelegramSender(application.bot)
    Dispatcher(store, sender, pace, SystemClock(), lease_s=LEASE_S, alone=False).start()
    await asyncio.Event().wait()


def be_a_sender(api_url: str, store_url: str) -> None:
    """Send from a database that others send from too, until killed."""
    asyncio.run(_send(api_url, store_url))


async def second(first_log: Path, second_log: Path, first: Running, other: Running) -> Report:
    """Tell which of two works, and whether the other said why it does not."""
    begun = time.monotonic()
    ended = await until(lambda: not (first.alive and other.alive), 2 * WITHIN_S)
    took_s = time.monotonic() - begun
    await asyncio.sleep(0.5)
    working = int(first.alive) + int(other.alive)
    log = (second_log if first.alive else first_log).read_text(encoding="utf-8")
    code = await (other if first.alive else first).ended()
    for running in (first, other):
        running.signal(signal.SIGTERM)
        await running.ended()
    return Report(
        figures={"working": working, "exit_s": round(took_s, 2), "exit_code": code},
        harm={"instances": 2},
        promises={
            "exactly one works": ended and working == 1,
            "the other leaves in time": took_s <= WITHIN_S,
            "with a clear line and its exit code": code == 3
            and len(log.splitlines()) > 0
            and "Traceback" not in log,
        },
    )


async def two_senders(folder: Path, server: SandboxServer, chats: int) -> Report:
    """Let two processes send from one database and kill one of them in the middle."""
    sandbox = server.sandbox
    url = Settings(data_dir=folder).store_url
    store = await open_store(url)
    await write_messages(store, readers(chats))
    await store.close()
    before = sum(arrivals(sandbox).values())
    senders = [start(be_a_sender, server.url, url) for _ in range(2)]
    database = folder / "mujaz.sqlite"
    await until(lambda: sum(arrivals(sandbox).values()) - before >= chats // 3)
    alive = [sender.alive for sender in senders]
    senders[0].signal(signal.SIGKILL)
    await senders[0].ended()
    left_in_flight = states(database)["sending"]
    finished = await until(
        lambda: not states(database)["pending"] + states(database)["sending"], 60, 0.1
    )
    senders[1].signal(signal.SIGKILL)
    await senders[1].ended()
    received = arrivals(sandbox)
    doubtful = {r[0] for r in rows(database, "SELECT chat_id FROM outbox WHERE state='uncertain'")}
    figures = {
        "lost": sum(received[chat] == 0 and chat not in doubtful for chat in readers(chats)),
        "doubled": sum(count > 1 for count in received.values()),
        "uncertain": len(doubtful),
    }
    return Report(
        figures=figures,
        harm={"senders": sum(alive), "in_flight_at_the_kill": left_in_flight},
        promises={
            "two senders lose nothing": finished and figures["lost"] == 0,
            "two senders double nothing": figures["doubled"] == 0,
            "both were sending": all(alive) and left_in_flight > 0,
        },
    )


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Try all three ways of being two."""
    sandbox = Sandbox(token=TOKEN)
    chats = 200 if quick else 2000
    populate(sandbox, readers(chats))
    logs = [folder / f"{name}.log" for name in ("a", "b", "c", "d")]
    found: dict[str, Report] = {}
    async with SandboxServer(sandbox) as server:
        sandbox.latency_s = 0.01
        polls = sandbox.journal.after
        first = start_bot(server.url, folder / "one", logs[0])
        await until(lambda: any(e.method == "getUpdates" for e in polls(0, everything=True)))
        found["folder"] = await second(
            logs[0], logs[1], first, start_bot(server.url, folder / "one", logs[1])
        )
        seen = len(polls(0, everything=True))
        first = start_bot(server.url, folder / "two", logs[2])
        await until(lambda: any(e.method == "getUpdates" for e in polls(seen, everything=True)))
        found["token"] = await second(
            logs[2], logs[3], first, start_bot(server.url, folder / "three", logs[3])
        )
        (folder / "four").mkdir()
        found["database"] = await two_senders(folder / "four", server, chats)
        figures_sent = len(list(sends(sandbox)))
    return Report(
        figures={name: report.figures for name, report in found.items()} | {"sent": figures_sent},
        harm={name: report.harm for name, report in found.items()},
        promises={
            f"{name}: {promise}": held
            for name, report in found.items()
            for promise, held in report.promises.items()
        },
    )

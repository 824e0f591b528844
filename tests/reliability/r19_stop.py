"""R19: SIGTERM under load: a quick and clean end, with nothing left half-sent."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from pathlib import Path

from bot.sandbox import Sandbox, SandboxServer
from bot.settings import Settings
from bot.store.sql import open_store
from tests.reliability.processes import start_bot
from tests.reliability.report import Report
from tests.reliability.town import (
    TOKEN,
    arrivals,
    populate,
    readers,
    sends,
    states,
    until,
    write_messages,
)

TITLE = "SIGTERM under load"
SEED = 19
LONGEST_S = 10.0


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Stop the bot again and again while it sends to a slow server."""
    stops = 3 if quick else 50
    chance = random.Random(SEED)  # noqa: S311 - when to stop is no secret
    sandbox = Sandbox(token=TOKEN)
    populate(sandbox, readers(stops * 200))
    ends_s: list[float] = []
    codes: list[int | None] = []
    left: list[int] = []
    open_requests: list[int] = []
    async with SandboxServer(sandbox) as server:
        sandbox.latency_s = 0.1
        settings = Settings(telegram_api_url=server.url, data_dir=folder / "data")
        settings.data_dir.mkdir(parents=True)
        store = await open_store(settings.store_url)
        await write_messages(store, readers(stops * 200))
        await store.close()
        for _ in range(stops):
            bot = start_bot(server.url, settings.data_dir, folder / "bot.log", send_rate_per_s=200)
            wanted = len(list(sends(sandbox))) + chance.randint(3, 30)
            await until(lambda n=wanted: len(list(sends(sandbox))) >= n)  # type: ignore[misc]
            open_requests.append(sum(e.ok is None for e in sends(sandbox)))
            begun = time.monotonic()
            bot.signal(signal.SIGTERM)
            codes.append(await bot.ended(LONGEST_S + 5))
            ends_s.append(time.monotonic() - begun)
            left.append(states(settings.data_dir / "mujaz.sqlite")["sending"])
            await asyncio.sleep(0.15)  # what the server still carries out
        received = arrivals(sandbox)
        final = states(settings.data_dir / "mujaz.sqlite")
    figures = {
        "longest_stop_s": round(max(ends_s), 2),
        "left_in_sending": sum(left),
        "exit_codes": sorted({str(code) for code in codes}),
        "uncertain": final["uncertain"],
        "sent": final["sent"],
        "arrived": received.total(),
        "seed": SEED,
    }
    harm = {"stops": stops, "stops_in_flight": sum(n > 0 for n in open_requests)}
    return Report(
        figures=figures,
        harm=harm,
        promises={
            "every stop is quick": max(ends_s) <= LONGEST_S,
            "nothing stays in sending": sum(left) == 0,
            "the exit code is 0": set(codes) == {0},
            "what arrived is known": 0
            <= final["sent"] + final["uncertain"] - received.total()
            <= final["uncertain"],
            "nothing is doubled": max(received.values()) == 1,
            "stops met work in flight": harm["stops_in_flight"] >= 0.95 * stops,
        },
    )

"""R13: one person sends a thousand messages a second; everybody else is answered as always."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from pathlib import Path
from typing import Any

from bot.sandbox import Sandbox, SandboxServer
from bot.sandbox.conversation import say
from tests.reliability.processes import start_bot
from tests.reliability.report import Report, p95
from tests.reliability.town import TOKEN, populate, readers, sends, until

TITLE = "one flooder at 1000 messages a second, everybody else answered"
SEED = 13
QUESTION = "كم عدد سكان المخيم؟"
FLOOD_PER_S = 1000
LONGEST_S = 1.0


async def flood(sandbox: Sandbox, flooder: int, until_at: float) -> int:
    """Send a thousand messages a second in one name; return how many."""
    sent, begun = 0, time.monotonic()
    while time.monotonic() < until_at:
        due = int((time.monotonic() - begun) * FLOOD_PER_S)
        for _ in range(due - sent):
            say(sandbox, chat_id=flooder, user_id=flooder, content={"text": QUESTION})
        sent = max(sent, due)
        await asyncio.sleep(0.01)
    return sent


async def ask(sandbox: Sandbox, people: list[int], seconds: float) -> dict[int, float]:
    """Let each of these people ask once, spread over so many seconds; return when."""
    asked, begun = {}, time.monotonic()
    for place, person in enumerate(people):
        await asyncio.sleep(max(0.0, begun + place * seconds / len(people) - time.monotonic()))
        asked[person] = sandbox.clock.now().timestamp()
        say(sandbox, chat_id=person, user_id=person, content={"text": QUESTION})
    return asked


def answered(sandbox: Sandbox) -> dict[int, float]:
    """Return when each chat was first answered."""
    found: dict[int, float] = {}
    for entry in sends(sandbox):
        found.setdefault(int(entry.params["chat_id"]), entry.at.timestamp())
    return found


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Flood and ask at the same time."""
    normal, seconds = (60, 4) if quick else (999, 40)
    chance = random.Random(SEED)  # noqa: S311 - the order of the asking is no secret
    sandbox = Sandbox(token=TOKEN)
    people = list(readers(normal + 1))
    populate(sandbox, people)
    flooder = people.pop()
    chance.shuffle(people)
    log = folder / "bot.log"
    async with SandboxServer(sandbox) as server:
        bot = start_bot(server.url, folder / "data", log, send_rate_per_s=30)
        await until(lambda: any(e.method == "setMyCommands" for e in sandbox.journal.after(0)), 20)
        end = time.monotonic() + seconds
        asked, flooded = await asyncio.gather(
            ask(sandbox, people, seconds * 0.95), flood(sandbox, flooder, end)
        )
        await until(lambda: len(answered(sandbox).keys() - {flooder}) == normal, 20, 0.1)
        alive = bot.alive
        bot.signal(signal.SIGTERM)
        exit_code = await bot.ended()
    replies = answered(sandbox)
    waits = [replies[p] - at if p in replies else 60.0 for p, at in asked.items()]
    to_flooder = sum(int(e.params["chat_id"]) == flooder for e in sends(sandbox))
    figures: dict[str, Any] = {
        "normal": normal,
        "unanswered": sum(wait == 60.0 for wait in waits),
        "p50_s": round(sorted(waits)[len(waits) // 2], 3),
        "p95_s": round(p95(waits), 3),
        "answers_to_the_flooder": to_flooder,
        "seconds": seconds,
        "seed": SEED,
    }
    harm = {"flood_messages": flooded, "flood_per_s": round(flooded / seconds)}
    return Report(
        figures=figures,
        harm=harm,
        promises={
            "everybody else is answered": figures["unanswered"] == 0,
            "in time": figures["p95_s"] <= LONGEST_S,
            "the flooder gets no more than a reader may": to_flooder <= 3 * seconds + 30,
            "the bot lives on": alive and exit_code == 0,
            "there was a flood": harm["flood_per_s"] >= 0.9 * FLOOD_PER_S,
        },
    )

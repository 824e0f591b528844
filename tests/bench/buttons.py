"""How long a reader waits for a button of the settings, with many readers pressing at once.

    python -m tests.bench.buttons [--readers 100] [--presses 20] [--pause 4.0] [--json OUT]

The bot is a process of its own with its usual settings and limits, the sandbox another. Every
reader opens the settings and then presses, again and again, a button of what is shown, chosen by a
fixed seed, about ``--pause`` seconds apart, as people do. Measured from the press reaching the
server to the edited message reaching it, the database's commit included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.sandbox import Sandbox, SandboxServer
from bot.sandbox.conversation import press, say, spoken
from tests.reliability.processes import start_bot
from tests.reliability.report import p95
from tests.reliability.town import TOKEN, populate, readers

_LATE_S = 10.0
Json = dict[str, Any]


class Watcher:
    """Hands each reader the newest state of the bot's message in their chat."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._changed: dict[int, asyncio.Future[tuple[float, Json]]] = {}

    async def run(self) -> None:
        """Follow what happens until cancelled."""
        with self._sandbox.events.subscribe() as events:
            while (event := await events.get()) is not None:
                chat, message = event.get("chat_id"), event.get("message", {})
                waiting = self._changed.get(chat or 0)
                by_bot = message.get("from", {}).get("is_bot")
                if by_bot and waiting is not None and not waiting.done():
                    waiting.set_result((time.perf_counter(), message))

    def next(self, chat: int) -> asyncio.Future[tuple[float, Json]]:
        """Return what will hold the next message of the bot there, and when it came."""
        self._changed[chat] = asyncio.get_running_loop().create_future()
        return self._changed[chat]


async def reader(
    sandbox: Sandbox, watcher: Watcher, chat: int, presses: int, pause_s: float
) -> list[float]:
    """Open the settings and press; return how long each press took, in seconds."""
    chance = random.Random(chat)  # noqa: S311 - what is pressed is no secret
    await asyncio.sleep(chance.uniform(0, pause_s))
    coming = watcher.next(chat)
    say(sandbox, chat_id=chat, user_id=chat, content=spoken(sandbox, "/settings"))
    _, message = await asyncio.wait_for(coming, 60)
    took = []
    for _ in range(presses):
        await asyncio.sleep(pause_s * chance.uniform(0.5, 1.5))
        stored = sandbox.messages.get(chat, message["message_id"])
        message = stored.body if stored else message  # a late answer may have changed it
        rows = message["reply_markup"]["inline_keyboard"]
        known = [b["callback_data"] for row in rows for b in row]
        data = chance.choice([one for one in known if "|i" not in one and "|loc" not in one])
        coming, began = watcher.next(chat), time.perf_counter()
        press(sandbox, chat_id=chat, user_id=chat, message_id=message["message_id"], data=data)
        try:
            at, message = await asyncio.wait_for(coming, _LATE_S)
        except TimeoutError:  # the same page again is not edited; a chosen last day is refused
            continue
        took.append(at - began)
    return took


async def measure(arguments: argparse.Namespace, folder: Path) -> Json:
    """Let everybody press, and sum up."""
    sandbox = Sandbox(token=TOKEN)
    people = list(readers(arguments.readers))
    populate(sandbox, people)
    async with SandboxServer(sandbox) as server:
        bot = start_bot(server.url, folder / "data", folder / "bot.log", embeddings="off")
        watcher = Watcher(sandbox)
        watching = asyncio.create_task(watcher.run())
        try:
            given = await asyncio.gather(
                *(
                    reader(sandbox, watcher, one, arguments.presses, arguments.pause)
                    for one in people
                )
            )
        finally:
            watching.cancel()
            bot.signal(signal.SIGTERM)
            await bot.ended()
    waits = sorted(wait for each in given for wait in each)
    return {
        "readers": arguments.readers,
        "presses": arguments.readers * arguments.presses,
        "answered": len(waits),
        "p50_ms": round(1000 * waits[len(waits) // 2], 1),
        "p95_ms": round(1000 * p95(waits), 1),
        "p99_ms": round(1000 * waits[int(len(waits) * 0.99)], 1),
        "most_ms": round(1000 * waits[-1], 1),
        "target_p95_ms": 150,
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.buttons")
    options.add_argument("--readers", type=int, default=100)
    options.add_argument("--presses", type=int, default=20, help="of each reader")
    options.add_argument("--pause", type=float, default=4.0, help="seconds between two presses")
    options.add_argument("--json", type=Path, default=None, metavar="OUT")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
        result = asyncio.run(measure(chosen, Path(folder)))
    print(json.dumps(result, indent=2))
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

"""How fast messages go out, side by side with other ways of sending, against the same server.

    python -m tests.bench.delivery [--seconds 300] [--broadcast 50000] [--quick] [--json OUT]
                                   [--only paced,paid,answers]

Four measurements, the server in a process of its own:

1. at Telegram's limits (30 a second), the server's flood control on: our dispatcher from a real
   outbox, the library's AIORateLimiter, and a naive gather;
2. paid broadcast (1000 a second allowed): a bare loop of the library's ``send_message`` and our
   dispatcher with its outbox, the same number under way;
3. a reader's answer while a broadcast runs: from the reader's message reaching the server to our
   answer reaching it, the whole bot in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from telegram.error import RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot.clock import SystemClock
from bot.delivery.application import build_application
from bot.delivery.dispatch import Dispatcher
from bot.delivery.limits import Limits
from bot.delivery.pace import Pace
from bot.delivery.telegram import TelegramSender, retry_after_s
from bot.sandbox import Sandbox, SandboxServer
from bot.settings import Settings
from bot.store.sql import open_store
from tests.reliability.processes import Running, start, start_bot
from tests.reliability.report import p95
from tests.reliability.town import TOKEN, populate, readers, until, write_messages

READERS = 60_000
TEXT = "<b>موجز</b>\nوصلت صباح اليوم قافلة مساعدات إلى المخيم، بحسب منظميها."


async def _serve(port_file: str) -> None:
    sandbox = Sandbox(token=TOKEN)
    populate(sandbox, readers(READERS))
    async with SandboxServer(sandbox) as server:
        Path(port_file).write_text(server.url, encoding="utf-8")  # noqa: ASYNC240 - once
        await asyncio.Event().wait()


def serve(port_file: str) -> None:
    """Be the server until killed."""
    asyncio.run(_serve(port_file))


class Server:
    """A sandbox in a process of its own, seen through its control interface."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "url"
        self._process: Running | None = None
        self._http = httpx.AsyncClient(trust_env=False, timeout=60)
        self.url = ""
        self._last = 0

    async def start(self) -> None:
        self._process = start(serve, str(self._file))
        await until(self._file.exists)
        await asyncio.sleep(0.2)
        self.url = self._file.read_text(encoding="utf-8")

    async def settings(self, **values: object) -> None:
        await self._http.post(f"{self.url}/sandbox/settings", json=values)

    async def post(self, path: str, **values: object) -> Any:
        return (await self._http.post(f"{self.url}/sandbox/{path}", json=values)).json()

    async def sends(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the requests to send, as the server noted them."""
        answer = await self._http.get(f"{self.url}/sandbox/journal", params={"after": after})
        return [r for r in answer.json()["requests"] if r["method"] == "sendMessage"]

    async def last(self) -> int:
        """Return the number of the newest such request, reading only what is new."""
        found = await self.sends(self._last)
        self._last = int(found[-1]["n"]) if found else self._last
        return self._last

    async def stop(self) -> None:
        await self._http.aclose()
        if self._process is not None:
            self._process.signal(signal.SIGKILL)
            await self._process.ended()


def bare_bot(url: str, *, limiter: AIORateLimiter | None = None) -> ExtBot[Any]:
    """Return the library's bot as it comes, with a pool that is large enough."""
    request = HTTPXRequest(
        connection_pool_size=256, pool_timeout=60, httpx_kwargs={"trust_env": False}
    )
    return ExtBot(TOKEN, base_url=f"{url}/bot", request=request, rate_limiter=limiter)


async def ours(url: str, folder: Path, chats: range, limits: Limits, in_flight: int) -> float:
    """Send one message to each chat from a real outbox; return the seconds from start to end."""
    await asyncio.to_thread(folder.mkdir)
    store = await open_store(Settings(data_dir=folder).store_url)
    await write_messages(store, chats)
    pace = Pace(limits)
    application, _ = build_application(TOKEN, api_url=url, pace=pace)
    await application.bot.initialize()
    sender = TelegramSender(application.bot)
    dispatcher = Dispatcher(store, sender, pace, SystemClock(), in_flight=in_flight)
    begun = time.monotonic()
    dispatcher.start()
    while await store.outbox_wakeup_at() is not None:  # noqa: ASYNC110 - there is no event
        await asyncio.sleep(0.1)
    took = time.monotonic() - begun
    await dispatcher.stop()
    await application.bot.shutdown()
    await store.close()
    return took


async def library(
    url: str, chats: range, workers: int, limiter: AIORateLimiter | None = None
) -> float:
    """Send one message to each chat with the library alone; return the seconds."""
    bot = bare_bot(url, limiter=limiter)
    left = iter(chats)

    async def work() -> None:
        for chat in left:
            try:
                await bot.send_message(chat, TEXT, parse_mode="HTML")
            except RetryAfter as refusal:
                await asyncio.sleep(retry_after_s(refusal))
            except TelegramError:
                continue

    async with bot:
        begun = time.monotonic()
        await asyncio.gather(*(work() for _ in range(workers)))
        return time.monotonic() - begun


async def observed(server: Server, work: Callable[[], Awaitable[object]]) -> dict[str, Any]:
    """Run some sending and return what the server saw of it."""
    before = await server.last()
    await work()
    requests = await server.sends(before)
    taken = [r for r in requests if r["ok"]]
    stamps = [_seconds(r["at"]) for r in taken]
    span = stamps[-1] - stamps[0] if len(stamps) > 1 else 1.0
    return {
        "requests": len(requests),
        "accepted": len(taken),
        "refusals": sum(r["error_code"] == 429 for r in requests),
        "achieved_per_s": round((len(taken) - 1) / span, 2),
    }


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp()


async def at_the_limits(server: Server, folder: Path, seconds: int) -> dict[str, Any]:
    """Send at 30 a second for so long, in three ways."""
    chats = readers(30 * seconds)
    short = readers(30 * min(seconds, 30))
    await server.settings(flood=True)
    mine = await observed(server, lambda: ours(server.url, folder / "a", chats, Limits(), 4))
    await asyncio.sleep(3)
    limiter = AIORateLimiter(max_retries=0)
    theirs = await observed(server, lambda: library(server.url, short, len(short), limiter))
    await asyncio.sleep(3)
    naive = await observed(server, lambda: library(server.url, short, len(short)))
    await server.settings(flood=False)
    return {
        "allowed_per_s": 30,
        "achieved_per_s": mine["achieved_per_s"],
        "share_of_allowed": round(mine["achieved_per_s"] / 30, 4),
        "refusals": mine["refusals"],
        "messages": mine["accepted"],
        "aiolimiter": theirs,
        "naive": naive,
    }


async def paid(server: Server, folder: Path, count: int, in_flight: int) -> dict[str, Any]:
    """Send as fast as it goes, bare and from the outbox, in turn."""
    limits = Limits(per_s=1000, chat_per_s=30)
    chats = readers(count)
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    for turn in range(3):
        rates["bare"].append(count / await library(server.url, chats, in_flight))
        took = await ours(server.url, folder / f"paid{turn}", chats, limits, in_flight)
        rates["ours"].append(count / took)
    best = {name: max(values) for name, values in rates.items()}
    return {
        "in_flight": in_flight,
        "bare_per_s": round(best["bare"], 1),
        "ours_per_s": round(best["ours"], 1),
        "share_of_bare": round(best["ours"] / best["bare"], 3),
        "runs": {name: [round(v, 1) for v in values] for name, values in rates.items()},
    }


async def answers(server: Server, folder: Path, broadcast: int, asked: int) -> dict[str, Any]:
    """Ask questions while the bot sends to so many chats."""
    settings = Settings(data_dir=folder / "answers")
    settings.data_dir.mkdir()
    store = await open_store(settings.store_url)
    await write_messages(store, readers(READERS)[-broadcast:])
    await store.close()
    before = await server.last()
    await server.settings(flood=True)
    bot = start_bot(server.url, settings.data_dir, folder / "bot.log", questions_per_minute=600)
    while len(await server.sends(before)) < 60:  # noqa: ASYNC110 - across the wire
        await asyncio.sleep(0.2)
    chance = random.Random(6)  # noqa: S311 - who asks is no secret
    waits = []
    for reader in chance.sample(readers(READERS)[:5000], asked):
        begun = time.time()
        await server.post("messages", chat_id=reader, user_id=reader, text="كم عدد سكان المخيم؟")
        mark = await server.last()
        reply = None
        while reply is None and time.time() < begun + 20:
            await asyncio.sleep(0.02)
            found = await server.sends(max(before, mark - 40))
            reply = next((r for r in found if int(r["params"]["chat_id"]) == reader), None)
        waits.append(_seconds(reply["at"]) - begun if reply else 20.0)
        await asyncio.sleep(chance.uniform(0.05, 0.3))
    sent = await server.sends(before)
    bot.signal(signal.SIGTERM)
    await bot.ended()
    await server.settings(flood=False)
    waits.sort()
    return {
        "p50": round(1000 * waits[len(waits) // 2]),
        "p95": round(1000 * p95(waits)),
        "questions": len(waits),
        "broadcast_chats": broadcast,
        "broadcast_sent_meanwhile": len(sent) - len(waits),
        "refusals": sum(r["error_code"] == 429 for r in sent),
    }


async def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Take the measurements that were asked for."""
    server = Server(folder)
    await server.start()
    result: dict[str, Any] = {}
    try:
        if "paid" in arguments.only:
            result["paid"] = await paid(server, folder, arguments.paid, arguments.in_flight)
            print("paid", result["paid"], flush=True)
        if "paced" in arguments.only:
            paced = await at_the_limits(server, folder, arguments.seconds)
            print("paced", paced, flush=True)
            result |= paced
        if "answers" in arguments.only:
            during = await answers(server, folder, arguments.broadcast, arguments.questions)
            print("answers", during, flush=True)
            result["answer_during_broadcast_ms"] = during
    finally:
        await server.stop()
    return result


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.delivery")
    options.add_argument("--seconds", type=int, default=300, help="of sending at 30 a second")
    options.add_argument("--paid", type=int, default=3000, help="messages of one fast run")
    options.add_argument("--in-flight", type=int, default=16)
    options.add_argument("--broadcast", type=int, default=50_000)
    options.add_argument("--questions", type=int, default=100)
    options.add_argument("--quick", action="store_true", help="20 s, 1000 messages, 20 questions")
    options.add_argument(
        "--only", type=lambda names: names.split(","), default=["paced", "paid", "answers"]
    )
    options.add_argument("--json", type=Path, default=None, metavar="OUT")
    chosen = options.parse_args()
    if chosen.quick:
        chosen.seconds, chosen.paid, chosen.questions, chosen.broadcast = 20, 1000, 20, 5000
    with tempfile.TemporaryDirectory(prefix="mujaz-") as folder:
        result = asyncio.run(measure(chosen, Path(folder)))
    if chosen.json:
        chosen.json.write_text(json.dumps(result, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()

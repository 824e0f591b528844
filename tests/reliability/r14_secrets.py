"""R14: no secret in the logs, at the loudest level, while everything that can fail fails."""

from __future__ import annotations

import asyncio
import base64
import logging
import signal
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from bot.delivery.application import build_application
from bot.delivery.pace import Pace
from bot.log import Redactor, TextFormatter
from bot.sandbox import Sandbox, SandboxServer
from bot.sandbox.conversation import say
from bot.sandbox.faults import Fault
from bot.settings import Settings
from bot.store.sql import open_store
from tests.reliability.processes import start_bot
from tests.reliability.report import Report
from tests.reliability.town import TOKEN, populate, readers, sends, until, write_messages

TITLE = "no secret in the logs of a run in which everything fails"
CHATS = 120


def forms(secret: str) -> set[str]:
    """Return the ways in which a secret may be written."""
    raw = secret.encode()
    return {
        secret,
        quote(secret, safe=""),
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        raw.hex(),
        secret.partition(":")[2] or secret,
    }


def found(text: str, secret: str) -> int:
    """Count a secret in a text, however written."""
    return sum(text.count(form) for form in forms(secret))


def planted(folder: Path) -> tuple[int, int]:
    """Log the token as libraries do, with and without our formatter; return what each leaks."""
    leaks = []
    for name, formatter in (
        ("plain", logging.Formatter()),
        ("ours", TextFormatter(Redactor())),
    ):
        file = folder / f"{name}.log"
        handler = logging.FileHandler(file, encoding="utf-8")
        handler.setFormatter(formatter)
        logger = logging.getLogger(f"planted.{name}")
        logger.propagate = False
        logger.addHandler(handler)
        logger.error("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TOKEN)
        try:
            int(f"no route to /bot{TOKEN}/getUpdates")
        except ValueError:
            logger.exception("failed")
        handler.close()
        leaks.append(found(file.read_text(encoding="utf-8"), TOKEN))
    return leaks[0], leaks[1]


def fail(sandbox: Sandbox) -> None:
    """Order one of every failure."""
    sandbox.faults.add(Fault(method="getMe", kind="cut_before"))
    for method in ("sendMessage", "getUpdates"):
        for kind in ("cut_before", "cut_after", "error"):
            sandbox.faults.add(Fault(method=method, kind=kind, times=3, error_code=502))
    errors = (
        (400, "Bad Request: can't parse entities: unsupported start tag"),
        (400, "Bad Request: chat not found"),
        (403, "Forbidden: bot was blocked by the user"),
        (500, "Internal Server Error"),
    )
    for code, words in errors:
        sandbox.faults.add(
            Fault(method="sendMessage", kind="error", times=5, error_code=code, description=words)
        )
    sandbox.faults.add(Fault(method="sendMessage", kind="error", times=3, retry_after=1))


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Run the whole bot at DEBUG against a failing server, then against none at all."""
    sandbox = Sandbox(token=TOKEN)
    chats = readers(CHATS)
    populate(sandbox, chats)
    log = folder / "bot.log"
    settings = Settings(data_dir=folder / "data")
    settings.data_dir.mkdir()
    store = await open_store(settings.store_url)
    await write_messages(store, chats)
    await store.close()
    async with SandboxServer(sandbox) as server:
        fail(sandbox)
        loud = {"log_level": "DEBUG", "send_rate_per_s": 100, "admin_ids": chats[0], "tick_s": 0.5}
        bot = start_bot(server.url, settings.data_dir, log, **loud)
        await until(lambda: len(list(sends(sandbox))) > 40, 30)
        for chat in chats[:10]:
            say(sandbox, chat_id=chat, user_id=chat, content={"text": "كم عدد سكان المخيم؟"})
        await until(lambda: len(list(sends(sandbox))) > CHATS, 5 if quick else 30)
        failures = sum(not e.ok for e in sandbox.journal.after(0, everything=True))
        application, _ = build_application(TOKEN, api_url=server.url, pace=Pace())
        shown = " ".join(
            repr(thing) for thing in (Settings(telegram_bot_token=SecretStr(TOKEN)), application)
        )
    await asyncio.sleep(1.5)  # nobody answers any more
    bot.signal(signal.SIGTERM)
    await bot.ended()
    wrong = start_bot("http://127.0.0.1:9", folder / "other", log, log_level="DEBUG")
    await asyncio.sleep(2)
    wrong.signal(signal.SIGTERM)
    await wrong.ended()
    text = log.read_text(encoding="utf-8")
    raw, redacted = planted(folder)
    figures = {
        "token_in_logs": found(text, TOKEN),
        "chat_ids_in_logs": sum(text.count(str(chat)) for chat in chats),
        "token_in_reprs_of_settings_and_application": found(shown, TOKEN),
        "planted_with_our_formatter": redacted,
    }
    harm = {
        "log_lines": len(text.splitlines()),
        "tracebacks": text.count("Traceback"),
        "failed_requests": failures,
        "planted_without_our_formatter": raw,
    }
    return Report(
        figures=figures,
        harm=harm,
        promises={
            "no secret is written": not any(figures.values()),
            "the network did fail": failures >= 20,
            "and was logged": harm["log_lines"] >= 50,
            "the search does find a leak": raw > 0,
        },
    )

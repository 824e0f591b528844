"""R11: presses that nobody may make: forged, foreign, stale and oversized callback data."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from bot.app import Mujaz, open_core
from bot.models import Chat, ChatKind
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID, Sandbox, SandboxServer
from bot.sandbox.state import Query
from bot.sandbox.world import Status
from bot.settings import Settings
from tests.reliability.report import Report
from tests.reliability.town import FIRST_CHAT, TOKEN, populate, readers, until

TITLE = "forged presses change nothing"
SEED = 11
ATTACKERS = 250
VICTIM = READER_ID
TABLES = ("chats", "subscriptions", "slots", "outbox", "articles", "sources", "change_log")
ACTIONS = ("show", "hours", "at|09:00", "zones", "zone|Asia/Beirut", "on", "off", "preview")


class Errors(logging.Handler):
    """Counts what a handler could not bear."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(record.getMessage())


def fingerprint(database: Path) -> str:
    """Return a digest of everything that a press could change."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        held = [connection.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in TABLES]  # noqa: S608 - our own names
    return hashlib.sha256(repr(held).encode()).hexdigest()


def forged(chance: random.Random, attacker: int) -> str:
    """Return callback data that its sender has no right to."""
    action = chance.choice(ACTIONS)
    victim = chance.choice((VICTIM, GROUP_ID, CHANNEL_ID, 1002, chance.randint(1, 10**12)))
    right = f"d|{victim}|{chance.choice((0, 2, 3, 99))}|{action}"
    wrong = (
        right,
        right,
        right,
        f"d|{attacker}|0|{chance.choice(('drop', 'at|25:00', 'zone|Mars/Base', 'on|x|y', 'ON'))}",
        f"d|{attacker}'; drop table chats;--|0|on",
        f"d|{'٧' * 5}|0|on",
        f"d|-{10**17}|0|off",
        f"d|{attacker}|-1|off",
        right[: chance.randint(0, len(right) - 1)],
        right + "\n",
        "a|save|" + str(chance.randint(0, 10**9)),
        "a|" + secrets.token_hex(8),
        "o|retry|1",
        "o|" + secrets.token_hex(4),
        "d|" + "9" * 4000,
        "\u202e" + right,
        "",
        chance.choice("abcxyz") + "|" + action,
    )
    return chance.choice(wrong)


def press(sandbox: Sandbox, user_id: int, data: str) -> None:
    """Let a press arrive under a message of ours that no honest client would send."""
    query_id = str(secrets.randbits(62))
    chat = sandbox.world.chats[user_id]
    said = sandbox.messages.in_chat(user_id, None)
    sandbox.queries[query_id] = Query(
        chat_id=user_id, user_id=user_id, pressed_at=sandbox.clock.unix()
    )
    sandbox.updates.put(
        "callback_query",
        {
            "id": query_id,
            "from": sandbox.world.users[user_id].as_json(),
            "message": next(m for m in said if m["from"]["is_bot"]),
            "chat_instance": sandbox.chat_instance(chat),
            "data": data,
        },
    )


def presses_answered(sandbox: Sandbox) -> int:
    """Return how many presses the bot has answered."""
    return sum(e.method == "answerCallbackQuery" for e in sandbox.journal.after(0))


async def run(folder: Path, *, quick: bool = False) -> Report:
    """Press thousands of buttons that were never shown, and one that was."""
    count = 150 if quick else 5000
    chance = random.Random(SEED)  # noqa: S311 - the forgeries are no secrets
    errors = Errors()
    logging.getLogger().addHandler(errors)
    sandbox = Sandbox(token=TOKEN)
    attackers = readers(ATTACKERS)
    populate(sandbox, attackers)
    for place in (GROUP_ID, CHANNEL_ID):
        sandbox.world.chats[place].statuses[sandbox.bot.id] = Status.ADMINISTRATOR
        sandbox.world.chats[place].met_bot = True
    async with SandboxServer(sandbox) as server:
        settings = Settings(
            telegram_bot_token=SecretStr(TOKEN),
            telegram_api_url=server.url,
            data_dir=folder / "data",
            admin_ids=(READER_ID,),
            chat_rate_per_s=30,
            send_rate_per_s=1000,
        )
        async with open_core(settings) as core:
            now = core.clock.now()
            kinds = {
                VICTIM: ChatKind.PRIVATE,
                GROUP_ID: ChatKind.GROUP,
                CHANNEL_ID: ChatKind.CHANNEL,
            }
            for chat_id, kind in (kinds | dict.fromkeys(attackers, ChatKind.PRIVATE)).items():
                title = sandbox.world.chats[chat_id].title
                saved = await core.store.save_chat(
                    Chat(id=chat_id, kind=kind, title=title, language="ar"), now=now
                )
                if chat_id in kinds:
                    await core.services.subscribing.change(saved, 0, time="23:59")
            for attacker in attackers:
                chat = sandbox.world.chats[attacker]
                sandbox.messages.add(chat, sandbox.bot, content={"text": "موجز"})
            reader_chat = sandbox.world.chats[VICTIM]
            sandbox.messages.add(reader_chat, sandbox.bot, content={"text": "موجز"})
            mujaz = Mujaz(core)
            await mujaz.start()
            database = settings.data_dir / "mujaz.sqlite"
            before = fingerprint(database)
            for number in range(count):
                attacker = FIRST_CHAT + number % ATTACKERS
                press(sandbox, attacker, forged(chance, attacker))
                if number % ATTACKERS == ATTACKERS - 1:  # nobody presses faster than is let in
                    await until(lambda n=number: presses_answered(sandbox) > n, 60)  # type: ignore[misc]
            await until(lambda: presses_answered(sandbox) >= count, 60)
            after, handled = fingerprint(database), presses_answered(sandbox)
            press(sandbox, VICTIM, f"d|{VICTIM}|0|off")  # the control: this one may
            await until(lambda: presses_answered(sandbox) > handled, 10)
            await asyncio.sleep(0.3)
            control = fingerprint(database)
            await mujaz.stop()
    logging.getLogger().removeHandler(errors)
    leaks = [
        message["text"]
        for attacker in attackers
        for message in sandbox.messages.in_chat(attacker, None)
        if "أهل دير الزور" in message.get("text", "") or "أخبار الفرات" in message.get("text", "")
    ]
    figures = {
        "presses": count,
        "answered": handled,
        "state_changes": int(before != after),
        "exceptions": len(errors.seen),
        "of_other_peoples_data": len(leaks),
        "seed": SEED,
    }
    return Report(
        figures=figures,
        harm={"forged": handled, "control_press_changed_state": control != after},
        promises={
            "nothing changes": before == after,
            "nothing breaks": not errors.seen,
            "nothing is shown": not leaks,
            "all presses were handled": handled >= count,
            "a rightful press does change something": control != after,
        },
    )

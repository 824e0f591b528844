"""Who may do what: every command by everybody, as the table says; a new command needs a row."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.app import Core, Mujaz
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID
from bot.settings import Settings
from bot.text.languages import available_languages, texts
from handlers import command_table
from handlers.ask import Asking
from handlers.settings import Settings as SettingsPages
from tests.flow.person import Person, is_bots, shown

SAMER, HUDA, OPERATOR = 1002, 1003, 9001
PERSONAS = (
    "stranger", "subscriber", "group member", "group admin", "channel owner", "operator",
)  # fmt: skip
DOES, REFUSED, UNKNOWN, SILENT = "does", "refused", "unknown", "silent"

EVERYBODY = (DOES, DOES, DOES, DOES, DOES, DOES)
ADMINS = (DOES, DOES, REFUSED, DOES, DOES, DOES)
PRIVATE = (DOES, DOES, SILENT, SILENT, DOES, DOES)
OPERATORS = (UNKNOWN, UNKNOWN, SILENT, SILENT, UNKNOWN, DOES)

TABLE = {
    "ask": EVERYBODY,
    "digest": EVERYBODY,
    "timeline": EVERYBODY,
    "latest": EVERYBODY,
    "chart": EVERYBODY,
    "follow": ADMINS,
    "follows": EVERYBODY,
    "help": EVERYBODY,
    "file": EVERYBODY,
    "subscribe": ADMINS,
    "settings": ADMINS,
    "privacy": EVERYBODY,
    "forget": ADMINS,
    "mydata": PRIVATE,
    "stop": ADMINS,
    "channels": PRIVATE,
    "start": PRIVATE,
    "admin": OPERATORS,
    "sources": OPERATORS,
    "outbox": OPERATORS,
    "addsource": OPERATORS,
    "label": OPERATORS,
    "nosuchcommand": (UNKNOWN, UNKNOWN, SILENT, SILENT, UNKNOWN, UNKNOWN),
}
NAMES = {command.name for command in command_table(Asking(20), SettingsPages())}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"admin_ids": (OPERATOR,)})


def test_every_command_has_a_row() -> None:
    assert set(TABLE) - {"nosuchcommand"} == NAMES


async def outcome(person: Person, command: str, chat_id: int) -> str:
    """Send a command and something that is always answered; tell what came of the command."""
    say = texts("ar")
    before = {m["message_id"] for m in await person.messages(chat_id)}
    await person.control("messages", chat_id=chat_id, user_id=person.user_id, text=f"/{command}")
    await person.control("messages", chat_id=chat_id, user_id=person.user_id, text="/ask")
    sentinel = "اكتب سؤالك بعد الأمر"
    wanted = 2 if command == "ask" else 1

    def new(message: dict[str, Any]) -> bool:
        return message["message_id"] not in before and sentinel in shown(message)

    await person.sees(chat_id, new, wanted)
    said = [
        shown(m)
        for m in await person.messages(chat_id)
        if is_bots(m) and m["message_id"] not in before
    ]
    first = said[0]
    if len(said) == 1:
        return SILENT
    if first == say("guard.admins_only"):
        return REFUSED
    return UNKNOWN if first == say("unknown.command") else DOES


async def in_group(member: Person, admin: Person, command: str) -> tuple[str, str]:
    """Let both use a command in the group, one after the other."""
    return await outcome(member, command, GROUP_ID), await outcome(admin, command, GROUP_ID)


@pytest.mark.timeout(420)  # every command by everybody: over a hundred conversations
async def test_every_command_does_for_everybody_what_the_table_says(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    url = str(layla._http.base_url)
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator")
    await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    await layla.control("users", first_id=OPERATOR, count=2)
    subscriber = Person(url, OPERATOR + 1)
    await subscriber.says("/subscribe")
    samer, huda, operator = (Person(url, who) for who in (SAMER, HUDA, OPERATOR))
    found: dict[str, tuple[str, ...]] = {}
    for number, command in enumerate(TABLE):
        await layla.control("users", id=9100 + number, first_name="غريب")
        stranger = Person(url, 9100 + number)
        member, admin = await in_group(samer, huda, command)
        alone = [
            outcome(who, command, who.user_id) for who in (stranger, subscriber, layla, operator)
        ]
        first, second, owner, ours = await asyncio.gather(*alone)
        found[command] = (first, second, member, admin, owner, ours)
        await stranger.close()
    for person in (subscriber, samer, huda, operator):
        await person.close()

    wrong = {name: (row, TABLE[name]) for name, row in found.items() if row != TABLE[name]}
    assert not wrong
    assert sum(len(row) for row in found.values()) == len(TABLE) * len(PERSONAS)


async def test_help_tells_everybody_just_what_they_may_do(mujaz: Mujaz, layla: Person) -> None:
    url = str(layla._http.base_url)
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    await layla.sees(READER_ID, lambda m: "أهل دير الزور" in shown(m))
    await layla.control("users", first_id=OPERATOR, count=1)
    asked = [
        (layla, READER_ID, 4),
        (Person(url, SAMER), GROUP_ID, 2),
        (Person(url, HUDA), GROUP_ID, 3),
        (Person(url, OPERATOR), OPERATOR, 5),
    ]
    for person, chat_id, column in asked:
        text = shown(await person.says("/help", chat_id))
        may = {name for name in NAMES if TABLE[name][column] == DOES}
        told = {name for name in NAMES if f"/{name}\u2069" in text}
        assert told - {"ask"} == may - {"ask"}, (PERSONAS[column], told ^ may)
    for person, _, _ in asked[1:]:
        await person.close()


async def test_menus_differ_by_language_chat_and_role(
    server: object, settings: Settings, layla: Person, core: Core
) -> None:
    await layla.control("users", first_id=OPERATOR, count=1)
    running = Mujaz(core)
    await running.start()
    menus = {}
    for request in await layla.journal():
        if request["method"].lower() == "setmycommands":
            scope = request["params"]["scope"]
            language = request["params"].get("language_code", "")
            commands = request["params"]["commands"]
            menus[scope["type"], language] = {c["command"]: c["description"] for c in commands}
    await running.stop()

    columns = {
        "all_private_chats": 0,
        "all_group_chats": 2,
        "all_chat_administrators": 3,
        "chat": 5,
    }
    assert len(menus) == len(columns) * len(available_languages())
    for (scope, language), menu in menus.items():
        assert set(menu) == {n for n in NAMES if TABLE[n][columns[scope]] == DOES}, scope
        say = texts(language or "ar")
        assert menu["help"] == say("command.help")

"""Bad input, case by case: whoever is concerned gets a kind word, and nothing kept has changed.

What is kept is every row of the tables that a reader can change, before and after; the last case
is a rightful press, which does change them, so that the comparison itself cannot pass on nothing.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import Core, Mujaz
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID, Sandbox, SandboxServer
from bot.settings import Settings
from tests.flow.person import Person, shown
from tests.reliability.r11_callbacks import press

SAMER, HUDA, OPERATOR = 1002, 1003, 9001
TABLES = ("chats", "subscriptions", "slots", "articles", "sources", "follows", "change_log")
HUGE = 10_000_000  # bytes


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"admin_ids": (OPERATOR,)})


def kept(database: Path) -> str:
    """Return a digest of every row that a reader could change."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        held = [connection.execute(f"SELECT * FROM {t} ORDER BY 1").fetchall() for t in TABLES]  # noqa: S608 - our own names
    return hashlib.sha256(repr(held).encode()).hexdigest()


@dataclass(kw_only=True)
class Town:
    """A reader with a digest, a group with one, a channel that we were added to; all at rest."""

    layla: Person  # reads, owns the channel
    samer: Person  # an ordinary member of the group
    huda: Person  # its admin
    operator: Person
    core: Core
    sandbox: Sandbox

    async def presses(self, who: Person, data: str) -> str:
        """Let somebody send callback data of their own making; return the note they see."""
        before = len([r for r in await who.journal() if r["method"] == "answerCallbackQuery"])
        press(self.sandbox, who.user_id, data)  # no honest client would send it
        async with asyncio.timeout(60):
            while True:
                notes = [r for r in await who.journal() if r["method"] == "answerCallbackQuery"]
                if len(notes) > before:
                    return str(notes[-1]["params"].get("text", ""))
                await asyncio.sleep(0.05)


@pytest.fixture
async def town(
    mujaz: Mujaz, layla: Person, core: Core, server: SandboxServer
) -> AsyncIterator[Town]:
    url = str(layla._http.base_url)
    await layla.control("users", first_id=OPERATOR, count=1)
    samer, huda, operator = (Person(url, who) for who in (SAMER, HUDA, OPERATOR))
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    lacking = ["can_post_messages", "can_edit_messages"]
    await layla.control("membership", chat_id=CHANNEL_ID, status="administrator", lacking=lacking)
    await layla.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    await layla.says("/subscribe")
    await huda.says("/subscribe", GROUP_ID)
    for person in (samer, operator):
        await person.says("/start")
    yield Town(
        layla=layla, samer=samer, huda=huda, operator=operator, core=core, sandbox=server.sandbox
    )
    for person in (samer, huda, operator):
        await person.close()


Case = Callable[[Town], Awaitable[str]]


def pressed(who: str, data: str) -> Case:
    async def case(town: Town) -> str:
        return await town.presses(getattr(town, who), data)

    return case


def typed(who: str, text: str, chat_id: int | None = None) -> Case:
    async def case(town: Town) -> str:
        return shown(await getattr(town, who).says(text, chat_id))

    return case


async def huge_text(town: Town) -> str:
    """Ten megabytes of text, which a client sends in parts; the flood gate drops most of them."""
    text = "ل" * (HUGE // 2)
    before = max(m["message_id"] for m in await town.samer.messages())
    body = {"chat_id": SAMER, "user_id": SAMER, "text": text}
    sent = len((await town.samer.control("messages", **body))["messages"])
    assert sent > 1000
    said = await town.samer.sees(SAMER, lambda m: m["message_id"] > before)
    return shown(said[0])


async def huge_file(town: Town) -> str:
    content = base64.b64encode(b"x" * HUGE).decode()
    document = {"file_name": "a.txt", "content_base64": content}
    return shown(await town.samer.says("", document=document))


async def an_edited_message(town: Town) -> str:
    body = {"chat_id": SAMER, "user_id": SAMER}
    asked = await town.samer.control("messages", **body, text="كم شخصاً يعيش في مخيم الهول؟")
    (answer,) = await town.samer.sees(SAMER, lambda m: "65 ألف" in shown(m))
    number = asked["message"]["message_id"]
    await town.samer.control("edits", **body, message_id=number, text="/stop")
    await town.samer.says("/help")
    said = [m for m in await town.samer.messages() if m["message_id"] > answer["message_id"]]
    assert len(said) == 2, "the edit was answered"
    return "silence"


async def a_deleted_message(town: Town) -> str:
    """What was asked is gone before it is answered; we are not told."""
    body = {"chat_id": SAMER, "user_id": SAMER}
    asked = await town.samer.control("messages", **body, text="كم شخصاً يعيش في مخيم الهول؟")
    number = asked["message"]["message_id"]
    await town.samer.delete(number)
    (answer,) = await town.samer.sees(
        SAMER, lambda m: m["message_id"] > number and "65 ألف" in shown(m)
    )
    return shown(answer)


async def a_channel_that_forbids_posting(town: Town) -> str:
    return await town.presses(town.layla, f"d|{CHANNEL_ID}|0|publish")


EXPIRED, NOT_YOURS, ADMINS = "انتهت صلاحية", "مشرف", "مشرف"
CASES: dict[str, tuple[Case, str]] = {
    "forged: no such action": (pressed("layla", f"d|{READER_ID}|0|drop"), EXPIRED),
    "forged: a time that is none": (pressed("layla", f"d|{READER_ID}|0|at|25:00"), EXPIRED),
    "forged: a zone that is none": (pressed("layla", f"s|{READER_ID}|0|=z|Mars/Base"), "يمكن"),
    "forged: SQL": (pressed("layla", "d|1'; drop table chats;--|0|on"), EXPIRED),
    "forged: Arabic digits": (pressed("layla", "d|١٠٠١|0|off"), EXPIRED),
    "forged: a field that is none": (pressed("layla", f"s|{READER_ID}|0|=zz|1"), EXPIRED),
    "forged: another kind": (pressed("layla", "zz|1|2"), EXPIRED),
    "forged: empty": (pressed("layla", " "), EXPIRED),
    "stale: a chat we never met": (pressed("layla", "d|77777|0|off"), EXPIRED),
    "stale: a dead message of long ago": (pressed("operator", "o|4242"), ""),
    "foreign: another's digest": (pressed("samer", f"d|{READER_ID}|0|off"), NOT_YOURS),
    "foreign: the group's settings": (pressed("samer", f"s|{GROUP_ID}|0|=u|1"), NOT_YOURS),
    "foreign: the channel's digest": (pressed("samer", f"d|{CHANNEL_ID}|0|on"), NOT_YOURS),
    "foreign: forget another": (pressed("samer", f"x|{READER_ID}|yes"), NOT_YOURS),
    "foreign: an operator's button": (pressed("samer", "o|1"), EXPIRED),
    "no admin: /subscribe": (typed("samer", "/subscribe", GROUP_ID), ADMINS),
    "no admin: /stop": (typed("samer", "/stop", GROUP_ID), ADMINS),
    "no admin: /settings": (typed("samer", "/settings", GROUP_ID), ADMINS),
    "no admin: /follow": (typed("samer", "/follow إدلب", GROUP_ID), ADMINS),
    "no admin: /forget": (typed("samer", "/forget", GROUP_ID), ADMINS),
    "no operator: /addsource": (typed("samer", "/addsource https://x.org"), "لا أعرف هذا الأمر"),
    "ten megabytes in a file": (huge_file, "أقرأ النصوص فقط"),
    "an edited message": (an_edited_message, "silence"),
    "a deleted message": (a_deleted_message, "65 ألف"),
    "ten megabytes of text": (huge_text, "لا أجد"),
    "a channel that forbids posting": (a_channel_that_forbids_posting, "النشر"),
}


@pytest.mark.timeout(420)
async def test_every_case_gets_a_kind_word_and_changes_nothing(
    town: Town, settings: Settings
) -> None:
    database = settings.data_dir / "mujaz.sqlite"
    before = kept(database)
    wrong = {}
    for name, (case, word) in CASES.items():
        told = await case(town)
        if word not in told or "خلل" in told:
            wrong[name] = told[:200]
        if kept(database) != before:
            wrong[name] = "something kept has changed"
            before = kept(database)

    assert wrong == {}
    await town.presses(town.layla, f"d|{READER_ID}|0|off")
    async with asyncio.timeout(60):
        while kept(database) == before:  # noqa: ASYNC110 - a rightful press does change it
            await asyncio.sleep(0.05)

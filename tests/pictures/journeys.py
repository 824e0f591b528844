"""What a reader, an admin, an owner and an operator do, and where a picture is taken of it.

Each journey is told in the words on the buttons, which come from the catalogue: one telling serves
every language.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from bot.app import Core
from bot.models import OutboxState
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID, SandboxClock
from bot.text.languages import Texts
from bot.text.zones import country_name
from tests.flow.person import Person, quotes, shown

SAMER, HUDA = 1002, 1003
TOPIC = 2  # of the sandbox's group
QUESTIONS = {"ar": "كم شخصاً يعيش في مخيم الهول؟", "en": "How many people live in al-Hol camp?"}
WIDE_QUESTIONS = {"ar": "ماذا يحدث في الباغوز؟", "en": "What is happening in Baghuz?"}
TOLL_PLACES = {"ar": "الشحيل", "en": "Shuhail"}
PLACES = {"ar": "الباغوز", "en": "Baghuz"}
TOLLS = {"ar": "كم قتيلاً في تفجير الشحيل؟", "en": "How many were killed in the Shuhail bombing?"}
FOLLOW_UPS = {"ar": "وكم جريحاً؟", "en": "And how many wounded?"}
UNKNOWN = {"ar": "ما سعر برميل النفط اليوم؟", "en": "What does a barrel of oil cost today?"}

Json = dict[str, Any]


class Take(Protocol):
    """Takes a picture of a chat, or of a topic of it, under a name."""

    async def __call__(self, name: str, chat_id: int, topic_id: int | None = None) -> None:
        """Take it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where journeys happen: the bot's core, its clock, the reader, the language."""

    core: Core
    clock: SandboxClock
    reader: Person
    say: Texts
    take: Take

    @property
    def language(self) -> str:
        """The language that the reader speaks."""
        return self.say.code

    async def press(self, message: Json, key: str, **params: object) -> Json:
        """Touch the button with a text of the catalogue; return the message as it reads then."""
        return await self.touch(message, self.say(key, **params))

    async def touch(self, message: Json, label: str) -> Json:
        """Touch a button, wait until something was said or changed, return the message."""
        chat = message["chat"]["id"]
        before = await self.reader.messages(chat)
        await self.reader.presses(await self.now(message), label)
        for _ in range(600):
            after = await self.reader.messages(chat)
            if after != before:
                break
            await _rest()
        return await self.now(message)

    async def now(self, message: Json) -> Json:
        """Return a message as it reads now."""
        said = await self.reader.messages(message["chat"]["id"])
        return next(m for m in said if m["message_id"] == message["message_id"])


class Journey(Protocol):
    """Something that people do, from its beginning."""

    __name__: str

    def __call__(self, stage: Stage) -> Coroutine[Any, Any, None]:
        """Let it happen."""
        ...


async def _rest() -> None:
    await asyncio.sleep(0.05)


async def first_minute(stage: Stage) -> None:
    """From /start to a daily digest."""
    hello = await stage.reader.says("/start")
    await stage.take("start", READER_ID)
    await stage.touch(hello, country_name("IQ", stage.language))
    await stage.take("start-what", READER_ID)
    await stage.press(hello, "settings.everything")
    await stage.take("start-done", READER_ID)


async def question(stage: Stage) -> None:
    """A question, its answer, one that goes on from it, more; and one that is not answered."""
    await stage.reader.says(QUESTIONS[stage.language])
    await stage.take("answer", READER_ID)
    await stage.reader.says(TOLLS[stage.language])
    await stage.reader.says(FOLLOW_UPS[stage.language])
    await stage.take("follow-up", READER_ID)
    wide = await stage.reader.says(WIDE_QUESTIONS[stage.language])
    await stage.press(wide, "answer.more")
    await stage.take("answer-more", READER_ID)
    await stage.reader.says(UNKNOWN[stage.language])
    await stage.take("no-answer", READER_ID)


async def follow(stage: Stage) -> None:
    """From an answer to following its place, to an alert and to the event's timeline."""
    answer = await stage.reader.says(f"/timeline {PLACES[stage.language]} 7")
    await stage.take("timeline", READER_ID)
    await stage.touch(answer, "🔔")
    await stage.take("follow", READER_ID)
    stage.clock.advance(timedelta(days=3, hours=2))
    await stage.reader.sees(READER_ID, lambda m: "🔔" in shown(m) and quotes(m) != [])
    await stage.take("alert", READER_ID)
    await stage.reader.says(f"/chart {TOLL_PLACES[stage.language]}")
    await stage.take("chart", READER_ID)


async def digest(stage: Stage) -> None:
    """The digest of the next morning, and as a file."""
    await stage.reader.says("/subscribe")
    stage.clock.advance(timedelta(hours=13, minutes=35))
    await stage.reader.sees(READER_ID, lambda m: "●" in shown(m))
    await stage.take("digest", READER_ID)
    await stage.reader.says("/file")
    await stage.take("file", READER_ID)


async def settings(stage: Stage) -> None:
    """The settings and some of their pages."""
    home = await stage.reader.says("/settings")
    await stage.take("settings", READER_ID)
    for key, name in (("times", "times"), ("contents", "contents"), ("look", "look")):
        await stage.press(home, f"settings.b.{key}")
        await stage.take(f"settings-{name}", READER_ID)
        await stage.press(home, "panel.back")


async def channel(stage: Stage) -> None:
    """A channel, from adding the bot to its preview."""
    await stage.reader.control("membership", chat_id=CHANNEL_ID, status="administrator")
    (panel,) = await stage.reader.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    await stage.take("channel", READER_ID)
    await stage.press(panel, "panel.on")
    await stage.reader.sees(READER_ID, lambda m: _has(m, stage.say("panel.publish")))
    await stage.take("channel-preview", READER_ID)


async def broadcast(stage: Stage) -> None:
    """The digest of the next morning in a channel, and in a topic of a group."""
    await stage.reader.control("membership", chat_id=CHANNEL_ID, status="administrator")
    await stage.reader.control("membership", chat_id=GROUP_ID, status="administrator")
    (panel,) = await stage.reader.sees(READER_ID, lambda m: "أخبار الفرات" in shown(m))
    await stage.press(panel, "panel.on")
    (preview,) = await stage.reader.sees(READER_ID, lambda m: _has(m, stage.say("panel.publish")))
    await stage.press(preview, "panel.publish")
    huda = Person(str(stage.reader._http.base_url), HUDA)
    await huda.says("/subscribe", GROUP_ID, message_thread_id=TOPIC)
    stage.clock.advance(timedelta(hours=13, minutes=35))
    for chat in (CHANNEL_ID, GROUP_ID):
        await stage.reader.sees(chat, lambda m: "●" in shown(m))
    await stage.take("channel-digest", CHANNEL_ID)
    await stage.take("topic-digest", GROUP_ID, TOPIC)
    await huda.close()


async def undelivered(stage: Stage) -> None:
    """A digest that Telegram refused, as the operator sees it, and its sending again."""
    await stage.reader.says("/subscribe")
    await stage.reader.control(
        "faults",
        method="sendMessage",
        kind="error",
        chat_id=READER_ID,
        error_code=400,
        description="Bad Request: message is too long",
    )
    stage.clock.advance(timedelta(hours=13, minutes=35))
    for _ in range(600):
        if await stage.core.store.outbox(OutboxState.DEAD):
            break
        await _rest()
    await stage.reader.says("/outbox")
    await stage.take("outbox", READER_ID)


async def group(stage: Stage) -> None:
    """A question of a member in a group, and a quote that was found inline."""
    await stage.reader.control("membership", chat_id=GROUP_ID, status="administrator")
    samer = Person(str(stage.reader._http.base_url), SAMER)
    await samer.says(f"/ask {QUESTIONS['ar']}", GROUP_ID)
    await stage.take("group", GROUP_ID)
    typed = await samer.control("inline", user_id=SAMER, query="الباغوز")
    query = str(typed["inline_query_id"])
    for _ in range(600):
        found = await samer._http.get("/sandbox/inline", params={"id": query})
        if results := found.json()["results"]:
            await samer.control(
                "chosen", inline_query_id=query, result_id=results[0]["id"], chat_id=GROUP_ID
            )
            break
        await _rest()
    await stage.take("inline", GROUP_ID)
    await samer.close()


async def privacy(stage: Stage) -> None:
    """What is kept, and having it forgotten."""
    told = await stage.reader.says("/privacy")
    await stage.take("privacy", READER_ID)
    await stage.press(told, "privacy.b.forget")
    await stage.take("forget", READER_ID)


async def admin(stage: Stage) -> None:
    """The operator's panel, and the help."""
    await stage.reader.says("/admin")
    await stage.take("admin", READER_ID)
    await stage.reader.says("/help")
    await stage.take("help", READER_ID)


def _has(message: Json, label: str) -> bool:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return any(button["text"] == label for row in rows for button in row)


JOURNEYS: tuple[Journey, ...] = (
    first_minute,
    question,
    settings,
    channel,
    broadcast,
    undelivered,
    group,
    privacy,
    admin,
    digest,
    follow,
)

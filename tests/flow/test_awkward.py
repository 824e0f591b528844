"""What people send and do that is no question: each gets a kind and useful reply, or silence."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from bot.app import Core, Mujaz
from bot.sandbox import CHANNEL_ID, GROUP_ID, READER_ID, SandboxServer
from bot.sandbox.state import Query
from bot.settings import Settings
from tests.flow.person import Person, quotes, shown

SAMER, HUDA = 1002, 1003
ANONYMOUS_ADMIN = 1087968824  # all of them have this id at Telegram
BAGHDAD = {"latitude": 33.3128, "longitude": 44.3615}
STICKER = {
    "file_id": "s1", "file_unique_id": "s1", "width": 512, "height": 512,
    "is_animated": False, "is_video": False, "type": "regular",
}  # fmt: skip
VOICE = {"file_id": "v1", "file_unique_id": "v1", "duration": 3}
CONTACT = {"phone_number": "+964000", "first_name": "هدى"}


def bytes_under(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_a_location_sets_the_zone_and_is_kept_nowhere(
    mujaz: Mujaz,
    layla: Person,
    core: Core,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    reply = await layla.says("", location=BAGHDAD)

    assert "بغداد" in shown(reply)
    assert "لم يُحفظ موقعك" in shown(reply)
    chat = await core.store.chat(READER_ID)
    assert chat is not None
    assert chat.timezone == "Asia/Baghdad"
    held = bytes_under(settings.data_dir)
    assert "بغداد".encode() in held or b"Asia/Baghdad" in held
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("bot", "handlers"))]
    for number in ("33.3128", "44.3615"):
        assert number.encode() not in held
        assert not [line for line in ours if number in line]


async def test_a_location_on_the_open_sea_is_told_to_have_no_zone(
    mujaz: Mujaz, layla: Person, core: Core
) -> None:
    before = await core.store.chat(READER_ID)
    reply = await layla.says("", location={"latitude": 0.0, "longitude": -140.0})

    assert "لا توقيت لهذا الموقع" in shown(reply)
    after = await core.store.chat(READER_ID)
    assert after is not None
    assert before is None or before.timezone == after.timezone


@pytest.mark.parametrize(
    "content", [{"sticker": STICKER}, {"voice": VOICE}, {"contact": CONTACT}], ids=str
)
async def test_what_is_no_text_is_answered_in_private_and_passed_over_in_groups(
    mujaz: Mujaz, layla: Person, content: dict[str, Any]
) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")
    stranger = Person(str(layla._http.base_url), SAMER)

    alone = await stranger.says("", **content)
    await stranger.control("messages", chat_id=GROUP_ID, user_id=SAMER, text="", **content)
    await stranger.says("/ask", GROUP_ID)  # handled after it

    assert "أقرأ النصوص فقط" in shown(alone)
    said = [shown(m) for m in await layla.messages(GROUP_ID)]
    assert not [text for text in said if "أقرأ النصوص" in text]
    await stranger.close()


def pressed(server: SandboxServer, data: str, **message: object) -> None:
    """Let Telegram tell of a press under a message that it does not hold (any more)."""
    sandbox = server.sandbox
    sandbox.queries["7742"] = Query(
        chat_id=READER_ID, user_id=READER_ID, pressed_at=sandbox.clock.unix()
    )
    query = {"id": "7742", "from": sandbox.world.users[READER_ID].as_json(), "chat_instance": "1"}
    sandbox.updates.put("callback_query", query | {"data": data} | message)


async def test_a_button_of_a_message_that_is_gone_opens_its_page_anew(
    mujaz: Mujaz, layla: Person, server: SandboxServer
) -> None:
    home = await layla.says("/settings")
    await layla.delete(home["message_id"])
    old = {"chat": home["chat"], "message_id": home["message_id"], "date": 0}
    pressed(server, f"s|{READER_ID}|0|d", message=old)

    (page,) = await layla.sees(READER_ID, lambda m: "المس يومًا" in shown(m))
    assert page["message_id"] != home["message_id"]


async def test_a_press_that_comes_without_its_message_is_told_to_have_expired(
    mujaz: Mujaz, layla: Person, server: SandboxServer
) -> None:
    pressed(server, f"s|{READER_ID}|0|home", inline_message_id="42")
    await layla.says("/help")  # handled after the press

    answers = [r for r in await layla.journal() if r["method"].lower() == "answercallbackquery"]
    assert "انتهت صلاحية" in str(answers[-1]["params"])


async def said_in_group(server: SandboxServer, layla: Person, text: str, sender: int) -> str:
    """Let somebody write in the name of a chat; return the bot's next words in the group."""
    sandbox = server.sandbox
    seen = {m["message_id"] for m in await layla.messages(GROUP_ID)}
    sandbox.updates.put(
        "message",
        {
            "message_id": 90_000 + len(seen),
            "date": sandbox.clock.unix(),
            "chat": sandbox.world.chats[GROUP_ID].as_json(),
            "from": {"id": ANONYMOUS_ADMIN, "is_bot": True, "first_name": "Group"},
            "sender_chat": sandbox.world.chats[sender].as_json(),
            "text": text,
            "entities": [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}],
        },
    )
    reply = await layla.sees(GROUP_ID, lambda m: m["message_id"] not in seen)
    return shown(reply[0])


async def test_an_anonymous_admin_may_set_up_and_a_channel_that_speaks_there_may_not(
    mujaz: Mujaz, layla: Person, server: SandboxServer, core: Core
) -> None:
    await layla.control("membership", chat_id=GROUP_ID, status="administrator")

    refused = await said_in_group(server, layla, "/subscribe", CHANNEL_ID)
    kept = await core.store.subscription(GROUP_ID, 0)
    done = await said_in_group(server, layla, "/subscribe", GROUP_ID)

    assert "مشرف" in refused
    assert kept is None
    assert "مفعّل" in done
    assert await core.store.subscription(GROUP_ID, 0) is not None


class TestMembersRate:
    """How much a group may ask: each member a little, all together a little more."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"questions_per_minute": 1})  # three at once

    async def test_a_member_who_asks_too_much_is_told_and_then_the_group_is_left_in_peace(
        self, mujaz: Mujaz, layla: Person
    ) -> None:
        await layla.control("membership", chat_id=GROUP_ID, status="administrator")
        question = "/ask كم شخصاً يعيش في مخيم الهول؟"
        samer, huda = (Person(str(layla._http.base_url), who) for who in (SAMER, HUDA))

        for _ in range(3):
            assert quotes(await samer.says(question, GROUP_ID))
        told = await samer.says(question, GROUP_ID)
        before = len(await layla.messages(GROUP_ID))
        await huda.control("messages", chat_id=GROUP_ID, user_id=HUDA, text=question)
        await huda.says("/help", GROUP_ID)  # handled after the question

        assert "أسئلة كثيرة" in shown(told)
        # The three of Samer were all that the group may ask: no answer, and no word about it.
        assert len(await layla.messages(GROUP_ID)) == before + 3
        await samer.close()
        await huda.close()

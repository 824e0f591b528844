"""Long polling and what a bot gets to see."""

import asyncio
import time
from datetime import timedelta

import httpx
import pytest
from telegram.error import Conflict
from telegram.ext import ExtBot

from bot.sandbox import CHANNEL_ID, GROUP_ID, Sandbox
from tests.unit.sandbox.conftest import People


async def test_a_long_poll_wakes_as_soon_as_somebody_speaks(
    bot: ExtBot[None], people: People
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.3)
    assert not poll.done()

    began_s = time.monotonic()
    await people.say("/start abc")
    (update,) = await poll

    assert time.monotonic() - began_s < 2
    assert update.message and update.message.text == "/start abc"
    assert update.message.entities[0].type == "bot_command"
    assert update.message.entities[0].length == 6


async def test_a_poll_without_news_ends_with_its_timeout(bot: ExtBot[None]) -> None:
    began_s = time.monotonic()

    assert await bot.get_updates(timeout=1) == ()

    assert 0.9 < time.monotonic() - began_s < 3


async def test_an_update_is_repeated_until_a_greater_offset_confirms_it(
    bot: ExtBot[None], people: People
) -> None:
    for text in ("1", "2", "3"):
        await people.say(text)

    first = await bot.get_updates(limit=2)
    again = await bot.get_updates(limit=2)
    rest = await bot.get_updates(offset=first[-1].update_id + 1)

    assert [u.message.text for u in first if u.message] == ["1", "2"]
    assert [u.update_id for u in again] == [u.update_id for u in first]
    assert [u.message.text for u in rest if u.message] == ["3"]


async def test_a_negative_offset_forgets_all_but_the_last(
    bot: ExtBot[None], people: People
) -> None:
    for text in ("1", "2", "3"):
        await people.say(text)

    (last,) = await bot.get_updates(offset=-1)

    assert last.message and last.message.text == "3"
    assert len(await bot.get_updates()) == 1


async def test_of_two_polls_the_older_one_gets_the_conflict(
    bot: ExtBot[None], people: People, api: httpx.AsyncClient
) -> None:
    older = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.sleep(0.3)

    newer = asyncio.create_task(api.post("getUpdates", data={"timeout": 20}))
    with pytest.raises(Conflict, match=r"(?i)terminated by other getupdates request"):
        await older
    await people.say("to the newer one")

    assert len((await newer).json()["result"]) == 1


async def test_only_the_kinds_asked_for_are_queued_and_the_choice_lasts(
    bot: ExtBot[None], people: People
) -> None:
    await bot.get_updates(allowed_updates=["my_chat_member"])

    await people.say("not wanted")
    await people.post("/membership", chat_id=1001, status="kicked")

    (update,) = await bot.get_updates()
    assert update.my_chat_member
    assert update.my_chat_member.new_chat_member.status == "kicked"


async def test_updates_older_than_a_day_are_gone(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    await people.say("yesterday")
    sandbox.clock.advance(timedelta(hours=25))
    await people.say("today")

    (update,) = await bot.get_updates()

    assert update.message and update.message.text == "today"


async def test_in_a_group_the_bot_sees_only_what_is_meant_for_it(
    bot: ExtBot[None], people: People
) -> None:
    await people.post("/membership", chat_id=GROUP_ID, status="member")
    own = await bot.send_message(GROUP_ID, "جواب", message_thread_id=3)
    for text in (
        "كلام بين الناس",
        "/ask ماذا؟",
        "/ask@other_bot ماذا؟",
        "/ask@MUJAZ_bot ماذا؟",
        "يا @mujaz_bot ماذا؟",
        "يا @other_bot ماذا؟",
    ):
        await people.say(text, GROUP_ID, user_id=1002, message_thread_id=3)
    reply = await people.say("ومتى؟", GROUP_ID, reply_to_message_id=own.message_id)

    seen = [u.message for u in await bot.get_updates() if u.message and u.message.text]

    assert [m.text for m in seen] == [
        "/ask ماذا؟",
        "/ask@MUJAZ_bot ماذا؟",
        "يا @mujaz_bot ماذا؟",
        "ومتى؟",
    ]
    assert all(m.message_thread_id == 3 and m.is_topic_message for m in seen)
    assert reply["message_thread_id"] == 3


async def test_an_administrator_bot_sees_everything_in_group_and_channel(
    bot: ExtBot[None], people: People
) -> None:
    for chat_id in (GROUP_ID, CHANNEL_ID):
        await people.say("قبل", chat_id)
        await people.post("/membership", chat_id=chat_id, status="administrator")
        await people.say("بعد", chat_id)

    updates = await bot.get_updates()

    assert [u.message.text for u in updates if u.message and u.message.text] == ["بعد"]
    (post,) = [u.channel_post for u in updates if u.channel_post]
    assert post.text == "بعد" and post.sender_chat and post.from_user is None
    joined = [u.message for u in updates if u.message and u.message.new_chat_members]
    assert len(joined) == 1

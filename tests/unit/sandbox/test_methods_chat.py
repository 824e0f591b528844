"""Methods about chats, members and the bot itself, through a real client."""

import pytest
from telegram import BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.sandbox import CHANNEL_ID, GROUP_ID
from tests.unit.sandbox.conftest import People


async def test_a_chat_describes_itself_completely(bot: ExtBot[None], people: People) -> None:
    await people.post("/membership", chat_id=GROUP_ID, status="member")

    private, group = await bot.get_chat(1001), await bot.get_chat(GROUP_ID)
    channel = await bot.get_chat("@furat_sample")

    assert (private.type, private.first_name) == ("private", "ليلى")
    assert group.is_forum and group.title == "أهل دير الزور"
    assert group.permissions and group.permissions.can_send_messages
    assert (channel.id, channel.active_usernames) == (CHANNEL_ID, ("furat_sample",))


async def test_administrators_are_the_creator_the_admin_and_a_promoted_bot(
    bot: ExtBot[None], people: People
) -> None:
    await people.post("/membership", chat_id=GROUP_ID, status="administrator")

    admins = {a.user.id: a.status for a in await bot.get_chat_administrators(GROUP_ID)}

    assert admins == {1001: "creator", 1003: "administrator", bot.id: "administrator"}
    assert (await bot.get_chat_member(GROUP_ID, 1002)).status == "member"
    assert await bot.get_chat_member_count(GROUP_ID) == 4
    with pytest.raises(BadRequest, match=r"(?i)no administrators in the private chat"):
        await bot.get_chat_administrators(1001)


async def test_the_member_list_of_a_channel_is_closed_to_those_who_do_not_run_it(
    bot: ExtBot[None],
) -> None:
    with pytest.raises(BadRequest, match=r"(?i)member list is inaccessible"):
        await bot.get_chat_member(CHANNEL_ID, 1001)


async def test_leaving_a_group_is_seen_by_both_sides(bot: ExtBot[None], people: People) -> None:
    await people.post("/membership", chat_id=GROUP_ID, status="member")

    assert await bot.leave_chat(GROUP_ID)

    state = await people.get("/state")
    group = next(chat for chat in state["chats"] if chat["id"] == GROUP_ID)
    assert group["bot_status"] == "left"
    statuses = [
        u.my_chat_member.new_chat_member.status for u in await bot.get_updates() if u.my_chat_member
    ]
    assert statuses == ["member", "left"]


async def test_the_reader_sees_the_narrowest_command_list_in_her_language(
    bot: ExtBot[None], people: People
) -> None:
    async def seen() -> list[str]:
        return [c["description"] for c in (await people.get("/state"))["commands"]]

    assert await seen() == []
    await bot.set_my_commands([BotCommand("ask", "Ask")])
    assert await seen() == ["Ask"]
    await bot.set_my_commands(
        [BotCommand("ask", "اسأل")], scope=BotCommandScopeAllPrivateChats(), language_code="ar"
    )
    assert await seen() == ["اسأل"]
    await bot.set_my_commands([BotCommand("ask", "لك")], scope=BotCommandScopeChat(1001))
    assert await seen() == ["لك"]
    await bot.delete_my_commands(scope=BotCommandScopeChat(1001))
    assert await seen() == ["اسأل"]
    assert [c.description for c in await bot.get_my_commands()] == ["Ask"]


async def test_an_arabic_command_name_is_refused(bot: ExtBot[None]) -> None:
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("اسأل", "وصف")])


async def test_the_bot_describes_itself(bot: ExtBot[None]) -> None:
    me = await bot.get_me()

    assert (me.username, me.first_name, me.is_bot) == ("mujaz_bot", "موجز", True)
    assert me.can_join_groups and not me.can_read_all_group_messages
    assert await bot.set_my_description("وصف") and await bot.set_my_short_description("وصف")
    assert await bot.set_my_name("موجز") and await bot.log_out() and await bot.close()

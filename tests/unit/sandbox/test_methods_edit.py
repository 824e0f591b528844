"""Editing, deleting and answering buttons, through a real client."""

from datetime import timedelta

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.sandbox import GROUP_ID, Sandbox
from tests.unit.sandbox.conftest import People

BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("زر", callback_data="go")]])


async def test_an_edit_replaces_text_and_keyboard(bot: ExtBot[None], people: People) -> None:
    sent = await bot.send_message(1001, "<b>قديم</b>", parse_mode="HTML", reply_markup=BUTTON)

    edited = await bot.edit_message_text("جديد", 1001, sent.message_id)

    assert not isinstance(edited, bool)
    assert (edited.text, edited.entities, edited.reply_markup) == ("جديد", (), None)
    assert edited.edit_date and edited.date == sent.date
    (listed,) = (await people.get("/chats/1001/messages"))["messages"]
    assert listed["text"] == "جديد"


async def test_a_keyboard_can_be_taken_off_alone(bot: ExtBot[None]) -> None:
    sent = await bot.send_message(1001, "نص", reply_markup=BUTTON)

    edited = await bot.edit_message_reply_markup(1001, sent.message_id)

    assert not isinstance(edited, bool)
    assert edited.text == "نص" and edited.reply_markup is None
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_reply_markup(1001, sent.message_id)


async def test_an_edit_that_changes_nothing_is_refused(bot: ExtBot[None]) -> None:
    sent = await bot.send_message(1001, "<b>نص</b>", parse_mode="HTML", reply_markup=BUTTON)

    with pytest.raises(BadRequest, match=r"(?i)message is not modified: specified new message"):
        await bot.edit_message_text(
            "<strong>نص</strong> ", 1001, sent.message_id, parse_mode="HTML", reply_markup=BUTTON
        )


async def test_only_own_text_messages_that_exist_can_be_edited(
    bot: ExtBot[None], people: People
) -> None:
    theirs = await people.say("سؤال")
    document = await bot.send_document(1001, b"x", filename="a.txt")

    with pytest.raises(BadRequest, match=r"(?i)message can't be edited"):
        await bot.edit_message_text("x", 1001, theirs["message_id"])
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("x", 1001, 999)
    with pytest.raises(BadRequest, match=r"(?i)there is no text in the message to edit"):
        await bot.edit_message_text("x", 1001, document.message_id)


async def test_a_message_can_be_deleted_once(bot: ExtBot[None], people: People) -> None:
    sent = await bot.send_message(1001, "x")

    assert await bot.delete_message(1001, sent.message_id)

    assert (await people.get("/chats/1001/messages"))["messages"] == []
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(1001, sent.message_id)


async def test_after_two_days_a_message_stays(bot: ExtBot[None], sandbox: Sandbox) -> None:
    sent = await bot.send_message(1001, "x")
    sandbox.clock.advance(timedelta(hours=48, seconds=5))

    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted for everyone"):
        await bot.delete_message(1001, sent.message_id)


async def test_in_a_group_only_an_administrator_deletes_what_others_wrote(
    bot: ExtBot[None], people: People
) -> None:
    await people.post("/membership", chat_id=GROUP_ID, status="member")
    theirs = await people.say("/ask", GROUP_ID)

    with pytest.raises(BadRequest, match=r"(?i)message can't be deleted"):
        await bot.delete_message(GROUP_ID, theirs["message_id"])
    await people.post("/membership", chat_id=GROUP_ID, status="administrator")
    assert await bot.delete_message(GROUP_ID, theirs["message_id"])


async def test_a_pressed_button_is_answered_once(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    sent = await bot.send_message(1001, "x", reply_markup=BUTTON)
    await people.post("/press", chat_id=1001, message_id=sent.message_id, data="go")
    (update,) = await bot.get_updates()
    query = update.callback_query
    assert query and query.message

    with sandbox.events.subscribe() as heard:
        await bot.answer_callback_query(query.id, "تم", show_alert=True)
        answer = heard.get_nowait()

    assert (query.data, query.message.message_id) == ("go", sent.message_id)
    assert query.chat_instance
    assert answer and answer["type"] == "callback_answer"
    assert (answer["text"], answer["show_alert"], answer["chat_id"]) == ("تم", True, 1001)
    with pytest.raises(BadRequest, match=r"(?i)query is too old and response timeout expired"):
        await bot.answer_callback_query(query.id)


async def test_an_answer_that_comes_too_late_is_refused(
    bot: ExtBot[None], people: People, sandbox: Sandbox
) -> None:
    sent = await bot.send_message(1001, "x", reply_markup=BUTTON)
    pressed = await people.post("/press", chat_id=1001, message_id=sent.message_id, data="go")
    sandbox.clock.advance(timedelta(minutes=5))

    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(pressed["callback_query_id"])

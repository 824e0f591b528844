"""The same server driven by a client that shares no code with ours: aiogram, strict about types.

Every request of it is judged too, so that the judge itself is not fitted to one library.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InputMediaPhoto,
    InputTextMessageContent,
    MediaUnion,
    Message,
)
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import ClientSession, web

from bot.sandbox import Sandbox, SandboxServer
from tests.botapi.classes import installed
from tests.unit.sandbox.conftest import People
from tests.unit.sandbox.test_methods_send import PNG

GROUP = -1001000000001
SECRET = "the-secret_of-this-test"
KEYBOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="زر", callback_data="go")]]
)


@pytest.fixture
async def client(server: SandboxServer, sandbox: Sandbox) -> AsyncIterator[Bot]:
    sandbox.strict.judge = installed().judge
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    async with Bot(sandbox.token, session=session) as opened:
        yield opened
    assert sandbox.strict.judged > 0
    assert sandbox.strict.wrong == []


async def test_it_reads_every_object_of_a_conversation(client: Bot, people: People) -> None:
    assert (await client.me()).username == "mujaz_bot"
    sent = await client.send_message(
        1001,
        "<b>خبر</b> <a href='https://x.org/'>رابط</a>",
        parse_mode="HTML",
        reply_markup=KEYBOARD,
    )
    await people.say("/start")
    await people.post("/press", chat_id=1001, message_id=sent.message_id, data="go")
    await people.post("/membership", chat_id=GROUP, status="administrator")
    updates = await client.get_updates(timeout=1)
    admins = await client.get_chat_administrators(GROUP)
    chat = await client.get_chat(GROUP)

    assert [entity.type for entity in sent.entities or []] == ["bold", "text_link"]
    assert [update.event_type for update in updates] == [
        "message",
        "callback_query",
        "my_chat_member",
        "message",
    ]
    assert len(admins) == 3
    assert chat.is_forum


async def test_a_message_is_edited_its_press_answered_and_a_group_of_photos_sent(
    client: Bot, people: People
) -> None:
    sent = await client.send_message(1001, "أول", reply_markup=KEYBOARD)
    edited = await client.edit_message_text(
        "<blockquote>ثانٍ</blockquote>",
        chat_id=1001,
        message_id=sent.message_id,
        parse_mode="HTML",
        reply_markup=KEYBOARD,
    )
    with pytest.raises(TelegramBadRequest, match="message is not modified"):
        await client.edit_message_text(
            "<blockquote>ثانٍ</blockquote>",
            chat_id=1001,
            message_id=sent.message_id,
            parse_mode="HTML",
            reply_markup=KEYBOARD,
        )
    await people.post("/press", chat_id=1001, message_id=sent.message_id, data="go")
    (update,) = await client.get_updates(timeout=1)
    assert update.callback_query is not None
    answered = await client.answer_callback_query(update.callback_query.id, text="تم")
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await client.answer_callback_query("999999", text="متأخر")
    photos: list[MediaUnion] = [
        InputMediaPhoto(
            media=BufferedInputFile(PNG, f"{n}.png"), caption=caption, parse_mode="HTML"
        )
        for n, caption in enumerate(("<b>أ</b>", None))
    ]
    album = await client.send_media_group(1001, photos)

    assert isinstance(edited, Message)
    assert edited.text == "ثانٍ"
    assert [entity.type for entity in edited.entities or []] == ["blockquote"]
    assert edited.edit_date
    assert answered
    assert len({message.media_group_id for message in album}) == 1
    assert [message.caption for message in album] == ["أ", None]


async def test_an_inline_query_is_answered_once(client: Bot, people: People) -> None:
    await people.post("/inline", user_id=1001, query="الباغوز")
    (update,) = await client.get_updates(timeout=1)
    assert update.inline_query is not None
    content = InputTextMessageContent(message_text="<b>خبر</b>", parse_mode="HTML")
    result = InlineQueryResultArticle(id="1", title="خبر", input_message_content=content)

    assert await client.answer_inline_query(update.inline_query.id, [result], cache_time=1)
    with pytest.raises(TelegramBadRequest, match="query is too old"):
        await client.answer_inline_query("424242", [result])


async def test_a_webhook_brings_updates_with_the_secret_and_only_with_it(
    client: Bot, people: People
) -> None:
    """aiogram's own web server refuses whatever lacks the secret."""
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def hear(message: Message) -> None:
        await heard.put(message.text)

    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, client, secret_token=SECRET)
    handler.register(app, path="/hook")
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    url = f"http://{host}:{port}/hook"
    try:
        await client.set_webhook(url, secret_token=SECRET, allowed_updates=["message"])
        await people.say("عبر الخطاف")
        assert await asyncio.wait_for(heard.get(), 30) == "عبر الخطاف"
        with pytest.raises(TelegramConflictError, match="can't use getUpdates"):
            await client.get_updates()
        info = await client.get_webhook_info()
        async with ClientSession() as stranger:
            forged = {"update_id": 1, "message": {"text": "مزوّر"}}
            refused = await stranger.post(url, json=forged)
        await client.set_webhook(url, secret_token="another")
        await people.say("بسر آخر")
        while not (await client.get_webhook_info()).last_error_message:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        waiting = await client.get_webhook_info()
        await client.delete_webhook()
    finally:
        await runner.cleanup()

    assert (info.url, info.pending_update_count, info.allowed_updates) == (url, 0, ["message"])
    assert refused.status == 401
    assert heard.empty()
    assert waiting.pending_update_count == 1
    assert "401" in (waiting.last_error_message or "")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (
            {"error_code": 429, "description": "Too Many Requests: retry after 7"},
            TelegramRetryAfter,
        ),
        ({"error_code": 403, "description": "Forbidden: bot was blocked"}, TelegramForbiddenError),
        ({"error_code": 400, "description": "Bad Request: chat not found"}, TelegramBadRequest),
        ({"error_code": 404, "description": "Not Found"}, TelegramNotFound),
        ({"error_code": 502, "description": "Bad Gateway"}, TelegramServerError),
    ],
)
async def test_every_refusal_is_read_as_what_it_is(
    client: Bot, people: People, fault: dict[str, object], kind: type[Exception]
) -> None:
    more = {"retry_after": 7} if fault["error_code"] == 429 else {}
    await people.post("/faults", method="sendMessage", kind="error", **fault, **more)

    with pytest.raises(kind) as refusal:
        await client.send_message(1001, "x")
    if isinstance(refusal.value, TelegramRetryAfter):
        assert refusal.value.retry_after == 7
    assert (await client.send_message(1001, "y")).text == "y"


async def test_a_cut_line_a_moved_group_and_a_strange_token_are_told_apart(
    client: Bot, people: People, server: SandboxServer
) -> None:
    await people.post("/faults", method="sendMessage", kind="cut_before")
    with pytest.raises(TelegramNetworkError):
        await client.send_message(1001, "x")
    with pytest.raises(TelegramBadRequest, match="Unsupported start tag"):
        await client.send_message(1001, "<p>x</p>", parse_mode="HTML")
    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    async with Bot("1:strange", session=session) as stranger:
        with pytest.raises(TelegramUnauthorizedError):
            await stranger.me()


async def test_a_group_that_moves_names_its_new_id(
    client: Bot, people: People, sandbox: Sandbox
) -> None:
    made = await people.post("/chats", type="group", title="مجموعة")
    basic = sandbox.world.chats[made["chat"]["id"]]
    await people.post("/membership", chat_id=basic.id, status="member")
    await people.post("/faults", method="sendMessage", kind="migrate", chat_id=basic.id)

    with pytest.raises(TelegramMigrateToChat) as moved:
        await client.send_message(basic.id, "x")

    assert moved.value.migrate_to_chat_id == basic.migrated_to

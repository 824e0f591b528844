"""The same server seen by a client that shares no code with ours: aiogram, strict about types."""

import pytest

from bot.sandbox import Sandbox, SandboxServer
from tests.unit.sandbox.conftest import People

aiogram = pytest.importorskip("aiogram")


async def test_aiogram_reads_every_object_and_error(
    server: SandboxServer, sandbox: Sandbox, people: People
) -> None:
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramBadRequest
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    session = AiohttpSession(api=TelegramAPIServer.from_base(server.url))
    keyboard = InlineKeyboardMarkup(
        inline_keyboard=[[InlineKeyboardButton(text="زر", callback_data="go")]]
    )
    async with aiogram.Bot(sandbox.token, session=session) as client:
        assert (await client.me()).username == "mujaz_bot"
        sent = await client.send_message(
            1001,
            "<b>خبر</b> <a href='https://x.org/'>رابط</a>",
            parse_mode="HTML",
            reply_markup=keyboard,
        )
        await people.say("/start")
        await people.post("/press", chat_id=1001, message_id=sent.message_id, data="go")
        await people.post("/membership", chat_id=-1001000000001, status="administrator")
        updates = await client.get_updates(timeout=1)
        admins = await client.get_chat_administrators(-1001000000001)
        chat = await client.get_chat(-1001000000001)
        with pytest.raises(TelegramBadRequest, match="can't parse entities: Unsupported start tag"):
            await client.send_message(1001, "<p>x</p>", parse_mode="HTML")

    assert [entity.type for entity in sent.entities or []] == ["bold", "text_link"]
    assert [update.event_type for update in updates] == [
        "message",
        "callback_query",
        "my_chat_member",
        "message",
    ]
    assert len(admins) == 3 and chat.is_forum

"""The application: in order per chat, and past everything that would stop polling."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Chat, Message, Update

from bot.delivery.application import (
    PerChatProcessor,
    PollingRequest,
    TolerantBot,
    build_application,
)
from bot.delivery.pace import Pace


def update_of(chat_id: int, number: int) -> Update:
    chat = Chat(id=chat_id, type=Chat.PRIVATE)
    message = Message(message_id=number, date=datetime.now(UTC), chat=chat)
    return Update(update_id=number, message=message)


async def test_updates_of_one_chat_stay_in_order_and_other_chats_do_not_wait() -> None:
    processor = PerChatProcessor()
    done: list[str] = []
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()
        done.append("first of 1")

    async def quick(name: str) -> None:
        done.append(name)

    first = asyncio.create_task(processor.process_update(update_of(1, 1), slow()))
    await asyncio.sleep(0)
    second = asyncio.create_task(processor.process_update(update_of(1, 2), quick("second of 1")))
    await processor.process_update(update_of(2, 3), quick("of 2"))
    gate.set()
    await asyncio.gather(first, second)

    assert done == ["of 2", "first of 1", "second of 1"]
    assert len(processor._locks) == 0


async def test_a_failing_update_does_not_block_its_chat() -> None:
    processor = PerChatProcessor()
    done = []

    async def fails() -> None:
        raise ValueError("a bug")

    async def works() -> None:
        done.append(1)

    with pytest.raises(ValueError, match="a bug"):
        await processor.process_update(update_of(1, 1), fails())
    await processor.process_update(update_of(1, 2), works())

    assert done == [1]


def test_the_application_speaks_to_the_address_it_was_given() -> None:
    application, _ = build_application(
        "123456:" + "a" * 35, api_url="http://127.0.0.1:8081", pace=Pace()
    )

    assert application.bot.base_url.startswith("http://127.0.0.1:8081/bot")
    assert application.bot.base_file_url.startswith("http://127.0.0.1:8081/file/bot")
    assert application.update_processor.max_concurrent_updates > 100
    assert application.bot.defaults.link_preview_options.is_disabled


class Canned(PollingRequest):
    """Answers every poll alike, without a network."""

    def __init__(self, result: list[Any]) -> None:
        super().__init__()
        self.payload = json.dumps({"ok": True, "result": result}).encode()

    async def do_request(self, *_args: Any, **_options: Any) -> tuple[int, bytes]:
        return 200, self.payload


async def test_an_unreadable_update_is_left_out_but_for_its_number_and_its_neighbours_are_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chat = {"id": 1, "type": "private"}
    good: Any = {"update_id": 8, "message": {"message_id": 1, "date": 1552395600, "chat": chat}}
    good["message"]["text"] = "سؤال لا شأن لأحد به"
    poison = {"update_id": 7, "message": {"message_id": 1, "chat": "nobody", "text": "سرّ"}}
    request = Canned([poison, good, poison | {"update_id": 9}])
    told: list[int] = []
    request.inbound.poison = told.append
    bot = TolerantBot("1:a", inbound=request.inbound, get_updates_request=request)

    updates = await bot.get_updates()

    assert [(one.update_id, one.message is not None) for one in updates] == [
        (7, False),
        (8, True),
        (9, False),
    ]
    assert told == [7, 9]
    assert "update 7" in caplog.text
    assert "سؤال" not in caplog.text  # what people write is no matter for a log
    assert "سرّ" not in caplog.text


async def test_updates_that_can_all_be_read_are_read_once_and_never_come_again() -> None:
    chat = {"id": 1, "type": "private"}
    good = {"update_id": 8, "message": {"message_id": 1, "date": 1552395600, "chat": chat}}
    request = Canned([good])
    bot = TolerantBot("1:a", inbound=request.inbound, get_updates_request=request)

    (update,) = await bot.get_updates()

    assert update.message is not None
    assert update.message.get_bot() is bot
    assert request.inbound.take(bot) == ()


def test_an_answer_that_is_no_list_of_updates_is_left_as_it_is() -> None:
    assert PollingRequest().parse_json_payload(b'{"ok": true, "result": true}')["result"] is True

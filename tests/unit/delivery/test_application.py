"""The application: in order per chat, and past everything that would stop polling."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import pytest
from telegram import Chat, Message, Update

from bot.delivery.application import PerChatProcessor, PollingRequest, build_application
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


def test_an_unreadable_update_is_left_out_but_for_its_number_and_its_neighbours_are_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    good = {
        "update_id": 8,
        "message": {"message_id": 1, "date": 1552395600, "chat": {"id": 1, "type": "private"}},
    }
    poison = {"update_id": 7, "message": {"message_id": 1, "chat": "nobody"}}
    last = poison | {"update_id": 9}
    payload = json.dumps({"ok": True, "result": [poison, good, last]}).encode()

    answer = PollingRequest().parse_json_payload(payload)

    assert answer["result"] == [good, {"update_id": 9}]
    assert "update 7" in caplog.text


def test_an_answer_that_is_no_list_of_updates_is_left_as_it_is() -> None:
    assert PollingRequest().parse_json_payload(b'{"ok": true, "result": true}')["result"] is True

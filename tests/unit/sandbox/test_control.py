"""The people's side: control interface, event stream, start and stop."""

import asyncio
import base64
import json
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
from telegram.ext import ExtBot

from bot.sandbox import GROUP_ID, READER_ID, Sandbox, SandboxServer
from tests.unit.sandbox.conftest import People


async def test_the_state_describes_the_seeded_world(people: People, sandbox: Sandbox) -> None:
    state = await people.get("/state")

    assert datetime.fromisoformat(state["now"]) - sandbox.clock.now() < timedelta(seconds=5)
    assert (state["zone"], state["me"]["id"]) == ("Asia/Damascus", READER_ID)
    assert {user["first_name"] for user in state["users"]} == {"ليلى", "سامر", "هدى"}
    group = next(chat for chat in state["chats"] if chat["id"] == GROUP_ID)
    assert [topic["name"] for topic in group["topics"]] == ["General", "موجز اليوم", "نقاش"]
    assert (group["bot_status"], group["my_status"]) == ("left", "creator")


async def test_the_event_stream_tells_what_happens(
    bot: ExtBot[None], people: People, server: SandboxServer
) -> None:
    async with people.client.stream("GET", "/sandbox/events") as stream:
        lines = stream.aiter_lines()
        await anext(lines)
        sent = await bot.send_message(1001, "x")
        await bot.edit_message_text("y", 1001, sent.message_id)
        await bot.send_chat_action(1001, "typing")
        await bot.delete_message(1001, sent.message_id)
        await people.post("/membership", chat_id=1001, status="kicked")
        await people.post("/clock", advance_s=60)
        events: list[dict[str, Any]] = []
        while len(events) < 6:
            line = await asyncio.wait_for(anext(lines), 60)
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))

    assert [event["type"] for event in events] == [
        "message",
        "edited",
        "chat_action",
        "deleted",
        "membership",
        "clock",
    ]
    assert events[0]["message"]["text"] == "x" and events[1]["message"]["text"] == "y"
    assert events[3]["message_id"] == sent.message_id
    assert datetime.fromisoformat(events[5]["now"]).tzinfo


async def test_the_server_stops_within_a_second_with_polls_and_streams_open(
    sandbox: Sandbox,
) -> None:
    server = SandboxServer(sandbox)
    await server.start()
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=30) as client:
        poll = asyncio.create_task(
            client.post(f"/bot{sandbox.token}/getUpdates", data={"timeout": 50})
        )
        stream = asyncio.create_task(client.get("/sandbox/events"))
        await asyncio.sleep(0.3)
        assert not poll.done() and not stream.done()

        began_s = time.monotonic()
        await server.stop()

        assert time.monotonic() - began_s < 1
        assert (await poll).json() == {"ok": True, "result": []}
        assert (await stream).text.startswith("retry:")


async def test_a_server_can_be_started_again_on_the_same_world(sandbox: Sandbox) -> None:
    for expected in (1, 2):
        async with (
            SandboxServer(sandbox) as server,
            httpx.AsyncClient(base_url=server.url, trust_env=False) as client,
        ):
            body = {"chat_id": 1001, "text": "x"}
            await client.post(f"/bot{sandbox.token}/sendMessage", json=body)
            poll = await client.post(f"/bot{sandbox.token}/getUpdates", json={"timeout": 1})
            assert poll.json()["result"] == []
        assert len(sandbox.messages.in_chat(1001)) == expected


async def test_a_person_sends_files_forwards_and_replies(bot: ExtBot[None], people: People) -> None:
    origin = {
        "type": "channel",
        "date": 1_550_000_000,
        "chat": {"id": -1009, "type": "channel", "title": "وكالة"},
        "message_id": 7,
    }
    first = await people.say("نص معاد", forward_origin=origin)
    await people.say("/store", reply_to_message_id=first["message_id"])
    await people.post(
        "/messages",
        chat_id=1001,
        document={
            "file_name": "خبر.txt",
            "mime_type": "text/plain",
            "content_base64": base64.b64encode("خبر".encode()).decode(),
        },
    )

    forward, reply, document = [u.message for u in await bot.get_updates()]

    assert forward and forward.forward_origin and forward.forward_origin.type == "channel"
    assert reply and reply.reply_to_message and reply.reply_to_message.text == "نص معاد"
    assert document and document.document
    file = await bot.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()).decode() == "خبر"
    shown = await people.client.get(f"/sandbox/files/{document.document.file_id}")
    assert shown.text == "خبر"


async def test_a_text_too_long_for_one_message_goes_out_in_parts(people: People) -> None:
    words = "كلمة " * 2000
    answer = await people.post("/messages", chat_id=1001, text=words)

    parts = [message["text"] for message in answer["messages"]]
    assert len(parts) == 3 and max(map(len, parts)) <= 4096
    assert " ".join(parts).split() == words.split()
    assert answer["message"] == answer["messages"][0]


async def test_many_people_can_be_added_at_once(bot: ExtBot[None], people: People) -> None:
    added = (await people.post("/users", count=200, first_id=5000))["users"]

    assert [user["id"] for user in added] == list(range(5000, 5200))
    assert (await bot.send_message(5199, "x")).message_id
    one = await people.post("/users", first_name="Tom", language_code="en")
    assert one["user"]["id"] == 5200


async def test_the_journal_shows_requests_readably_and_polls_on_demand(
    bot: ExtBot[None], people: People
) -> None:
    await bot.send_document(1001, b"12345", filename="a.txt")
    await bot.get_updates()

    seen = (await people.get("/journal"))["requests"]
    everything = (await people.get("/journal?all=1"))["requests"]

    assert [entry["method"] for entry in seen] == ["getMe", "sendDocument"]
    assert seen[1]["params"]["document"] == {"file_name": "a.txt", "size": 5}
    assert seen[1]["ok"] is True
    assert everything[-1]["method"] == "getUpdates"
    assert (await people.get(f"/journal?after={seen[-1]['n']}"))["requests"] == []


async def test_latency_delays_every_answer(bot: ExtBot[None], people: People) -> None:
    await people.post("/settings", latency_s=0.4)
    began_s = time.monotonic()

    await bot.send_message(1001, "x")

    assert time.monotonic() - began_s > 0.35


async def test_acts_that_cannot_be_are_refused_with_a_reason(people: People) -> None:
    async def refusal(path: str, **body: object) -> str:
        answer = await people.client.post(f"/sandbox{path}", json=body)
        assert answer.status_code == 400
        return str(answer.json()["error"])

    assert "no chat 5" in await refusal("/messages", chat_id=5, text="x")
    assert "no person 77" in await refusal("/messages", chat_id=1001, user_id=77, text="x")
    assert "cannot write" in await refusal("/messages", chat_id=1001, user_id=1002, text="x")
    assert "needs a text" in await refusal("/messages", chat_id=1001, text=" ")
    assert "no such button" in await refusal("/press", chat_id=1001, message_id=1, data="x")
    assert "no administrator" in await refusal(
        "/membership", chat_id=GROUP_ID, user_id=1002, status="member"
    )
    assert "forward only" in await refusal("/clock", advance_s=-1)
    assert "chat_id" in await refusal("/messages", text="x")


async def test_the_front_page_answers_with_or_without_its_folder(people: People) -> None:
    answer = await people.client.get("/")

    assert answer.status_code == 200
    assert (await people.client.get("/page/nothing-of-this-name.js")).status_code == 404

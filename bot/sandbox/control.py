"""The control interface ``/sandbox/…``: how the chat page and tests play the people's part.

Requests and answers are JSON. A wrong request is answered with 400 and ``{"error": why}``.
"""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.control_acts import act_routes, json_body, route
from bot.sandbox.conversation import (
    ActError,
    find,
    press,
    say,
    set_bot_status,
    split_text,
    spoken,
)
from bot.sandbox.faults import Fault
from bot.sandbox.state import Sandbox
from bot.sandbox.world import READER_ID, Chat, Status, User

Json = dict[str, Any]
Answer = Callable[[Sandbox, Request], Awaitable[Response]]

_OTHER_KINDS = ("location", "sticker", "voice", "contact")  # given as their Bot API objects


async def state(sandbox: Sandbox, request: Request) -> Response:
    """Tell everything a page needs to draw itself, seen by ``?user=`` (the reader)."""
    me = sandbox.world.users[int(request.query_params.get("user", READER_ID))]
    own_chat = sandbox.world.chats[me.id]
    return JSONResponse(
        {
            "now": sandbox.clock.now().isoformat(),
            "zone": sandbox.display_zone,
            "bot": sandbox.bot.as_json(),
            "me": me.as_json(),
            "users": [u.as_json() for u in sandbox.world.users.values() if not u.is_bot],
            "chats": [_chat(sandbox, chat, me) for chat in sandbox.world.chats.values()],
            "commands": sandbox.commands.seen_by(me, own_chat),
            "settings": {"latency_s": sandbox.latency_s, "flood": sandbox.flood.enabled},
        }
    )


def _chat(sandbox: Sandbox, chat: Chat, me: User) -> Json:
    return chat.as_json() | {
        "topics": [
            {"message_thread_id": topic_id, "name": name} for topic_id, name in chat.topics.items()
        ],
        "bot_status": sandbox.world.bot_status(chat).value,
        "my_status": chat.status(me.id).value,
        "last_message": sandbox.messages.last(chat.id),
    }


async def messages(sandbox: Sandbox, request: Request) -> Response:
    """List the messages of a chat, or of one topic of it."""
    chat_id = int(request.path_params["chat_id"])
    if chat_id not in sandbox.world.chats:
        raise ActError(f"no chat {chat_id}")
    thread = request.query_params.get("thread")
    listed = sandbox.messages.in_chat(chat_id, int(thread) if thread else None)
    return JSONResponse({"messages": listed})


async def events(sandbox: Sandbox, request: Request) -> Response:  # noqa: ARG001 - one for all
    """Stream what happens as Server-Sent Events."""
    return StreamingResponse(
        _stream(sandbox),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache"},
    )


async def _stream(sandbox: Sandbox) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    async for event in sandbox.events.listen():
        yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n" if event else ": alive\n\n"


async def speak(sandbox: Sandbox, request: Request) -> Response:
    """Let a person send a message; a long text goes out in parts, and the first is returned."""
    body = await json_body(request)
    heading: Json = {
        "chat_id": int(body["chat_id"]),
        "user_id": int(body.get("user_id", READER_ID)),
        "thread_id": body.get("message_thread_id"),
        "reply_to": body.get("reply_to_message_id"),
    }
    find(sandbox, heading["chat_id"], heading["user_id"])
    sent = [say(sandbox, content=content, **heading) for content in _contents(sandbox, body)]
    return JSONResponse({"message": sent[0], "messages": sent})


def _contents(sandbox: Sandbox, body: Json) -> list[Json]:
    text = str(body.get("text") or "")
    forward = {"forward_origin": body["forward_origin"]} if body.get("forward_origin") else {}
    if document := body.get("document"):
        stored = sandbox.files.add(
            kind="documents",
            name=str(document["file_name"]),
            mime_type=str(document.get("mime_type") or "application/octet-stream"),
            content=base64.b64decode(document["content_base64"], validate=True),
        )
        caption = spoken(sandbox, text, name="caption")
        return [forward | {"document": stored.as_document()} | caption]
    for kind in _OTHER_KINDS:
        if kind in body:
            return [forward | {kind: dict(body[kind])}]
    contents = [spoken(sandbox, part) for part in split_text(text)]
    if not all(content.get("text") for content in contents):
        raise ActError("a message needs a text, a document or something else")
    return [forward | content for content in contents]


async def press_button(sandbox: Sandbox, request: Request) -> Response:
    """Let a person press a button under a message."""
    body = await json_body(request)
    query_id = press(
        sandbox,
        chat_id=int(body["chat_id"]),
        user_id=int(body.get("user_id", READER_ID)),
        message_id=int(body["message_id"]),
        data=str(body["data"]),
    )
    return JSONResponse({"callback_query_id": query_id})


async def membership(sandbox: Sandbox, request: Request) -> Response:
    """Let a person add, remove, block or unblock the bot."""
    body = await json_body(request)
    chat, actor = find(sandbox, int(body["chat_id"]), int(body.get("user_id", READER_ID)))
    status = Status(body["status"])
    if status is Status.CREATOR or (chat.is_private and status is Status.ADMINISTRATOR):
        raise ActError(f"the bot cannot become {status.value} there")
    if not chat.is_private and not chat.status(actor.id).rules:
        raise ActError(f"{actor.first_name} is no administrator of chat {chat.id}")
    changed = set_bot_status(
        sandbox,
        chat,
        actor=actor,
        status=status,
        lacking=frozenset(map(str, body.get("lacking", ()))),
        anonymous=bool(body.get("anonymous", False)),
    )
    return JSONResponse({"changed": changed, "bot_status": status.value})


async def move_clock(sandbox: Sandbox, request: Request) -> Response:
    """Move the clock forward."""
    body = await json_body(request)
    if "to" in body:
        moment = sandbox.clock.set(datetime.fromisoformat(body["to"]))
    else:
        moment = sandbox.clock.advance(timedelta(seconds=float(body["advance_s"])))
    return JSONResponse({"now": moment.isoformat()})


async def journal(sandbox: Sandbox, request: Request) -> Response:
    """List the Bot API requests so far."""
    after = int(request.query_params.get("after") or 0)
    everything = request.query_params.get("all") == "1"
    entries = sandbox.journal.after(after, everything=everything)
    return JSONResponse({"requests": [entry.as_json() for entry in entries]})


async def faults(sandbox: Sandbox, request: Request) -> Response:
    """Order a fault (POST) or call all off (DELETE)."""
    if request.method == "DELETE":
        sandbox.faults.clear()
    else:
        sandbox.faults.add(Fault(**await json_body(request)))
    return JSONResponse({"ok": True})


async def settings(sandbox: Sandbox, request: Request) -> Response:
    """Set the latency of every answer, the flood limits, and the shares of random faults."""
    body = await json_body(request)
    sandbox.latency_s = max(0.0, float(body.get("latency_s", sandbox.latency_s)))
    sandbox.flood.enabled = bool(body.get("flood", sandbox.flood.enabled))
    if "faults" in body:
        sandbox.faults.at_random(body["faults"], int(body.get("seed", 0)))
    return JSONResponse({"latency_s": sandbox.latency_s, "flood": sandbox.flood.enabled})


async def people(sandbox: Sandbox, request: Request) -> Response:
    """Add one person, or ``count`` of them, each with a private chat."""
    body = await json_body(request)
    count = int(body.get("count", 1))
    first_id = int(body.get("first_id") or body.get("id") or sandbox.world.next_user_id())
    added = []
    for user_id in range(first_id, first_id + count):
        name = str(body.get("first_name") or f"قارئ {user_id}")
        user = User(id=user_id, first_name=name, language_code=body.get("language_code", "ar"))
        sandbox.world.add_person(user)
        added.append(user.as_json())
    return JSONResponse({"users": added} | ({"user": added[0]} if count == 1 else {}))


async def file(sandbox: Sandbox, request: Request) -> Response:
    """Give the page the bytes of a file by its id."""
    stored = sandbox.files.get(request.path_params["file_id"])
    if stored is None:
        return JSONResponse({"error": "no such file"}, status_code=404)
    return Response(
        stored.content,
        media_type=stored.mime_type,
        headers={"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"},
    )


def control_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of the control interface."""
    return [
        route(sandbox, "/state", state, "GET"),
        route(sandbox, "/chats/{chat_id}/messages", messages, "GET"),
        route(sandbox, "/events", events, "GET"),
        route(sandbox, "/messages", speak, "POST"),
        route(sandbox, "/press", press_button, "POST"),
        route(sandbox, "/membership", membership, "POST"),
        route(sandbox, "/clock", move_clock, "POST"),
        route(sandbox, "/journal", journal, "GET"),
        route(sandbox, "/faults", faults, "POST", "DELETE"),
        route(sandbox, "/settings", settings, "POST"),
        route(sandbox, "/users", people, "POST"),
        route(sandbox, "/files/{file_id}", file, "GET"),
        *act_routes(sandbox),
    ]

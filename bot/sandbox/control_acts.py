"""The further acts of people over the control interface, and what its routes share."""

import binascii
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.acts import choose, delete, edit, migrate, set_topic
from bot.sandbox.comments import link
from bot.sandbox.conversation import ActError, find
from bot.sandbox.errors import ApiError
from bot.sandbox.inline import ask
from bot.sandbox.state import Sandbox
from bot.sandbox.world import READER_ID

Json = dict[str, Any]
Answer = Callable[[Sandbox, Request], Awaitable[Response]]


async def edit_message(sandbox: Sandbox, request: Request) -> Response:
    """Let a person change (POST) or delete (DELETE) a message."""
    body = await json_body(request)
    named = {
        "chat_id": int(body["chat_id"]),
        "user_id": int(body.get("user_id", READER_ID)),
        "message_id": int(body["message_id"]),
    }
    if request.method == "DELETE":
        delete(sandbox, **named)
        return JSONResponse({"ok": True})
    return JSONResponse({"message": edit(sandbox, **named, text=str(body["text"]))})


async def topic(sandbox: Sandbox, request: Request) -> Response:
    """Close, reopen or delete a forum topic."""
    body = await json_body(request)
    chat, _ = find(sandbox, int(body["chat_id"]), int(body.get("user_id", READER_ID)))
    set_topic(chat, int(body["message_thread_id"]), str(body["state"]))
    return JSONResponse({"ok": True})


async def new_chat(sandbox: Sandbox, request: Request) -> Response:
    """Found a group, supergroup or channel."""
    body = await json_body(request)
    owner = sandbox.world.users[int(body.get("user_id", READER_ID))]
    chat = sandbox.world.add_chat(
        kind=str(body["type"]),
        title=str(body["title"]),
        owner=owner,
        username=body.get("username"),
    )
    return JSONResponse({"chat": chat.as_json()})


async def comments(sandbox: Sandbox, request: Request) -> Response:
    """Link a group to a channel, for the comments on its posts."""
    body = await json_body(request)
    owner = int(body.get("user_id", READER_ID))
    channel, _ = find(sandbox, int(body["channel_id"]), owner)
    group, _ = find(sandbox, int(body["group_id"]), owner)
    link(channel, group)
    return JSONResponse({"ok": True})


async def grow(sandbox: Sandbox, request: Request) -> Response:
    """Let a basic group become a supergroup."""
    body = await json_body(request)
    chat, actor = find(sandbox, int(body["chat_id"]), int(body.get("user_id", READER_ID)))
    return JSONResponse({"chat": migrate(sandbox, chat, actor).as_json()})


async def inline(sandbox: Sandbox, request: Request) -> Response:
    """Let a person type an inline query (POST), or read its results (GET)."""
    if request.method == "GET":
        query = sandbox.inline[request.query_params["id"]]
        return JSONResponse({"results": query.results})
    body = await json_body(request)
    user = sandbox.world.users[int(body.get("user_id", READER_ID))]
    query_id = ask(sandbox, user, str(body["query"]), offset=str(body.get("offset", "")))
    return JSONResponse({"inline_query_id": query_id})


async def chosen(sandbox: Sandbox, request: Request) -> Response:
    """Let a person send a result of their inline query."""
    body = await json_body(request)
    message = choose(
        sandbox,
        query_id=str(body["inline_query_id"]),
        result_id=str(body["result_id"]),
        chat_id=int(body["chat_id"]),
    )
    return JSONResponse({"message": message})


async def json_body(request: Request) -> Json:
    """Return the JSON object that a request consists of; ActError for anything else."""
    body = json.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise ActError("the body must be a JSON object")
    return body


def route(sandbox: Sandbox, path: str, answer: Answer, *methods: str) -> Route:
    """Return a route of the control interface; wrong requests are answered with 400 and why."""

    async def endpoint(request: Request) -> Response:
        try:
            return await answer(sandbox, request)
        except KeyError as error:
            reason = f"missing or unknown: {error.args[0]}"
        except ApiError as error:
            reason = error.description
        except (ActError, ValueError, TypeError, binascii.Error) as error:
            reason = str(error)
        return JSONResponse({"error": reason}, status_code=400)

    return Route(f"/sandbox{path}", endpoint, methods=list(methods))


def act_routes(sandbox: Sandbox) -> list[Route]:
    """Return the routes of the acts in this module."""
    return [
        route(sandbox, "/edits", edit_message, "POST", "DELETE"),
        route(sandbox, "/topics", topic, "POST"),
        route(sandbox, "/chats", new_chat, "POST"),
        route(sandbox, "/comments", comments, "POST"),
        route(sandbox, "/migration", grow, "POST"),
        route(sandbox, "/inline", inline, "GET", "POST"),
        route(sandbox, "/chosen", chosen, "POST"),
    ]

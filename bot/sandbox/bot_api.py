"""The Bot API over HTTP: from a request to a method and back, with faults on the way."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.sandbox.acts import migrate
from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault
from bot.sandbox.journal import Entry
from bot.sandbox.methods import Method, find_method
from bot.sandbox.params import Params, read_params
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Status


class Cut(Response):
    """No answer at all: the connection is closed, as a broken network would."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Close the connection of this request and wait until it is gone."""
        scope["state"]["transport"].close()
        while (await receive())["type"] != "http.disconnect":
            pass


async def call(sandbox: Sandbox, request: Request) -> Response:
    """Answer ``/bot{token}/{method}``."""
    if request.path_params["token"] != sandbox.token:
        return _answer(ApiError(401, "Unauthorized"))
    method = find_method(request.path_params["method"])
    if method is None:
        return _answer(sandbox.strict.unknown(request.path_params["method"]))
    try:
        params = await read_params(request)
    except ApiError as error:
        return _answer(error)
    entry = sandbox.journal.open(
        at=sandbox.clock.now(), method=method.name, params=params.for_journal()
    )
    try:
        sandbox.strict.check(method.name, params.values, params.uploads)
    except ApiError as error:
        entry.error_code, entry.description = error.code, error.description
        return _answer(error)
    fault = sandbox.faults.take(method.name, _chat_id(sandbox, params))
    if sandbox.latency_s:
        await asyncio.sleep(sandbox.latency_s)
    return await _carry_out(sandbox, method, params, entry, fault)


async def _carry_out(
    sandbox: Sandbox, method: Method, params: Params, entry: Entry, fault: Fault | None
) -> Response:
    kind = fault.kind if fault else ""
    if fault and kind == "cut_before":
        await asyncio.sleep(fault.delay_s)
        entry.description = "connection cut before the request was carried out"
        return Cut()
    if kind == "migrate":
        _grow(sandbox, params)
    try:
        if fault and kind == "error":
            raise fault.error()
        answer = _answer(await method.run(sandbox, params))
    except ApiError as error:
        entry.error_code, entry.description = error.code, error.description
        answer = _answer(error)
    if fault and fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if kind == "cut_after":
        entry.description = "connection cut after the request was carried out"
        return Cut()
    entry.ok = entry.error_code is None
    return answer


def _grow(sandbox: Sandbox, params: Params) -> None:
    """Let the basic group of a request become a supergroup; others stay as they are."""
    chat = sandbox.world.find_chat(params.text("chat_id"))
    if chat is not None and chat.type == "group" and chat.migrated_to is None:
        owner = next(u for u, status in chat.statuses.items() if status is Status.CREATOR)
        migrate(sandbox, chat, sandbox.world.users[owner])


def _chat_id(sandbox: Sandbox, params: Params) -> int | None:
    chat = sandbox.world.find_chat(params.text("chat_id"))
    return chat.id if chat else None


def _answer(result: Any) -> JSONResponse:
    if isinstance(result, ApiError):
        return JSONResponse(result.body(), status_code=result.code)
    return JSONResponse({"ok": True, "result": result})


async def download(sandbox: Sandbox, request: Request) -> Response:
    """Answer ``/file/bot{token}/{path}`` with the bytes of a file."""
    if request.path_params["token"] != sandbox.token:
        return _answer(ApiError(401, "Unauthorized"))
    stored = sandbox.files.at_path(request.path_params["path"])
    if stored is None:
        return _answer(ApiError(404, "Not Found"))
    return Response(stored.content, media_type="application/octet-stream")

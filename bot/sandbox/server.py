"""The sandbox as a web server on loopback: Bot API, control interface and chat page in one."""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox import bot_api
from bot.sandbox.control import control_routes
from bot.sandbox.state import Sandbox

PAGE = Path(__file__).parent / "page"
STOP_WITHIN_S = 1


class _Protocol(H11Protocol):
    """HTTP that lets a request reach its own connection, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Uvicorn(uvicorn.Server):
    """uvicorn inside somebody else's loop: signals are the business of that somebody."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def build_app(sandbox: Sandbox) -> Starlette:
    """Return the web application of a sandbox."""

    def bound(answer: Callable[[Sandbox, Request], Awaitable[Response]]) -> Any:
        async def endpoint(request: Request) -> Response:
            return await answer(sandbox, request)

        return endpoint

    routes: list[BaseRoute] = [
        Route("/bot{token}/{method}", bound(bot_api.call), methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", bound(bot_api.download), methods=["GET"]),
        *control_routes(sandbox),
        Route("/", _front, methods=["GET"]),
        Mount("/page", StaticFiles(directory=PAGE, check_dir=False)),
    ]
    return Starlette(routes=routes)


async def _front(request: Request) -> Response:  # noqa: ARG001 - the same for everyone
    index = PAGE / "index.html"
    if not await asyncio.to_thread(index.is_file):
        return PlainTextResponse("Mujaz sandbox: Bot API at /bot<token>/<method>")
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


class SandboxServer:
    """Serves a sandbox for as long as its ``async with`` block lasts."""

    def __init__(self, sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Prepare to listen on ``host:port``; port 0 takes any free one."""
        self.sandbox = sandbox
        self.host = host
        self.port = port
        self._server: _Uvicorn | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address of the page, and with ``/bot`` behind it that of the Bot API."""
        return f"http://{self.host}:{self.port}"

    async def start(self) -> None:
        """Listen and return as soon as requests are answered; OSError when the port is taken."""
        # Named as TCP, or asyncio leaves Nagle on and each answer waits 40 ms for an ACK.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        self.sandbox.updates.open()
        config = uvicorn.Config(
            build_app(self.sandbox),
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
        self._server = _Uvicorn(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:
            if self._serving.done():
                self._serving.result()
                raise RuntimeError("the sandbox server ended while starting")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """End long polls and streams, and stop listening; within about a second."""
        if self._server is None or self._serving is None:
            return
        self.sandbox.updates.close()
        self.sandbox.events.close()
        await self.sandbox.webhook.stop()
        self._server.should_exit = True
        await self._serving
        self._server = self._serving = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

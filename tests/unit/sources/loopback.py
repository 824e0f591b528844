"""A real HTTP server on loopback that answers byte for byte what a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: dict[str, str]  # names in lower case, values as latin-1


Answer = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"", *, status: int = 200, **headers: str) -> Callable[[Request], bytes]:
    """Return a fixed answer; header names are written with underscores."""

    def make(_request: Request) -> bytes:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines += ["Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1") + body

    return make


@dataclass
class Loopback:
    """The server's routes and what it has seen."""

    host: str = "127.0.0.1"
    port: int = 0
    scheme: str = "http"
    connections: int = 0
    answering: int = 0
    most_at_once: int = 0
    requests: list[Request] = field(default_factory=list)
    routes: dict[str, Callable[[Request], bytes]] = field(default_factory=dict)
    drips: dict[str, float] = field(default_factory=dict)  # path → seconds between two bytes

    @property
    def pair(self) -> str:
        return f"{self.host}:{self.port}"

    def url(self, path: str) -> str:
        return f"{self.scheme}://{self.pair}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            pairs = (line.partition(": ") for line in head[1:] if line)
            request = Request(head[0].split(" ")[1], {n.lower(): v for n, _, v in pairs})
            self.requests.append(request)
            self.answering += 1
            self.most_at_once = max(self.most_at_once, self.answering)
            data = self.routes.get(request.path, answer(status=404))(request)
            if pause_s := self.drips.get(request.path):
                for byte in data:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(pause_s)
            else:
                writer.write(data)
                await writer.drain()
            self.answering -= 1
        writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
            await writer.wait_closed()


@asynccontextmanager
async def loopback(
    *, port: int = 0, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Loopback]:
    """Serve until the block ends."""
    state = Loopback(host=host, scheme="https" if context else "http")
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await state.serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()

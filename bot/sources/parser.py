"""Bodies into articles, in a process of their own that may be killed at any time.

Here the process is started, fed, watched and replaced; what it does is in
:mod:`bot.sources.worker`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import datetime

from bot import processes
from bot.errors import FeedError
from bot.models import NewArticle
from bot.sources.base import BodyKind, ParsedFeed

_START_S = 20.0  # to start and import; a loaded machine is slow
_BODIES_A_PROCESS = 200  # then a new one, should a library keep memory
_LINES_A_TURN = 25  # articles decoded before others may run


class ParserProcess:
    """Reads bodies one after another in a worker process, which lives until :meth:`close`."""

    def __init__(self, *, wall_s: float = 4.5) -> None:
        """``wall_s`` is how long one body may take by the clock on the wall."""
        self._wall_s = wall_s
        self._process: asyncio.subprocess.Process | None = None
        self._read = 0
        self._turn = asyncio.Lock()

    async def read(
        self,
        body: bytes,
        *,
        content_type: str,
        address: str,
        now: datetime,
        kind: BodyKind = BodyKind.FEED,
    ) -> ParsedFeed:
        """Return what is in ``body``; see :class:`bot.sources.base.BodyReader`."""
        request = {
            "kind": kind,
            "size": len(body),
            "content_type": content_type,
            "address": address,
            "now": now.isoformat(),
        }
        async with self._turn:
            answer = await self._exchange(json.dumps(request).encode() + b"\n", body)
        return await _feed_of(answer)

    async def close(self) -> None:
        """End the process; the next read starts a new one."""
        async with self._turn:
            await self._end()

    async def _exchange(self, request: bytes, body: bytes) -> bytes:
        try:
            process = await self._started()
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            await self._end()
            raise FeedError("the parser does not start", key="error.feed.worker") from error
        try:
            async with asyncio.timeout(self._wall_s):
                return await _ask(process, request, body)
        except (TimeoutError, EOFError, OSError, ValueError) as error:
            # Too slow, or ended by its own limits: both are the body's doing.
            await self._end()
            raise FeedError(key="error.feed.too_heavy") from error
        except BaseException:
            await self._end()  # cancelled between request and answer: they would not match again
            raise

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._read < _BODIES_A_PROCESS:
            self._read += 1
            return self._process
        await self._end()
        self._process = await processes.start("bot.sources.worker")
        self._read = 1
        async with asyncio.timeout(_START_S):
            await _answer_of(self._process)
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def _ask(process: asyncio.subprocess.Process, request: bytes, body: bytes) -> bytes:
    if process.stdin is None:
        raise EOFError
    process.stdin.write(request)
    process.stdin.write(body)
    await process.stdin.drain()
    return await _answer_of(process)


async def _answer_of(process: asyncio.subprocess.Process) -> bytes:
    if process.stdout is None:
        raise EOFError
    header = await process.stdout.readline()
    if not header:
        raise EOFError
    return await process.stdout.readexactly(json.loads(header)["size"])


async def _feed_of(answer: bytes) -> ParsedFeed:
    """Decode an answer, letting others run in between; raises FeedError for a refusal."""
    lines = answer.split(b"\n")
    head = json.loads(lines[0])
    if "error" in head:
        raise FeedError(head.get("detail", ""), key=head["error"])
    articles: list[NewArticle] = []
    for number, line in enumerate(lines[1:], start=1):
        articles.append(_article_of(json.loads(line)))
        if number % _LINES_A_TURN == 0:
            await asyncio.sleep(0)
    return ParsedFeed(
        title=head["title"],
        articles=tuple(articles),
        left_out=head["left_out"],
        feeds=tuple(head["feeds"]),
    )


def _article_of(fields: dict[str, str]) -> NewArticle:
    written = fields["published_at"]
    return NewArticle(
        title=fields["title"],
        paragraphs=tuple(fields["paragraphs"]),
        url=fields["url"],
        guid=fields["guid"],
        published_at=datetime.fromisoformat(written) if written else None,
        language=fields["language"],
    )

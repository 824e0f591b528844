"""Who goes first where only one can go: whoever a reader waits for.

Feeds, events and digests are worked on all the time, and ten thousand digests may fall due in one
minute. None of that is as urgent as the answer to somebody who has just asked: he goes before it
where there is a line, and long work lets others go on between its pieces. Whoever has been served
for longer than any answer takes, such as an operator whose file is taken in, is waited for no more.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")

_PIECE = 100  # things done between two breaths; some milliseconds
_MOST_IN_A_ROW = 16  # readers who may go before the background gets its turn all the same

_COURTESY_S = 0.02  # for which one piece of long work waits at most while readers are served
_LONGEST_ANSWER_S = 10.0  # slow ones take a second or two: what takes longer is work, or hangs

_PAST = float("-inf")
_awaited_until: ContextVar[float] = ContextVar("awaited_until", default=_PAST)  # monotonic
_served_until: dict[object, float] = {}  # of readers who are being served at this moment


@contextmanager
def awaited_by_reader(longest_s: float = _LONGEST_ANSWER_S) -> Iterator[None]:
    """Let what is done inside, and by tasks that begin inside, go before background work.

    After ``longest_s`` seconds it goes with the background, and nothing rests for it any more.
    """
    until, mine = time.monotonic() + longest_s, object()
    before = _awaited_until.set(until)
    _served_until[mine] = until
    try:
        yield
    finally:
        del _served_until[mine]
        _awaited_until.reset(before)


def _any_served() -> bool:
    """Tell whether a reader is being served who still counts."""
    return max(_served_until.values(), default=_PAST) > time.monotonic()


async def after_readers() -> None:
    """Wait a moment while readers are being served: for one of many pieces of long work."""
    if _any_served():
        await asyncio.sleep(_COURTESY_S)


async def unhurried(things: Iterable[T]) -> AsyncIterator[T]:
    """Yield many things one by one, and let whatever else waits for the loop go on in between."""
    for number, thing in enumerate(things, start=1):
        yield thing
        if number % _PIECE == 0:
            await asyncio.sleep(0)


class Turns:
    """A lock: one at a time, in the order of asking, but readers before the background.

    Every so often one of the background goes first, so that it can be slowed down by readers and
    never stopped. ``async with`` takes the turn; it is not to be taken again inside.
    """

    def __init__(self) -> None:
        self._taken = False
        self._in_a_row = 0
        self._readers: deque[asyncio.Future[None]] = deque()
        self._background: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        if not self._taken:
            self._taken = True
            return
        awaited = _awaited_until.get() > time.monotonic()
        line = self._readers if awaited else self._background
        mine = asyncio.get_running_loop().create_future()
        line.append(mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled():  # it had become ours in the same moment
                self._pass_on()
            elif mine in line:
                line.remove(mine)
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pass_on()

    def _pass_on(self) -> None:
        """Give the turn to whoever comes next: it stays taken while anybody waits."""
        line = self._next_line()
        while line and line[0].done():  # cancelled, and not yet out of its line
            line.popleft()
            line = self._next_line()
        if not line:
            self._taken, self._in_a_row = False, 0
            return
        line.popleft().set_result(None)
        self._in_a_row = self._in_a_row + 1 if line is self._readers else 0

    def _next_line(self) -> deque[asyncio.Future[None]]:
        if self._background and self._in_a_row >= _MOST_IN_A_ROW:
            return self._background
        return self._readers or self._background

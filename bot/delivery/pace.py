"""Whose turn it is to speak: Telegram's flood limits, kept before Telegram has to remind us.

Three windows bind every message: one for all chats, one for its chat and, in groups and channels,
one of a minute (``limits.py``). Four lanes share them: what a press changes overtakes everything
and waits for its chat's windows alone, then come an answer to a reader, an alert and a digest. In
a lane chats take turns. A 429 is a deadline for its chat, or for all when refusals come from
everywhere; deadlines only ever move later.

The clock is monotonic and given from outside, so that an hour of sending is tested in a second.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil

from bot.delivery.limits import Limits, Stamp, Window
from bot.models import ChatKind

ChatKey = int | str  # Telegram also takes "@name" of a channel
_FORGET_S = 0.00005  # how much the fastest round trip is forgotten with each message
_MADE_UP_S = 0.25  # lateness of broadcasts that is made up for; more of it was idleness
_RECENT = 20  # sends looked at to tell a refusal of one chat from a refusal of all
_REFUSED_SHARE = 0.25
_REFUSED_CHATS = 3
_REMEMBERED_CHATS = 1024  # beyond, the windows of idle chats are forgotten


class Lane(StrEnum):
    """Who goes first: a pressed button, a reader who waits, an alert, or a broadcast.

    What a press changes waits for its own chat alone: Telegram limits edits by chat, and over all
    what is sent unasked (``docs/decisions.md``). Alerts and broadcasts make room for it, answers
    do not: however many press, whoever asks is answered. Should Telegram ever refuse an edit, the
    deadline holds for presses too.
    """

    PRESS = "press"
    INTERACTIVE = "interactive"
    ALERT = "alert"
    BROADCAST = "broadcast"


@dataclass(slots=True)
class Turn:
    """The right to send one message now; :meth:`Pace.arrived` is told when it is answered."""

    chat: ChatKey
    stamps: tuple[Stamp, ...]


@dataclass(slots=True)
class _Chat:
    """One chat's windows and deadline."""

    windows: tuple[Window, ...]
    paused_until: float = float("-inf")

    def ready_at(self) -> float:
        return max(self.paused_until, *(window.free_at() for window in self.windows))


@dataclass(slots=True)
class _Line:
    """The chats waiting in one lane, in turn, each with its own queue."""

    chats: OrderedDict[ChatKey, deque[asyncio.Future[Turn]]] = field(default_factory=OrderedDict)

    def join(self, chat: ChatKey, waiter: asyncio.Future[Turn]) -> None:
        self.chats.setdefault(chat, deque()).append(waiter)

    def leave(self, chat: ChatKey) -> asyncio.Future[Turn]:
        """Take the chat's first waiter out and put the chat behind the others."""
        queue = self.chats.pop(chat)
        waiter = queue.popleft()
        if queue:
            self.chats[chat] = queue
        return waiter

    def forget(self, chat: ChatKey, waiter: asyncio.Future[Turn]) -> None:
        """Drop a waiter who no longer waits."""
        queue = self.chats.get(chat)
        if queue and waiter in queue:
            queue.remove(waiter)
        if queue is not None and not queue:
            del self.chats[chat]


class Pace:
    """Gives out turns to send; everything that is sent asks here first."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.limits = limits or Limits()
        self._monotonic = monotonic
        self._sleep = sleep
        self._all = Window.of_rate(self.limits.per_s, 1.0)
        self._sent = Window.of_rate(self.limits.per_s, 1.0)  # all but what presses change
        self._gap_s = 1.0 / self.limits.per_s
        self._broadcast_at = float("-inf")
        self._paused_until = float("-inf")
        self._fastest_s = float("inf")  # round trip, of late
        self._chats: dict[ChatKey, _Chat] = {}
        self._remembered = _REMEMBERED_CHATS
        self._lines = {lane: _Line() for lane in Lane}
        self._recent: deque[tuple[ChatKey, bool]] = deque(maxlen=_RECENT)
        self._changed = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    async def acquire(self, chat: ChatKey, kind: ChatKind, lane: Lane = Lane.INTERACTIVE) -> Turn:
        """Wait until a message to ``chat`` may be sent, and count it."""
        self._of(chat, kind)
        waiter: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._lines[lane].join(chat, waiter)
        self._changed.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._give_turns(), name="pace")
        try:
            return await waiter
        finally:
            self._lines[lane].forget(chat, waiter)

    def arrived(self, turn: Turn) -> None:
        """Note that Telegram answered: the message counts by when it may have arrived at last.

        A slow request followed by fast ones would make Telegram see more in one second than we
        sent in one. No request is faster than the fastest round trip, and its way there and its
        way back are about equally long: so what was answered now had arrived half of it ago. That
        costs half a round trip a second at the most; counting the whole of it was refused at
        times, because a fast way there may meet another's fast way back.
        """
        self._recent.append((turn.chat, False))
        now = self._monotonic()
        took_s = now - turn.stamps[0].at
        self._fastest_s = min(took_s, self._fastest_s + _FORGET_S)
        for stamp in turn.stamps:
            stamp.not_before(now - self._fastest_s / 2)

    def refused(self, chat: ChatKey | None, retry_after_s: float) -> None:
        """Note a 429: no message to this chat (None: to any) before the deadline."""
        until = self._monotonic() + retry_after_s
        if chat is not None:
            self._recent.append((chat, True))
            state = self._of(chat, kind_of(chat))
            state.paused_until = max(state.paused_until, until)
        if chat is None or self._everywhere():
            self._paused_until = max(self._paused_until, until)
            self._recent.clear()
        self._changed.set()

    def waiting_chats(self, beyond_s: float = 0.0) -> list[int]:
        """Return the chats that may not be written to for longer than ``beyond_s``."""
        soon = self._monotonic() + beyond_s
        return [
            key
            for key, chat in self._chats.items()
            if isinstance(key, int) and chat.ready_at() > soon
        ]

    def delay_s(self, chats: Iterable[ChatKey] = ()) -> float:
        """Return the seconds until a message may go out at all, or to the first of ``chats``."""
        now = self._monotonic()
        ready = [self._chats[chat].ready_at() for chat in chats if chat in self._chats]
        return max(0.0, max(self._paused_until, min(ready, default=now)) - now)

    async def close(self) -> None:
        """Stop giving turns; whoever still waits is cancelled."""
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        for line in self._lines.values():
            for queue in line.chats.values():
                for waiter in queue:
                    waiter.cancel()
            line.chats.clear()

    async def _give_turns(self) -> None:
        """Serve the waiting until nobody waits."""
        while any(line.chats for line in self._lines.values()):
            self._changed.clear()
            now = self._monotonic()
            at = min(self._serve(lane, now) for lane in Lane)
            if at > now:
                await self._sleep_until_changed(at - now)
        self._forget_idle()

    def _serve(self, lane: Lane, now: float) -> float:
        """Give one turn in this lane if one may be given; return when to look again."""
        line = self._lines[lane]
        if not line.chats:
            return float("inf")
        free_at = self._paused_until
        if lane is Lane.INTERACTIVE:
            free_at = max(free_at, self._sent.free_at())
        elif lane is not Lane.PRESS:
            free_at = max(free_at, self._all.free_at(), self._broadcast_at)
        if free_at > now:
            return free_at
        soonest = float("inf")
        for chat in line.chats:
            ready_at = self._chats[chat].ready_at()
            if ready_at <= now:
                self._grant(lane, chat, now)
                return now
            soonest = min(soonest, ready_at)
        return soonest

    def _grant(self, lane: Lane, chat: ChatKey, now: float) -> None:
        waiter = self._lines[lane].leave(chat)
        if waiter.done():  # cancelled while waiting: its turn is not used up
            return
        over_all = (self._all,) if lane is Lane.PRESS else (self._all, self._sent)
        windows = (*over_all, *self._chats[chat].windows)
        waiter.set_result(Turn(chat, tuple(window.take(now) for window in windows)))
        # Broadcasts are spread evenly, so that a reader's answer finds room at any moment.
        # A timer that is a little late is made up for; the window of a second stays.
        on_time = now - self._broadcast_at <= _MADE_UP_S
        self._broadcast_at = (self._broadcast_at if on_time else now) + self._gap_s

    async def _sleep_until_changed(self, delay_s: float) -> None:
        sleeping = asyncio.ensure_future(self._sleep(delay_s))
        changing = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({sleeping, changing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            changing.cancel()

    def _everywhere(self) -> bool:
        """Tell whether so many of the last sends were refused that all must wait."""
        refused = [chat for chat, was_refused in self._recent if was_refused]
        enough = ceil(_REFUSED_SHARE * _RECENT)
        return len(refused) >= enough and len(set(refused)) >= _REFUSED_CHATS

    def _of(self, chat: ChatKey, kind: ChatKind) -> _Chat:
        if chat not in self._chats:
            if len(self._chats) >= self._remembered:
                self._forget_idle()
            windows = [Window.of_rate(self.limits.chat_per_s, 1.0)]
            if kind is not ChatKind.PRIVATE:
                windows.append(Window.of_rate(self.limits.group_per_min, 60.0))
            self._chats[chat] = _Chat(tuple(windows))
        return self._chats[chat]

    def _forget_idle(self) -> None:
        now = self._monotonic()
        waiting = {chat for line in self._lines.values() for chat in line.chats}
        self._chats = {
            key: chat
            for key, chat in self._chats.items()
            if key in waiting
            or chat.paused_until > now
            or not all(window.idle(now) for window in chat.windows)
        }
        self._remembered = max(_REMEMBERED_CHATS, 2 * len(self._chats))


def kind_of(chat: ChatKey) -> ChatKind:
    """Tell private chats from groups and channels by the chat id alone."""
    return ChatKind.PRIVATE if isinstance(chat, int) and chat > 0 else ChatKind.GROUP

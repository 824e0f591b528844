"""The sender's loop: lease, wait for a turn, send, settle; nothing lost, nothing doubled unseen.

A message is committed as `sending` before it leaves, so whatever happens in between is known
afterwards as doubtful. Few are under way at a time, which bounds how many that can be. What an
outcome means is decided in ``outbox``, how fast we may send in ``pace``.

A dispatcher that is alone on its database takes everything left in `sending` at its start for
its own. One that shares it goes by leases: what nobody settled in time is in doubt, and whoever
comes too late to send under his own lease does not send.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

from bot.clock import Clock
from bot.delivery.outbox import (
    ChatEffect,
    Settlement,
    settlement,
    topic_gone,
    written_again,
)
from bot.delivery.pace import Lane, Pace, Turn, kind_of
from bot.delivery.window import InFlight, SentBook
from bot.errors import StoreError
from bot.log import chat_ref
from bot.metrics import PACE_S, SENDS
from bot.models import OutboxKind, OutboxMessage, OutboxState, SendOutcome, SendResult
from bot.store.base import ChatStore, OutboxStore
from bot.text.languages import texts

logger = logging.getLogger(__name__)
T = TypeVar("T")

_LOOK_S = 1.0  # longest time without a look at the outbox: clocks jump, others write to it
_RETRY_S = 0.5  # first pause after the store refused
_LONGEST_RETRY_S = 10.0
_MOST_RETRIES = 20
_LINE_DOWN_S = 30.0  # longest pause after sends that did not even leave
_GROUPS = 4  # leases in which as many are taken as may be under way
_SOON_S = 0.5  # a chat that is free so soon is worth a place under way


class DispatchStore(OutboxStore, ChatStore, Protocol):
    """What the dispatcher asks of the store."""


class Sender(Protocol):
    """Whoever takes a message to Telegram."""

    async def send(self, message: OutboxMessage, turn: Turn | None = None) -> SendResult:
        """Send one message; never raises for a failed send."""
        ...


class Dispatcher:
    """Sends what the outbox holds until it is stopped."""

    def __init__(
        self,
        store: DispatchStore,
        sender: Sender,
        pace: Pace,
        clock: Clock,
        *,
        in_flight: int = 4,
        lease_s: float = 90.0,
        alone: bool = True,
    ) -> None:
        self._store = store
        self._sender = sender
        self._pace = pace
        self._clock = clock
        self._in_flight = InFlight(in_flight, pace.limits.per_s)
        self._sent = SentBook(store, clock)
        self._lease_s = lease_s
        self._alone = alone
        self._swept_at = 0.0  # on the loop's own clock
        self._wake = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], OutboxMessage] = {}
        self._leaving: set[asyncio.Task[None]] = set()  # those that have their turn
        self._loop: asyncio.Task[None] | None = None
        self._stopping = False
        self._failures = 0  # sends in a row that did not leave
        self._line_down_until = 0.0  # on the loop's own clock

    def start(self) -> None:
        """Begin to send; must be called inside the running loop."""
        self._stopping = False
        self._loop = asyncio.create_task(self._run(), name="dispatcher")

    def notify(self) -> None:
        """Look at the outbox now: something was written to it."""
        self._wake.set()

    async def stop(self, deadline_s: float = 8.0) -> None:
        """Begin nothing more and settle all that is under way, at the latest by the deadline.

        What still waits for its turn goes back to the outbox at once; what is being sent may
        finish, and is in doubt when it does not.
        """
        self._stopping = True
        self.notify()
        if self._loop is not None:
            await asyncio.wait({self._loop}, timeout=deadline_s / 2)
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        await asyncio.sleep(0)  # a task cancelled before its first step could not settle
        for task in self._under_way.keys() - self._leaving:
            task.cancel()
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=deadline_s / 2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._sent.close()

    async def _run(self) -> None:
        await self._insisting("recover", lambda: self._recover(everything=self._alone))
        while not self._stopping:
            self._wake.clear()
            try:
                await self._sweep()
                begun = await self._begin()
                idle_s = 0.0 if begun or self._wake.is_set() else await self._idle_s()
            except StoreError:
                logger.exception("the outbox cannot be read; it will be tried again")
                idle_s = _LOOK_S
            if idle_s:
                await self._until_woken(idle_s)

    async def _sweep(self) -> None:
        """Look for leases that ran out, a few times within the length of one."""
        now = asyncio.get_running_loop().time()
        if not self._alone and now - self._swept_at >= self._lease_s / 3:
            await self._recover(everything=False)
            self._swept_at = now

    async def _recover(self, *, everything: bool) -> None:
        """Name what was left under way as doubtful, and repeat doubtful notices."""
        left = await self._store.recover(now=self._clock.now(), everything=everything)
        for message in left:
            logger.warning(
                "in doubt, left under way: message %d (%s) to %s",
                message.id,
                message.kind,
                chat_ref(message.chat_id),
            )
        notices = {message.id: message for message in left}
        for message in await self._store.outbox(OutboxState.UNCERTAIN, limit=1000):
            notices.setdefault(message.id, message)
        repeats = [
            again
            for message in notices.values()
            if (again := written_again(message, await self._repeat_mark(message)))
        ]
        if repeats:
            await self._store.enqueue(repeats, now=self._clock.now())

    async def _begin(self) -> bool:
        """Put messages under way while there is room; tell whether there is reason to go on."""
        limit = self._in_flight.limit
        room = limit - len(self._under_way)
        if room < max(1, limit // _GROUPS) and self._under_way:
            return False  # a few more will be done in a moment: one lease for all of them
        if room <= 0 or self._line_pause_s() or self._pace.delay_s() > _SOON_S:
            return False
        leased = await self._store.lease(
            room,
            now=self._clock.now(),
            lease_s=self._lease_s,
            exclude_chats=self._pace.waiting_chats(_SOON_S),
        )
        for message in leased:
            task = asyncio.create_task(self._deliver(message), name=f"send {message.id}")
            self._under_way[task] = message
            task.add_done_callback(self._done)
        return len(leased) == room

    def _done(self, task: asyncio.Task[None]) -> None:
        message = self._under_way.pop(task)
        self._leaving.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("message %d could not be settled", message.id, exc_info=error)
        self.notify()

    async def _idle_s(self) -> float:
        """Return how long nothing needs to be done unless somebody wakes us."""
        limit = self._in_flight.limit
        if limit - len(self._under_way) < max(1, limit // _GROUPS):
            return _LOOK_S
        pause_s = max(self._line_pause_s(), self._pace.delay_s())
        if pause_s:
            return min(pause_s, _LOOK_S)
        next_at = await self._store.outbox_wakeup_at()
        if next_at is None:
            return _LOOK_S
        until_s = (next_at - self._clock.now()).total_seconds()
        if until_s <= 0:  # it is due, but its chat must wait for its turn
            until_s = self._pace.delay_s(self._pace.waiting_chats(_SOON_S)) - _SOON_S
        return min(max(until_s, 0.05), _LOOK_S)

    async def _until_woken(self, timeout_s: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), timeout_s)
        except TimeoutError:
            return

    def _line_pause_s(self) -> float:
        """Return how much longer an outage of the line is given before the next try."""
        return max(0.0, self._line_down_until - asyncio.get_running_loop().time())

    def _note_line(self, outcome: SendOutcome) -> None:
        """Pause after sends that did not even leave, longer each time."""
        if outcome is not SendOutcome.NOT_SENT:
            self._failures = 0
            return
        self._failures += 1
        pause_s = min(_RETRY_S * float(2 ** min(self._failures, 10)), _LINE_DOWN_S)
        self._line_down_until = asyncio.get_running_loop().time() + pause_s

    async def _deliver(self, message: OutboxMessage) -> None:
        """Take one leased message through its send to its next state."""
        sending, begun = False, asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._lease_s / 3):  # then the lease still holds
                with PACE_S.time():
                    turn = await self._pace.acquire(
                        message.chat_id, kind_of(message.chat_id), Lane.BROADCAST
                    )
            if self._too_late(message):
                return
            sending, begun = True, asyncio.get_running_loop().time()
            if (task := asyncio.current_task()) is not None:
                self._leaving.add(task)
            result = await self._sender.send(message, turn)
        except TimeoutError:
            result = SendResult(outcome=SendOutcome.WAIT, reason="no turn in time")
        except asyncio.CancelledError:
            outcome = SendOutcome.UNCERTAIN if sending else SendOutcome.WAIT
            result = SendResult(outcome=outcome, reason="stopped")
        SENDS.labels(result.outcome).inc()
        self._note_line(result.outcome)
        await self._settle(message, result)
        if sending:
            self._in_flight.took(asyncio.get_running_loop().time() - begun)

    def _too_late(self, message: OutboxMessage) -> bool:
        """Tell whether our lease ran out, as after a standstill: then it is no longer ours."""
        until_at = message.leased_until_at
        late = not self._alone and until_at is not None and self._clock.now() >= until_at
        if late:
            logger.warning("message %d was not sent: its lease ran out", message.id)
        return late

    async def _settle(self, message: OutboxMessage, result: SendResult) -> None:
        if result.outcome is SendOutcome.SENT:  # the usual case, many in one transaction
            await self._insisting("settle", lambda: self._sent.note(message.id, result.message_id))
            return
        now = self._clock.now()

        async def choose() -> Settlement:
            mark = await self._repeat_mark(message)
            return settlement(message, result, now=now, repeat_mark=mark)

        chosen = await self._insisting("read a chat", choose)
        _report(message, result, chosen)
        if chosen.effect is ChatEffect.UNREACHABLE:
            # First, while this message still keeps the chat's others from being leased.
            await self._insisting(
                "pause a chat",
                lambda: self._store.set_reachable(message.chat_id, False, now=now),
            )
        await self._insisting("settle", lambda: self._write(message, chosen, now))
        await self._insisting("note a chat", lambda: self._note_chat(message, chosen, now))

    async def _repeat_mark(self, message: OutboxMessage) -> str:
        """Return the chat's words for «may repeat»; only notices are ever marked."""
        if message.kind is not OutboxKind.NOTICE:
            return ""
        chat = await self._store.chat(message.chat_id)
        return texts(chat.language if chat else None)("outbox.repeated")

    async def _write(self, message: OutboxMessage, chosen: Settlement, now: datetime) -> None:
        """Write a settlement, after the repeat that must not be lost with it."""
        if chosen.repeat is not None:
            await self._store.enqueue([chosen.repeat], now=now)
        await self._store.settle(
            message.id,
            chosen.state,
            now=now,
            telegram_id=chosen.telegram_id,
            not_before_at=chosen.not_before_at,
            count_attempt=chosen.count_attempt,
            html=chosen.html,
            topic_id=chosen.topic_id,
            reason=chosen.reason,
        )

    async def _note_chat(self, message: OutboxMessage, chosen: Settlement, now: datetime) -> None:
        """Write what a settlement means for the chat."""
        if chosen.effect is ChatEffect.MIGRATED and chosen.new_chat_id is not None:
            await self._store.migrate_chat(message.chat_id, chosen.new_chat_id, now=now)
        if chosen.effect is ChatEffect.TOPIC_GONE:
            await self._tell_of_topic(message, now)

    async def _tell_of_topic(self, message: OutboxMessage, now: datetime) -> None:
        """Tell whoever added us to a group, once, that the digest's topic is gone."""
        chat = await self._store.chat(message.chat_id)
        if chat is None or chat.added_by is None:
            return
        admin = await self._store.chat(chat.added_by)
        language = texts(admin.language if admin else None)
        await self._store.enqueue([topic_gone(message, chat, language)], now=now)

    async def _insisting(self, what: str, work: Callable[[], Awaitable[T]]) -> T:
        """Do work in the store, again and again while it refuses, within reason."""
        for attempt in range(_MOST_RETRIES):
            try:
                return await work()
            except StoreError:
                logger.exception("the store refused to %s (attempt %d)", what, attempt + 1)
                await asyncio.sleep(min(_RETRY_S * (attempt + 1), _LONGEST_RETRY_S))
        raise StoreError(f"the store refused to {what} for good")


def _report(message: OutboxMessage, result: SendResult, chosen: Settlement) -> None:
    if result.outcome is SendOutcome.SENT:
        return
    logger.log(
        logging.WARNING if chosen.state is not OutboxState.PENDING else logging.INFO,
        "message %d (%s) to %s: %s, now %s: %s",
        message.id,
        message.kind,
        chat_ref(message.chat_id),
        result.outcome,
        chosen.state,
        result.reason,
    )

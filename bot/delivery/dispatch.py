"""The sender's loop: lease, wait for a turn, send, settle; nothing lost, nothing doubled unseen.

A message is committed as `sending` before it leaves, so whatever happens in between is known
afterwards as doubtful. Few are under way at a time, which bounds how many that can be. What an
outcome means is decided in ``outbox``, it is written in ``settling``; how fast we may send is
decided in ``pace``.

A dispatcher that is alone on its database takes everything left in `sending` at its start for
its own. One that shares it goes by leases: what nobody settled in time is in doubt, and whoever
comes too late to send under his own lease does not send. What the store would not let us settle is
in doubt once its lease has run out, alone or not: until then its chat gets nothing.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from typing import Protocol

from bot.clock import Clock
from bot.delivery.outbox import lane_of
from bot.delivery.pace import Pace, Turn, kind_of
from bot.delivery.pinning import Pinner
from bot.delivery.settling import MOST_TRIES, DispatchStore, Settling
from bot.delivery.window import InFlight
from bot.errors import StoreError
from bot.log import Lasting
from bot.metrics import PACE_S, SENDS
from bot.models import OutboxMessage, SendOutcome, SendResult

logger = logging.getLogger(__name__)

_LOOK_S = 1.0  # longest time without a look at the outbox: clocks jump, others write to it
_RETRY_S = 0.5  # first pause after a send that did not leave, halved
_LINE_DOWN_S = 30.0  # longest pause after sends that did not even leave
_GROUPS = 4  # leases in which as many are taken as may be under way
_SOON_S = 0.5  # a chat that is free so soon is worth a place under way


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
        pins: Pinner | None = None,
        settle_tries: int = MOST_TRIES,
    ) -> None:
        self._store = store
        self._sender = sender
        self._pace = pace
        self._clock = clock
        self._in_flight = InFlight(in_flight, pace.limits.per_s)
        self._settling = Settling(store, clock, tries=settle_tries)
        self._pins = pins
        self._lease_s = lease_s
        self._alone = alone
        self._swept_at = 0.0  # on the loop's own clock
        self._unsettled: list[datetime] = []  # when the leases end of what could not be settled
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
        await self._settling.close()
        if self._pins is not None:
            await self._pins.close()

    async def _run(self) -> None:
        trouble = Lasting(
            logger, "the outbox cannot be read; it will be tried again", "the outbox is read again"
        )
        await self._settling.insisting(
            "recover", lambda: self._settling.recover(everything=self._alone)
        )
        if self._pins is not None:
            self._pins.wake()
        while not self._stopping:
            self._wake.clear()
            try:
                await self._sweep()
                begun = await self._begin()
                idle_s = 0.0 if begun or self._wake.is_set() else await self._idle_s()
                trouble.worked()
            except StoreError as error:
                trouble.failed(error)
                idle_s = _LOOK_S
            if idle_s:
                await self._until_woken(idle_s)

    async def _sweep(self) -> None:
        """Look for leases that ran out, a few times within the length of one."""
        now = asyncio.get_running_loop().time()
        if not self._alone and now - self._swept_at >= self._lease_s / 3:
            await self._settling.recover(everything=False)
            self._swept_at = now
        at = self._clock.now()
        if any(until_at < at for until_at in self._unsettled) and not self._holds_overdue(at):
            await self._settling.recover(everything=False)
            self._unsettled = [until_at for until_at in self._unsettled if until_at >= at]

    def _holds_overdue(self, at: datetime) -> bool:
        """Tell whether one of ours has outlived its lease and may still be settled by us."""
        untils = (message.leased_until_at for message in self._under_way.values())
        return self._alone and any(until_at is not None and until_at < at for until_at in untils)

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
            if message.leased_until_at is not None:
                self._unsettled.append(message.leased_until_at)
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
                        message.chat_id, kind_of(message.chat_id), lane_of(message)
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
        await self._settling.settle(message, result)
        if message.pin and result.outcome is SendOutcome.SENT and self._pins is not None:
            self._pins.wake()
        if sending:
            self._in_flight.took(asyncio.get_running_loop().time() - begun)

    def _too_late(self, message: OutboxMessage) -> bool:
        """Tell whether our lease ran out, as after a standstill: then it is no longer ours."""
        until_at = message.leased_until_at
        late = not self._alone and until_at is not None and self._clock.now() >= until_at
        if late:
            logger.warning("message %d was not sent: its lease ran out", message.id)
        return late

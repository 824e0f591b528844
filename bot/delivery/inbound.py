"""What Telegram hands us, looked at before it becomes objects: too many, unreadable, or none.

One person who sends a thousand messages a second must cost nobody else their answer, one update
that the library cannot read must not be asked for again for ever, and a poll that never ends
must not pass for a quiet day. What is skipped here is counted and reported, never answered.
"""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from telegram import Bot, Update

from bot.log import chat_ref
from bot.metrics import UPDATES

logger = logging.getLogger(__name__)

Json = dict[str, Any]

BURST = 30.0  # messages and presses of one person that are taken at once
PER_S = 3.0  # and how many a second for longer
_MOST_SENDERS = 20_000
_REPORT_S = 60.0
_UNREAD = frozenset({"reply_markup", "entities", "caption_entities"})
_COUNTED = ("message", "edited_message", "callback_query")


class SenderGate:
    """Lets through so many messages and presses of one person or chat; a token bucket each."""

    def __init__(
        self,
        *,
        burst: float = BURST,
        per_s: float = PER_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_s = per_s
        self._monotonic = monotonic
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()
        self._reported: dict[int, float] = {}
        self.skipped = 0

    def passes(self, update: Json) -> bool:
        """Count an update; False when its sender has sent too many."""
        sender = _sender(update)
        if sender is None:
            return True
        now = self._monotonic()
        level, at = self._buckets.pop(sender, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._per_s)
        passes = level >= 1
        self._buckets[sender] = (level - 1 if passes else level, now)
        while len(self._buckets) > _MOST_SENDERS:
            self._buckets.popitem(last=False)
        if not passes:
            self.skipped += 1
            self._report(sender, now)
        return passes

    def _report(self, sender: int, now: float) -> None:
        """Log a flooder once a minute, not once a message."""
        if now - self._reported.get(sender, float("-inf")) < _REPORT_S:
            return
        self._reported = {s: at for s, at in self._reported.items() if now - at < _REPORT_S}
        self._reported[sender] = now
        logger.warning("%s sends too much; some of it is skipped", chat_ref(sender))


def _sender(update: Json) -> int | None:
    """Return who sent an update that can be skipped without harm, None for all others.

    Who writes in the name of a chat is that chat: as users Telegram gives one number to the
    anonymous admins of all groups, one to all who write as their channels, and one to whatever is
    forwarded from channels to their groups.
    """
    for kind in _COUNTED:
        content = update.get(kind)
        if isinstance(content, dict):
            service = "migrate_to_chat_id" in content or "migrate_from_chat_id" in content
            named = (content.get("sender_chat"), content.get("from"))
            ids = [sender.get("id") for sender in named if isinstance(sender, dict)]
            return next((one for one in ids if isinstance(one, int) and not service), None)
    return None


class Inbound:
    """Sifts what Telegram hands us, reads it, and knows when the last poll ended.

    ``poison`` is told the id of an update that cannot be read.
    """

    def __init__(
        self,
        gate: SenderGate | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gate = gate or SenderGate()
        self._monotonic = monotonic
        self._ended = monotonic()
        self._flooded = False
        self._came: list[Any] = []
        self.poison: Callable[[int], None] = lambda _identifier: None

    def poll_ended(self) -> None:
        """Note that a poll came to an end, with updates, without or with an error."""
        self._ended = self._monotonic()

    @property
    def silent_s(self) -> float:
        """Seconds since the last poll came to an end."""
        return self._monotonic() - self._ended

    @property
    def flooded(self) -> bool:
        """Whether the last poll brought anything of somebody who sends too much."""
        return self._flooded

    def receive(self, updates: list[Any]) -> None:
        """Keep what a poll brought, without what is skipped, until it is taken.

        The last stays, if only for its number: polling goes on from there, and an update that is
        not there costs nothing.
        """
        skipped = self._gate.skipped
        sifted = [self.sift(update) for update in updates]
        self._flooded = self._gate.skipped > skipped
        self._came = [update for update in sifted[:-1] if not _is_empty(update)] + sifted[-1:]

    def sift(self, update: Any) -> Any:
        """Return the update, or an empty one with its id when it is skipped."""
        identifier = update.get("update_id") if isinstance(update, dict) else None
        if isinstance(identifier, int) and not self._gate.passes(update):
            UPDATES.labels("skipped").inc()
            return {"update_id": identifier}
        return _lightened(update)

    def take(self, bot: Bot) -> tuple[Update, ...]:
        """Return what the last poll brought as the library's objects, and forget it."""
        came, self._came = self._came, []
        return tuple(self.read(update, bot) for update in came)

    def read(self, update: Any, bot: Bot) -> Update:
        """Return an update as the library's object, an empty one where it cannot be read."""
        try:
            read = Update.de_json(update, bot)
        except Exception:  # whatever the library stumbles over
            identifier = update.get("update_id") if isinstance(update, dict) else None
            if not isinstance(identifier, int):
                raise  # nothing to go on from
            logger.exception("update %d cannot be read and was skipped", identifier)
            UPDATES.labels("unreadable").inc()
            self.poison(identifier)
            return Update(identifier)
        if not _is_empty(update):
            UPDATES.labels("handled").inc()
        return read


def _is_empty(update: Any) -> bool:
    return isinstance(update, dict) and update.keys() == {"update_id"}


def _lightened(update: Any) -> Any:
    """Take off a pressed message what nobody reads and takes longest to read: its buttons."""
    query = update.get("callback_query") if isinstance(update, dict) else None
    message = query.get("message") if isinstance(query, dict) else None
    if not isinstance(query, dict) or not isinstance(message, dict):
        return update
    light = {name: value for name, value in message.items() if name not in _UNREAD}
    return update | {"callback_query": query | {"message": light}}

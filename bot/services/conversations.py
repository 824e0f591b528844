"""What was last asked in each chat, for follow-ups and for «more»: in memory, never stored.

Forgotten with the process, after half an hour, or when too many chats have asked since.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.search.followup import goes_on, joined

KEPT_FOR = timedelta(minutes=30)
_MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A question as it was understood: whole, with what it inherited."""

    chat_id: int
    text: str
    at: datetime
    inherited: str = ""
    question_id: int = 0  # as kept by the store
    paragraph_ids: tuple[int, ...] = ()  # shown first


class Conversations:
    """The last question of each chat, and each question under a short key."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: OrderedDict[int, Remembered] = OrderedDict()
        self._keys: OrderedDict[str, Remembered] = OrderedDict()

    def understood(self, text: str, chat_id: int) -> Remembered:
        """Return a question as it is to be answered in this chat."""
        now = self._clock.now()
        before = self._last.get(chat_id)
        inherited = ""
        if before is not None and not self._is_over(before) and goes_on(text):
            text, inherited = joined(text, before.text)
        return Remembered(chat_id=chat_id, text=text, at=now, inherited=inherited)

    def remember(self, asked: Remembered) -> str:
        """Keep a question as the chat's last one; return its key, eight letters."""
        key = secrets.token_hex(4)
        self._last[asked.chat_id] = asked
        self._last.move_to_end(asked.chat_id)
        self._keys[key] = asked
        for kept in (self._last, self._keys):
            while kept and (len(kept) > _MOST or self._is_over(next(iter(kept.values())))):
                kept.popitem(last=False)
        return key

    def _is_over(self, asked: Remembered) -> bool:
        return self._clock.now() - asked.at > KEPT_FOR

    def forget(self, chat_id: int) -> None:
        """Forget everything that a chat asked."""
        self._last.pop(chat_id, None)
        for key in [key for key, asked in self._keys.items() if asked.chat_id == chat_id]:
            del self._keys[key]

    def recall(self, key: str, chat_id: int) -> Remembered | None:
        """Return the question of a key, None when it is forgotten or another chat's."""
        asked = self._keys.get(key)
        if asked is None or asked.chat_id != chat_id:
            return None
        return None if self._is_over(asked) else asked

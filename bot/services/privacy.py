"""A reader's right to see what is kept of them, and to have it gone."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from datetime import datetime

from bot.services.answering import Answering
from bot.services.judging import Judging
from bot.store.base import Store


class Privacy:
    """Hands over and forgets everything of a chat."""

    def __init__(self, store: Store, judging: Judging, answering: Answering) -> None:
        self._store = store
        self._judging = judging
        self._answering = answering

    async def data(self, chat_id: int) -> bytes:
        """Return everything kept of a chat as a JSON file, readable by people too."""
        rows = await self._store.personal(chat_id, self._judging.asker(chat_id))
        return json.dumps(rows, ensure_ascii=False, indent=2, default=_plain).encode()

    async def forget(self, chat_id: int) -> int:
        """Delete everything kept of a chat; return how many rows there were."""
        self._answering.forget(chat_id)
        return await self._store.forget_chat(chat_id, self._judging.asker(chat_id))


def _plain(value: object) -> object:
    """Return what JSON can hold of a value."""
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)

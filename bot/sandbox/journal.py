"""What the bot asked for: one line for each Bot API request and its outcome.

Tests and the chat page read it. Files are noted by name and size only.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 100_000
"""Requests remembered; the oldest go first."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One request; ``ok`` stays None when its connection was cut without an answer."""

    n: int
    at: datetime
    method: str
    params: dict[str, Any]
    ok: bool | None = None
    error_code: int | None = None
    description: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the entry for the control interface."""
        return {
            "n": self.n,
            "at": self.at.isoformat(),
            "method": self.method,
            "params": self.params,
            "ok": self.ok,
            "error_code": self.error_code,
            "description": self.description,
        }


class Journal:
    """The requests in order, numbered from 1."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._last = 0

    def open(self, *, at: datetime, method: str, params: dict[str, Any]) -> Entry:
        """Note a request that begins; its outcome is filled in later."""
        self._last += 1
        entry = Entry(n=self._last, at=at, method=method, params=params)
        self._entries.append(entry)
        return entry

    def after(self, number: int, *, everything: bool = False) -> list[Entry]:
        """Return what came after ``number``, polls for updates only with ``everything``."""
        return [
            entry
            for entry in self._entries
            if entry.n > number and (everything or entry.method != "getUpdates")
        ]

"""The sandbox's own clock: it flows in real time and can be pushed forward, never back.

The only place under ``bot/sandbox`` that asks the machine for the time. Everything dated here
(messages, queries, the 48-hour rule, flood windows) reads this clock, so that a person at the chat
page, or a test, can make tomorrow come now.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Listener = Callable[[datetime], None]


class SandboxClock:
    """A clock that starts at a chosen moment and runs on at the speed of the machine's."""

    def __init__(self, start_at: datetime | None = None) -> None:
        """Start at ``start_at`` (aware; any zone), or at the present moment when it is None."""
        if start_at is not None and start_at.tzinfo is None:
            raise ValueError("start_at must be an aware datetime")
        self._start_at = (start_at or datetime.now(UTC)).astimezone(UTC)
        self._began_s = time.monotonic()
        self._listeners: list[Listener] = []

    def now(self) -> datetime:
        """Return the present moment of the sandbox, aware and in UTC."""
        return self._start_at + timedelta(seconds=time.monotonic() - self._began_s)

    def unix(self) -> int:
        """Return the present moment in whole seconds, as Telegram dates its objects."""
        return int(self.now().timestamp())

    def advance(self, by: timedelta) -> datetime:
        """Move forward by ``by`` and return the new moment; ValueError when ``by`` is negative."""
        if by < timedelta():
            raise ValueError("the sandbox clock moves forward only")
        self._start_at += by
        moment = self.now()
        for listener in tuple(self._listeners):
            listener(moment)
        return moment

    def set(self, to: datetime) -> datetime:
        """Move forward to ``to`` (aware); ValueError when that moment has passed."""
        if to.tzinfo is None:
            raise ValueError("the clock is set with an aware datetime")
        return self.advance(to - self.now())

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with the new moment at each jump; the result takes it off again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

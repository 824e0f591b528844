"""How fast we may speak: what Telegram allows, and windows in which messages are counted.

Nothing here waits or reads a clock: moments are seconds of a monotonic one, given by whoever asks.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass

FREE_PER_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Telegram's limits; paid broadcasts have a higher ``per_s``."""

    per_s: float = FREE_PER_S
    chat_per_s: float = 1.0
    group_per_min: float = 20.0

    @property
    def paid(self) -> bool:
        """Whether broadcasts are faster than Telegram sends them for nothing."""
        return self.per_s > FREE_PER_S


@dataclass(slots=True)
class Stamp:
    """When a message counts as sent, in one window."""

    at: float
    window: Window

    def not_before(self, at: float) -> None:
        """Let the message count from ``at`` if that is later."""
        if at > self.at:
            self.window.moved(self.at, at)
            self.at = at


class Window:
    """At most ``count`` messages in any ``window_s``, counted from when each arrived.

    Exact whatever the order of arrival: a message that was slow keeps its own place longer and
    holds up no other.
    """

    def __init__(self, count: int, window_s: float) -> None:
        self.count = count
        self.window_s = window_s
        self._at: list[float] = []  # the newest ``count`` arrivals, in their order

    @classmethod
    def of_rate(cls, rate: float, window_s: float) -> Window:
        """Return the window of ``rate`` messages in ``window_s``; a broken rate widens it."""
        count = max(1, int(rate))
        return cls(count, window_s * count / rate)

    def free_at(self) -> float:
        """Return when the next message fits; in the past when it fits already."""
        if len(self._at) < self.count:
            return float("-inf")
        return self._at[-self.count] + self.window_s

    def take(self, now: float) -> Stamp:
        """Count a message."""
        self._note(now)
        return Stamp(now, self)

    def moved(self, before: float, after: float) -> None:
        """Count a message from a later moment than it was counted from before."""
        place = bisect_left(self._at, before)
        if place < len(self._at) and self._at[place] == before:
            del self._at[place]
        self._note(after)

    def idle(self, now: float) -> bool:
        """Tell whether nothing is counted any more."""
        return not self._at or self._at[-1] + self.window_s <= now

    def _note(self, at: float) -> None:
        insort(self._at, at)
        del self._at[: -self.count]

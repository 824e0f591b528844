"""How many messages Telegram takes: 30 a second over all, 1 a second to a person, 20 a minute to
a group or channel.

A first version, off unless switched on: sliding windows on the sandbox's clock. Telegram's own
limits are unpublished and softer; a person may here get a burst of three within three seconds.
A paid broadcast has a thousand a second instead of the thirty.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from bot.sandbox.clock import SandboxClock
from bot.sandbox.errors import too_many_requests


@dataclass(frozen=True, slots=True)
class Limit:
    """No more than ``count`` messages within any ``window_s`` seconds."""

    count: int
    window_s: float


OVERALL = Limit(30, 1.0)
PAID = Limit(1000, 1.0)
PERSON = Limit(3, 3.0)
GROUP = Limit(20, 60.0)


@dataclass(slots=True)
class Flood:
    """The recent messages, over all and by chat."""

    clock: SandboxClock
    enabled: bool = False
    _sent: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def check(self, chat_id: int, *, paid: bool = False) -> None:
        """Count one message to a chat, or raise 429 with the seconds to wait.

        A paid one counts among all too, as it is not known to be counted apart.
        """
        if not self.enabled:
            return
        now = self.clock.now().timestamp()
        lanes = ((0, PAID if paid else OVERALL), (chat_id, PERSON if chat_id > 0 else GROUP))
        wait_s = max(self._wait(self._sent[lane], limit, now) for lane, limit in lanes)
        if wait_s > 0:
            raise too_many_requests(math.ceil(wait_s))
        for lane, _ in lanes:
            self._sent[lane].append(now)

    @staticmethod
    def _wait(sent: deque[float], limit: Limit, now: float) -> float:
        while sent and sent[0] <= now - limit.window_s:
            sent.popleft()
        return 0.0 if len(sent) < limit.count else sent[0] + limit.window_s - now

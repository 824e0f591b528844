"""Faults on order, and at random: requests fail in a chosen way.

``error`` answers with an error and does nothing else, ``cut_before`` closes the connection before
the request is carried out, ``cut_after`` carries it out and closes without an answer, ``slow``
carries it out and answers late, and ``migrate`` lets a basic group become a supergroup first. At
random, each sending request suffers one of the kinds of ``RANDOM`` as often as its share says, by
a seed, so that a bad day can be had again.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import ApiError, too_many_requests

KINDS = ("error", "cut_before", "cut_after", "slow", "migrate")


@dataclass(slots=True, kw_only=True)
class Fault:
    """A fault waiting for its next ``times`` requests."""

    method: str
    kind: str
    times: int = 1
    chat_id: int | None = None
    error_code: int = 500
    description: str = ""
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        if self.times < 1:
            raise ValueError("times must be at least 1")

    def error(self) -> ApiError:
        """Return the refusal that a fault of kind ``error`` answers with."""
        if self.retry_after is not None and not self.description:
            return too_many_requests(self.retry_after)
        parameters: dict[str, Any] = {}
        if self.retry_after is not None:
            parameters["retry_after"] = self.retry_after
        if self.migrate_to_chat_id is not None:
            parameters["migrate_to_chat_id"] = self.migrate_to_chat_id
        code = 429 if self.retry_after is not None else self.error_code
        return ApiError(code, self.description or "Internal Server Error", parameters)


def _refusal(code: int, description: str) -> Callable[[random.Random], Fault]:
    return lambda _chance: Fault(method="*", kind="error", error_code=code, description=description)


RANDOM: dict[str, Callable[[random.Random], Fault]] = {
    "429": lambda chance: Fault(method="*", kind="error", retry_after=chance.randint(1, 30)),
    "403": _refusal(403, "Forbidden: bot was blocked by the user"),
    "400": _refusal(400, "Bad Request: can't parse entities: unsupported start tag"),
    "502": _refusal(502, "Bad Gateway"),
    "cut_before": lambda _chance: Fault(method="*", kind="cut_before"),
    "cut_after": lambda _chance: Fault(method="*", kind="cut_after"),
    "migrate": lambda _chance: Fault(method="*", kind="migrate"),
    "slow": lambda chance: Fault(method="*", kind="slow", delay_s=chance.uniform(0.5, 5)),
}


class Faults:
    """The faults that wait, oldest first, and the shares of those that come at random."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._shares: dict[str, float] = {}
        self._chance = random.Random(0)  # noqa: S311 - a bad day need not be unforeseeable

    def at_random(self, shares: Mapping[str, float], seed: int = 0) -> None:
        """Let these shares of the sending requests fail from now on; ValueError if impossible."""
        if unknown := shares.keys() - RANDOM.keys():
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        if min(shares.values(), default=0) < 0 or sum(shares.values()) > 1:
            raise ValueError("shares must lie between 0 and 1, all together too")
        self._shares = {kind: float(share) for kind, share in shares.items()}
        self._chance = random.Random(seed)  # noqa: S311 - as above

    def add(self, fault: Fault) -> None:
        """Let a fault wait for the requests it is meant for."""
        self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all faults."""
        self._waiting.clear()
        self._shares.clear()

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """Return the fault that befalls this request and count it, or None."""
        for fault in self._waiting:
            named = fault.method in ("*", method) or fault.method.lower() == method.lower()
            if named and fault.chat_id in (None, chat_id):
                fault.times -= 1
                if fault.times == 0:
                    self._waiting.remove(fault)
                return fault
        return self._by_chance(method)

    def _by_chance(self, method: str) -> Fault | None:
        if not self._shares or not method.startswith(("send", "edit")):
            return None
        draw = self._chance.random()
        for kind, share in self._shares.items():
            if draw < share:
                return RANDOM[kind](self._chance)
            draw -= share
        return None
